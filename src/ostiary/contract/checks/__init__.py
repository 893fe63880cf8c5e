"""What can be wrong with a contract beyond its types: one file for each family."""

from collections.abc import Callable, Iterable

from ostiary.contract.checks.references import references
from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import Mistake

FAMILIES: tuple[Callable[[Draft], Iterable[Mistake]], ...] = (references,)
