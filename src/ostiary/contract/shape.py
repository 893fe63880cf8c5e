"""Hold the tree to the types of the file, and go on with what is left, so that one run finds every mistake.

A key that is almost a setting is taken for it; any other part that is wrong is left out of what later checks see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ostiary.contract.document import (
    Entry,
    Mapping,
    Node,
    Path,
    Place,
    Scalar,
    Sequence,
    locate,
    plain,
    renamed,
    without,
)
from ostiary.contract.file import ContractFile
from ostiary.contract.mistakes import Code, Mistake

_ROUNDS = 100
_MOST = 1000
"""Mistakes of one round; with more, nothing is mended and no further check runs."""
_PLACEHOLDER = "https://origin.invalid"


@dataclass(frozen=True, slots=True)
class Shaped:
    """What is left of the file. With mistakes it is good for further checks only."""

    file: ContractFile
    document: Node
    lost: frozenset[tuple[str, str]]
    """(section, setting) of what was left out; the setting is empty where an entry as a whole was."""


def shape(document: Node, name: str) -> tuple[Shaped | None, list[Mistake]]:
    """The file as types, and every mistake in it; None where the file is no mapping."""
    mistakes: list[Mistake] = []
    lost: set[tuple[str, str]] = set()
    for _ in range(_ROUNDS):
        try:
            return Shaped(ContractFile.model_validate(plain(document)), document, frozenset(lost)), mistakes
        except ValidationError as refused:
            errors = refused.errors(include_url=False, include_input=False)
        errors = [error for error in errors if error["type"] == "extra_forbidden"] or errors
        mistakes += [_mistake(document, name, error) for error in errors[:_MOST]]
        if len(errors) > _MOST:
            says = f"There are {len(errors) - _MOST} mistakes more."
            mistakes.append(Mistake(name, 1, 1, Code.TOO_MUCH, says, "Mend those that are listed first."))
            break
        for error in reversed(errors):
            document = _mended(document, error, lost)
        if not isinstance(document, Mapping):
            break
    return None, mistakes


def _path(error: ErrorDetails) -> Path:
    return tuple(step for step in error["loc"] if step != "[key]")


def _mended(document: Node, error: ErrorDetails, lost: set[tuple[str, str]]) -> Node:
    path = _path(error)
    if error["type"] == "extra_forbidden":
        nearest = _nearest(document, path)
        return renamed(document, path, nearest) if nearest else without(document, path)
    path = _removable(path[:-1] if error["type"] == "missing" and len(path) > 1 else path)
    lost.add((str(path[0]) if path else "", str(path[2]) if len(path) > 2 else ""))
    if path == ("origin",) and isinstance(document, Mapping):
        placeholder = Entry(document.place, Scalar(document.place, _PLACEHOLDER))
        return Mapping(document.place, document.entries | {"origin": placeholder})
    return without(document, path)


def _removable(path: Path) -> Path:
    """The nearest part around `path` that can be left out."""
    while len(path) > 1:
        owner = _owner(path)
        if owner is None or not owner.model_fields[str(path[-1])].is_required():
            return path
        path = path[:-1]
    return path


def _owner(path: Path) -> type[BaseModel] | None:
    """The type whose setting the last step is; None where that is the key of a mapping or an item of a list."""
    model: type[BaseModel] = ContractFile
    in_container = False
    for step in path[:-1]:
        if in_container:
            in_container = False
            continue
        setting = model.model_fields.get(str(step))
        inner = _inner(setting.annotation) if setting else None
        if setting is None or inner is None:
            return None
        model, in_container = inner, _is_container(setting.annotation)
    return None if in_container else model


def _within(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _within(argument)


def _inner(annotation: Any) -> type[BaseModel] | None:
    found = (part for part in _within(annotation) if isinstance(part, type) and issubclass(part, BaseModel))
    return next(found, None)


def _is_container(annotation: Any) -> bool:
    return any(get_origin(part) in (dict, tuple) for part in _within(annotation))


def _nearest(document: Node, path: Path) -> str | None:
    """The setting that an unknown key was meant to be, if it is not there already."""
    owner = _owner(path)
    known = owner.model_fields if owner else {}
    present, unknown = _keys(document, path[:-1]), str(path[-1])
    free = [name for name in known if name not in present]
    matches = get_close_matches(unknown, free, n=1, cutoff=0.7) or [name for name in free if name in unknown.split("_")]
    return matches[0] if matches else None


def _keys(document: Node, path: Path) -> frozenset[str]:
    """Of the mapping at `path`."""
    node = document
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step].node
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    return frozenset(node.entries) if isinstance(node, Mapping) else frozenset()


_CODES: dict[str, Code] = {code.value: code for code in Code}
_TYPES = {
    "string_type": ("text", "Write text; put it in quotes if it looks like a number."),
    "bool_type": ("true or false", "Write `true` or `false`, without quotes."),
    "int_type": ("a whole number", "Write a whole number, without quotes."),
    "dict_type": ("a mapping", "Write `name: value` pairs below it, or remove the key."),
    "model_type": ("a mapping", "Write `name: value` pairs."),
    "model_attributes_type": ("a mapping", "Write `name: value` pairs."),
    "tuple_type": ("a list", "Write it as a list: `[one, two]`."),
    "list_type": ("a list", "Write it as a list: `[one, two]`."),
}


def _mistake(document: Node, name: str, error: ErrorDetails) -> Mistake:
    path = _path(error)
    code, says, mend = _words(document, path, error)
    place = _place(document, path, code)
    return Mistake(name, place.line, place.column, code, says, mend)


def _place(document: Node, path: Path, code: Code) -> Place:
    return locate(document, path, key=code in (Code.UNKNOWN_KEY, Code.MISSING_KEY))


def _words(document: Node, path: Path, error: ErrorDetails) -> tuple[Code, str, str]:
    """Code, what is wrong and the mend. Never the value."""
    last, context = (str(path[-1]) if path else ""), error.get("ctx", {})
    insecure = next((str(step) for step in reversed(path) if str(step).startswith("insecure_")), None)
    match error["type"]:
        case "extra_forbidden":
            nearest = _nearest(document, path)
            mend = f"Write `{nearest}`." if nearest else _known(path)
            return Code.UNKNOWN_KEY, f"There is no setting `{last}` here.", mend
        case "missing" if insecure and last == "because":
            return Code.INSECURE_WITHOUT_REASON, f"`{insecure}` gives no reason.", "Add `because: ...`."
        case "missing":
            return Code.MISSING_KEY, f"`{last}` is missing.", f"Add `{last}: ...`."
        case "model_type" | "model_attributes_type" if insecure == last:
            mend = f"Write `{insecure}: {{value: ..., because: ...}}`."
            return Code.INSECURE_WITHOUT_REASON, f"`{insecure}` gives no reason.", mend
        case "enum" | "literal_error":
            return Code.NOT_A_CHOICE, f"`{last}` does not know this value.", f"Write one of {context.get('expected')}."
        case kind if kind in _TYPES:
            what, mend = _TYPES[kind]
            return Code.WRONG_TYPE, f"This has to be {what}.", mend
        case kind if kind in _CODES:
            return _CODES[kind], str(context.get("says")), str(context.get("mend"))
        case _:
            return Code.OUT_OF_RANGE, f"`{last}` is out of range: {error['msg']}.", "Choose another value."


def _known(path: Path) -> str:
    owner = _owner(path)
    if owner is None:
        return "Remove it."
    return "Remove it, or use one of: " + ", ".join(sorted(owner.model_fields)) + "."
