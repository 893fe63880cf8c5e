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


def registered(shop: RunningShop) -> dict[str, Any]:
    fields = {"authorization": f"Bearer {shop.demo.initial_access_token}", "content-type": "application/json"}
    with closing(shop.door()) as door:
        answer = door.request("POST", endpoints.REGISTER, fields, json.dumps({"redirect_uris": [BACK]}).encode())
    assert answer.status == 201
    known = answer.json()
    secret(known["client_secret"])
    secret(known["registration_access_token"])
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
