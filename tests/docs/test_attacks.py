"""The tables of attacks are whole: each attack on each kind has tests that are there, or a reason why it cannot be."""

import re
from pathlib import Path

import pytest

from ostiary.model.principal import Kind

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/attacks.md").read_text()
ATTACKS = [
    "replay",
    "downgrade",
    "mix-up",
    "injection of a code",
    "key confusion",
    "`none`",
    "`jku` and `x5u`",
    "another client's token",
    "fixation",
    "CSRF",
    "leaked key",
    "expired certificate",
]
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows(kind: str) -> list[tuple[str, str, str, str]]:
    """Attack, how it is tried, what stops it, tests."""
    [section] = re.findall(rf"^## {kind}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    found: list[tuple[str, str, str, str]] = ROW.findall(section)
    return found[2:]


def test_the_page_has_the_kinds_that_there_are() -> None:
    assert re.findall(r"^## (.*)$", PAGE, re.MULTILINE) == [*Kind]


@pytest.mark.parametrize("kind", Kind)
def test_every_attack_on_a_kind_has_a_row(kind: Kind) -> None:
    assert [attack for attack, *_ in rows(kind)] == ATTACKS


@pytest.mark.parametrize("kind", Kind)
def test_a_row_names_tests_that_are_there_or_why_none_can_be(kind: Kind) -> None:
    for attack, tried, stopped, tests in rows(kind):
        if tried.startswith("it cannot be: "):
            assert (stopped, tests) == ("—", "—"), attack
            continue
        named = NAMED.findall(tests)
        assert named and " ".join(f"`{path}::{test}`" for path, test in named) == tests, attack
        for path, test in named:
            assert re.search(rf"^(async )?def {test}\(", (ROOT / path).read_text(), re.MULTILINE), (attack, test)
