"""Which 32 bytes are an Ed25519 key (RFC 8032 section 5.1). The library takes any, and a few verify what nobody signed:
under a point of small order anybody can make signatures (Chalkias et al., "Taming the Many EdDSAs", 2020)."""

from typing import Final

_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
"""The curve is -x² + y² = 1 + d x² y² (section 5.1)."""
_Y: Final = 2**255 - 1
"""All but the bit that says which x it is (section 5.1.2)."""
_OF_ORDER_EIGHT: Final = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL: Final = frozenset((0, 1, _P - 1, _OF_ORDER_EIGHT, _P - _OF_ORDER_EIGHT))
"""y of the eight points whose order is 1, 2, 4 or 8."""


def is_key(encoded: bytes) -> bool:
    """Whether the 32 bytes are the one spelling of a point (section 5.1.3) whose order is not small."""
    y = int.from_bytes(encoded, "little") & _Y
    if y >= _P or y in _SMALL:
        return False
    square = y * y % _P
    return pow((square - 1) * (_D * square + 1), (_P - 1) // 2, _P) == 1
