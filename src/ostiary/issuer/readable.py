"""Text that people read before they decide and that somebody else wrote: what nobody sees, and what hides the rest."""

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks that nobody sees (`Default_Ignorable_Code_Point`, and the empty pattern of Braille), beside the
variation selectors."""
_MOST_MARKS: Final = 2
"""On one letter."""


def is_unseen(character: str) -> bool:
    return character in _UNSEEN or unicodedata.name(character, "").startswith("VARIATION SELECTOR")


def is_stacked(text: str) -> bool:
    """Whether so many marks stand on one letter that they hide what is around it."""
    shape = "".join("m" if unicodedata.category(each) in ("Mn", "Mc") else " " for each in text)
    return "m" * (_MOST_MARKS + 1) in shape
