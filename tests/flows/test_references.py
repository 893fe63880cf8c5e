"""From what an answer carries back to what the audit log says of its request."""

import json
from contextlib import closing
from typing import Any

from running import until
from shop_running import RunningShop


def told(shop: RunningShop, reference: str) -> dict[str, Any]:
    """Once the log has it; a batch of allowed requests is written four times a second."""
    found = until(lambda: shop.command("explain", "ref", reference, "--json"), lambda found: found.returncode == 0)
    said: dict[str, Any] = json.loads(found.stdout)
    return said


def test_an_allowed_request_is_found_by_its_id(shop: RunningShop) -> None:
    answer = shop.get("/v1/catalog/tea")
    said = told(shop, answer.headers["x-request-id"])
    assert (said["allowed"], said["status"], said["route"]) == (True, 200, "GET /v1/catalog/{item}")
    assert (said["reason"], said["client"], said["subject"]) == (None, None, None)


def test_a_refused_request_is_found_by_its_reference(shop: RunningShop) -> None:
    answer = shop.get("/v1/reports/sales")
    said = told(shop, answer.json()["ref"])
    assert (said["allowed"], said["status"], said["route"]) == (False, 401, "GET /v1/reports/sales")
    assert said["reason"] == "token_missing"


def test_a_refusal_of_the_issuer_is_called_as_the_request_is_at_the_door(shop: RunningShop) -> None:
    answer = shop.get("/oauth/userinfo")
    assert answer.status == 401
    assert answer.json()["ref"] == answer.headers["x-request-id"]


def test_a_refusal_of_the_issuer_is_found_with_the_check_that_failed(shop: RunningShop) -> None:
    with closing(shop.door()) as door:
        answer = door.post_form("/oauth/token", {"grant_type": "authorization_code", "client_id": "nobody"})
    said = until(lambda: told(shop, answer.headers["x-request-id"]), lambda said: said["status"] is not None)
    assert (said["allowed"], said["status"]) == (False, answer.status)
    assert said["reason"] == "client_unknown"
