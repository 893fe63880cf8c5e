"""An access token of our issuer, as all who bring one share it: verified once, it becomes a principal (RFC 9068)."""

from functools import lru_cache

import orjson

from ostiary.contract.model import ClientRule, Contract, LimitBy
from ostiary.contract.rights import still_held
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.keys import jwt
from ostiary.keys.api_key import grant_of
from ostiary.keys.claims import VerifiedClaims
from ostiary.model.actors import actors_of, clients_of
from ostiary.model.errors import InvalidToken
from ostiary.model.ids import ApiKeyId, ClientId, GrantId, Role, Scope, SessionId, Subject, TenantId, TokenId
from ostiary.model.principal import Binding, Principal
from ostiary.model.reasons import Reason

TOKEN_TYPE = "at+jwt"  # noqa: S105  # the type of RFC 9068, not a secret
SHARED = 1024
"""Sets of scopes, roles and the like that tokens share, of each."""
CLOCK_SKEW = 5
"""Seconds by which the issuer's clock may be ahead, on another machine."""


def verified(token: bytes, trust: Trust, now: float) -> VerifiedClaims:
    """Signature, issuer and times (RFC 9068 section 4). Raises InvalidToken."""
    claims = jwt.verify(token, trust.keys, TOKEN_TYPE)
    if claims.text("iss") != trust.contract.origin:
        raise InvalidToken(Reason.TOKEN_ISSUER)
    if claims.integer("exp") <= now:
        raise InvalidToken(Reason.TOKEN_EXPIRED)
    starts = max(claims.integer("iat"), claims.integer_or_none("nbf") or 0)
    if starts > now + CLOCK_SKEW:
        raise InvalidToken(Reason.TOKEN_NOT_YET_VALID)
    return claims


def client_of(claims: VerifiedClaims, trust: Trust) -> ClientRule:
    """The client that it was issued to; the contract has all that it stands on. Raises InvalidToken."""
    known = trust.contract.clients
    named = clients_of(claims.values, ClientId(claims.text("client_id")))
    if not all(each in known for each in named):
        raise InvalidToken(Reason.CLIENT_UNKNOWN)
    return known[named[0]]


def _principal(claims: VerifiedClaims, client: ClientRule, binding: Binding, contract: Contract) -> Principal:
    """RFC 9068 section 2.2, as far as the contract still has it. A client that acts for itself is its own `sub`, and
    then there is no person; what it exchanged an API key for stands on that key as others on a grant."""
    subject, tenant = claims.text("sub"), claims.text_or_none("tenant")
    session, grant = claims.text_or_none("sid"), claims.text_or_none("grant_id")
    key = claims.text_or_none("api_key")
    clients, roles = clients_of(claims.values, client.id), _roles(tuple(claims.texts_or_empty("roles")))
    is_itself = subject == client.id
    rules, of_person = [contract.clients[each] for each in clients], None if is_itself else roles
    return Principal(
        client=client.id,
        kind=client.profile.kind,
        binding=binding,
        scopes=still_held(_scopes(claims.text("scope")), rules, of_person, contract),
        subject=None if is_itself else Subject(subject),
        tenant=None if tenant is None else TenantId(tenant),
        roles=roles & client.roles if is_itself else roles,
        session=None if session is None else SessionId(session),
        grant=GrantId(grant) if grant is not None else None if key is None else grant_of(ApiKeyId(key)),
        acr=claims.text_or_none("acr"),
        auth_time=claims.integer_or_none("auth_time"),
        actors=actors_of(claims.values),
        behind=clients[1:],
        details=_details(claims),
    )


def _details(claims: VerifiedClaims) -> str | None:
    """RFC 9396 section 9.1."""
    details = claims.values.get("authorization_details")
    return None if details is None else orjson.dumps(details).decode()


@lru_cache(SHARED)
def _scopes(text: str) -> frozenset[Scope]:
    return frozenset(map(Scope, text.split(" ")))


@lru_cache(SHARED)
def _roles(names: tuple[str, ...]) -> frozenset[Role]:
    return frozenset(map(Role, names))


@lru_cache(SHARED)
def _audiences(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


@lru_cache(SHARED)
def _origins(texts: frozenset[str]) -> frozenset[bytes]:
    return frozenset(text.encode() for text in texts)


def seen_of(claims: VerifiedClaims, client: ClientRule, binding: Binding, trust: Trust) -> Seen:
    """What is remembered of it, and what its requests need. Raises InvalidToken."""
    principal = _principal(claims, client, binding, trust.contract)
    by_client = f"client {client.id}"
    return Seen(
        principal=principal,
        token=TokenId(claims.text("jti")),
        expires_at=claims.integer("exp"),
        audiences=_audiences(tuple(claims.texts("aud"))),
        who=(client.id, principal.subject, principal.tenant),
        counted_as={
            LimitBy.CLIENT: by_client,
            LimitBy.PERSON: by_client if principal.subject is None else f"person {principal.subject}",
            LimitBy.TENANT: by_client if principal.tenant is None else f"tenant {principal.tenant}",
        },
        networks=client.allow_ips,
        limits=trust.client_buckets[client.id],
        otherwise=trust.kind_buckets[client.id],
        origins=_origins(client.origins) if client.profile.cors else None,
        claims=claims.values if trust.reads_claims else {},
    )
