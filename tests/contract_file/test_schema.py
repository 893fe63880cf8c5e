"""The published schema, judged by somebody else's validator: it takes what is right and marks what editors can mark."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from contract_door import TEXT, read_door
from ostiary.contract.document import plain
from ostiary.contract.mistakes import Code, Severity
from ostiary.contract.schema import schema
from ostiary.contract.yaml_text import read

from .test_mistakes import CASES

ROOT = Path(__file__).parents[2]
EXAMPLES = [ROOT / "tests/contract_file/example.yaml", ROOT / "examples/shop/ostiary.yaml"]
VALIDATOR = Draft202012Validator(schema())
FOR_EDITORS = (
    Code.UNKNOWN_KEY,
    Code.MISSING_KEY,
    Code.NOT_A_CHOICE,
    Code.BAD_DURATION,
    Code.BAD_SIZE,
    Code.BAD_NAME,
    Code.INSECURE_WITHOUT_REASON,
)
"""What no other part of the file and no other file decides."""


def values(text: str) -> Any:
    tree, mistakes = read(text.encode(), "a.yaml")
    assert tree is not None
    assert mistakes == []
    return plain(tree)


def test_the_schema_is_one() -> None:
    Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"}).validate(schema())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.parent.name)
def test_the_examples_fit_the_schema(example: Path) -> None:
    VALIDATOR.validate(values(example.read_text()))


def test_the_door_s_contract_fits_the_schema() -> None:
    VALIDATOR.validate(values(TEXT))


@pytest.mark.parametrize(
    ("right", "wrong"), [(right, wrong.replace("»", "")) for code, right, wrong in CASES if code in FOR_EDITORS]
)
def test_what_editors_can_mark_they_mark(right: str, wrong: str) -> None:
    assert not VALIDATOR.is_valid(values(TEXT.replace(right, wrong)))


def test_whatever_the_program_takes_the_schema_takes() -> None:
    for code, right, wrong in CASES:
        text = TEXT.replace(right, wrong.replace("»", ""))
        if code.severity is Severity.WARNING and read_door(text).contract is not None:
            VALIDATOR.validate(values(text))
