"""grant_type=authorization_code (RFC 6749 section 4.1.3, RFC 7636 section 4.6)."""

from ostiary.contract.model import ClientRule, GrantType
from ostiary.issuer.decision import Decided, Refused
from ostiary.issuer.family import GrantFacts, revoke_family
from ostiary.issuer.holder import key_of_family
from ostiary.issuer.issue import Entitlement, issued_to_person, tokens_for_person
from ostiary.issuer.records import AuthorizationCode, OpenFamily, RefreshFamily, SpendCode
from ostiary.issuer.refresh_token import RefreshName
from ostiary.issuer.registry import Registry
from ostiary.issuer.token import Tokens
from ostiary.model.errors import InvalidGrant
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.plan import Plan, Spend, Write
from ostiary.model.reasons import Reason


@frozen
class CodeFacts(GrantFacts):
    code: AuthorizationCode | None


def require_known_code(facts: CodeFacts) -> AuthorizationCode:
    """Raise InvalidGrant where there is none (RFC 6749 section 5.2)."""
    if facts.code is None:
        raise InvalidGrant(Reason.CODE_UNKNOWN)
    return facts.code


def require_code_of_client(code: AuthorizationCode, client: ClientRule) -> None:
    """Raise InvalidGrant where it was issued to another client (RFC 6749 section 4.1.3)."""
    if code.client != client.id:
        raise InvalidGrant(Reason.CODE_OF_ANOTHER_CLIENT)


def require_same_redirect_uri(code: AuthorizationCode, redirect_uri: str | None) -> None:
    """Raise InvalidGrant where another one is sent than in the authorization request, to the letter (RFC 6749 section
    4.1.3). It need not be sent: the verifier proves the same (draft-ietf-oauth-v2-1-16 section 10.2)."""
    if redirect_uri is not None and code.redirect_uri != redirect_uri:
        raise InvalidGrant(Reason.REDIRECT_URI_MISMATCH)


def refuse_replayed_code(client: ClientRule, facts: CodeFacts, now: float) -> Refused:
    """The second valid request with a code revokes what the first one got (RFC 6749 section 4.1.2)."""
    return revoke_family(client, facts.grant, Reason.CODE_REPLAYED, now)


def require_code_not_expired(code: AuthorizationCode, now: float) -> None:
    """Raise InvalidGrant where it is past its lifetime (RFC 6749 section 4.1.2)."""
    if code.expires_at <= now:
        raise InvalidGrant(Reason.CODE_EXPIRED)


def exchange_code(
    registry: Registry, code: AuthorizationCode, who: Entitlement, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """Spend the code for tokens."""
    return first_tokens(registry, SpendCode(code.hash, int(now)), GrantType.AUTHORIZATION_CODE, who, now, fresh)


def first_tokens(
    registry: Registry, spend: Spend, grant_type: GrantType, who: Entitlement, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """What a code of any sort is spent for, with the first refresh token of a family where the client's kind has
    them."""
    writes: tuple[Write, ...] = (spend,)
    first = None
    if who.client.profile.refresh_idle_seconds is not None:
        first = RefreshName(who.grant.id, 1)
        writes += (OpenFamily(_family(first, who, int(now))),)
    tokens = tokens_for_person(registry, who, first, now, fresh)
    event = issued_to_person(who, tokens, grant_type, now)
    return Decided(Plan(writes, (event,)), tokens)


def _family(first: RefreshName, who: Entitlement, now: int) -> RefreshFamily:
    client = who.client
    idle, absolute = client.profile.refresh_idle_seconds, client.profile.refresh_absolute_seconds
    assert idle is not None
    assert absolute is not None, "profiles state both or neither"
    return RefreshFamily(
        grant=first.grant,
        client=client.id,
        number=first.number,
        issued_at=now,
        expires_at=now + min(idle, absolute),
        family_expires_at=now + absolute,
        key=key_of_family(client, who.holder),
    )
