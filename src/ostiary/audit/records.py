"""The log as stored."""

from ostiary.model.frozen import frozen


@frozen
class Record:
    """One line. `body` is the event as canonical JSON; `hash` chains `previous` to it. Positions start at 1."""

    position: int
    body: bytes
    previous: bytes
    hash: bytes


@frozen
class Head:
    """The log's end, sealed with a key, so that a cut-off tail is noticed."""

    position: int
    hash: bytes
    seal: bytes
