"""draft-ietf-httpapi-ratelimit-headers-11, read by a parser of structured fields that nobody here wrote."""

import http_sf
import pytest

from ostiary.gateway.refusal import rendered
from ostiary.model.errors import TooManyRequests
from ostiary.model.ids import Reference
from rules_world import SECOND, Rules, fields_of

LIMITED = {
    "routes": [
        {"on": "GET /public/{x}", "to": "api", "public": True, "limit": {"per": "ip", "rate": "2/s", "burst": 4}},
        {
            "on": "GET /things/{user}",
            "to": "api",
            "scope": "things",
            "limit": [{"per": "person", "rate": "60/m", "burst": 3}, {"per": "client", "rate": "5/s", "burst": 100}],
        },
    ]
}


def read(lines: list[str], name: str) -> dict[str, dict[str, int]]:
    """Of a List of Strings: the parameters of each."""
    (value,) = fields_of(lines, name)
    return {item: dict(parameters) for item, parameters in http_sf.parse(value.encode(), tltype="list")}


def test_3_a_policy_tells_its_quota_and_its_window() -> None:
    rules = Rules(**LIMITED)
    lines = rules.answered(rules.allowed("GET /things/ada", rules.token()))
    assert read(lines, "ratelimit-policy") == {"person": {"q": 3, "w": 3}, "client": {"q": 100, "w": 20}}


def test_4_what_is_left_goes_down_to_nothing_and_comes_back() -> None:
    rules = Rules(**LIMITED)
    told = [read(rules.answered(rules.allowed("GET /public/a")), "ratelimit")["ip"]["r"] for _ in range(4)]
    assert told == [3, 2, 1, 0]
    rules.clock += SECOND
    assert read(rules.answered(rules.allowed("GET /public/a")), "ratelimit") == {"ip": {"r": 1, "t": 1}}


def test_4_every_limit_of_a_request_is_told() -> None:
    rules = Rules(**LIMITED)
    lines = rules.answered(rules.allowed("GET /things/ada", rules.token()))
    assert read(lines, "ratelimit") == {"person": {"r": 2, "t": 2}, "client": {"r": 99, "t": 20}}


def test_5_1_a_refusal_names_the_policy_and_when_to_come_again() -> None:
    rules = Rules(**LIMITED)
    for _ in range(3):
        rules.allowed("GET /things/ada", rules.token())
    decision = rules.decide("GET /things/ada", rules.token())
    refused = rules.refusal("GET /things/ada", rules.token())
    assert isinstance(refused, TooManyRequests) and refused.retry_after == 1
    asked = decision.asked  # type: ignore[union-attr]  # a refusal has it
    raw = rendered(refused, Reference("w-1"), asked, rules.contract, b"", bodiless=False).decode()
    head, _, body = raw.partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert fields_of(lines, "retry-after") == ["1"]
    assert read(lines, "ratelimit") == {"person": {"r": 0, "t": 1}}
    assert '"violated-policies": ["person"]' in body
    assert "quota-exceeded" in body


@pytest.mark.parametrize("seconds", [1, 2])
def test_6_who_comes_when_told_is_let_in(seconds: int) -> None:
    rules = Rules(**LIMITED)
    for _ in range(4):
        rules.allowed("GET /public/a")
    assert rules.refusal("GET /public/a") is not None
    rules.clock += seconds * SECOND
    rules.allowed("GET /public/a")


def test_a_route_without_limits_tells_none() -> None:
    rules = Rules()
    assert fields_of(rules.answered(rules.allowed("GET /public/a")), "ratelimit") == []
