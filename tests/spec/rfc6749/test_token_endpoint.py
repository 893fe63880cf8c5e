"""The token endpoint's requests and answers (RFC 6749 sections 3.2, 4.1.3, 4.4, 5.1, 5.2 and 6)."""

import pytest

from ostiary.model.endpoints import TOKEN
from ostiary.model.events.issuer import TokensIssued
from ostiary.model.reasons import Reason
from token_world import SECRETS, TokenWorld, basic, encoded, read, refused

OWN = {"grant_type": "client_credentials"}
FORM_TYPE = "application/x-www-form-urlencoded"


def test_5_1_the_answer_to_a_code(world: TokenWorld) -> None:
    answer = world.exchange(world.code(scopes="openid orders.read"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    members = read(answer)
    assert members.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token"}
    assert (members["token_type"], members["expires_in"], members["scope"]) == ("Bearer", 600, "openid orders.read")


def test_4_4_3_the_answer_to_client_credentials_has_no_refresh_token(world: TokenWorld) -> None:
    members = read(world.post(TOKEN, OWN, "robot"))
    assert members.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert members["scope"] == "chat.use orders.read"


@pytest.mark.parametrize(
    ("client", "refreshes"), [("site", True), ("reader", True), ("agency", True), ("pages", False)]
)
def test_who_gets_a_refresh_token(world: TokenWorld, client: str, refreshes: bool) -> None:
    assert ("refresh_token" in world.tokens(client)) is refreshes


def test_the_grant_decides_the_rest(world: TokenWorld) -> None:
    assert "id_token" not in world.tokens(scopes="orders.read")
    assert "id_token" in world.tokens(scopes="openid")


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, "chat.use orders.read"),
        ("orders.read", "orders.read"),
        ("chat.use orders.read", "chat.use orders.read"),
        ("orders.read orders.read", "orders.read"),
    ],
)
def test_4_4_2_scopes_of_a_client(world: TokenWorld, asked: str | None, given: str) -> None:
    form = OWN if asked is None else {**OWN, "scope": asked}
    assert read(world.post(TOKEN, form, "robot"))["scope"] == given


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("orders.write", Reason.SCOPE_NOT_ALLOWED),
        ("orders.read orders.write", Reason.SCOPE_NOT_ALLOWED),
        ("openid", Reason.SCOPE_NOT_ALLOWED),
        ("offline_access", Reason.SCOPE_NOT_ALLOWED),
        ("orders.delete", Reason.SCOPE_UNKNOWN),
        ("ORDERS.READ", Reason.SCOPE_UNKNOWN),
        (" orders.read", Reason.PARAMETER_INVALID),
        ("orders.read  chat.use", Reason.PARAMETER_INVALID),
        ('orders.read"', Reason.PARAMETER_INVALID),
        ("orders\\read", Reason.PARAMETER_INVALID),
        ("ördèrs", Reason.PARAMETER_INVALID),
    ],
)
def test_5_2_a_scope_that_is_not_for_the_client_is_refused(world: TokenWorld, asked: str, reason: Reason) -> None:
    assert refused(world, world.post(TOKEN, {**OWN, "scope": asked}, "robot")) == (400, "invalid_scope", reason)


def test_6_a_refresh_may_narrow_and_the_family_keeps_what_was_granted(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="openid orders.read orders.write")
    narrow = read(world.refresh(tokens["refresh_token"], scope="orders.read"))
    assert narrow["scope"] == "orders.read"
    assert "id_token" not in narrow
    whole = read(world.refresh(narrow["refresh_token"]))
    assert whole["scope"] == "openid orders.read orders.write"


def test_6_a_refresh_cannot_widen(world: TokenWorld) -> None:
    token = world.tokens(scopes="orders.read")["refresh_token"]
    answer = world.refresh(token, scope="orders.read orders.write")
    assert refused(world, answer) == (400, "invalid_scope", Reason.SCOPE_NOT_ALLOWED)
    assert world.refresh(token).status_code == 200


@pytest.mark.parametrize(
    ("grant_type", "refusal"),
    [
        ("password", (400, "unsupported_grant_type", Reason.GRANT_TYPE_UNSUPPORTED)),
        ("implicit", (400, "unsupported_grant_type", Reason.GRANT_TYPE_UNSUPPORTED)),
        ("CLIENT_CREDENTIALS", (400, "unsupported_grant_type", Reason.GRANT_TYPE_UNSUPPORTED)),
        (
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            (400, "unsupported_grant_type", Reason.GRANT_TYPE_UNSUPPORTED),
        ),
        ("", (400, "invalid_request", Reason.PARAMETER_MISSING)),
    ],
)
def test_5_2_other_grant_types(world: TokenWorld, grant_type: str, refusal: tuple[int, str, Reason]) -> None:
    assert refused(world, world.post(TOKEN, {"grant_type": grant_type}, "robot")) == refusal
    assert world.post(TOKEN, OWN, "robot").status_code == 200


