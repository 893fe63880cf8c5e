"""The operations of an OpenAPI document (2.0, 3.0, 3.1, 3.2), each with its place in the document."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ostiary.contract import document
from ostiary.contract.document import Place, locate
from ostiary.contract.mistakes import Mistake
from ostiary.contract.patterns import Shape

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "query")


class NoOpenApi(ValueError):
    """The text is no OpenAPI document. `mistakes` say where, if that is known."""

    def __init__(self, why: str, mistakes: list[Mistake] | None = None) -> None:
        super().__init__(why)
        self.mistakes = mistakes or []


@dataclass(frozen=True, slots=True)
class Operation:
    """`text` is as a route would name it."""

    text: str
    place: Place
    shapes: frozenset[Shape]
    """Of the requests that reach it through the door: with the path of the document's server, and without."""


def operations(text: bytes, name: str, base_path: str) -> list[Operation]:
    """Every operation. `base_path` is what the door puts before each path. Raises `NoOpenApi`."""
    read = _from_json if text.lstrip().startswith(b"{") else _from_yaml
    content, places = read(text, name)
    if not isinstance(content, dict) or not isinstance(content.get("paths", {}), dict):
        raise NoOpenApi("it has no mapping `paths`")
    if "openapi" not in content and "swagger" not in content:
        raise NoOpenApi("it has neither `openapi` nor `swagger`")
    prefixes = _prefixes(content)
    return [
        Operation(f"{method.upper()} {path}", places(path, method), _shapes(method.upper(), path, prefixes, base_path))
        for path, method in _named(content.get("paths", {}))
    ]


def _named(paths: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, item in paths.items():
        if path.startswith("/") and isinstance(item, dict):
            if "$ref" in item:
                raise NoOpenApi(f"`{path}` is in another document")
            yield from ((path, method) for method in _METHODS if method in item)


class _Places:
    """Where an operation stands in the text of a JSON document: at the first key of that name after its path's."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = max(text.find('"paths"'), 0)

    def __call__(self, path: str, method: str) -> Place:
        start = self._key(path, self._start)
        at = self._key(method, start)
        return Place(self._text.count("\n", 0, at) + 1, at - self._text.rfind("\n", 0, at))

    def _key(self, key: str, start: int) -> int:
        found = re.compile(re.escape(json.dumps(key)) + r"\s*:").search(self._text, start)
        return found.start() if found else start


def _from_json(text: bytes, name: str) -> tuple[Any, _Places]:
    try:
        decoded = text.decode()
        return json.loads(decoded), _Places(decoded)
    except (ValueError, RecursionError):
        raise NoOpenApi("it is not JSON") from None


@dataclass(frozen=True, slots=True)
class _TreePlaces:
    tree: document.Node

    def __call__(self, path: str, method: str) -> Place:
        return locate(self.tree, ("paths", path, method), key=True)


def _from_yaml(text: bytes, name: str) -> tuple[Any, _TreePlaces]:
    tree, mistakes = document.read(text, name)
    if tree is None or mistakes:
        raise NoOpenApi("it is not YAML that can be read", mistakes)
    return document.plain(tree), _TreePlaces(tree)


def _prefixes(content: dict[str, Any]) -> frozenset[str]:
    """Paths that the document's servers put before those of the operations."""
    if "swagger" in content:
        return frozenset({_path_of(content.get("basePath"))})
    servers = content.get("servers")
    urls = [server.get("url") for server in servers if isinstance(server, dict)] if isinstance(servers, list) else []
    return frozenset(map(_path_of, urls))


def _path_of(url: object) -> str:
    try:
        return urlsplit(url).path.rstrip("/") if isinstance(url, str) else ""
    except ValueError:
        return ""


def _shapes(method: str, path: str, prefixes: frozenset[str], base_path: str) -> frozenset[Shape]:
    reached = {path} | {prefix + path for prefix in prefixes}
    seen = {whole.removeprefix(base_path) for whole in reached if whole.startswith(f"{base_path}/")} | {path}
    return frozenset((method, tuple(map(_segment, one[1:].split("/")))) for one in seen)


def _segment(segment: str) -> str | None:
    return None if "{" in segment else unquote(segment)
