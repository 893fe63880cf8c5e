"""A request that is tried."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """`address` is the client's."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    address: str
