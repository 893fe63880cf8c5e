"""Problem details are of types that say what went wrong, whoever tells of it (RFC 9457)."""

import orjson
import pytest

from ostiary.http import problem
from ostiary.model.endpoints import TOKEN
from ostiary.model.errors import HttpRefused, MethodNotAllowed, NotFound
from ostiary.model.ids import Reference
from ostiary.model.reasons import Reason
from token_world import TokenWorld, read

REF = Reference("w1-7")


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "/oauth/none", NotFound(Reason.ROUTE_UNKNOWN)),
        ("BREW", TOKEN, MethodNotAllowed(Reason.ROUTE_METHOD, ["POST"])),
    ],
)
def test_4_2_1_the_issuer_has_the_gateways_types_and_no_blank_one_with_a_title_of_its_own(
    world: TokenWorld, method: str, path: str, error: HttpRefused
) -> None:
    answer = world.ask(method, path)
    told = read(answer)
    assert told == {**read_of(error), "ref": told["ref"]}
    assert told["type"] == problem.TYPE + told["code"]


def test_3_1_2_the_status_is_the_one_of_the_answer(world: TokenWorld) -> None:
    answer = world.ask("GET", "/oauth/none")
    assert read(answer)["status"] == answer.status_code == 404


def read_of(error: HttpRefused) -> dict[str, object]:
    told: dict[str, object] = orjson.loads(problem.body(error, REF))
    return told
