"""What identifying rests on, kept true while requests run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.contract.model import ClientRule, Contract, Limit
from ostiary.gateway.decision import Cookie
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.old_ways import OldWays
from ostiary.gateway.identify.signers import Signer, signers_of
from ostiary.gateway.limits import Bucket, bucket
from ostiary.gateway.old_uses import OldUses
from ostiary.gateway.remembered import Remembered, Seen
from ostiary.gateway.revocation import Revocations
from ostiary.keys.dpop import Proofs
from ostiary.keys.keyset import KeySet
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId


@frozen
class WebSessions:
    """`key`: by which our cookies are known; None: none is taken for ours. `used`: cookies that came lately, until the
    shell has told so."""

    key: bytes | None = field(default=None, repr=False)
    used: set[Cookie] = field(default_factory=set)


@dataclass(slots=True)
class Trust:
    """`keys` is replaced as a whole when keys change."""

    contract: Contract
    origin: str
    """As clients see it: the contract's, or that of a listener of its own."""
    keys: KeySet
    revocations: Revocations
    proofs: Proofs
    remembered: Remembered
    client_buckets: Mapping[ClientId, tuple[Bucket, ...]]
    kind_buckets: Mapping[ClientId, tuple[Bucket, ...]]
    """What holds for the client where neither it nor the route has a limit."""
    api_keys: ApiKeys
    signers: Mapping[str, Signer]
    """Who signs requests, by `keyid`."""
    web: WebSessions
    old_ways: OldWays
    old_uses: OldUses
    reads_claims: bool
    """Whether a rule reads claims of a token; where none does, they are not kept."""

    @classmethod
    def of(
        cls,
        contract: Contract,
        keys: KeySet,
        revocations: Revocations,
        proofs: Proofs,
        api_keys: ApiKeys,
        web_key: bytes | None = None,
        old_uses: OldUses | None = None,
        origin: str | None = None,
    ) -> "Trust":
        """`old_uses`: where uses of old ways are counted, if somebody wants to know. `origin`: of a listener of its
        own; else the contract's."""
        clients = contract.clients.values()
        buckets = {client.id: tuple(_bucket(client, limit) for limit in client.limits) for client in clients}
        of_kind = {client.id: (_bucket(client, client.profile.limit),) for client in clients}
        facts = [fact for rule in contract.routes for fact in (rule.owner, rule.tenant) if fact is not None]
        reads_claims = any(fact.source == "claims" for fact in facts)
        signers = signers_of(contract)
        return cls(
            contract,
            contract.origin if origin is None else origin,
            keys,
            revocations,
            proofs,
            Remembered(),
            buckets,
            of_kind,
            api_keys,
            signers,
            WebSessions(web_key),
            OldWays.of(contract),
            OldUses() if old_uses is None else old_uses,
            reads_claims,
        )


def _bucket(client: ClientRule, limit: Limit) -> Bucket:
    return bucket(limit, f"client {client.id}")


def is_revoked(seen: Seen, revocations: Revocations) -> bool:
    """Whether what was verified once has been revoked since."""
    who = seen.principal
    clients, since = (who.client, *who.behind), who.auth_time or 0
    return revocations.refuses(seen.token, clients, who.subject, since, who.grant, who.session)
