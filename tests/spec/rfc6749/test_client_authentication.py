"""A client proves who it is in exactly one way (RFC 6749 section 2.3)."""

from base64 import b64encode

import pytest

from ostiary.issuer.records import DisableClient
from ostiary.model.endpoints import INTROSPECT, REVOKE, TOKEN
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import SECRETS, TokenWorld, basic, encoded, refused

FORM = {"grant_type": "client_credentials"}
GOOD = basic("billing", SECRETS["billing"])
UNAUTHENTICATED = {"error", "error_description", "ref"}


def test_2_3_1_basic_with_both_halves_form_encoded(world: TokenWorld) -> None:
    assert world.post(TOKEN, FORM, "billing").status_code == 200
    assert world.post(TOKEN, FORM, None, authorization=GOOD.replace("Basic", "bAsIc")).status_code == 200


WRONG = {
    "another's secret": (basic("billing", SECRETS["shop"]), Reason.CLIENT_SECRET_WRONG),
    "a longer secret": (basic("billing", SECRETS["billing"] + "x"), Reason.CLIENT_SECRET_WRONG),
    "a shorter secret": (basic("billing", SECRETS["billing"][:-1]), Reason.CLIENT_SECRET_WRONG),
    "another case": (basic("billing", SECRETS["billing"].swapcase()), Reason.CLIENT_SECRET_WRONG),
    "an empty secret": ("Basic " + b64encode(b"billing:").decode(), Reason.CLIENT_SECRET_WRONG),
    "no colon": ("Basic " + b64encode(b"billing").decode(), Reason.CLIENT_SECRET_WRONG),
    "nobody": (basic("nobody", SECRETS["billing"]), Reason.CLIENT_UNKNOWN),
    "another name": (basic("BILLING", SECRETS["billing"]), Reason.CLIENT_UNKNOWN),
    "nothing but a colon": ("Basic " + b64encode(b":").decode(), Reason.CLIENT_UNKNOWN),
    "a client with keys": (basic("robot", "x" * 32), Reason.CLIENT_AUTH_METHOD),
    "a public client": (basic("pages", "x" * 32), Reason.CLIENT_AUTH_METHOD),
    "no base64": ("Basic !!!", Reason.CLIENT_AUTH_MISSING),
    "another scheme": ("Bearer " + SECRETS["billing"], Reason.CLIENT_AUTH_METHOD),
    "nothing": ("Basic", Reason.CLIENT_UNKNOWN),
}


@pytest.mark.parametrize(("authorization", "reason"), WRONG.values(), ids=WRONG.keys())
def test_5_2_whatever_is_wrong_the_answer_is_one(world: TokenWorld, authorization: str, reason: Reason) -> None:
    """And it does not tell whether the client exists."""
    answer = world.post(TOKEN, FORM, None, authorization=authorization)
    assert refused(world, answer) == (401, "invalid_client", reason)
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.json().keys() == UNAUTHENTICATED
    nobody = world.post(TOKEN, FORM, None, authorization=basic("nobody", "x" * 32))
    assert answer.json()["error_description"] == nobody.json()["error_description"]


def test_the_older_of_two_secrets_works_while_both_are_registered(world: TokenWorld) -> None:
    billing = {"kind": "service", "scopes": ["orders.read"], "secret": ["${env:shop}", "${env:billing}"]}
    world.adopt(clients={"billing": billing})
    assert world.post(TOKEN, FORM, None, authorization=basic("billing", SECRETS["shop"])).status_code == 200
    assert world.post(TOKEN, FORM, None, authorization=GOOD).status_code == 200
    assert world.post(TOKEN, FORM, None, authorization=basic("billing", SECRETS["site"])).status_code == 401


@pytest.mark.parametrize("where", [TOKEN, REVOKE, INTROSPECT])
def test_2_3_1_a_secret_in_the_body_is_refused_though_it_is_right(world: TokenWorld, where: str) -> None:
    form = {**FORM, "token": "x" * 43, "client_id": "billing", "client_secret": SECRETS["billing"]}
    assert refused(world, world.post(where, form, None)) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)


