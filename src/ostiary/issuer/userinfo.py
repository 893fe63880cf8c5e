"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

from ostiary.contract.rights import OPENID
from ostiary.issuer import claims as claim
from ostiary.issuer.access_token import AccessToken, TokenFacts
from ostiary.model.errors import InsufficientScope, InvalidToken
from ostiary.model.reasons import Reason


def require_openid(token: AccessToken) -> None:
    """Raise InsufficientScope unless the token is of a sign-in (section 5.3)."""
    if OPENID not in token.scopes:
        raise InsufficientScope(Reason.SCOPE_MISSING, (OPENID,))


def person_claims(token: AccessToken, facts: TokenFacts) -> dict[str, object]:
    """The subject and what the token's scopes and the grant's `claims` ask for (sections 5.3.2, 5.4 and 5.5)."""
    if facts.person is None or facts.grant is None:
        raise InvalidToken(Reason.TOKEN_REVOKED)
    asked = claim.requested(facts.grant.claims, claim.USERINFO)
    of_sign_in = {name: value for name, value in claim.about_sign_in(facts.grant).items() if name in asked}
    of_person = claim.about(facts.person, claim.of_scopes(token.scopes) | asked)
    return {"sub": token.subject, **of_sign_in, **of_person}
