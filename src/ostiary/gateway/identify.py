"""Identify: whatever the client brought becomes the same frozen `Principal`, or the request ends here.

`IDENTIFIERS` is the table: one entry for each HTTP authentication scheme that is served.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ostiary.contract.model import ClientRule, Contract, LimitBy
from ostiary.gateway.decision import Asked
from ostiary.gateway.limits import Bucket, bucket
from ostiary.gateway.remembered import Remembered, Seen
from ostiary.gateway.revocation import Revocations
from ostiary.keys import jwt
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidToken, MissingToken, Refusal, ServiceUnavailable
from ostiary.model.ids import ClientId, GrantId, Role, Scope, SessionId, Subject, TenantId, TokenId
from ostiary.model.principal import Binding, Principal
from ostiary.model.reasons import Reason

TOKEN_TYPE = "at+jwt"  # noqa: S105  # the type of RFC 9068, not a secret
SHARED = 1024
"""Sets of scopes, roles and the like that tokens share, of each."""
CLOCK_SKEW = 5
"""Seconds by which the issuer's clock may be ahead, on another machine."""


@dataclass(slots=True)
class Trust:
    """What identifying rests on. `keys` is replaced as a whole when keys change."""

    contract: Contract
    keys: KeySet
    revocations: Revocations
    remembered: Remembered
    client_buckets: Mapping[ClientId, tuple[Bucket, ...]]
    reads_claims: bool
    """Whether a rule reads claims of a token; where none does, they are not kept."""

    @classmethod
    def of(cls, contract: Contract, keys: KeySet, revocations: Revocations) -> "Trust":
        buckets = {
            client.id: tuple(bucket(limit, f"client {client.id}") for limit in client.limits)
            for client in contract.clients.values()
        }
        facts = [fact for rule in contract.routes for fact in (rule.owner, rule.tenant) if fact is not None]
        reads_claims = any(fact.source == "claims" for fact in facts)
        return cls(contract, keys, revocations, Remembered(), buckets, reads_claims)


Identify = Callable[[Asked], Refusal | None]
"""Sets `asked.seen`, or refuses."""


def required(audience: str, trust: Trust, bound: int) -> Identify:
    """A credential for this audience is required. `bound`: seconds for which the feed may be silent."""
    revocations, recall = trust.revocations, trust.remembered.get
    silence = bound * 1_000_000_000

    def identify(asked: Asked) -> Refusal | None:
        if asked.clock - revocations.heard_at > silence:
            return ServiceUnavailable(Reason.FEED_STALE)
        credential = asked.head.fields.get(b"authorization")
        if credential is None:
            return MissingToken(Reason.TOKEN_MISSING)
        seen = recall(credential)
        if seen is None:
            try:
                seen = _verified(credential, trust, asked.now)
            except InvalidToken as refused:
                return refused
        asked.seen = seen
        seen.used = True
        if seen.expires_at <= asked.now:
            return InvalidToken(Reason.TOKEN_EXPIRED)
        if seen.version != revocations.version:
            if is_revoked(seen, revocations):
                return InvalidToken(Reason.TOKEN_REVOKED)
            seen.version = revocations.version
        if audience not in seen.audiences:
            return InvalidToken(Reason.TOKEN_AUDIENCE)
        return None

    return identify


def is_revoked(seen: Seen, revocations: Revocations) -> bool:
    """Whether what was verified once has been revoked since."""
    who = seen.principal
    return revocations.refuses(seen.token, who.client, who.subject, who.auth_time or 0, who.grant, who.session)


def _verified(credential: bytes, trust: Trust, now: float) -> Seen:
    """Verify by the scheme, and remember. What failed is not remembered. Raises InvalidToken."""
    scheme, _, rest = credential.partition(b" ")
    identifier = IDENTIFIERS.get(scheme.lower())
    if identifier is None:
        raise InvalidToken(Reason.TOKEN_MALFORMED)
    seen = identifier(rest.lstrip(b" "), trust, now)
    trust.remembered.add(credential, seen)
    return seen


def bearer(token: bytes, trust: Trust, now: float) -> Seen:
    """An access token of our issuer (RFC 6750 section 2.1, RFC 9068 section 4). Raises InvalidToken."""
    claims = jwt.verify(token, trust.keys, TOKEN_TYPE)
    if claims.text("iss") != trust.contract.origin:
        raise InvalidToken(Reason.TOKEN_ISSUER)
    if claims.integer("exp") <= now:
        raise InvalidToken(Reason.TOKEN_EXPIRED)
    starts = max(claims.integer("iat"), claims.integer_or_none("nbf") or 0)
    if starts > now + CLOCK_SKEW:
        raise InvalidToken(Reason.TOKEN_NOT_YET_VALID)
    client = trust.contract.clients.get(ClientId(claims.text("client_id")))
    if client is None:
        raise InvalidToken(Reason.CLIENT_UNKNOWN)
    if client.profile.binding > Binding.BEARER or "cnf" in claims.values:
        raise InvalidToken(Reason.BINDING_TOO_WEAK)
    return _seen(claims, client, _principal(claims, client, Binding.BEARER), trust)


IDENTIFIERS: Mapping[bytes, Callable[[bytes, Trust, float], Seen]] = {b"bearer": bearer}


def _principal(claims: VerifiedClaims, client: ClientRule, binding: Binding) -> Principal:
    """RFC 9068 section 2.2. A client that acts for itself is its own `sub`, and then there is no person."""
    subject, tenant = claims.text("sub"), claims.text_or_none("tenant")
    session, grant = claims.text_or_none("sid"), claims.text_or_none("grant_id")
    return Principal(
        client=client.id,
        kind=client.profile.kind,
        binding=binding,
        scopes=_scopes(claims.text("scope")),
        subject=None if subject == client.id else Subject(subject),
        tenant=None if tenant is None else TenantId(tenant),
        roles=_roles(tuple(claims.texts_or_empty("roles"))),
        session=None if session is None else SessionId(session),
        grant=None if grant is None else GrantId(grant),
        acr=claims.text_or_none("acr"),
        auth_time=claims.integer_or_none("auth_time"),
    )


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


def _seen(claims: VerifiedClaims, client: ClientRule, principal: Principal, trust: Trust) -> Seen:
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
        origins=_origins(client.origins) if client.profile.cors else None,
        claims=claims.values if trust.reads_claims else {},
    )
