"""Events as the bytes that the log keeps: canonical JSON, one spelling for each event, only declared fields."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, get_args, get_type_hints

import orjson

from ostiary.model.events import Event, gateway, issuer, operators, people, program, registration

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MOST_CHARACTERS: Final = 2048
"""Of one text; what is longer is cut and ends in `CUT`."""
CUT: Final = "[cut]"
_PLAIN: Final = bytes(set(range(0x20, 0x7F)) - {ord("\\")})
"""What the JSON of an event consists of where there is nothing to clean: printable ASCII without an escape."""
_Field = tuple[str, object, bool]
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
    values, declared, texts = _fields(type(event))  # type: ignore[arg-type]  # a class is hashable even where its instances are not
    members: dict[str, Any] = {"type": _NAMES[type(event)]}
    for value, (name, default, is_time) in zip(values(event), declared, strict=True):
        if value is not default and value != default:
            members[name] = float(value) if is_time else value
    for name, text in written.items():
        members[name] = orjson.Fragment(text)
    body = _if_plain(members)
    if body is not None:
        return body
    members |= {name: _clean(members[name]) for name in texts if name in members}
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS)


def _if_plain(members: Mapping[str, object]) -> bytes | None:
    """None where a text may have to be cleaned, as hardly any ever has: of one look at the whole."""
    try:
        body = orjson.dumps(members, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half of a surrogate pair
        return None
    return body if len(body) <= MOST_CHARACTERS and not body.translate(None, _PLAIN) else None


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


@cache
def _fields(event_class: type) -> tuple[Callable[[Event], tuple[Any, ...]], Sequence[_Field], Sequence[str]]:
    """What reads all values at once, of which every event has two or more; the name and default of each field, and
    whether it is a time, which has one spelling, also where it is whole; and the names of those that hold texts:
    numbers need no cleaning, so a batch's rows are not walked."""
    hints, declared = get_type_hints(event_class), fields(event_class)
    names = [field.name for field in declared]
    described = [(field.name, field.default, hints[field.name] is float) for field in declared]
    return attrgetter(*names), described, [name for name in names if _holds_text(hints[name])]


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
