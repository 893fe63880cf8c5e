"""What becomes of a token: told about, shown a person for, taken back."""

from ostiary.contract.model import ClientRule
from ostiary.issuer import access_token, introspect, revoke, userinfo
from ostiary.issuer.access_token import AccessToken, TokenFacts, lives
from ostiary.issuer.decision import Decided
from ostiary.issuer.presented import Presented
from ostiary.issuer.records import RefreshToken
from ostiary.issuer.registry import Registry
from ostiary.keys.keyset import KeySet


def introspection(
    registry: Registry, client: ClientRule, presented: Presented, facts: TokenFacts, signed: bool, now: float
) -> Decided[introspect.Told]:
    """RFC 7662 section 2. `signed`: the answer will be a JWT (RFC 9701 section 4)."""
    introspect.require_confidential(client)
    introspect.require_signed(client, signed)
    match presented:
        case RefreshToken() if introspect.refresh_token_lives(client, presented, facts, now):
            return introspect.active_refresh_token(registry, client, presented, facts, now)
        case AccessToken() if introspect.may_see(client, presented, registry) and lives(
            registry, presented, facts, now
        ):
            return introspect.active_access_token(registry, client, presented, now)
        case _:
            return introspect.inactive(client, now)


def user_info(registry: Registry, token: AccessToken, facts: TokenFacts, now: float) -> dict[str, object]:
    """OpenID Connect Core section 5.3. The token's signature, issuer and lifetime are checked when it is read."""
    access_token.require_living(registry, token, facts, now)
    userinfo.require_openid(token)
    return userinfo.person_claims(token, facts)


def revocation(client: ClientRule, presented: Presented, keys: KeySet, now: float) -> Decided[None]:
    """RFC 7009 section 2."""
    match presented:
        case RefreshToken():
            revoke.require_own_token(presented, client)
            return revoke.revoke_grant(presented, client, now)
        case AccessToken():
            revoke.require_own_token(presented, client)
            return revoke.revoke_access_token(presented, now)
        case str():
            revoke.refuse_id_token(presented, keys)
            return revoke.NOTHING
