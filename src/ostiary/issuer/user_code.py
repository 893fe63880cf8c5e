"""The code that a person types to say which device they have before them (RFC 8628 section 6.1).

Eight letters without vowels, so that they form no words: 20^8, some 34 bits. That is too little for a plain hash, so
the store keeps a keyed one; what holds off guessing is `people.delays`.
"""

import hmac
from typing import Final, NewType

from ostiary.model.fresh import Fresh

ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = 8
LONGEST_TYPED: Final = 64
"""Characters that are looked at."""

UserCode = NewType("UserCode", str)
"""Its letters alone."""
UserCodeHash = NewType("UserCodeHash", bytes)


def new_user_code(fresh: Fresh) -> UserCode:
    """Each of the 20^8 as likely as the others, but for one part in 2^93."""
    number = int.from_bytes(fresh(16), "big")
    letters = ""
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters += ALPHABET[letter]
    return UserCode(letters)


def read_user_code(typed: str) -> UserCode | None:
    """The code that somebody means, whatever case and punctuation they use; None where it cannot be one."""
    letters = "".join(filter(str.isalnum, typed[:LONGEST_TYPED]))
    possible = len(letters) == LENGTH and letters.isascii() and set(letters.upper()) <= set(ALPHABET)
    return UserCode(letters.upper()) if possible else None


def shown(code: UserCode) -> str:
    """As devices show it: `WDJB-MJHT`."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def user_code_hash(code: UserCode, key: bytes) -> UserCodeHash:
    """`key`: the one derived for devices."""
    return UserCodeHash(hmac.digest(key, b"user code " + code.encode(), "sha256"))
