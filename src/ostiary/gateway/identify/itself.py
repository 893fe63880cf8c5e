"""A client that acts for itself and brings its own credential: no token, no person."""

from collections.abc import Callable

from ostiary.contract.model import ClientRule, LimitBy
from ostiary.gateway.decision import Asked
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.model.errors import Refusal
from ostiary.model.ids import Scope, TokenId
from ostiary.model.principal import Binding, Principal

NEVER = 1 << 62
"""A credential that stands in the contract has no end of its own."""


def seen_of_client(
    client: ClientRule,
    binding: Binding,
    credential: TokenId,
    trust: Trust,
    scopes: frozenset[Scope] | None = None,
    expires_at: int = NEVER,
    prove: Callable[[Asked], Refusal | None] | None = None,
    says: bytes = b"",
) -> Seen:
    """`credential`: how the feed names what it brought. `scopes`: None for all of the client's. `says`: as `Seen` has
    it."""
    by_client = f"client {client.id}"
    return Seen(
        principal=Principal(
            client=client.id,
            kind=client.profile.kind,
            binding=binding,
            scopes=client.scopes if scopes is None else scopes & client.scopes,
            tenant=client.tenant,
            roles=client.roles,
        ),
        token=credential,
        expires_at=expires_at,
        audiences=frozenset(service.audience for service in trust.contract.services.values()),
        who=(client.id, None, client.tenant),
        counted_as={
            LimitBy.CLIENT: by_client,
            LimitBy.PERSON: by_client,
            LimitBy.TENANT: by_client if client.tenant is None else f"tenant {client.tenant}",
        },
        networks=client.allow_ips,
        limits=trust.client_buckets[client.id],
        otherwise=trust.kind_buckets[client.id],
        origins=None,
        claims={},
        prove=prove,
        says=says,
    )
