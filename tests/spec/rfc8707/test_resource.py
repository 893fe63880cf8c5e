"""Resource indicators: a client says for which service a token is to be (RFC 8707)."""

from typing import Any

import pytest

from issuer_world import IssuerWorld, asking, authorization, named, told
from ostiary.model import endpoints
from ostiary.model.endpoints import TOKEN
from ostiary.model.reasons import Reason
from token_world import ORIGIN, SECRETS, VERIFIER, TokenWorld, basic, encoded, read, refused

SHOP, CHAT = ORIGIN + "/shop", ORIGIN + "/chat"
BOTH = "openid orders.read chat.use"
NOT_REACHED = (400, "invalid_target", Reason.TARGET_NOT_REACHED)
NOT_GRANTED = (400, "invalid_target", Reason.TARGET_NOT_GRANTED)
NO_URI = (400, "invalid_target", Reason.TARGET_INVALID_URI)


def repeated(form: dict[str, str], *resources: str) -> bytes:
    return b"&".join([encoded(form), *(encoded({"resource": each}) for each in resources)])


def claims_of(world: TokenWorld, answer: Any) -> tuple[object, object]:
    assert answer.status_code == 200, answer.text
    claims = world.claims(read(answer)["access_token"])
    assert claims["scope"] == read(answer)["scope"]
    return claims["aud"], claims["scope"]


def for_both(issuer: IssuerWorld, **changes: str) -> str:
    """The code of a request for both services."""
    return told(issuer.browser().sign_in("site", scope=BOTH, **changes)).code


def exchange(world: TokenWorld, code: str, *resources: str) -> Any:
    body = repeated(world.code_form(code), *resources)
    return world.post(TOKEN, body, None, authorization=basic("site", SECRETS["site"]))


def test_2_without_it_a_token_is_for_all_that_its_scopes_reach(issuer: IssuerWorld) -> None:
    assert claims_of(issuer, exchange(issuer, for_both(issuer))) == ([CHAT, SHOP], "chat.use openid orders.read")


def test_2_2_a_token_request_says_which_of_them(issuer: IssuerWorld) -> None:
    """And what the other services know is left out of the scope."""
    assert claims_of(issuer, exchange(issuer, for_both(issuer), SHOP)) == (SHOP, "openid orders.read")
    assert claims_of(issuer, exchange(issuer, for_both(issuer), CHAT)) == (CHAT, "chat.use openid")


def test_2_it_is_the_one_parameter_that_may_repeat(issuer: IssuerWorld) -> None:
    assert claims_of(issuer, exchange(issuer, for_both(issuer), SHOP, CHAT))[0] == [CHAT, SHOP]
    body = repeated(issuer.code_form(for_both(issuer)), SHOP) + b"&" + encoded({"code_verifier": VERIFIER})
    answer = issuer.post(TOKEN, body, None, authorization=basic("site", SECRETS["site"]))
    assert refused(issuer, answer) == (400, "invalid_request", Reason.PARAMETER_REPEATED)


def test_2_1_an_authorization_request_limits_all_of_its_tokens(issuer: IssuerWorld) -> None:
    code = for_both(issuer, resource=SHOP)
    answer = exchange(issuer, code)
    assert claims_of(issuer, answer) == (SHOP, "openid orders.read")
    refreshed = issuer.refresh(read(answer)["refresh_token"])
    assert claims_of(issuer, refreshed) == (SHOP, "openid orders.read")


def test_2_2_a_service_that_was_not_granted_is_refused_and_the_code_stays_good(issuer: IssuerWorld) -> None:
    code = for_both(issuer, resource=SHOP)
    assert refused(issuer, exchange(issuer, code, CHAT)) == NOT_GRANTED
    assert refused(issuer, exchange(issuer, code, SHOP, CHAT)) == NOT_GRANTED
    assert claims_of(issuer, exchange(issuer, code, SHOP))[0] == SHOP