def test_5_2_a_client_uses_the_grants_of_its_kind(world: TokenWorld) -> None:
    not_allowed = (400, "unauthorized_client", Reason.GRANT_TYPE_NOT_ALLOWED)
    assert refused(world, world.post(TOKEN, OWN, "site")) == not_allowed
    assert refused(world, world.post(TOKEN, OWN, "pages")) == not_allowed
    assert refused(world, world.refresh("x" * 43, "robot")) == not_allowed
    assert refused(world, world.refresh("x" * 43, "pages")) == not_allowed
    code = world.code("site")
    assert refused(world, world.post(TOKEN, world.code_form(code), "robot")) == not_allowed
    assert world.post(TOKEN, world.code_form(code), "site").status_code == 200
    assert world.post(TOKEN, OWN, "robot").status_code == 200


def test_a_kind_whose_tokens_are_bound_to_a_key_gets_none_without_a_proof(world: TokenWorld) -> None:
    """Its code is not spent by that."""
    code = world.code("phone")
    answer = world.exchange(code, "phone")
    assert refused(world, answer) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert refused(world, world.exchange(code, "phone")) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert refused(world, world.refresh("x" * 43, "phone")) == (400, "invalid_request", Reason.PROOF_REQUIRED)
    assert world.exchange(world.code("pages"), "pages").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials&grant_type=client_credentials",
        b"grant_type=client_credentials&scope=orders.read&scope=orders.read",
        b"grant_type=client_credentials&scope=&scope=orders.read",
        b"grant_type=client_credentials&%73cope=orders.read&scope=orders.read",
        b"grant_type=client_credentials&x=1&x=2",
    ],
)
def test_3_2_a_parameter_stands_once(world: TokenWorld, body: bytes) -> None:
    assert refused(world, world.post(TOKEN, body, "billing")) == (400, "invalid_request", Reason.PARAMETER_REPEATED)


@pytest.mark.parametrize(
    "body",
    [
        b"grant_type=client_credentials&scope=orders.read%00",
        b"grant_type=client_credentials&x=%0a",
        b"grant_type=client_credentials&x=%ff",
        b"grant_type=client_credentials&" + b"&".join(b"a%d=1" % number for number in range(50)),
    ],
)
def test_appendix_b_what_is_no_parameter_is_refused(world: TokenWorld, body: bytes) -> None:
    assert refused(world, world.post(TOKEN, body, "billing")) == (400, "invalid_request", Reason.PARAMETER_INVALID)


def test_3_2_a_parameter_that_nobody_knows_is_ignored(world: TokenWorld) -> None:
    assert world.post(TOKEN, {**OWN, "colour": "green", "audience": "y"}, "billing").status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "multipart/form-data; boundary=x", f"{FORM_TYPE}; charset=latin-1", ""],
)
def test_3_2_the_body_is_a_form(world: TokenWorld, content_type: str) -> None:
    answer = world.post(TOKEN, OWN, "billing", content_type=content_type)
    assert refused(world, answer) == (400, "invalid_request", Reason.PARAMETER_INVALID)


@pytest.mark.parametrize("content_type", [FORM_TYPE, f"{FORM_TYPE};charset=UTF-8", f'{FORM_TYPE}; charset="utf-8"'])
def test_3_2_a_form_may_say_that_it_is_utf_8(world: TokenWorld, content_type: str) -> None:
    assert world.post(TOKEN, OWN, "billing", content_type=content_type).status_code == 200


def test_2_3_1_no_parameter_stands_in_the_uri(world: TokenWorld) -> None:
    answer = world.post(f"{TOKEN}?grant_type=client_credentials", OWN, "billing")
    assert refused(world, answer) == (400, "invalid_request", Reason.PARAMETER_INVALID)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
def test_3_2_the_method_is_post(world: TokenWorld, method: str) -> None:
    answer = world.ask(method, TOKEN)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


def test_a_body_over_the_bound_is_refused(world: TokenWorld) -> None:
    def filled(size: int) -> int:
        body = encoded({**OWN, "filler": ""})
        headers = [("authorization", basic("billing", SECRETS["billing"])), ("content-type", FORM_TYPE)]
        return world.ask("POST", TOKEN, body + b"x" * (size - len(body)), headers).status_code

    assert filled(64 * 1024) == 200
    assert filled(64 * 1024 + 1) == 413
    assert world.last_refusal().reason is Reason.BODY_TOO_LARGE


def test_a_credential_that_stands_twice_is_refused(world: TokenWorld) -> None:
    header = ("authorization", basic("billing", SECRETS["billing"]))
    answer = world.ask("POST", TOKEN, encoded(OWN), [header, header, ("content-type", FORM_TYPE)])
    assert refused(world, answer) == (400, "invalid_request", Reason.PARAMETER_REPEATED)


def test_what_was_issued_is_recorded_by_name_and_not_by_value(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="openid orders.read")
    event = [event for event in world.events() if isinstance(event, TokensIssued)][-1]
    claims = world.claims(tokens["access_token"])
    assert (event.client, event.subject, event.tenant) == ("site", "sub-ada", "acme")
    assert (event.token, event.grant) == (claims["jti"], claims["grant_id"])
    assert (event.grant_type, event.scopes) == ("authorization_code", ("openid", "orders.read"))
