"""A client with `profile: fapi2`: the FAPI 2.0 Security Profile and Message Signing, section by section.

The client is kept to its key by tests of RFC 9449; where tokens are needed here, its binding is taken off.
"""

from dataclasses import replace
from typing import Any

import pytest

from issuer_world import IssuerWorld, Told, asking, authorization, is_page, named, told
from ostiary.contract.model import ClientAuth
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model import endpoints
from ostiary.model.endpoints import PAR, TOKEN
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import ORIGIN, VAULT, VERIFIER, basic, read, refused

BACK = "https://vault.example/callback"


def signed(issuer: IssuerWorld, **claims: object) -> str:
    return issuer.request_object("vault", VAULT, **{"response_mode": "jwt", **claims})


def push(issuer: IssuerWorld, **claims: object) -> str:
    answer = issuer.post(PAR, {"request": signed(issuer, **claims)}, "vault")
    assert answer.status_code == 201, answer.text
    assert read(answer)["expires_in"] < 600
    return secret(str(read(answer)["request_uri"]))


def opened(issuer: IssuerWorld, jwt: str) -> dict[str, Any]:
    """The claims of a signed answer."""
    claims = issuer.claims(secret(jwt))
    assert (claims["iss"], claims["aud"]) == (ORIGIN, "vault")
    if "code" in claims:
        secret(claims["code"])
    return claims


def unbound(issuer: IssuerWorld) -> None:
    """Its tokens are bearer tokens."""
    contract = issuer.desk.registry.contract
    vault = contract.clients[ClientId("vault")]
    bearer = replace(vault, profile=replace(vault.profile, binding=Binding.BEARER))
    issuer.desk.prepare(replace(contract, clients={**contract.clients, vault.id: bearer}))()


def code(issuer: IssuerWorld, **claims: object) -> str:
    browser = issuer.browser()
    page = browser.go(named("vault", push(issuer, **claims)))
    answer = told(browser.follow(browser.try_in(page)))
    assert (answer.to, set(answer.fields)) == (BACK, {"response"})
    return str(opened(issuer, answer.fields["response"])["code"])


def tokens(issuer: IssuerWorld, **claims: object) -> dict[str, Any]:
    unbound(issuer)
    return issuer.redeem(Told(BACK, {"code": code(issuer, **claims)}), "vault")


def test_the_whole_way_of_a_client_of_the_profile(issuer: IssuerWorld) -> None:
    claims = issuer.claims(tokens(issuer)["access_token"])
    assert (claims["sub"], claims["client_id"]) == ("sub-grace", "vault")


def test_5_3_2_1_item_4_without_proof_of_possession_there_is_no_token(issuer: IssuerWorld) -> None:
    form = {"grant_type": "authorization_code", "code": code(issuer), "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = issuer.post(TOKEN, form, "vault")
    assert answer.status_code in (400, 401)
    assert "access_token" not in read(answer)


def test_5_3_2_1_items_3_and_6_it_authenticates_by_its_key_alone(issuer: IssuerWorld) -> None:
    rule = issuer.desk.registry.contract.clients[ClientId("vault")]
    assert rule.auth_method is ClientAuth.PRIVATE_KEY_JWT
    assert rule.profile.auth_methods == {
        ClientAuth.PRIVATE_KEY_JWT,
        ClientAuth.TLS,
        ClientAuth.SELF_SIGNED_TLS,
    }
    assert rule.profile.binding is Binding.DPOP
    form = {"request": signed(issuer)}
    by_name = issuer.post(PAR, {**form, "client_id": "vault"}, None)
    by_secret = issuer.post(PAR, form, None, authorization=basic("vault", "a secret that it does not have"))
    for answer in (by_name, by_secret):
        assert refused(issuer, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)


@pytest.mark.parametrize("aud", [ORIGIN + PAR, ORIGIN + TOKEN, [ORIGIN]])
def test_5_3_2_1_item_8_an_assertion_is_for_the_issuer_as_one_text(issuer: IssuerWorld, aud: object) -> None:
    proof = issuer.assertion(VAULT, iss="vault", sub="vault", aud=aud)
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"request": signed(issuer), "client_assertion": proof, "client_assertion_type": kind}
    assert refused(issuer, issuer.post(PAR, form, None)) == (401, "invalid_client", Reason.ASSERTION_INVALID)


