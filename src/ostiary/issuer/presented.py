"""A token that a client asks about, whatever it is (RFC 7009 section 2.1, RFC 7662 section 2.1).

`token_type_hint` is not needed: the two kinds look different, and each lookup is cheap.
"""

from ostiary.issuer.access_token import AccessToken, require_access_token
from ostiary.issuer.records import RefreshToken
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidToken

Presented = RefreshToken | AccessToken | str
"""One that is stored, one that is signed and lives, or the text of what is neither."""


def is_jwt(text: str) -> bool:
    """Whether it has the form of a JWT; no refresh token has a dot."""
    return "." in text


def read_signed(text: str, keys: KeySet, issuer: str, now: float) -> AccessToken | str:
    """The access token that this is, if it is one of ours that has not expired."""
    try:
        return require_access_token(text, keys, issuer, now)
    except InvalidToken:
        return text
