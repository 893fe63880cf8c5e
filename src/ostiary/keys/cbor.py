"""CBOR that two parsers can only read in one way: every length is stated, every number and length in its shortest form,
no key of a map twice, and neither tags nor floats (RFC 8949 sections 4.2.1 and 5.6). The order of keys is left open.
"""

from typing import Final

Value = int | bytes | str | list["Value"] | dict["int | str", "Value"]
DEEPEST: Final = 4
"""Of arrays and maps within each other."""
_LENGTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
"""Bytes of a number behind its first byte, by what that byte says (section 3)."""
_LEAST: Final = {24: 24, 25: 1 << 8, 26: 1 << 16, 27: 1 << 32}
"""A smaller number has a shorter form."""
_ARRAY: Final = 4


class NotStrictCbor(ValueError):
    """Cut off, followed by more, nested too deep, spelled in a longer way than needed, or of a kind that nobody needs
    here."""


def parse(data: bytes) -> Value:
    """The one item that the bytes are."""
    value, rest = parse_first(data)
    if rest:
        raise NotStrictCbor("there is more behind the item")
    return value


def parse_first(data: bytes) -> tuple[Value, bytes]:
    """The item that the bytes begin with, and the bytes behind it."""
    value, end = _item(data, 0, DEEPEST)
    return value, data[end:]


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    major, number, at = _head(data, at)
    match major:
        case 0:
            return number, at
        case 1:
            return -1 - number, at
        case 2:
            return _bytes(data, at, number)
        case 3:
            return _text(data, at, number)
        case 4 | 5 if depth:
            _require_there(data, at, number)
            return _array(data, at, number, depth - 1) if major == _ARRAY else _map(data, at, number, depth - 1)
        case _:
            raise NotStrictCbor("nested too deep, or a tag, a float or a simple value")


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Major type and number of an item (section 3), and where it goes on."""
    _require_there(data, at, 1)
    major, short = data[at] >> 5, data[at] & 31
    if short < 24:
        return major, short, at + 1
    if short not in _LENGTHS:
        raise NotStrictCbor("a length that is not stated, or a reserved one")
    end = at + 1 + _LENGTHS[short]
    _require_there(data, at, end - at)
    number = int.from_bytes(data[at + 1 : end], "big")
    if number < _LEAST[short]:
        raise NotStrictCbor("a number that has a shorter form")
    return major, number, end


def _require_there(data: bytes, at: int, count: int) -> None:
    """Each item has at least one byte, so no count is believed that the bytes cannot hold."""
    if count > len(data) - at:
        raise NotStrictCbor("cut off")


def _bytes(data: bytes, at: int, count: int) -> tuple[bytes, int]:
    _require_there(data, at, count)
    return data[at : at + count], at + count


def _text(data: bytes, at: int, count: int) -> tuple[str, int]:
    raw, at = _bytes(data, at, count)
    try:
        return raw.decode(), at
    except UnicodeDecodeError:
        raise NotStrictCbor("text that is not UTF-8") from None


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[list[Value], int]:
    items: list[Value] = []
    for _ in range(count):
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[int | str, Value], int]:
    members: dict[int | str, Value] = {}
    for _ in range(count):
        key, at = _item(data, at, 0)
        if not isinstance(key, int | str) or key in members:
            raise NotStrictCbor("a key that is repeated, or neither a number nor text")
        members[key], at = _item(data, at, depth)
    return members, at
