"""CBOR as a device writes it (RFC 8949), apart from what reads it."""

from collections.abc import Mapping


def written(value: object) -> bytes:
    match value:
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list() | tuple():
            return head(4, len(value)) + b"".join(map(written, value))
        case Mapping():
            return head(5, len(value)) + b"".join(written(key) + written(each) for key, each in value.items())
    raise TypeError(type(value))


def head(major: int, number: int, size: int | None = None) -> bytes:
    """`size`: of the number in bytes, where it is not the shortest."""
    if size is None:
        size = 0 if number < 24 else next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    if size == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")
