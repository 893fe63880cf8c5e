"""Passwords: argon2id with the second parameters that RFC 9106 section 4 recommends (3 passes, 64 MiB, 4 lanes).

A hash takes some 0.1 s of two cores and 64 MiB, so the shell computes it in a thread and bounds how many at a time.
"""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from ostiary.model.ids import Secret

SHORTEST: Final = 15
"""Characters, where a password alone signs in (NIST SP 800-63B-4 section 3.1.1.2)."""
LONGEST: Final = 1024
SALT_BYTES: Final = RFC_9106_LOW_MEMORY.salt_len

_HASHER: Final = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

NOBODYS: Final = f"$argon2id$v=19$m=65536,t=3,p=4${'A' * 22}${'A' * 43}"
"""A hash that no known password has. Checking against it takes as long as against a person's."""


class PasswordWrong(Exception):
    """The password does not have this hash."""


class PasswordRefused(ValueError):
    """Too short or too long for a new password."""


def require_acceptable(password: Secret) -> None:
    """Raise PasswordRefused unless the new password has 15 to 1024 characters."""
    if not SHORTEST <= len(password.reveal()) <= LONGEST:
        raise PasswordRefused(f"a password has {SHORTEST} to {LONGEST} characters")


def hash_password(password: Secret, salt: bytes) -> str:
    """The hash in PHC string form. `salt`: SALT_BYTES random bytes."""
    return _HASHER.hash(_bytes(password), salt=salt)


def require_password(password: Secret, hash: str) -> None:
    """Raise PasswordWrong unless the password has this hash."""
    try:
        _HASHER.verify(hash, _bytes(password))
    except VerifyMismatchError:
        raise PasswordWrong from None


def _bytes(password: Secret) -> bytes:
    """The same bytes from every keyboard (NIST SP 800-63B-4 section 3.1.1.2). What is longer than any password can be
    is cut, so that it costs no more than others."""
    return unicodedata.normalize("NFKC", password.reveal()[: LONGEST + 1]).encode("utf-8", "surrogatepass")
