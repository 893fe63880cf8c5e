"""Requests that a route fits, and that mean something else to the service: another operation with other rules."""

from typing import Any

import pytest

from listener_world import GATEWAYS, INSIDE, Listening
from ostiary.gateway.decision import Reply
from ostiary.model.reasons import Reason
from rules_world import Rules

CLOSED = ["GET /users/export", "DELETE /users/{user}/keys/{key}", "GET /files/{x}/raw"]


BROAD = {"own": {**GATEWAYS["own"], "routes": ["/v1"]}}
NARROW = {"own": {**GATEWAYS["own"], "routes": ["GET /v1/{x}"]}}


def route(on: str, to: str = "api") -> dict[str, Any]:
    return {"on": on, "to": to, "public": True}


def rules(*routes: dict[str, Any], closed: list[str] | None = None) -> Rules:
    services = {"api": {"url": "http://127.0.0.1:9", "closed": closed or []}, "other": {"url": "http://127.0.0.1:9"}}
    return Rules(services=services, routes=list(routes), limit=[])


# what the contract closes


@pytest.mark.parametrize(
    ("routes", "asked"),
    [
        ((route("GET /users/{user}"),), "GET /users/export"),
        ((route("GET /users/{user}"),), "HEAD /users/export"),
        ((route("GET /users/{user}"),), "GET /users/EXPORT"),
        ((route("GET /users/{user}"),), "GET /users/%65xport"),
        ((route("GET /{a}/{b}"),), "GET /users/export"),
        ((route("DELETE /{any}/{user}/keys/{key}"),), "DELETE /users/ada/keys/1"),
        ((route("GET /files/mine/{x}"),), "GET /files/mine/raw"),
    ],
)
def test_what_the_contract_closes_is_not_reached_through_a_more_general_route(routes, asked: str) -> None:
    assert rules(*routes, closed=CLOSED).reason(asked) is not None
    assert rules(*routes).reason(asked) is None


def test_the_record_says_that_the_contract_closes_it() -> None:
    assert rules(route("GET /users/{user}"), closed=CLOSED).reason("GET /users/export") is Reason.ROUTE_CLOSED


@pytest.mark.parametrize(
    ("open_", "asked"),
    [
        (route("GET /users/{user}"), "GET /users/ada"),
        (route("GET /files/mine/{x}"), "GET /files/mine/other"),
        (route("GET /files/mine/raw"), "GET /files/mine/raw"),
        (route("POST /users/{user}"), "POST /users/export"),
        (route("GET /users/{user}", "other"), "GET /users/export"),
    ],
)
def test_what_is_beside_it_stays_open(open_: dict[str, Any], asked: str) -> None:
    assert rules(open_, closed=CLOSED).reason(asked) is None


# what two routes fit, neither the more exact


@pytest.mark.parametrize("asked", ["GET /a/b/c", "HEAD /a/b/c", "GET /a/b/C"])
def test_a_request_that_two_routes_fit_is_refused_where_neither_is_the_more_exact(asked: str) -> None:
    one, other, both = route("GET /a/b/{z}"), route("GET /a/{y}/c"), route("GET /a/b/c")
    assert rules(one, other).reason(asked) is not None
    assert rules(one).reason(asked) is None
    if asked.endswith("c"):
        assert rules(one, other, both).reason(asked) is None


def test_the_record_says_that_two_routes_fit_it() -> None:
    one, other = route("GET /a/b/{z}"), route("GET /a/{y}/c")
    assert rules(one, other).reason("GET /a/b/c") is Reason.ROUTE_AMBIGUOUS
    for asked in ("GET /a/b/x", "GET /a/x/c"):
        assert rules(one, other).reason(asked) is None


def test_a_route_for_head_alone_is_one_of_two_as_well() -> None:
    one, other = route("GET /a/b/{z}"), route("HEAD /a/{y}/c")
    assert rules(one, other).reason("HEAD /a/b/c") is Reason.ROUTE_AMBIGUOUS
    assert rules(one, other).reason("GET /a/b/c") is None
    assert rules(one, other).reason("HEAD /a/b/x") is None


# what is not for this listener, or not from outside


def test_an_internal_route_is_not_reached_from_outside_through_a_more_general_one() -> None:
    routes = [route("GET /v1/{x}"), {**route("GET /v1/inside"), "expose": "internal"}]
    door = Listening(listener=False, routes=routes, gateways=BROAD)
    assert door.why("GET /v1/inside") == (404, Reason.ROUTE_INTERNAL)
    assert door.why("HEAD /v1/inside") == (404, Reason.ROUTE_INTERNAL)
    assert door.why("GET /v1/inside", address=INSIDE) is None
    assert door.why("GET /v1/other") is None


def test_a_route_that_the_listener_does_not_serve_is_not_reached_there_through_a_more_general_one() -> None:
    routes = [route("GET /v1/{x}"), route("GET /v1/inside")]
    assert Listening(routes=routes, gateways=NARROW).why("GET /v1/inside") == (404, Reason.ROUTE_ELSEWHERE)
    assert Listening(routes=routes, gateways=NARROW).why("GET /v1/other") is None
    assert Listening(routes=routes, gateways=BROAD).why("GET /v1/inside") is None


def test_what_cannot_be_reached_is_not_told_among_the_methods_of_a_path() -> None:
    routes = [route("GET /v1/{x}"), {**route("DELETE /v1/inside"), "expose": "internal"}]
    door = Listening(listener=False, routes=routes, gateways=BROAD)
    outside, inside = door.at("OPTIONS /v1/inside"), door.at("OPTIONS /v1/inside", address=INSIDE)
    assert isinstance(outside, Reply) and b"DELETE" not in outside.lines
    assert isinstance(inside, Reply) and b"DELETE" in inside.lines
    assert door.why("PUT /v1/inside") == (405, Reason.ROUTE_METHOD)
