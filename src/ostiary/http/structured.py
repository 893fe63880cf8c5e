"""Structured fields as far as signatures and digests need them (RFC 9651), and only in one spelling each.

Two kinds of dictionaries: of inner lists of strings (Signature-Input), and of byte sequences (Signature,
Content-Digest). An inner list is read only in the form that serialising it gives (section 4.1.1.1), because a signature
covers that form: so what came is what was signed. Of bare items there are strings without escapes, integers that are
not negative, and true as a flag. No key comes twice, though section 4.2.2 would let the last one win.
"""

import binascii
import string
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from ostiary.http import syntax
from ostiary.model.frozen import frozen

T = TypeVar("T")
Value = str | int
"""What a parameter says: a String, an Integer, or the Boolean true."""
Parameters = dict[bytes, Value]
Item = tuple[bytes, Parameters]
"""A String of an inner list, with its parameters."""

_FIRST: Final = string.ascii_lowercase.encode() + b"*"
_KEY: Final = _FIRST + string.digits.encode() + b"_-."
_DIGITS: Final = string.digits.encode()
_TEXT: Final = bytes(byte for byte in range(0x20, 0x7F) if byte not in b'"\\')
_TEXT_AND_QUOTE: Final = _TEXT + b'"'
_MOST_DIGITS: Final = 15


class NotStructured(ValueError):
    """The text is not one of the forms that are read here."""


@frozen
class InnerList(Generic[T]):
    """A list and its parameters. `text` is all of it as it came, which is also how it is serialised."""

    items: T
    parameters: Parameters
    text: bytes


def inner_lists(field: bytes, read: Callable[[bytes], T]) -> dict[bytes, InnerList[T]]:
    """A dictionary of inner lists. `read` makes of each, with its parentheses, what it stands for: see `strings`.

    Raise NotStructured.
    """
    members: dict[bytes, InnerList[T]] = {}
    at = 0
    while True:
        key, at = _key(field, at)
        if key in members or not field.startswith(b"=(", at):
            raise NotStructured
        begin = at + 1
        end = _end_of_list(field, begin)
        items = read(field[begin:end])
        parameters, at = _parameters(field, end)
        members[key] = InnerList(items, parameters, field[begin:at])
        if at == len(field):
            return members
        at = _behind_comma(field, at)


def strings(text: bytes) -> tuple[Item, ...]:
    """What stands between the parentheses of an inner list: strings, with one space between them.

    Raise NotStructured.
    """
    if text == b"()":
        return ()
    items: list[Item] = []
    at, last = 1, len(text) - 1
    while True:
        value, at = _string(text, at)
        parameters, at = _parameters(text, at)
        items.append((value, parameters))
        if at == last:
            return tuple(items)
        if not text.startswith(b" ", at):
            raise NotStructured
        at += 1


def byte_sequences(field: bytes) -> dict[bytes, bytes]:
    """A dictionary of byte sequences without parameters. Raise NotStructured."""
    members: dict[bytes, bytes] = {}
    for member in field.split(b","):
        key, _, text = member.strip(syntax.OWS).partition(b"=")
        if key in members or not _is_key(key):
            raise NotStructured
        members[key] = byte_sequence(text)
    return members


def byte_sequence(text: bytes) -> bytes:
    """Section 4.2.7, and only the one spelling of each value. Raise NotStructured."""
    if len(text) < 2 or text[:1] != b":" or text[-1:] != b":":
        raise NotStructured
    encoded = text[1:-1]
    try:
        raw = binascii.a2b_base64(encoded, strict_mode=True)
    except binascii.Error:
        raise NotStructured from None
    if binascii.b2a_base64(raw, newline=False) != encoded:
        raise NotStructured
    return raw


def _parameters(text: bytes, at: int) -> tuple[Parameters, int]:
    """Section 4.2.3.2; and where they end."""
    plain = _plain(text[at:])
    if plain is not None:
        return plain, len(text)
    parameters: Parameters = {}
    while text.startswith(b";", at):
        name, at = _key(text, at + 1)
        if name in parameters:
            raise NotStructured
        if text.startswith(b"=", at):
            parameters[name], at = _value(text, at + 1)
        else:
            parameters[name] = True
    return parameters, at


def _plain(text: bytes) -> Parameters | None:
    """As most signatures have them: parameters to the end of the text, and no `;` in a string. This is only quicker;
    None says to look at byte after byte.

    Where each piece between semicolons has two quotes or none, no semicolon stands between two quotes.
    """
    first, *pieces = text.split(b";")
    if first or text.translate(None, _TEXT_AND_QUOTE):
        return None
    parameters: Parameters = {}
    for piece in pieces:
        name, _, value = piece.partition(b"=")
        if not _is_key(name):
            return None
        if value[:1] == b'"' == value[-1:] and value.count(b'"') == 2:
            parameters[name] = value[1:-1].decode("ascii")
        elif is_integer(value):
            parameters[name] = int(value)
        else:
            return None
    return parameters if len(parameters) == len(pieces) else None


def _value(text: bytes, at: int) -> tuple[Value, int]:
    if text.startswith(b'"', at):
        value, at = _string(text, at)
        return value.decode("ascii"), at
    end = _run(text, at, _DIGITS, b";")
    if not is_integer(text[at:end]):
        raise NotStructured
    return int(text[at:end]), end


def is_integer(text: bytes) -> bool:
    """Whether this is one that is not negative, as it is serialised (section 4.1.4)."""
    return text.isdigit() and len(text) <= _MOST_DIGITS and (text[:1] != b"0" or text == b"0")


def is_string(text: bytes) -> bool:
    """Whether this can stand between the quotes of a String without an escape (section 4.1.6)."""
    return not text.translate(None, _TEXT)


def _string(text: bytes, at: int) -> tuple[bytes, int]:
    end = text.find(b'"', at + 1)
    value = text[at + 1 : end]
    if end < 0 or not text.startswith(b'"', at) or value.translate(None, _TEXT):
        raise NotStructured
    return value, end + 1


def _key(text: bytes, at: int) -> tuple[bytes, int]:
    end = _run(text, at, _KEY, b"=")
    key = text[at:end]
    if key[:1] not in _FIRST or not key:
        raise NotStructured
    return key, end


def _is_key(key: bytes) -> bool:
    return bool(key) and key[:1] in _FIRST and not key.translate(None, _KEY)


def _run(text: bytes, at: int, alphabet: bytes, likely: bytes) -> int:
    """Where bytes of this alphabet end; most often that is at the next `likely`, or at the end of the text."""
    end = text.find(likely, at)
    if end < 0:
        end = len(text)
    if text[at:end].translate(None, alphabet):
        end = at
        while text[end] in alphabet:
            end += 1
    return end


def _end_of_list(text: bytes, begin: int) -> int:
    """Behind the first parenthesis that is not inside a string; strings have no escapes here."""
    end = text.find(b")", begin)
    while end >= 0 and text.count(b'"', begin, end) % 2:
        end = text.find(b")", end + 1)
    if end < 0:
        raise NotStructured
    return end + 1


def _behind_comma(text: bytes, at: int) -> int:
    """Where the next member has to begin (section 4.2.2)."""
    rest = text[at:].lstrip(syntax.OWS)
    if rest[:1] != b",":
        raise NotStructured
    return len(text) - len(rest[1:].lstrip(syntax.OWS))
