"""A line of an explanation, and where what it tells stands."""

from ostiary.contract.document import Path, locate
from ostiary.contract.draft import Draft
from ostiary.model.frozen import frozen


@frozen
class Line:
    """One thing that holds for the client."""

    what: str
    value: str
    why: str
    source: str
    """A section of a standard, or `file:line` of the contract."""


def place(draft: Draft, path: Path) -> str:
    """`file:line` of a setting."""
    return f"{draft.name}:{locate(draft.document, path, key=True).line}"
