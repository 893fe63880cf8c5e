"""Write the pages of this folder that come from the program's own types: `python docs/generate.py`.

`tests/contract_file/test_generated.py` fails while a page differs from what this writes.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from ostiary.contract.reference import reference
from ostiary.contract.schema import schema_text

PAGES: Mapping[str, Callable[[], str]] = {"contract.md": reference, "ostiary.schema.json": schema_text}


def main() -> None:
    for name, text in PAGES.items():
        (Path(__file__).parent / name).write_text(text())


if __name__ == "__main__":
    main()
