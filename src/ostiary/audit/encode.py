"""Events as the bytes that the log keeps: canonical JSON, one spelling for each event, only declared fields."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from functools import cache
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

import orjson

from ostiary.model.events import Event, gateway, issuer, operators, people, program, registration
from ostiary.model.frozen import frozen

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MOST_CHARACTERS: Final = 2048
"""Of one text; what is longer is cut and ends in `CUT`."""
CUT: Final = "[cut]"
_UNPRINTABLE: Final = "\N{REPLACEMENT CHARACTER}"


class RecordUnreadable(ValueError):
    """The bytes are not an event of this vocabulary."""


def _type_name(event_class: type[Event]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_class.__name__).lower()


def _told_by(module: ModuleType) -> Iterator[type[Event]]:
    return (each for each in Event.__subclasses__() if each.__module__ == module.__name__)


EVENT_TYPES: Final[Mapping[str, type[Event]]] = {
    _type_name(each): each
    for module in (people, issuer, registration, operators, program, gateway)
    for each in _told_by(module)
}
"""The whole vocabulary: `type` in the log, and its class."""
_NAMES: Final[Mapping[type[Event], str]] = {each: name for name, each in EVENT_TYPES.items()}


def encode(event: Event, **written: bytes) -> bytes:
    """Return JSON with sorted members and `type`; members that have their default are left out.

    `written`: members that are JSON already, in place of the event's own. Raise KeyError for a class that is not of the
    vocabulary.
    """
    type_name = _NAMES[type(event)]
    of = _fields(type(event))  # type: ignore[arg-type]  # a class is hashable even where its instances are not
    members: dict[str, Any] = dict(zip(of.names, of.values(event), strict=True), type=type_name)
    for name, default in of.defaults:
        if members[name] == default:
            del members[name]
    for name in of.times:
        if name in members:
            members[name] = float(members[name])
    for name, text in written.items():
        members[name] = orjson.Fragment(text)
    body = _if_plain(members)
    if body is not None:
        return body
    members |= {name: _clean(members[name]) for name in of.texts if name in members}
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)


def _if_plain(members: Mapping[str, object]) -> bytes | None:
    """None where a text may have to be cleaned, as hardly any ever has: of one look at the whole, where what is below
    U+0020 stands as an escape (RFC 8259 section 7)."""
    try:
        body = orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half of a surrogate pair
        return None
    plain = len(body) <= MOST_CHARACTERS and body.isascii() and b"\\" not in body and b"\x7f" not in body
    return body if plain else None


def decode(body: bytes) -> Event:
    """Return the event that `encode` was given, or raise RecordUnreadable."""
    try:
        event = _adapter(orjson.loads(body)["type"]).validate_json(body)
    except (ValueError, KeyError, TypeError):
        raise RecordUnreadable("not an event of this version's vocabulary") from None
    if encode(event) != body:
        raise RecordUnreadable("not in canonical form")
    return event


@cache
def _adapter(name: str) -> "TypeAdapter[Event]":
    from pydantic import TypeAdapter  # seven megabytes that a gateway worker, which only writes, does without

    return TypeAdapter(EVENT_TYPES[name])


@frozen
class _Fields:
    """Of an event's class. `values` reads all at once, of which every event has two or more."""

    values: Callable[[Event], tuple[Any, ...]]
    names: Sequence[str]
    defaults: Sequence[tuple[str, object]]
    times: Sequence[str]
    """These have one spelling, also where they are whole."""
    texts: Sequence[str]
    """Numbers need no cleaning, so a batch's rows are not walked."""


@cache
def _fields(event_class: type) -> _Fields:
    hints, declared = get_type_hints(event_class), fields(event_class)
    names = [field.name for field in declared]
    return _Fields(
        attrgetter(*names),
        names,
        [(field.name, field.default) for field in declared if field.default is not MISSING],
        [name for name in names if hints[name] is float],
        [name for name in names if _holds_text(hints[name])],
    )


def _holds_text(hint: Any) -> bool:
    plain = getattr(hint, "__supertype__", hint)
    return any(map(_holds_text, get_args(plain))) or (isinstance(plain, type) and issubclass(plain, str))


def _clean(value: object) -> object:
    """Bound each text, and keep out what could steer a terminal, fake a line, or not be encoded."""
    if isinstance(value, tuple):
        return tuple(map(_clean, value))
    if not isinstance(value, str) or (value.isprintable() and len(value) <= MOST_CHARACTERS):
        return value
    cut = value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - len(CUT)] + CUT
    return "".join(each if each.isprintable() else _UNPRINTABLE for each in cut)
