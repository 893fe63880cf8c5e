"""The names that people sign in with."""

import unicodedata
from typing import NewType

Login = NewType("Login", str)
"""Compared as it is: NFKC, case folded, no space around it."""

LONGEST = 254
"""Characters: an e-mail address may be a login (RFC 5321 section 4.5.3.1.3 leaves it 254)."""


class LoginInvalid(ValueError):
    """Empty, too long, or with a space, a control character or an unassigned one inside."""


def normalised(text: str) -> Login:
    """The one spelling of a login, whoever types it and on whatever keyboard (Unicode TR15 and section 5.18).

    Folding can undo a normal form, and the other way round, so it goes round until nothing changes.
    """
    folded = unicodedata.normalize("NFKC", text.casefold()).strip()
    return Login(folded) if folded == text else normalised(folded)


def require_login(text: str) -> Login:
    """The login that a new person gets. Raises LoginInvalid."""
    login = normalised(text[: LONGEST + 1])
    if not 0 < len(login) <= LONGEST:
        raise LoginInvalid(f"a login has 1 to {LONGEST} characters")
    if any(unicodedata.category(character)[0] in "CZ" for character in login):
        raise LoginInvalid("a login has no spaces, control characters or unassigned characters")
    return login