@pytest.mark.parametrize(
    "second",
    [
        {"client_secret": SECRETS["billing"]},
        {"client_assertion": "a.b.c"},
        {"client_assertion_type": "urn:x"},
    ],
)
def test_2_3_two_methods_at_once_are_refused(world: TokenWorld, second: dict[str, str]) -> None:
    answer = world.post(TOKEN, {**FORM, **second}, "billing")
    assert refused(world, answer) == (400, "invalid_request", Reason.CLIENT_AUTH_REPEATED)


def test_3_2_1_a_client_id_beside_basic_is_the_same_client(world: TokenWorld) -> None:
    assert world.post(TOKEN, {**FORM, "client_id": "billing"}, "billing").status_code == 200
    answer = world.post(TOKEN, {**FORM, "client_id": "shop"}, "billing")
    assert refused(world, answer) == (400, "invalid_request", Reason.PARAMETER_INVALID)


def test_a_client_that_has_a_secret_cannot_go_without(world: TokenWorld) -> None:
    code = world.code("site")
    answer = world.post(TOKEN, {**world.code_form(code), "client_id": "site"}, None)
    assert refused(world, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)
    assert world.exchange(code).status_code == 200


def test_a_request_that_names_nobody_is_refused(world: TokenWorld) -> None:
    answer = world.post(TOKEN, FORM, None)
    assert refused(world, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_MISSING)
    assert world.last_refusal().client is None


def test_a_disabled_client_is_refused_and_its_tokens_are_dead(world: TokenWorld) -> None:
    token = world.own_token("billing")
    tokens = world.tokens("agency", "openid")
    assert world.active(token, "billing")
    for client in ("billing", "agency"):
        world.commit(Plan(writes=(DisableClient(ClientId(client), int(world.now)),)))
    assert refused(world, world.post(TOKEN, FORM, "billing")) == (401, "invalid_client", Reason.CLIENT_DISABLED)
    assert refused(world, world.refresh(tokens["refresh_token"], "agency"))[2] is Reason.CLIENT_DISABLED
    assert world.userinfo(tokens["access_token"]).status_code == 401
    assert world.post(TOKEN, FORM, "shop").status_code == 200


def test_a_client_may_call_from_its_addresses_only(world: TokenWorld) -> None:
    def called(peer: str) -> int:
        headers = [("authorization", GOOD), ("content-type", "application/x-www-form-urlencoded")]
        return world.run(_from(world, peer, headers))

    assert called("192.0.2.200") == 200
    assert called("198.51.100.7") == 401
    assert world.last_refusal().reason is Reason.ADDRESS_NOT_ALLOWED
    assert called("2001:db8::1") == 401
    assert called("not an address") == 401


async def _from(world: TokenWorld, peer: str, headers: list[tuple[str, str]]) -> int:
    sent = [("x-ostiary-peer", peer), *headers]
    return (await world.http.request("POST", TOKEN, content=encoded(FORM), headers=sent)).status_code


def test_who_tried_is_recorded_by_a_pseudonym(world: TokenWorld) -> None:
    world.post(TOKEN, FORM, None, authorization=basic("billing", secret("wrong-but-secret")))
    event = world.last_refusal()
    assert event.client == "billing"
    assert event.peer == world.desk.pseudonym("192.0.2.7")
    assert event.peer != "192.0.2.7"


def test_2_3_1_a_public_client_that_sends_a_secret_is_not_taken_for_one_without(world: TokenWorld) -> None:
    code = world.code("pages")
    form = {**world.code_form(code, "pages"), "client_id": "pages"}
    answer = world.post(TOKEN, {**form, "client_secret": secret("what-a-page-would-know")}, None)
    assert refused(world, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)
    assert world.post(TOKEN, form, None).status_code == 200


@pytest.mark.parametrize(("kinds", "allowed"), [(["service"], True), (["partner"], False)])
def test_a_listener_for_other_kinds_is_closed_to_whatever_proves_a_client(
    world: TokenWorld, kinds: list[str], allowed: bool
) -> None:
    """Without a certificate, too: by a secret, and by a key."""
    world.adopt(gateways={"own": {"listen": "127.0.0.1:9444", "origin": "https://own.example", "kinds": kinds}})
    for client in ("billing", "robot"):
        answer = world.post(TOKEN, FORM, client, x_ostiary_gateway="own")
        if allowed:
            assert answer.status_code == 200
        else:
            assert refused(world, answer) == (401, "invalid_client", Reason.GATEWAY_KIND)
        assert world.post(TOKEN, FORM, client).status_code == 200
