"""ID tokens (OpenID Connect Core sections 2 and 12.2). Their type keeps them from passing for access tokens."""

from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.issuer import claims as claim
from ostiary.issuer.access_token_claims import Claims
from ostiary.issuer.records import Grant
from ostiary.issuer.registry import Registry
from ostiary.people.records import Person

TYPE: Final = "JWT"


def id_claims(
    registry: Registry, client: ClientRule, grant: Grant, person: Person, now: int, *, refreshed: bool
) -> Claims:
    """What the client learns of the sign-in, and the claims that its `claims` parameter asks for here. Claims of
    scopes come from userinfo (section 5.4). The nonce is for the first one alone (section 12.2)."""
    claims: Claims = {
        "iss": registry.issuer,
        "sub": person.subject,
        "aud": client.id,
        "iat": now,
        "exp": now + client.profile.access_token_seconds,
        **claim.about_sign_in(grant),
        **claim.about(person, claim.requested(grant.claims, claim.ID_TOKEN)),
    }
    if grant.nonce is not None and not refreshed:
        claims["nonce"] = grant.nonce
    return claims
