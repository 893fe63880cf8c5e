"""Values are equal by what they hold, and the type checker lets nobody change them."""

from pathlib import Path

import pytest
from mypy import api

from ostiary.model.frozen import frozen

USE = """
from ostiary.model.frozen import frozen

@frozen
class Pair:
    left: int
    right: int

pair = Pair(1, 2)
{statement}
"""


@frozen
class Pair:
    left: int
    right: int


@pytest.mark.parametrize(("statement", "accepted"), [("print(pair.left)", True), ("pair.left = 3", False)])
def test_the_type_checker_lets_no_value_be_changed(tmp_path: Path, statement: str, accepted: bool) -> None:
    (tmp_path / "use.py").write_text(USE.format(statement=statement))
    said, _, status = api.run([str(tmp_path / "use.py"), "--cache-dir", str(tmp_path)])
    assert (status == 0) is accepted
    assert ("[misc]" in said) is not accepted


def test_values_are_equal_and_hash_alike_where_their_fields_are() -> None:
    assert Pair(1, 2) == Pair(1, 2) != Pair(2, 1)
    assert {Pair(1, 2), Pair(1, 2), Pair(2, 1)} == {Pair(2, 1), Pair(1, 2)}


def test_a_value_holds_nothing_but_its_fields() -> None:
    with pytest.raises(AttributeError):
        Pair(1, 2).middle = 3  # type: ignore[attr-defined]  # that is what is tested
