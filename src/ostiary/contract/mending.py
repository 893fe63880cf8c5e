"""What is wrong is mended or left out, so that the checks that follow see all the rest.

A key that is almost a setting is taken for it, and so is a choice; any other part that is wrong is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from ostiary.contract.document import Entry, Mapping, Node, Path, Scalar, at, renamed, replaced, without
from ostiary.contract.file import ContractFile
from ostiary.model.principal import Kind

_PLACEHOLDER = "https://origin.invalid"
_PLACED = ("clients", "routes")
"""Sections whose entries name others."""


def path_of(error: ErrorDetails) -> Path:
    return tuple(step for step in error["loc"] if step != "[key]")


@dataclass(slots=True)
class Mending:
    """The document as it is mended."""

    document: Node
    lost: set[tuple[str, str]] = field(default_factory=set)
    """(section, setting) of what was left out; the setting is empty where an entry as a whole was."""
    broken: list[tuple[str, Node]] = field(default_factory=list)
    """Clients and routes that were left out as a whole, with their section."""

    def mend(self, errors: list[ErrorDetails]) -> None:
        """All of one round, the last first, so that indices in lists stay true."""
        gone: set[Path] = set()
        for error in reversed(errors):
            path = path_of(error)
            if error["type"] == "extra_forbidden":
                nearest = nearest_setting(self.document, path)
                self.document = renamed(self.document, path, nearest) if nearest else without(self.document, path)
            elif not self._taken_for_a_kind(path):
                self._leave_out(_removable(path[:-1] if error["type"] == "missing" and len(path) > 1 else path), gone)

    def _taken_for_a_kind(self, path: Path) -> bool:
        """A client of almost a kind is checked as one of that."""
        node = at(self.document, path)
        if path[:1] != ("clients",) or path[2:] != ("kind",) or not isinstance(node, Scalar):
            return False
        nearest = get_close_matches(str(node.value), list(Kind), n=1, cutoff=0.7)
        if nearest:
            self.document = replaced(self.document, path, Scalar(node.place, str(nearest[0])))
        return bool(nearest)

    def _leave_out(self, path: Path, gone: set[Path]) -> None:
        """Once: what stood behind it in a list has its index now."""
        if any(path[:length] in gone for length in range(1, len(path) + 1)):
            return
        gone.add(path)
        self.lost.add((str(path[0]) if path else "", str(path[2]) if len(path) > 2 else ""))
        node = at(self.document, path)
        if len(path) == 2 and path[0] in _PLACED and node is not None:
            self.broken.append((str(path[0]), node))
        if path == ("origin",) and isinstance(self.document, Mapping):
            placeholder = Entry(self.document.place, Scalar(self.document.place, _PLACEHOLDER))
            self.document = Mapping(self.document.place, self.document.entries | {"origin": placeholder})
        else:
            self.document = without(self.document, path)


def _removable(path: Path) -> Path:
    """The nearest part around `path` that can be left out."""
    while len(path) > 1:
        owner = owner_of(path)
        if owner is None or not owner.model_fields[str(path[-1])].is_required():
            return path
        path = path[:-1]
    return path


def owner_of(path: Path) -> type[BaseModel] | None:
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


def nearest_setting(document: Node, path: Path) -> str | None:
    """The setting that an unknown key was meant to be, if it is not there already."""
    owner = owner_of(path)
    known = owner.model_fields if owner else {}
    around, unknown = at(document, path[:-1]), str(path[-1])
    present = around.entries if isinstance(around, Mapping) else ()
    free = [name for name in known if name not in present]
    matches = get_close_matches(unknown, free, n=1, cutoff=0.7) or [name for name in free if name in unknown.split("_")]
    return matches[0] if matches else None
