"""private_key_jwt: the assertion is for this issuer and nobody else (RFC 10070, RFC 7523 section 3)."""

import dataclasses
import secrets
from base64 import urlsafe_b64encode

import pytest

from by_hand import compact
from ostiary.issuer.assertion import require_own_assertion
from ostiary.keys import base64url
from ostiary.keys.assertion import Assertion
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.endpoints import INTROSPECT, REVOKE, TOKEN
from ostiary.model.errors import InvalidClient
from ostiary.model.events.issuer import TokensIssued
from ostiary.model.ids import ClientId, TokenId
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import ASSERTION_TYPE, ORIGIN, ROBOT, SECRETS, TokenWorld, basic, refused

INVALID = (401, "invalid_client", Reason.ASSERTION_INVALID)
EXPIRED = (401, "invalid_client", Reason.ASSERTION_EXPIRED)
REPLAYED = (401, "invalid_client", Reason.ASSERTION_REPLAYED)


def form(assertion: str, **changes: str) -> dict[str, str]:
    sent = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    return {**sent, **changes}


@pytest.mark.parametrize("typ", ["client-authentication+jwt", "application/client-authentication+jwt", "JWT", ""])
def test_a_valid_assertion_proves_the_client(world: TokenWorld, typ: str) -> None:
    assert world.post(TOKEN, form(world.assertion(typ=typ)), None).status_code == 200
    assert world.post(TOKEN, form(world.assertion(typ=typ), client_id="robot"), None).status_code == 200


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "ostiary-identity+jwt", "logout+jwt"])
def test_an_assertion_of_another_type_is_refused(world: TokenWorld, typ: str) -> None:
    assert refused(world, world.post(TOKEN, form(world.assertion(typ=typ)), None)) == INVALID


@pytest.mark.parametrize(
    "aud",
    [
        ORIGIN + TOKEN,
        ORIGIN + "/",
        ORIGIN.upper(),
        "https://evil.example",
        [ORIGIN],
        [ORIGIN, "https://evil.example"],
        [],
        "",
        7,
        None,
    ],
)
def test_the_audience_is_the_issuer_and_nothing_else(world: TokenWorld, aud: object) -> None:
    """One that was made for another server, or for the token endpoint's address, never fits here."""
    assert refused(world, world.post(TOKEN, form(world.assertion(aud=aud)), None)) == INVALID
    assert world.post(TOKEN, form(world.assertion(aud=ORIGIN)), None).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "billing"},
        {"iss": None},
        {"iss": 7},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 257},
        {"jti": "a\x00b"},
        {"jti": "a\nb"},
        {"exp": None},
        {"exp": "1790000060"},
        {"exp": True},
        {"iat": "now"},
        {"nbf": []},
    ],
    ids=repr,
)
def test_3_a_claim_that_is_missing_or_wrong_is_refused(world: TokenWorld, claims: dict[str, object]) -> None:
    assert refused(world, world.post(TOKEN, form(world.assertion(**claims)), None)) == INVALID


@pytest.mark.parametrize(("sub", "reason"), [("billing", Reason.CLIENT_AUTH_METHOD), ("nobody", Reason.CLIENT_UNKNOWN)])
def test_3_the_subject_is_the_client_that_signs(world: TokenWorld, sub: str, reason: Reason) -> None:
    answer = world.post(TOKEN, form(world.assertion(sub=sub, iss=sub)), None)
    assert refused(world, answer) == (401, "invalid_client", reason)


@pytest.mark.parametrize("name", ["issuer", "subject"])
def test_3_it_is_by_the_client_about_itself(name: str) -> None:
    """Whatever led here to this client's keys."""
    own = Assertion("robot", "robot", ORIGIN, TokenId("one"), 1, None, None)
    require_own_assertion(own, ClientId("robot"), ORIGIN)
    with pytest.raises(InvalidClient):
        require_own_assertion(dataclasses.replace(own, **{name: "billing"}), ClientId("robot"), ORIGIN)


def test_3_a_client_id_beside_it_is_the_same_client(world: TokenWorld) -> None:
    answer = world.post(TOKEN, form(world.assertion(), client_id="billing"), None)
    assert refused(world, answer) == (400, "invalid_request", Reason.PARAMETER_INVALID)


@pytest.mark.parametrize(
    ("ahead", "good"),
    [(1, True), (60, True), (3600, True), (3610, True), (3611, False), (0, False), (-60, False), (10**12, False)],
)
def test_3_exp_is_to_come_and_soon(world: TokenWorld, ahead: int, good: bool) -> None:
    answer = world.post(TOKEN, form(world.assertion(exp=int(world.now) + ahead)), None)
    assert answer.status_code == (200 if good else 401)
    assert good or refused(world, answer) == EXPIRED


@pytest.mark.parametrize("name", ["iat", "nbf"])
@pytest.mark.parametrize(("ahead", "good"), [(-3600, True), (0, True), (10, True), (11, False)])
def test_3_it_has_begun(world: TokenWorld, name: str, ahead: int, good: bool) -> None:
    answer = world.post(TOKEN, form(world.assertion(**{name: int(world.now) + ahead})), None)
    assert answer.status_code == (200 if good else 401)
    assert good or refused(world, answer) == EXPIRED


def test_3_times_may_have_fractions_and_iat_may_be_left_out(world: TokenWorld) -> None:
    assert world.post(TOKEN, form(world.assertion(exp=world.now + 30.5, iat=None)), None).status_code == 200


def test_3_one_use_and_no_second_anywhere(world: TokenWorld) -> None:
    assertion = world.assertion()
    assert world.post(TOKEN, form(assertion), None).status_code == 200
    for endpoint in (TOKEN, REVOKE, INTROSPECT):
        assert refused(world, world.post(endpoint, form(assertion, token="x" * 43), None)) == REPLAYED


