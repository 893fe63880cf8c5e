"""grant_type=refresh_token: rotation, reuse, and the answer that got lost (RFC 6749 section 6, RFC 9700)."""

from typing import Final

from ostiary.contract.model import ClientAuth, ClientRule, GrantType
from ostiary.issuer.decision import Decided, Refused
from ostiary.issuer.family import GrantFacts, revoke_family
from ostiary.issuer.holder import Holder
from ostiary.issuer.issue import Entitlement, issued_to_person, tokens_for_person
from ostiary.issuer.records import Grant, ProlongRefreshToken, RefreshToken, SpendRefreshToken
from ostiary.issuer.refresh_token import RefreshName
from ostiary.issuer.registry import Registry
from ostiary.issuer.token import Tokens
from ostiary.model.errors import InvalidGrant, InvalidScope
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason

LOST_ANSWER_SECONDS: Final = 30
"""For so long after its use, a refresh token gives an authenticated client the same successor once more."""


@frozen
class RefreshFacts(GrantFacts):
    token: RefreshToken | None


def require_known_refresh_token(facts: RefreshFacts) -> RefreshToken:
    """Raise InvalidGrant where there is none, also where the store was put back to before it (RFC 6749 section 5.2)."""
    if facts.token is None or facts.token.number > facts.token.family.number:
        raise InvalidGrant(Reason.REFRESH_TOKEN_UNKNOWN)
    return facts.token


def require_refresh_token_of_client(token: RefreshToken, client: ClientRule) -> None:
    """Raise InvalidGrant where it was issued to another client (RFC 6749 section 10.4)."""
    if token.client != client.id:
        raise InvalidGrant(Reason.REFRESH_TOKEN_OF_ANOTHER_CLIENT)


def is_lost_answer(client: ClientRule, token: RefreshToken, now: float) -> bool:
    """Whether a spent token comes again because its answer got lost: nobody used the successor, and it comes with the
    key that it is bound to, or soon from a client that proves who it is. Who proves nothing has stolen it."""
    family = token.family
    unused = token.number + 1 == family.number
    soon = now - family.issued_at <= LOST_ANSWER_SECONDS
    return unused and (family.key is not None or (soon and client.auth_method is not ClientAuth.NONE))


def refuse_reused_token(client: ClientRule, facts: RefreshFacts, now: float) -> Refused:
    """A refresh token that was used before ends its family (RFC 9700 section 4.14.2)."""
    return revoke_family(client, facts.grant, Reason.REFRESH_TOKEN_REPLAYED, now)


def is_by_its_key(token: RefreshToken, holder: Holder | None) -> bool:
    """Whether it comes with the key that it is bound to (RFC 9449 section 5)."""
    key = token.family.key
    return key is None or (holder is not None and holder.thumbprint == key)


def refuse_other_key(client: ClientRule, facts: RefreshFacts, now: float) -> Refused:
    """Somebody has the token and not the key: it was stolen, and its family ends."""
    return revoke_family(client, facts.grant, Reason.PROOF_KEY, now)


def require_refresh_token_not_expired(token: RefreshToken, now: float) -> None:
    """Raise InvalidGrant where it was idle for too long, or its family is too old."""
    if token.family.expires_at <= now:
        raise InvalidGrant(Reason.REFRESH_TOKEN_EXPIRED)


def require_narrower(asked: frozenset[Scope] | None, grant: Grant) -> frozenset[Scope]:
    """The scopes asked for, or all, whatever a request before this one narrowed. Raises InvalidScope for one that was
    not granted (RFC 6749 section 6)."""
    if asked is None:
        return grant.scopes
    if not asked <= grant.scopes:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    return asked


def rotate(registry: Registry, token: RefreshToken, who: Entitlement, now: float, fresh: Fresh) -> Decided[Tokens]:
    """Spend the token for new ones and its successor; for one that is spent, the same successor again."""
    grant, number = token.family.grant, token.number
    tokens = tokens_for_person(registry, who, RefreshName(grant, number + 1), now, fresh, refreshed=True)
    event = issued_to_person(who, tokens, GrantType.REFRESH_TOKEN, now)
    spend = SpendRefreshToken(grant, number, int(now), _idle_until(token, who.client, now))
    return Decided(Plan(() if token.spent else (spend,), (event,)), tokens)


def keep(registry: Registry, token: RefreshToken, who: Entitlement, now: float, fresh: Fresh) -> Decided[Tokens]:
    """New tokens for one that goes on, idle from now (FAPI 2.0 Security Profile section 5.3.2.1 item 9)."""
    tokens = tokens_for_person(registry, who, None, now, fresh, refreshed=True)
    event = issued_to_person(who, tokens, GrantType.REFRESH_TOKEN, now)
    prolonged = ProlongRefreshToken(token.family.grant, _idle_until(token, who.client, now))
    return Decided(Plan((prolonged,), (event,)), tokens)


def _idle_until(token: RefreshToken, client: ClientRule, now: float) -> int:
    return min(int(now) + (client.profile.refresh_idle_seconds or 0), token.family.family_expires_at)
