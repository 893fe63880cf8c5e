"""An OpenAPI document as far as it is needed, from JSON or YAML, with the places of what it says."""

import json
import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from ostiary.contract import yaml_text
from ostiary.contract.document import Node, Path, Place, locate, plain
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.outline import outline
from ostiary.model.frozen import frozen


class NoOpenApi(ValueError):
    """The text is no OpenAPI document. `mistakes` say where, if that is known."""

    def __init__(self, why: str, mistakes: list[Mistake] | None = None) -> None:
        super().__init__(why)
        self.mistakes = mistakes or []


@frozen
class OpenApi:
    """A document. `place` tells where the last step of a path stands."""

    name: str
    content: dict[str, Any]
    place: Callable[[Path], Place]
    is_outline: bool
    """Only servers, paths and methods are there."""

    @property
    def paths(self) -> dict[str, Any]:
        paths: dict[str, Any] = self.content.get("paths", {})
        return paths

    def at(self, pointer: str) -> object:
        """What a JSON pointer in a fragment leads to (RFC 6901 section 6), or None."""
        found: Any = self.content
        for step in unquote(pointer).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, dict) else None
        return found


def read_openapi(text: bytes, name: str, *, whole: bool = False, part: bool = False) -> OpenApi:
    """`whole`: also what the outline leaves out. `part`: the file is one piece of a document. Raises `NoOpenApi`."""
    openapi = _from_json(text, name) or (not whole and _from_outline(text, name)) or _from_yaml(text, name)
    content: object = openapi.content
    if not isinstance(content, dict):
        raise NoOpenApi(f"`{name}` is no mapping")
    if not part and "openapi" not in content and "swagger" not in content:
        raise NoOpenApi("it has neither `openapi` nor `swagger`")
    if not isinstance(content.setdefault("paths", {}), dict):
        raise NoOpenApi("its `paths` are no mapping")
    if "$ref" in openapi.paths:
        raise NoOpenApi("its `paths` as a whole are elsewhere, which OpenAPI does not have: bundle the document")
    return openapi


def _from_json(text: bytes, name: str) -> OpenApi | None:
    """None for what may be YAML. Raises `NoOpenApi` for a file that should be JSON and is not."""
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        decoded = text.decode("utf-8-sig")
        return OpenApi(name, json.loads(decoded), _JsonPlaces(decoded), is_outline=False)
    except json.JSONDecodeError as error:
        if name.endswith(".json"):
            wrong = Mistake(name, error.lineno, error.colno, Code.SYNTAX, "This is not JSON.", "Mend the syntax.")
            raise NoOpenApi(f"`{name}` is not JSON", [wrong]) from None
    except (ValueError, RecursionError):
        pass
    return None


def _from_outline(text: bytes, name: str) -> OpenApi | None:
    """None also for what is wrong: the whole then tells where."""
    left = outline(text.decode("utf-8-sig", errors="replace"))
    if left is None:
        return None
    tree, mistakes = yaml_text.read(left.encode(), name)
    return None if tree is None or mistakes else _of_tree(tree, name, is_outline=True)


def _from_yaml(text: bytes, name: str) -> OpenApi:
    tree, mistakes = yaml_text.read(text, name)
    if tree is None or mistakes:
        raise NoOpenApi(f"`{name}` is neither JSON nor YAML that can be read", mistakes)
    return _of_tree(tree, name, is_outline=False)


def _of_tree(tree: Node, name: str, *, is_outline: bool) -> OpenApi:
    content: Any = plain(tree)
    return OpenApi(name, content, lambda path: locate(tree, path, key=True), is_outline)


class _JsonPlaces:
    """Where a key stands in the text of a JSON document: the first of that name after the one before it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [end.start() for end in re.finditer("\n", text)]

    def __call__(self, path: Path) -> Place:
        at = 0
        for step in path:
            at = max(self._text.find(json.dumps(step), at), at)
        line = bisect_left(self._ends, at)
        return Place(line + 1, at - (self._ends[line - 1] if line else -1))
