"""Whoever changes a client through the admin API does not inherit what people allowed the one that they saw."""

from dataclasses import replace
from typing import Any

import pytest

from issuer_world import CLIENTS, IssuerWorld, authorization, told
from ostiary.model.ids import ClientId
from token_world import CONTRACT

APP: dict[str, Any] = {
    "kind": "third-party",
    "name": "Ledger Book",
    "scopes": ["orders.read"],
    "redirect_uris": ["https://book.example/callback", "https://book.example/second"],
}


def put(issuer: IssuerWorld, *, admin: bool, **changes: Any) -> None:
    """What the children get: the contract, and the client beside it."""
    issuer.adopt(clients={**CONTRACT["clients"], **CLIENTS, "app": {**APP, **changes}})
    contract = issuer.desk.registry.contract
    rule = replace(contract.clients[ClientId("app")], admin=admin)
    issuer.desk.prepare(replace(contract, clients={**contract.clients, rule.id: rule}))()


def asks(issuer: IssuerWorld) -> bool:
    """Whether Grace is asked; then she allows it."""
    path = authorization("app", scope="orders.read", redirect_uri="https://book.example/callback")
    browser = issuer.browser()
    page = browser.follow(browser.try_in(browser.go(path)))
    if page.status_code == 303:
        return not told(page).code
    told(browser.fill(page, answer="allow"))
    return True


@pytest.mark.parametrize(
    ("changes", "asked_again"),
    [
        ({"name": "Ledger Book Two"}, True),
        ({"redirect_uris": [*APP["redirect_uris"], "https://thief.example/callback"]}, True),
        ({"redirect_uris": APP["redirect_uris"][::-1]}, False),
        ({"access_token_lifetime": "5m"}, False),
    ],
)
@pytest.mark.parametrize("admin", [True, False])
def test_who_looks_different_is_asked_about_anew(
    issuer: IssuerWorld, changes: dict[str, Any], asked_again: bool, admin: bool
) -> None:
    """Of a client of the contract, those know who read the contract."""
    put(issuer, admin=admin)
    assert asks(issuer)
    assert not asks(issuer)
    put(issuer, admin=admin, **changes)
    assert asks(issuer) is (asked_again and admin)
