"""RSA keys that anybody can take apart in no time: a factor is small (NIST SP 800-89 section 5.3.3), or two are so near
to each other that Fermat's way finds them, as those of some printers were (CVE-2022-26320)."""

from math import gcd, isqrt, prod
from typing import Final

_ROUNDS: Final = 100
"""As many as public authorities try (CA/Browser Forum Baseline Requirements section 6.1.1.6)."""
_LEAST: Final = 752
_SMALL: Final = prod(each for each in range(2, _LEAST) if all(each % other for other in range(2, isqrt(each) + 1)))
_ENDS_OF_SQUARES: Final = (0, 1, 4, 9)
"""Modulo 16."""


def show(modulus: int) -> bool:
    """Whether the factors of a modulus are found."""
    middle = isqrt(modulus)
    if gcd(modulus, _SMALL) != 1 or middle * middle == modulus:
        return True
    return any(_is_square((middle + up) ** 2 - modulus) for up in range(1, _ROUNDS + 1))


def _is_square(number: int) -> bool:
    return number % 16 in _ENDS_OF_SQUARES and isqrt(number) ** 2 == number
