"""The revocation endpoint (RFC 7009)."""

from ostiary.contract.model import ClientRule
from ostiary.issuer import id_token
from ostiary.issuer.access_token import AccessToken, revocation_end
from ostiary.issuer.decision import Decided
from ostiary.issuer.records import RefreshToken, RevokeAccessToken, RevokeGrant
from ostiary.keys.jwt import verify
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidGrant, InvalidToken, UnsupportedTokenType
from ostiary.model.events.issuer import TokenRevocation
from ostiary.model.feed import GrantRevoked, TokenRevoked
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason

NOTHING = Decided(Plan(), None)
"""What is no token, or none any more, is already as the client wants it (section 2.2)."""


def refuse_id_token(jwt: str, keys: KeySet) -> None:
    """Raise UnsupportedTokenType for an ID token of ours: nobody asks the issuer about one (section 2.2.1)."""
    try:
        verify(jwt, keys, id_token.TYPE)
    except InvalidToken:
        return
    raise UnsupportedTokenType(Reason.TOKEN_TYPE_UNSUPPORTED)


def require_own_token(token: AccessToken | RefreshToken, client: ClientRule) -> None:
    """Raise InvalidGrant where it was issued to another client (section 2.1)."""
    if token.client != client.id:
        raise InvalidGrant(Reason.TOKEN_OF_ANOTHER_CLIENT)


def revoke_access_token(token: AccessToken, now: float) -> Decided[None]:
    """The token alone: its grant goes on."""
    return Decided(
        Plan(
            writes=(RevokeAccessToken(token.id, token.expires_at),),
            events=(TokenRevocation(at=now, client=token.client, token=token.id),),
            feed=(TokenRevoked(token.id, token.expires_at),),
        ),
        None,
    )


def revoke_grant(token: RefreshToken, client: ClientRule, now: float) -> Decided[None]:
    """A refresh token goes with all that its grant issued (section 2.1)."""
    grant = token.family.grant
    return Decided(
        Plan(
            writes=(RevokeGrant(grant, int(now)),),
            events=(TokenRevocation(at=now, client=client.id, grant=grant),),
            feed=(GrantRevoked(grant, revocation_end(now)),),
        ),
        None,
    )
