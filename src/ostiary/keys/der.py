"""DER that two parsers can only read in one way: every length and number in its shortest form (X.690 sections 8, 10).

An item is not read deeper than it is asked to be, so that no nesting can do harm.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeVar

from ostiary.model.frozen import frozen

T = TypeVar("T")
_CONSTRUCTED: Final = 0x20
_CONTEXT: Final = 0x80
_LONG: Final = 31
"""In place of a tag's number: it stands in the bytes behind."""
_MOST: Final = 1 << 21
"""Above each tag's number: three bytes."""


class NotStrictDer(ValueError):
    """Cut off, followed by more, spelled in a longer way than needed, or of another kind than the one that belongs
    there."""


class Tag(NamedTuple):
    """`kind`: the upper three bits, of class and form (section 8.1.2)."""

    kind: int
    number: int


BOOLEAN: Final = Tag(0, 1)
INTEGER: Final = Tag(0, 2)
OCTET_STRING: Final = Tag(0, 4)
ENUMERATED: Final = Tag(0, 10)
SEQUENCE: Final = Tag(_CONSTRUCTED, 16)
SET: Final = Tag(_CONSTRUCTED, 17)


@frozen
class Item:
    """One value, not read any deeper."""

    tag: Tag
    content: bytes

    def of(self, tag: Tag) -> bytes:
        """What is in it. Raises NotStrictDer where it is of another kind."""
        if self.tag != tag:
            raise NotStrictDer("of another kind")
        return self.content

    def explicit(self) -> int | None:
        """The number of its tag, where that stands around another item (section 8.14.3)."""
        return self.tag.number if self.tag.kind == _CONTEXT | _CONSTRUCTED else None


def only(data: bytes) -> Item:
    """The one item that the bytes are."""
    found = items(data)
    if len(found) != 1:
        raise NotStrictDer("not one item")
    return found[0]


def items(data: bytes) -> list[Item]:
    """The items that stand one behind the other."""
    found: list[Item] = []
    at = 0
    while at < len(data):
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if length > len(data) - at:
            raise NotStrictDer("cut off")
        found.append(Item(tag, data[at : at + length]))
        at += length
    return found


def number(item: Item, tag: Tag = INTEGER) -> int:
    """An INTEGER or an ENUMERATED (sections 8.3 and 8.4)."""
    content = item.of(tag)
    if not content or (len(content) > 1 and content[0] in (0, 255) and content[0] >> 7 == content[1] >> 7):
        raise NotStrictDer("a number that has a shorter form")
    return int.from_bytes(content, "big", signed=True)


def truth(item: Item) -> bool:
    """A BOOLEAN (section 11.1)."""
    content = item.of(BOOLEAN)
    if content not in (b"\x00", b"\xff"):
        raise NotStrictDer("neither true nor false")
    return content == b"\xff"


def set_of(item: Item, read: Callable[[Item], T]) -> frozenset[T]:
    """Of values that are each there once; their order is left open."""
    found = [read(each) for each in items(item.of(SET))]
    if len(found) != len(set(found)):
        raise NotStrictDer("a value that is repeated")
    return frozenset(found)


def _tag(data: bytes, at: int) -> tuple[Tag, int]:
    first = _byte(data, at)
    kind, short, at = first & 0xE0, first & 31, at + 1
    if short != _LONG:
        return Tag(kind, short), at
    value = 0
    while value < _MOST:
        byte, at = _byte(data, at), at + 1
        if not value and byte == 0x80:
            break
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            if value < _LONG:
                break
            return Tag(kind, value), at
    raise NotStrictDer("a tag that has a shorter form, or a number that nobody uses")


def _length(data: bytes, at: int) -> tuple[int, int]:
    first = _byte(data, at)
    if first < 0x80:
        return first, at + 1
    size = first & 0x7F
    raw = data[at + 1 : at + 1 + size]
    value = int.from_bytes(raw, "big")
    if not 0 < size <= 4 or len(raw) != size or value < 0x80 or raw[0] == 0:
        raise NotStrictDer("a length that is not stated, too long, or has a shorter form")
    return value, at + 1 + size


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise NotStrictDer("cut off")
    return data[at]
