"""Where rules read from a request. What two programs could read in two ways is not read: FACT_UNREADABLE."""

from collections.abc import Callable, Mapping
from urllib.parse import unquote_to_bytes

from ostiary.contract.model import Fact, RouteRule
from ostiary.gateway.decision import Asked
from ostiary.keys.strict_json import NotStrictJson, parse_object


class Unreadable(Exception):
    """The fact is not there, is no text, or could be read in more than one way."""


Read = Callable[[Asked], str]
"""Raises Unreadable."""


def reader(fact: Fact, rule: RouteRule) -> Read:
    """How to read a fact that does not need the body."""
    match fact.source:
        case "path":
            return _of_path(rule.parameters.index(fact.path[0]))
        case "query":
            return _of_query(fact.path[0])
        case "claims":
            return lambda asked: text_at(asked.seen.claims if asked.seen is not None else {}, fact.path)
    raise ValueError(f"{fact.source} is no source of facts")


def _of_path(position: int) -> Read:
    def read(asked: Asked) -> str:
        return asked.captures[position]

    return read


def _of_query(name: str) -> Read:
    wanted = name.encode()

    def read(asked: Asked) -> str:
        return query_value(asked.head.query or b"", wanted)

    return read


def query_value(query: bytes, wanted: bytes) -> str:
    """The one value of a parameter. Raises Unreadable where it comes twice, or in a spelling that some servers take
    for the same: another case, `name[]`, `name.x`, `na me` for `na_me`, cut at a NUL, or separated by `;`."""
    found: list[bytes] = []
    others = alike(wanted)
    if b";" in query:
        raise Unreadable
    for pair in query.split(b"&"):
        name, equals, value = pair.partition(b"=")
        if _spelled(name) == wanted and equals:
            found.append(value)
        elif not others.isdisjoint(heard_as(name)):
            raise Unreadable
    if len(found) != 1:
        raise Unreadable
    return _text(unquote_to_bytes(found[0].replace(b"+", b" ")))


def alike(name: bytes) -> frozenset[bytes]:
    """As what servers may hear a parameter that is meant to be this one."""
    return frozenset((_uncased(name), _folded(name)))


def heard_as(name: bytes) -> tuple[bytes, bytes]:
    """As what servers may hear a parameter that comes under this name."""
    spelled = _spelled(name)
    return _root(spelled), _folded(spelled)


def _spelled(name: bytes) -> bytes:
    return unquote_to_bytes(name.replace(b"+", b" "))


def _root(name: bytes) -> bytes:
    return _uncased(name).partition(b"\0")[0].replace(b"[", b".").partition(b".")[0].strip()


def _folded(name: bytes) -> bytes:
    """As PHP names variables: a dot, a space or an open bracket becomes `_`."""
    return _uncased(name).partition(b"\0")[0].strip().translate(_UNDERSCORED)


_UNDERSCORED = bytes.maketrans(b". [", b"___")


def _uncased(name: bytes) -> bytes:
    return name.lower() if name.isascii() else without_case(name.decode("utf-8", "replace")).encode()


def without_case(name: str) -> str:
    """As what servers may hear a name that know no case, each in its own way: Go takes `\u017f` for `s`, Java takes
    `\u0131` and `\u0130` for `i`."""
    return name.lower() if name.isascii() else name.upper().casefold().replace(_DOT_ABOVE, "")


_DOT_ABOVE = "\u0307"
"""Which is left of `\u0130`."""


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Unreadable from None


_UTF_8 = (b"charset=utf-8", b'charset="utf-8"')
"""The character set that some servers would go by."""


def body_object(body: bytes, content_type: bytes | None, content_encoding: bytes | None) -> Mapping[str, object]:
    """A JSON object in UTF-8 in which no member stands twice (RFC 8259 sections 4 and 8.1). Raises Unreadable."""
    media, *parameters = (part.strip() for part in (content_type or b"").lower().split(b";"))
    if not (media == b"application/json" or (media.startswith(b"application/") and media.endswith(b"+json"))):
        raise Unreadable
    if any(each.startswith(b"charset") and each not in _UTF_8 for each in parameters):
        raise Unreadable
    if content_encoding not in (None, b"identity"):
        raise Unreadable
    try:
        return parse_object(body)
    except NotStrictJson:
        raise Unreadable from None


def text_at(members: Mapping[str, object], path: tuple[str, ...]) -> str:
    """The text at a path of member names. Raises Unreadable, also where a name comes in two cases or with something
    behind a NUL, which some parsers take for one."""
    value: object = members
    for name in path:
        if not isinstance(value, Mapping) or sum(_is_heard_as(member, name) for member in value) != 1:
            raise Unreadable
        value = value.get(name)
    if not isinstance(value, str):
        raise Unreadable
    return value


def _is_heard_as(member: str, name: str) -> bool:
    return without_case(member.partition("\0")[0]) == without_case(name)