def test_5_3_2_1_item_9_a_refresh_token_is_not_rotated(issuer: IssuerWorld) -> None:
    first = tokens(issuer)
    for _ in range(3):
        again = read(issuer.refresh(first["refresh_token"], "vault"))
        assert "refresh_token" not in again
        assert issuer.claims(again["access_token"])["sub"] == "sub-grace"


def test_5_3_2_1_item_9_it_goes_on_while_it_is_used_and_ends_with_its_family(issuer: IssuerWorld) -> None:
    """Idle for twelve hours, and never longer than a day: the times of kind `web`."""
    token = tokens(issuer, scope="openid orders.read offline_access")["refresh_token"]
    for _ in range(2):
        issuer.later(11 * 3600)
        assert issuer.refresh(token, "vault").status_code == 200
    issuer.later(2 * 3600)
    assert refused(issuer, issuer.refresh(token, "vault")) == (400, "invalid_grant", Reason.REFRESH_TOKEN_EXPIRED)


def test_5_3_2_1_item_9_unused_it_ends_as_any_other(issuer: IssuerWorld) -> None:
    token = tokens(issuer, scope="openid orders.read offline_access")["refresh_token"]
    issuer.later(12 * 3600)
    assert refused(issuer, issuer.refresh(token, "vault")) == (400, "invalid_grant", Reason.REFRESH_TOKEN_EXPIRED)


def test_5_3_2_1_item_9_other_clients_are_rotated_as_before(issuer: IssuerWorld) -> None:
    first = issuer.tokens("site")
    assert read(issuer.refresh(first["refresh_token"]))["refresh_token"] != first["refresh_token"]


@pytest.mark.parametrize(("age", "good"), [(59, True), (60, False)])
def test_5_3_2_1_item_11_a_code_lives_for_sixty_seconds(issuer: IssuerWorld, age: int, good: bool) -> None:
    unbound(issuer)
    form = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER, "code": code(issuer)}
    issuer.later(age)
    assert (issuer.post(TOKEN, form, "vault").status_code == 200) is good


@pytest.mark.parametrize(("ahead", "good"), [(0, True), (10, True), (61, False)])
def test_5_3_2_1_item_13_clocks_may_differ_by_ten_seconds(issuer: IssuerWorld, ahead: int, good: bool) -> None:
    """Of the assertion and of the request object."""
    time = int(issuer.now) + ahead
    answer = issuer.post(PAR, {"request": signed(issuer, nbf=time, iat=time)}, "vault")
    assert (answer.status_code == 201) is good
    proof = issuer.assertion(VAULT, iss="vault", sub="vault", iat=time, nbf=time, exp=time + 60)
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"request": signed(issuer), "client_assertion": proof, "client_assertion_type": kind}
    assert (issuer.post(PAR, form, None).status_code == 201) is good


@pytest.mark.parametrize("claim", ["iat", "nbf"])
@pytest.mark.parametrize(("ahead", "good"), [(10, True), (60, True), (61, False)])
def test_5_3_2_1_item_13_the_clock_of_a_proof_is_a_minute_ahead_at_most(
    issuer: IssuerWorld, claim: str, ahead: int, good: bool
) -> None:
    """Another client's may be further ahead: the nonce tells how old the proof is."""
    time = int(issuer.now) + ahead
    proof = issuer.proof(SigningPrivateKey.generate(), PAR, **{claim: time})
    answer = issuer.post(PAR, {"request": signed(issuer)}, "vault", dpop=proof)
    assert (answer.status_code == 201) is good
    assert good or refused(issuer, answer) == (400, "invalid_dpop_proof", Reason.PROOF_STALE)
    other = issuer.proof(SigningPrivateKey.generate(), PAR, **{claim: time})
    assert issuer.post(PAR, asking("site"), "site", dpop=other).status_code == 201


@pytest.mark.parametrize(
    ("nbf", "exp", "error"),
    [
        (0, 3600, None),
        (0, 3601, "invalid_request_object"),
        (-3599, 1, None),
        (-3600, 0, "invalid_request_object"),
        (-3601, -1, "invalid_request_object"),
        (-3601, 60, "invalid_request_object"),
        (0, None, "invalid_request_object"),
        (None, 60, "invalid_request_object"),
    ],
)
def test_ms_5_3_1_a_request_begins_and_ends_within_an_hour(
    issuer: IssuerWorld, nbf: int | None, exp: int | None, error: str | None
) -> None:
    now = int(issuer.now)
    times = {"nbf": None if nbf is None else now + nbf, "exp": None if exp is None else now + exp}
    answer = issuer.post(PAR, {"request": signed(issuer, **times)}, "vault")
    assert (answer.status_code == 201) if error is None else (read(answer)["error"] == error)


