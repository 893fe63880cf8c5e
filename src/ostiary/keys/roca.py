"""RSA keys that a chip's library made from a short number, and that can be taken apart (CVE-2017-15361, ROCA; Nemec et
al., "The Return of Coppersmith's Attack", 2017). Smart cards and TPMs of those years still have them."""

from typing import Final

_PRIMES: Final = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
"""Those up to 167, by which keys of every length were made, where the powers of 65537 are not all there is."""
_POWERS: Final = tuple((prime, frozenset(pow(65537, power, prime) for power in range(prime))) for prime in _PRIMES)


def shows(modulus: int) -> bool:
    """Whether the modulus is a power of 65537 by each of these primes: of other keys one in 200 million is."""
    return all(modulus % prime in powers for prime, powers in _POWERS)