def test_2_2_each_refresh_may_be_for_another_of_them(issuer: IssuerWorld) -> None:
    """The family keeps what was granted, whatever one request narrowed."""
    token = read(exchange(issuer, for_both(issuer)))["refresh_token"]
    for resource, scope in ((SHOP, "openid orders.read"), (CHAT, "chat.use openid")):
        answer = issuer.refresh(token, resource=resource)
        assert claims_of(issuer, answer) == (resource, scope)
        token = read(answer)["refresh_token"]
    assert claims_of(issuer, issuer.refresh(token))[0] == [CHAT, SHOP]


def test_2_2_scope_and_resource_of_a_refresh_have_to_fit(issuer: IssuerWorld) -> None:
    token = read(exchange(issuer, for_both(issuer)))["refresh_token"]
    assert refused(issuer, issuer.refresh(token, scope="orders.read", resource=CHAT)) == NOT_REACHED
    assert claims_of(issuer, issuer.refresh(token, scope="orders.read", resource=SHOP)) == (SHOP, "orders.read")


def test_2_2_a_service_acting_for_itself_says_it_as_well(issuer: IssuerWorld) -> None:
    form = {"grant_type": "client_credentials"}
    assert claims_of(issuer, issuer.post(TOKEN, form, "robot"))[0] == [CHAT, SHOP]
    assert claims_of(issuer, issuer.post(TOKEN, {**form, "resource": CHAT}, "robot")) == (CHAT, "chat.use")
    assert refused(issuer, issuer.post(TOKEN, {**form, "resource": CHAT}, "billing")) == NOT_REACHED


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("https://evil.example/", NOT_REACHED),
        (SHOP + "/", NOT_REACHED),
        (SHOP.upper(), NOT_REACHED),
        (ORIGIN, NOT_REACHED),
        (f"{SHOP} {CHAT}", NOT_REACHED),
        (SHOP + "#", NO_URI),
        (SHOP + "#part", NO_URI),
        ("/shop", NO_URI),
        ("shop", NO_URI),
        ("https:", NO_URI),
        ("https://[::1/", NO_URI),
    ],
)
def test_2_a_resource_is_the_absolute_uri_of_a_service(
    issuer: IssuerWorld, resource: str, expected: tuple[int, str, Reason]
) -> None:
    code = for_both(issuer)
    assert refused(issuer, exchange(issuer, code, resource)) == expected
    assert refused(issuer, exchange(issuer, code, SHOP, resource)) == expected
    back = told(issuer.browser().open(authorization(scope=BOTH, resource=resource)))
    assert (back.error, issuer.last_refusal().reason) == expected[1:]
    assert exchange(issuer, code, SHOP).status_code == 200


def test_2_1_a_service_that_the_scopes_do_not_reach_is_refused_at_once(issuer: IssuerWorld) -> None:
    back = told(issuer.browser().open(authorization(scope="openid orders.read", resource=CHAT)))
    assert (back.error, issuer.last_refusal().reason) == ("invalid_target", Reason.TARGET_NOT_REACHED)


def test_2_1_two_of_them_come_through_a_push_and_a_signed_request(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    form = asking("site", scope=BOTH)
    answer = issuer.post(endpoints.PAR, repeated(form, SHOP, CHAT), None, authorization=basic("site", SECRETS["site"]))
    page = browser.go(named("site", read(answer)["request_uri"]))
    code = told(browser.follow(browser.try_in(page))).code
    assert issuer.grant_of(read(exchange(issuer, code))["access_token"]).resources == {SHOP, CHAT}
    jwt = issuer.request_object(resource=[SHOP])
    signed = issuer.post(endpoints.PAR, {"request": jwt}, "bank")
    answered = told(browser.go(named("bank", read(signed)["request_uri"])))
    assert issuer.grant_of(issuer.redeem(answered, "bank")["access_token"]).resources == {SHOP}


def test_a_service_that_the_person_may_not_reach_any_more_gives_no_token(issuer: IssuerWorld) -> None:
    """The roles are read anew at each token request, and what was granted for one service is not good for another."""
    code = for_both(issuer, resource=CHAT)
    token = read(exchange(issuer, code))["refresh_token"]
    issuer.adopt(
        roles={"customer": ["orders.read", "orders.write"], "support": ["orders.read"], "chatter": ["chat.use"]}
    )
    assert refused(issuer, issuer.refresh(token)) == NOT_REACHED
