"""How the schema came to be, a file for each step; run by Alembic, which is loaded only where a step is due."""

from typing import Final

LATEST: Final = "0020"
"""The step that this version of the program works with."""
