"""Clients that registered themselves, as an operator has them: kept by a reload, ended by a command."""

import json
from base64 import b64encode
from contextlib import closing
from typing import Any

from ostiary.cli.demo.front_door import Answer
from ostiary.model import endpoints
from secrets_seen import secret
from shop_running import RunningShop

BACK = "https://book.example/callback"


def registering(shop: RunningShop, token: str) -> Answer:
    fields = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    with closing(shop.door()) as door:
        answer = door.request("POST", endpoints.REGISTER, fields, json.dumps({"redirect_uris": [BACK]}).encode())
    if answer.status == 201:
        secret(answer.json()["client_secret"])
        secret(answer.json()["registration_access_token"])
    return answer


def registered(shop: RunningShop) -> dict[str, Any]:
    answer = registering(shop, shop.demo.initial_access_token)
    assert answer.status == 201
    known: dict[str, Any] = answer.json()
    return known


def pushes(shop: RunningShop, known: dict[str, Any]) -> Answer:
    pair = b64encode(f"{known['client_id']}:{known['client_secret']}".encode()).decode()
    asked = {"response_type": "code", "client_id": known["client_id"], "redirect_uri": BACK, "scope": "orders.read"}
    proof = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    with closing(shop.door()) as door:
        return door.post_form(endpoints.PAR, {**asked, **proof}, {"authorization": f"Basic {secret(pair)}"})


def test_a_reload_keeps_them_and_the_operator_ends_one(shop: RunningShop) -> None:
    ended, stays = registered(shop), registered(shop)
    with shop.contract.open("a") as contract:
        contract.write("# changed\n")
    assert shop.command("reload").returncode == 0
    assert pushes(shop, ended).status == 201
    assert shop.command("revoke", "client", ended["client_id"]).returncode == 0
    assert (pushes(shop, ended).status, pushes(shop, stays).status) == (401, 201)
    assert shop.command("revoke", "client", ended["client_id"] + "x").returncode == 1


def test_the_operator_sees_who_registered_and_never_a_secret(shop: RunningShop) -> None:
    living, revoked = registered(shop), registered(shop)
    shop.command("revoke", "client", revoked["client_id"])
    listed = shop.command("registration", "list", "--json").stdout
    states = {each["client"]: (each["state"], each["redirect_uris"]) for each in json.loads(listed)}
    assert states[living["client_id"]] == ("living", [BACK])
    assert states[revoked["client_id"]] == ("revoked", [BACK])
    assert living["client_secret"] not in listed
    assert f"{living['client_id']}  living " in shop.command("registration", "list").stdout


def test_a_request_of_one_that_registered_is_explained_until_it_is_revoked(shop: RunningShop) -> None:
    client = registered(shop)["client_id"]
    asked = (
        "explain",
        "request",
        "GET",
        "/v1/users/{person}/orders",
        "--person",
        "p",
        "--role",
        "customer",
        "--as",
        client,
    )
    assert shop.command(*asked).returncode == 0
    shop.command("revoke", "client", client)
    assert shop.command(*asked).returncode == 1


def test_the_operator_hands_out_tokens_that_register_once(shop: RunningShop) -> None:
    assert shop.command("registration", "add", "--expires", "9999d").returncode == 1
    made = secret(shop.command("registration", "add", "--uses", "1").stdout.strip())
    assert [registering(shop, made).status for _ in range(2)] == [201, 401]
    other = secret(json.loads(shop.command("registration", "add", "--json", "--expires", "1h").stdout)["token"])
    listed = json.loads(shop.command("registration", "tokens", "--json").stdout)
    by_state = {each["state"]: each["id"] for each in listed}
    assert by_state.keys() == {"used up", "living"}
    assert shop.command("registration", "revoke", by_state["living"]).returncode == 0
    assert shop.command("registration", "revoke", by_state["living"]).returncode == 1
    assert registering(shop, other).status == 401
    shown = shop.command("registration", "tokens").stdout
    assert "used 1 of 1" in shown and made not in shown
