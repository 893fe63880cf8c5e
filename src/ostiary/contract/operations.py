"""The operations of an OpenAPI document (2.0, 3.0, 3.1, 3.2), each with its place in the document."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import Any
from urllib.parse import unquote, urlsplit

from ostiary.contract.document import Place
from ostiary.contract.draft import ReadFile
from ostiary.contract.model import Shape
from ostiary.contract.openapi_document import NoOpenApi, OpenApi, read_openapi
from ostiary.contract.patterns import LITERAL
from ostiary.model.frozen import frozen

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "query")
_NEVER_SERVED = frozenset({"CONNECT", "TRACE"})
_MOST_REFERENCES = 8
"""One leading to the next."""
_MOST_SERVERS = 32


@frozen
class Operation:
    """`text` is as a route would name it."""

    text: str
    place: Place
    shapes: frozenset[Shape]
    """Of the requests that reach it through the door: with the path of the document's server, and without."""


def operations(text: bytes, name: str, base_path: str, read_file: ReadFile) -> list[Operation]:
    """Every operation. `name` is the document's path from the contract's folder, from where `read_file` reads what it
    refers to; `base_path` is what the door puts before each path. Raises `NoOpenApi`."""
    openapi = read_openapi(text, name)
    found = list(_operations(openapi, base_path, read_file, {}))
    if openapi.is_outline and any(operation is None for operation in found):
        openapi = read_openapi(text, name, whole=True)
        found = list(_operations(openapi, base_path, read_file, {}))
    return [operation for operation in found if operation is not None]


def _operations(
    openapi: OpenApi, base_path: str, read_file: ReadFile, read: dict[str, OpenApi]
) -> Iterator[Operation | None]:
    """None stands for one that the outline does not tell."""
    for path, item in openapi.paths.items():
        if not path.startswith("/") or "" in _segments(path)[:-1] or not isinstance(item, dict):
            continue  # no path, none that the door would let through, or nothing in it
        if openapi.is_outline and ("servers" in item or str(item.get("$ref", "")).startswith("#")):
            yield None
            continue
        whole = _followed(openapi, item, read_file, read) if "$ref" in item else item
        prefixes = _prefixes(whole, _prefixes(openapi.content, frozenset({""})))
        for method in _methods(whole):
            at = openapi.place(("paths", path, method) if method in item else ("paths", path))
            verb = method.upper()
            yield Operation(f"{verb} {_as_route(path)}", at, _shapes(verb, path, prefixes, base_path))


def _methods(item: dict[str, Any]) -> Iterator[str]:
    yield from (method for method in _METHODS if method in item)
    more = item.get("additionalOperations")
    for method in more if isinstance(more, dict) else ():
        if re.fullmatch(r"[A-Z]{1,16}", method) and method not in _NEVER_SERVED:
            yield method


def _followed(openapi: OpenApi, item: dict[str, Any], read_file: ReadFile, read: dict[str, OpenApi]) -> dict[str, Any]:
    """The path item that `$ref` leads to, in this document or in a file near it; members beside the `$ref` stay."""
    merged = {key: value for key, value in item.items() if key != "$ref"}
    for _ in range(_MOST_REFERENCES):
        reference = item["$ref"]
        if not isinstance(reference, str) or "://" in reference:
            raise NoOpenApi("a path is at another address, and nothing is fetched: bundle the document")
        file, _, pointer = reference.partition("#")
        if file:
            beside = posixpath.join(posixpath.dirname(openapi.name), unquote(file))
            openapi = _beside(posixpath.normpath(beside), read_file, read)
        found = openapi.at(pointer)
        if not isinstance(found, dict):
            raise NoOpenApi(f"`{reference}` leads to nothing")
        item, merged = found, {**found, **merged}
        if "$ref" not in item:
            return merged
    raise NoOpenApi("references lead to references without end")


def _beside(name: str, read_file: ReadFile, read: dict[str, OpenApi]) -> OpenApi:
    if name not in read:
        try:
            read[name] = read_openapi(read_file(name), name, whole=True, part=True)
        except OSError as error:
            raise NoOpenApi(f"`{name}` cannot be read: {error.strerror or 'no such file'}") from None
    return read[name]


def _prefixes(content: dict[str, Any], otherwise: frozenset[str]) -> frozenset[str]:
    """Paths that the servers put before those of the operations."""
    if isinstance(content.get("basePath"), str):
        return frozenset({_path_of(content["basePath"], {})})
    servers = content.get("servers")
    known = [server for server in servers if isinstance(server, dict)] if isinstance(servers, list) else []
    return frozenset(_path_of(one.get("url"), one.get("variables")) for one in known[:_MOST_SERVERS]) or otherwise


def _path_of(url: object, variables: object) -> str:
    """Of a server's URL, with the default of each variable in it."""
    if not isinstance(url, str):
        return ""
    for name, variable in (variables if isinstance(variables, dict) else {}).items():
        default = variable.get("default") if isinstance(variable, dict) else None
        url = url.replace(f"{{{name}}}", str(default))
    try:
        path = urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""
    return path if path.startswith("/") else ""


def _shapes(method: str, path: str, prefixes: frozenset[str], base_path: str) -> frozenset[Shape]:
    reached = {path} | {prefix + path for prefix in prefixes}
    seen = {whole.removeprefix(base_path) for whole in reached if whole.startswith(f"{base_path}/")} | {path}
    return frozenset((method, tuple(map(_segment, _segments(one)))) for one in seen)


def _segments(path: str) -> list[str]:
    """Without a query or fragment, which some documents write there to tell operations apart."""
    return re.split(r"[?#]", path, maxsplit=1)[0][1:].split("/")


def _segment(segment: str) -> str | None:
    """None for what a route writes as a parameter: one, or part of one, or text that a route cannot write."""
    text = unquote(segment)
    is_plain = re.fullmatch(LITERAL, text) and text not in (".", "..") and not text.startswith(":")
    return text if is_plain or text == "" else None


def _as_route(path: str) -> str:
    """The path as a route writes it: each parameter is a whole segment."""
    names: list[str] = []
    parts = []
    for segment in _segments(path):
        plain = _segment(segment)
        if plain is None:
            names.append(_parameter(segment, names))
        parts.append(f"{{{names[-1]}}}" if plain is None else plain)
    return "/" + "/".join(parts)


def _parameter(segment: str, taken: Sequence[str]) -> str:
    """A name as a route may give it, which the path does not have yet."""
    inner = re.search(r"\{([^{}]*)\}", segment)
    letters = re.sub(r"[^A-Za-z0-9_-]", "", inner[1] if inner else segment)
    name = letters if re.match(r"[A-Za-z_]", letters) else f"p{letters}"
    return next(each for each in chain([name], (f"{name}{number}" for number in count(2))) if each not in taken)
