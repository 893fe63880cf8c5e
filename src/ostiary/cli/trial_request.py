"""A request that is tried."""

from collections.abc import Sequence

from ostiary.model.frozen import frozen


@frozen
class Request:
    """`address` is the client's."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    address: str
