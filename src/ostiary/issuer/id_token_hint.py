"""`id_token_hint`: an ID token of ours that names a person (OpenID Connect Core section 3.1.2.1, RP-Initiated Logout
section 2). It is a hint about the past, so it may be expired."""

from ostiary.issuer import id_token
from ostiary.keys.jwt import verify
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidRequest, InvalidToken
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, SessionId, Subject
from ostiary.model.reasons import Reason


@frozen
class IdTokenHint:
    """What the token says, its signature and issuer checked. `session` is None where the token names none."""

    subject: Subject
    session: SessionId | None
    audience: tuple[ClientId, ...]


def require_own_id_token(hint: str, keys: KeySet, issuer: str) -> IdTokenHint:
    """Raise InvalidRequest unless this issuer signed it, as an ID token and no other kind."""
    try:
        claims = verify(hint, keys, id_token.TYPE)
        session = claims.text_or_none("sid")
        own = claims.text("iss") == issuer
        read = IdTokenHint(
            subject=Subject(claims.text("sub")),
            session=None if session is None else SessionId(session),
            audience=tuple(map(ClientId, claims.texts("aud"))),
        )
    except InvalidToken:
        raise InvalidRequest(Reason.LOGOUT_HINT_INVALID, "id_token_hint") from None
    if not own:
        raise InvalidRequest(Reason.LOGOUT_HINT_INVALID, "id_token_hint")
    return read
