"""Routes and OpenAPI documents: every operation has a rule, every rule an operation."""

import posixpath
from collections.abc import Iterator

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file import Service
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import Shape
from ostiary.contract.openapi_document import NoOpenApi
from ostiary.contract.operations import Operation, operations


def openapi(draft: Draft) -> Iterator[Mistake]:
    """Compare each service's document with the routes that lead to the service."""
    for name, service in draft.file.services.items():
        yield from _closed_and_open(draft, name, service)
        if service.openapi is None:
            continue
        path: Path = ("services", name, "openapi")
        try:
            listed = operations(
                draft.read_file(service.openapi), service.openapi, service.url.base_path, draft.read_file
            )
        except OSError as error:
            says = f"The OpenAPI document cannot be read: {error.strerror or 'no such file'}."
            yield draft.mistake(path, Code.OPENAPI_UNREADABLE, says, "Write its path from the contract's folder.")
        except NoOpenApi as unreadable:
            yield from unreadable.mistakes
            says = f"The OpenAPI document cannot be used: {unreadable}."
            yield draft.mistake(path, Code.OPENAPI_UNREADABLE, says, "Mend the document.")
        else:
            yield from _compare(draft, name, service, listed)


def _closed_and_open(draft: Draft, name: str, service: Service) -> Iterator[Mistake]:
    routed = {route.on.shape for route in draft.file.routes if route.to == name}
    for index, pattern in enumerate(service.closed):
        if pattern.shape in routed:
            says, mend = f"A route opens `{pattern.text}`.", "Remove it here, or the route."
            yield draft.mistake(("services", name, "closed", index), Code.SETTINGS_CONTRADICT, says, mend)


def _compare(draft: Draft, name: str, service: Service, listed: list[Operation]) -> Iterator[Mistake]:
    file = posixpath.join(posixpath.dirname(draft.name), str(service.openapi))
    known = {shape for operation in listed for shape in operation.shapes}
    routed = {route.on.shape for route in draft.file.routes if route.to == name}
    closed = {pattern.shape for pattern in service.closed}
    if draft.is_sure_of("routes", "on", "to"):
        yield from _without_rule(file, listed, _answered(routed | closed))
    for index, route in enumerate(draft.file.routes):
        if route.to == name and route.on.shape not in known:
            says = f"`{service.openapi}` has no operation `{route.on.text}`."
            mend = "Mend the path or the method, add the operation to the document, or remove the route."
            yield draft.mistake(("routes", index, "on"), Code.RULE_WITHOUT_OPERATION, says, mend)
    for index, pattern in enumerate(service.closed):
        if pattern.shape not in known | routed:
            says, path = f"`{service.openapi}` has no operation `{pattern.text}`.", ("services", name, "closed", index)
            yield draft.mistake(path, Code.RULE_WITHOUT_OPERATION, says, "Remove it, or mend the path.")


def _answered(ruled: set[Shape]) -> set[Shape]:
    """With what the door answers by itself: OPTIONS for each path that has a route, HEAD where GET is one."""
    heads = {("HEAD", segments) for method, segments in ruled if method == "GET"}
    return ruled | heads | {("OPTIONS", segments) for _, segments in ruled}


def _without_rule(file: str, listed: list[Operation], ruled: set[Shape]) -> Iterator[Mistake]:
    for operation in listed:
        if operation.shapes.isdisjoint(ruled):
            says = f"No route has the operation `{operation.text}`, so it is refused."
            mend = f'Add a route with `on: "{operation.text}"`, or put it in the service\'s `closed`.'
            place = operation.place
            yield Mistake(file, place.line, place.column, Code.OPERATION_WITHOUT_RULE, says, mend)
