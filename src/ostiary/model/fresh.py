"""Randomness is an argument: only the shell has a source of it."""

from base64 import b64encode
from collections.abc import Callable

Fresh = Callable[[int], bytes]
"""Gives that many unpredictable bytes, each time others (`os.urandom` in the shell)."""


def fresh_name(fresh: Fresh, size: int = 16) -> str:
    """A name nobody can guess: `size` random bytes in base64url without padding.

    The first bit is none of chance, so that the name begins with a letter: a command would take `-` for an option.
    """
    name = bytearray(fresh(size))
    name[0] &= 0x7F
    return b64encode(name, b"-_").rstrip(b"=").decode()
