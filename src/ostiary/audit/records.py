"""The log as stored."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One line. `body` is the event as canonical JSON; `hash` chains `previous` to it. Positions start at 1."""

    position: int
    body: bytes
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The log's end, sealed with a key, so that a cut-off tail is noticed."""

    position: int
    hash: bytes
    seal: bytes