def test_5_3_2_2_item_3_a_request_that_was_not_pushed_is_rejected(issuer: IssuerWorld) -> None:
    by_value = f"{endpoints.AUTHORIZE}?client_id=vault&request={signed(issuer)}"
    for path in (authorization("vault"), by_value):
        assert is_page(issuer.ask("GET", path), 400)
        assert issuer.last_refusal().reason is Reason.REQUEST_NOT_PUSHED
    assert is_page(issuer.browser().go(named("vault", push(issuer))))


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"code_challenge": None}, Reason.PKCE_MISSING),
        ({"code_challenge_method": "plain"}, Reason.PKCE_MISSING),
        ({"redirect_uri": None}, Reason.PARAMETER_MISSING),
        ({"redirect_uri": "http://vault.example/callback"}, Reason.REDIRECT_URI_MISMATCH),
        ({"response_type": "code id_token"}, Reason.RESPONSE_TYPE_UNSUPPORTED),
    ],
)
def test_5_3_2_2_items_1_5_6_and_8_what_a_push_has_to_have(
    issuer: IssuerWorld, claims: dict[str, object], reason: Reason
) -> None:
    answer = issuer.post(PAR, {"request": signed(issuer, **claims)}, "vault")
    assert answer.status_code == 400
    assert issuer.events_of(IssuerRefused)[-1].reason is reason
    push(issuer)


def test_5_3_2_2_item_14_a_nonce_of_64_characters_is_kept(issuer: IssuerWorld) -> None:
    unbound(issuer)
    browser = issuer.browser()
    page = browser.go(named("vault", push(issuer, nonce="n" * 64)))
    answer = opened(issuer, told(browser.follow(browser.try_in(page))).fields["response"])
    got = issuer.redeem(Told(BACK, {"code": str(answer["code"])}), "vault")
    assert issuer.claims(got["id_token"])["nonce"] == "n" * 64


def test_ms_5_3_an_unsigned_request_is_rejected(issuer: IssuerWorld) -> None:
    unsigned = {**asking("vault"), "response_mode": "jwt"}
    answer = issuer.post(PAR, unsigned, "vault")
    assert refused(issuer, answer) == (400, "invalid_request", Reason.REQUEST_NOT_SIGNED)
    push(issuer)


@pytest.mark.parametrize("mode", [None, "query", "form_post"])
def test_ms_5_4_an_answer_is_signed(issuer: IssuerWorld, mode: str | None) -> None:
    answer = issuer.post(PAR, {"request": signed(issuer, response_mode=mode)}, "vault")
    assert refused(issuer, answer) == (400, "invalid_request", Reason.ANSWER_NOT_SIGNED)
    for good in ("jwt", "query.jwt", "form_post.jwt"):
        push(issuer, response_mode=good)


def test_ms_5_5_what_is_said_of_a_token_is_signed(issuer: IssuerWorld) -> None:
    token = {"token": tokens(issuer)["access_token"]}
    answer = issuer.post(endpoints.INTROSPECT, token, "vault", accept="application/json")
    assert refused(issuer, answer) == (400, "invalid_request", Reason.ANSWER_NOT_SIGNED)
    signed_answer = issuer.post(endpoints.INTROSPECT, token, "vault", accept="application/token-introspection+jwt")
    told_of = issuer.claims(signed_answer.text)
    assert (told_of["iss"], told_of["aud"]) == (ORIGIN, "vault")
    assert told_of["token_introspection"]["active"] is True


def test_the_metadata_says_when_all_clients_are_of_the_profile(issuer: IssuerWorld) -> None:
    def metadata() -> dict[str, Any]:
        return read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))

    assert metadata()["require_signed_request_object"] is False
    contract = issuer.desk.registry.contract
    vault = contract.clients[ClientId("vault")]
    issuer.desk.prepare(replace(contract, clients={vault.id: vault}))()
    assert metadata()["require_signed_request_object"] is True
    assert metadata()["require_pushed_authorization_requests"] is True
    assert is_page(issuer.browser().go(named("vault", push(issuer))))