def test_3_the_same_jti_in_another_assertion_is_a_replay(world: TokenWorld) -> None:
    jti = secrets.token_urlsafe(8)
    assert world.post(TOKEN, form(world.assertion(jti=jti)), None).status_code == 200
    assert refused(world, world.post(TOKEN, form(world.assertion(jti=jti, exp=int(world.now) + 90)), None)) == REPLAYED


def test_3_of_many_uses_at_once_one_wins(world: TokenWorld) -> None:
    assertion = world.assertion()
    answers = world.together(*[world.posted(TOKEN, form(assertion), None) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    assert sum(isinstance(event, TokensIssued) for event in world.events()) == 1


def test_3_a_refused_request_spends_its_assertion_too(world: TokenWorld) -> None:
    assertion = world.assertion()
    assert world.post(TOKEN, form(assertion, scope="orders.write"), None).status_code == 400
    assert refused(world, world.post(TOKEN, form(assertion), None)) == REPLAYED


def test_3_a_replayed_assertion_is_refused_as_that_whatever_else_is_wrong(world: TokenWorld) -> None:
    assertion = world.assertion()
    world.post(TOKEN, form(assertion), None)
    assert refused(world, world.post(TOKEN, form(assertion, scope="orders.write"), None)) == REPLAYED


def test_3_an_assertion_is_remembered_for_as_long_as_it_lives(world: TokenWorld) -> None:
    assertion = world.assertion(exp=int(world.now) + 3600)
    assert world.post(TOKEN, form(assertion), None).status_code == 200
    world.later(3599)
    world.run(world.store.forget(int(world.now)))
    assert refused(world, world.post(TOKEN, form(assertion), None)) == REPLAYED
    world.later(1)
    world.run(world.store.forget(int(world.now)))
    assert refused(world, world.post(TOKEN, form(assertion), None)) == EXPIRED


def test_3_a_clock_that_is_set_back_lets_no_assertion_in_again(world: TokenWorld) -> None:
    assertion = world.assertion(exp=int(world.now) + 60)
    assert world.post(TOKEN, form(assertion), None).status_code == 200
    world.later(3000)
    world.run(world.store.forget(int(world.now)))
    world.later(-3000)
    assert refused(world, world.post(TOKEN, form(assertion), None)) == REPLAYED


def test_3_a_strangers_key_proves_nothing(world: TokenWorld) -> None:
    answer = world.post(TOKEN, form(world.assertion(key=SigningPrivateKey.generate())), None)
    assert refused(world, answer) == INVALID


def test_3_an_unsigned_assertion_proves_nothing(world: TokenWorld) -> None:
    header = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    unsigned = f"{header}.{world.assertion().split('.')[1]}."
    assert refused(world, world.post(TOKEN, form(unsigned), None)) == INVALID
    assert world.post(TOKEN, form(world.assertion()), None).status_code == 200


@pytest.mark.parametrize("member", ["jku", "x5u", "jwk", "x5c"])
@pytest.mark.parametrize("named", ["ours", "theirs"])
def test_3_an_assertion_does_not_say_where_its_key_is(world: TokenWorld, member: str, named: str) -> None:
    """RFC 8725 section 3.10."""
    stranger = SigningPrivateKey.generate()
    brought: object = {"jwk": stranger.public.to_jwk(), "x5c": ["MIIB"]}.get(member, "https://evil.example/keys")
    header = {"alg": "ES256", "kid": ROBOT.id, "typ": "client-authentication+jwt"}
    beside = {member: brought, "kid": {"ours": ROBOT, "theirs": stranger}[named].id}
    claims = base64url.decode(world.assertion().split(".")[1].encode())
    for signing in (stranger, ROBOT):
        forged = compact(header | beside, claims, signing.sign)
        assert refused(world, world.post(TOKEN, form(forged), None)) == INVALID
    assert world.post(TOKEN, form(secret(compact(header, claims, ROBOT.sign))), None).status_code == 200


@pytest.mark.parametrize("assertion", ["x", "a.b.c", "..", "x" * 20000])
def test_what_is_no_jwt_proves_nothing(world: TokenWorld, assertion: str) -> None:
    assert refused(world, world.post(TOKEN, form(assertion), None)) == INVALID


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
            Reason.PARAMETER_INVALID,
        ),
        ({"client_assertion_type": ""}, Reason.PARAMETER_MISSING),
        ({"client_assertion": ""}, Reason.PARAMETER_MISSING),
    ],
)
def test_4_2_the_type_of_the_assertion_is_stated(world: TokenWorld, changes: dict[str, str], reason: Reason) -> None:
    answer = world.post(TOKEN, form(world.assertion(), **changes), None)
    assert refused(world, answer) == (400, "invalid_request", reason)


def test_a_client_with_keys_cannot_use_a_secret_and_one_with_a_secret_no_assertion(world: TokenWorld) -> None:
    method = (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)
    with_secret = world.post(
        TOKEN, {"grant_type": "client_credentials"}, None, authorization=basic("robot", SECRETS["shop"])
    )
    assert refused(world, with_secret) == method
    named = world.assertion(sub="billing", iss="billing", key=ROBOT)
    assert refused(world, world.post(TOKEN, form(named), None)) == method
    assert world.post(TOKEN, form(world.assertion()), None).status_code == 200
    own = world.post(
        TOKEN, {"grant_type": "client_credentials"}, None, authorization=basic("billing", SECRETS["billing"])
    )
    assert own.status_code == 200


def test_an_access_token_is_no_assertion(world: TokenWorld) -> None:
    """It is signed by the issuer and names the client as its subject."""
    assert refused(world, world.post(TOKEN, form(world.own_token("robot")), None)) == INVALID
