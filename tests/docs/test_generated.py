"""Documentation is what the program is: pages and parts of pages that come from its types are up to date."""

import dataclasses
import re
import runpy
from pathlib import Path

import pytest

from ostiary.audit.encode import EVENT_TYPES

DOCS = Path(__file__).parents[2] / "docs"
GENERATE = runpy.run_path(str(DOCS / "generate.py"))


@pytest.mark.parametrize("name", [*GENERATE["WHOLE"], *GENERATE["PARTS"]])
def test_a_page_is_what_the_program_says(name: str) -> None:
    assert (DOCS / name).read_text() == GENERATE["written"](name), "run: python docs/generate.py"


def test_every_field_of_an_event_is_explained() -> None:
    page = (DOCS / "audit.md").read_text()
    explained = {
        name for row in re.findall(r"^\| ((?:`\w+` ?)+)\|", page, re.MULTILINE) for name in re.findall(r"\w+", row)
    }
    recorded = {field.name for event in EVENT_TYPES.values() for field in dataclasses.fields(event)} - {"at"}
    assert recorded <= explained


def test_every_event_says_what_happened_in_words() -> None:
    for event in EVENT_TYPES.values():
        assert not str(event.__doc__).startswith(event.__name__ + "(")


@pytest.mark.parametrize("page", ["threat-model.md", "standards.md"])
def test_every_proof_that_a_page_names_is_there(page: str) -> None:
    named = re.findall(r"`(tests/[^`:]+)(?:::(\w+))?`", (DOCS / page).read_text())
    assert named
    for path, test in named:
        assert (DOCS.parent / path).is_file(), path
        assert f"def {test}" in (DOCS.parent / path).read_text(), test


def test_every_departure_from_a_text_is_pinned_by_a_test() -> None:
    rows = re.findall(r"^\| (?!---|the text)(.*) \|$", (DOCS / "standards.md").read_text(), re.MULTILINE)
    assert rows
    for row in rows:
        _, _, _, pinned, _ = row.split(" | ")
        assert re.fullmatch(r"`tests/spec/\w+/\w+\.py::test_\w+`", pinned), row


def test_every_decision_is_in_the_list_and_says_what_it_costs() -> None:
    pages = sorted((DOCS / "adr").glob("[0-9]*.md"))
    listed = re.findall(r"^\| \[(\d{4})\]\((\S+)\) \| (.*) \|$", (DOCS / "adr/README.md").read_text(), re.MULTILINE)
    assert [(name[:4], name) for name in (page.name for page in pages)] == [
        (number, name) for number, name, _ in listed
    ]
    for page, (number, _, title) in zip(pages, listed, strict=True):
        assert page.read_text().startswith(f"# {number}: {title}\n")
        assert "**It costs**" in page.read_text()
