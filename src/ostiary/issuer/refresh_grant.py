"""grant_type=refresh_token: rotation, reuse, and the answer that got lost (RFC 6749 section 6, RFC 9700)."""

from hashlib import blake2b
from typing import Final

from ostiary.contract.model import ClientAuth, ClientRule, GrantType
from ostiary.issuer.decision import Decided, Refused
from ostiary.issuer.family import GrantFacts, revoke_family
from ostiary.issuer.holder import Holder
from ostiary.issuer.issue import Entitlement, issued_to_person, tokens_for_person
from ostiary.issuer.records import AddRefreshToken, ProlongRefreshToken, RefreshToken, SpendRefreshToken
from ostiary.issuer.registry import Registry
from ostiary.issuer.token import Tokens
from ostiary.keys import base64url
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import InvalidGrant, InvalidScope
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, Secret
from ostiary.model.plan import Plan, Write
from ostiary.model.reasons import Reason

LOST_ANSWER_SECONDS: Final = 30
"""For so long after its use, a refresh token gives an authenticated client the same successor once more."""


@frozen
class RefreshFacts(GrantFacts):
    """`next_token` is what `successor` became: looked for only where `token` is spent."""

    token: RefreshToken | None
    successor: Secret
    next_token: RefreshToken | None


def successor_of(token: Secret, key: bytes) -> Secret:
    """The next token of the family: nobody without `key` can tell it, and it is the same each time (RFC 7693 section
    2.9)."""
    return Secret(base64url.encode(blake2b(token.reveal().encode(), key=key, digest_size=32).digest()))


def require_known_refresh_token(facts: RefreshFacts) -> RefreshToken:
    """Raise InvalidGrant where there is none (RFC 6749 section 5.2)."""
    if facts.token is None:
        raise InvalidGrant(Reason.REFRESH_TOKEN_UNKNOWN)
    return facts.token


def require_refresh_token_of_client(token: RefreshToken, client: ClientRule) -> None:
    """Raise InvalidGrant where it was issued to another client (RFC 6749 section 10.4)."""
    if token.client != client.id:
        raise InvalidGrant(Reason.REFRESH_TOKEN_OF_ANOTHER_CLIENT)


def is_lost_answer(client: ClientRule, facts: RefreshFacts, now: float) -> bool:
    """Whether a spent token comes again because its answer got lost: nobody used the successor, and it comes with the
    key that it is bound to, or soon from a client that proves who it is. Who proves nothing has stolen it."""
    spent_at = facts.token.spent_at if facts.token is not None else None
    unused = facts.next_token is not None and facts.next_token.spent_at is None
    soon = spent_at is not None and now - spent_at <= LOST_ANSWER_SECONDS
    bound = facts.token is not None and facts.token.key is not None
    return unused and (bound or (soon and client.auth_method is not ClientAuth.NONE))


def refuse_reused_token(client: ClientRule, facts: RefreshFacts, now: float) -> Refused:
    """A refresh token that was used before ends its family (RFC 9700 section 4.14.2)."""
    return revoke_family(client, facts.grant, Reason.REFRESH_TOKEN_REPLAYED, now)


def is_by_its_key(token: RefreshToken, holder: Holder | None) -> bool:
    """Whether it comes with the key that it is bound to (RFC 9449 section 5)."""
    return token.key is None or (holder is not None and holder.thumbprint == token.key)


def refuse_other_key(client: ClientRule, facts: RefreshFacts, now: float) -> Refused:
    """Somebody has the token and not the key: it was stolen, and its family ends."""
    return revoke_family(client, facts.grant, Reason.PROOF_KEY, now)


def require_refresh_token_not_expired(token: RefreshToken, now: float) -> None:
    """Raise InvalidGrant where it was idle for too long, or its family is too old."""
    if token.expires_at <= now:
        raise InvalidGrant(Reason.REFRESH_TOKEN_EXPIRED)


def require_narrower(asked: frozenset[Scope] | None, token: RefreshToken) -> frozenset[Scope]:
    """The scopes asked for, or all. Raises InvalidScope for one that was not granted (RFC 6749 section 6)."""
    if asked is None:
        return token.scopes
    if not asked <= token.scopes:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    return asked


def rotate(
    registry: Registry, token: RefreshToken, successor: Secret, who: Entitlement, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """Spend the token for new ones and its successor; for one that is spent, the same successor again."""
    tokens = tokens_for_person(registry, who, successor, now, fresh, refreshed=True)
    event = issued_to_person(who, tokens, GrantType.REFRESH_TOKEN, now)
    return Decided(Plan(_rotation(token, successor, who.client, int(now)), (event,)), tokens)


def keep(registry: Registry, token: RefreshToken, who: Entitlement, now: float, fresh: Fresh) -> Decided[Tokens]:
    """New tokens for one that goes on, idle from now (FAPI 2.0 Security Profile section 5.3.2.1 item 9)."""
    tokens = tokens_for_person(registry, who, None, now, fresh, refreshed=True)
    event = issued_to_person(who, tokens, GrantType.REFRESH_TOKEN, now)
    idle = who.client.profile.refresh_idle_seconds or 0
    prolonged = ProlongRefreshToken(token.hash, min(int(now) + idle, token.family_expires_at))
    return Decided(Plan((prolonged,), (event,)), tokens)


def _rotation(token: RefreshToken, successor: Secret, client: ClientRule, now: int) -> tuple[Write, ...]:
    """The successor keeps the scopes of the family, whatever this request narrowed (RFC 6749 section 6)."""
    if token.spent_at is not None:
        return ()
    idle = client.profile.refresh_idle_seconds or 0
    next_token = RefreshToken(
        hash=token_hash(successor.reveal()),
        grant=token.grant,
        client=token.client,
        scopes=token.scopes,
        issued_at=now,
        expires_at=min(now + idle, token.family_expires_at),
        family_expires_at=token.family_expires_at,
        key=token.key,
    )
    return (SpendRefreshToken(token.hash, now), AddRefreshToken(next_token))
