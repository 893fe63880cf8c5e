"""Methods that nobody here knows."""

import pytest

from ostiary.model.errors import MethodNotAllowed
from rules_world import Rules


@pytest.mark.parametrize("method", ["BREW", "TRACE", "get", "PUT"])
def test_9_1_a_method_is_not_allowed_whether_it_is_known_or_not(method: str) -> None:
    rules = Rules()
    refusal = rules.refusal(f"{method} /public/a")
    assert isinstance(refusal, MethodNotAllowed)
    assert "GET" in refusal.allowed
    assert rules.refusal("GET /public/a") is None
