"""Authorization requests that the client signed (RFC 9101), by the browser and pushed."""

from urllib.parse import urlencode

import orjson
import pytest

from by_hand import compact
from issuer_world import IssuerWorld, asking, is_page, named, told
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import verify_typed
from ostiary.keys.keyset import KeySet
from ostiary.model import endpoints
from ostiary.model.reasons import Reason
from token_world import BANK, ORIGIN, read, refused

BACK = "https://bank.example/callback"
INVALID = Reason.REQUEST_OBJECT_INVALID
EXPIRED = Reason.REQUEST_OBJECT_EXPIRED


def carrying(jwt: str, client: str = "bank", **beside: str) -> str:
    return f"{endpoints.AUTHORIZE}?{urlencode({'client_id': client, 'request': jwt, **beside})}"


def is_refused(issuer: IssuerWorld, jwt: str, reason: Reason) -> bool:
    """Both by the browser, on a page, and pushed, as JSON."""
    at_browser = issuer.browser().go(carrying(jwt))
    assert is_page(at_browser, 400), at_browser.status_code
    assert issuer.last_refusal().reason is reason
    pushed = issuer.post(endpoints.PAR, {"request": jwt}, "bank")
    return refused(issuer, pushed) == (400, "invalid_request_object", reason)


def test_5_1_a_signed_request_is_answered_like_any_other(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    page = browser.go(carrying(issuer.request_object(state="inside", nonce="n-0S6")))
    answer = told(browser.follow(browser.try_in(page)))
    assert (answer.to, answer.fields["state"]) == (BACK, "inside")
    tokens = issuer.redeem(answer, "bank")
    assert issuer.claims(tokens["id_token"])["nonce"] == "n-0S6"


def test_rfc9126_3_a_signed_request_is_pushed(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    pushed = issuer.post(endpoints.PAR, {"request": issuer.request_object(state="inside")}, "bank")
    assert pushed.status_code == 201, pushed.text
    page = browser.go(named("bank", read(pushed)["request_uri"]))
    assert told(browser.follow(browser.try_in(page))).fields["state"] == "inside"


def test_6_2_the_published_example_has_a_signature_that_holds() -> None:
    """Section 4: its object and key. It has no type and asks for what OAuth 2.1 left out: only the signature counts."""
    jwt = (
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsyYmRjIn0.ewogICAgImlzcyI6ICJzNkJoZF"
        "JrcXQzIiwKICAgICJhdWQiOiAiaHR0cHM6Ly9zZXJ2ZXIuZXhhbXBsZS5jb20iLAog"
        "ICAgInJlc3BvbnNlX3R5cGUiOiAiY29kZSBpZF90b2tlbiIsCiAgICAiY2xpZW50X2"
        "lkIjogInM2QmhkUmtxdDMiLAogICAgInJlZGlyZWN0X3VyaSI6ICJodHRwczovL2Ns"
        "aWVudC5leGFtcGxlLm9yZy9jYiIsCiAgICAic2NvcGUiOiAib3BlbmlkIiwKICAgIC"
        "JzdGF0ZSI6ICJhZjBpZmpzbGRraiIsCiAgICAibm9uY2UiOiAibi0wUzZfV3pBMk1q"
        "IiwKICAgICJtYXhfYWdlIjogODY0MDAKfQ.Nsxa_18VUElVaPjqW_ToI1yrEJ67BgK"
        "b5xsuZRVqzGkfKrOIX7BCx0biSxYGmjK9KJPctH1OC0iQJwXu5YVY-vnW0_PLJb1C2"
        "HG-ztVzcnKZC2gE4i0vgQcpkUOCpW3SEYXnyWnKzuKzqSb1wAZALo5f89B_p6QA6j6"
        "JwBSRvdVsDPdulW8lKxGTbH82czCaQ50rLAg3EYLYaCb4ik4I1zGXE4fvim9FIMs8O"
        "CMmzwIB5S-ujFfzwFjoyuPEV4hJnoVUmXR_W9typPf846lGwA8h9G9oNTIuX8Ft2jf"
        "pnZdFmLg3_wr3Wa5q3a-lfbgF3S9H_8nN3j1i7tLR_5Nz-g"
    )
    key = {
        "kty": "RSA",
        "alg": "RS256",
        "kid": "k2bdc",
        "n": "x5RbkAZkmpRxia65qRQ1wwSMSxQUnS7gcpVTV_cdHmfmG2ltd2yabEO9XadD8"
        "pJNZubINPpmgHh3J1aD9WRwS05ucmFq3CfFsluLt13_7oX5yDRSKX7poXmT_5"
        "ko8k4NJZPMAO8fPToDTH7kHYbONSE2FYa5GZ60CUsFhSonI-dcMDJ0Ary9lxI"
        "w5k2z4TAdARVWcS7sD07VhlMMshrwsPHBQgTatlkxyIHXbYdtak8fqvNAwr7O"
        "lVEvM_Ipf5OfmdB8Sd-wjzaBsyP4VhJKoi_qdgSzpC694XZeYPq45Sw-q51iF"
        "UlcOlTCI7z6jltUtnR6ySn6XDGFnzH5Fe5ypw",
        "e": "AQAB",
    }
    keys = KeySet.from_jwks(orjson.dumps({"keys": [key]}).decode())
    claims = verify_typed(jwt, keys, frozenset({""}))
    assert claims.text("iss") == claims.text("client_id") == "s6BhdRkqt3"
    assert (claims.text("aud"), claims.integer("max_age")) == ("https://server.example.com", 86400)


def test_6_3_only_the_parameters_inside_count(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    beside = {"redirect_uri": "https://evil.example/", "scope": "orders.write", "state": "outside", "prompt": "none"}
    page = browser.go(carrying(issuer.request_object(state=None), **beside))
    answer = told(browser.follow(browser.try_in(page)))
    assert answer.to == BACK
    assert "state" not in answer.fields
    assert issuer.claims(issuer.redeem(answer, "bank")["access_token"])["scope"] == "openid orders.read"


def test_6_3_a_parameter_that_is_only_outside_is_missing(issuer: IssuerWorld) -> None:
    beside = asking("bank")
    answer = told(issuer.browser().go(carrying(issuer.request_object(scope=None), scope=beside["scope"])))
    assert (answer.error, issuer.last_refusal().reason) == ("invalid_scope", Reason.PARAMETER_MISSING)


@pytest.mark.parametrize(
    "claims",
    [
        {"client_id": "site"},
        {"client_id": None},
        {"client_id": 7},
        {"iss": "site"},
        {"iss": None},
        {"aud": None},
        {"aud": "https://evil.example"},
        {"aud": ORIGIN + "/"},
        {"aud": ORIGIN + endpoints.AUTHORIZE},
        {"aud": ["https://other.example", ORIGIN + "/"]},
        {"aud": [ORIGIN, 7]},
        {"aud": []},
        {"nbf": "now"},
        {"exp": True},
        {"sub": "bank"},
        {"request": "e30.e30.x"},
        {"request_uri": "https://bank.example/r"},
        {"state": True},
        {"state": "a\x00b"},
        {"state": None, "a\nb": "c"},
        {"max_age": 1.5},
        {f"p{n}": "x" for n in range(50)},
    ],
    ids=lambda claims: repr(claims)[:60],
)
def test_4_a_claim_that_is_missing_or_wrong_makes_the_object_invalid(
    issuer: IssuerWorld, claims: dict[str, object]
) -> None:
    assert is_refused(issuer, issuer.request_object(**claims), INVALID)
    assert is_page(issuer.browser().go(carrying(issuer.request_object())))


@pytest.mark.parametrize("audience", [[ORIGIN], ["https://other.example", ORIGIN]])
def test_4_an_audience_may_be_a_list_that_has_the_issuer(issuer: IssuerWorld, audience: list[str]) -> None:
    assert is_page(issuer.browser().go(carrying(issuer.request_object(aud=audience))))


@pytest.mark.parametrize("left_out", [("nbf",), ("exp",), ("nbf", "exp")])
def test_4_it_may_leave_open_when_it_begins_and_ends(issuer: IssuerWorld, left_out: tuple[str, ...]) -> None:
    """As the section's own example does, and many a library. FAPI 2.0 wants both: `tests/spec/fapi2`."""
    jwt = issuer.request_object(**dict.fromkeys(left_out))
    assert is_page(issuer.browser().go(carrying(jwt)))
    assert issuer.post(endpoints.PAR, {"request": jwt}, "bank").status_code == 201


@pytest.mark.parametrize(
    ("nbf", "exp", "good"),
    [
        (0, 300, True),
        (0, 86400, True),
        (10, 300, True),
        (11, 300, False),
        (-86400, 1, True),
        (-60, 0, False),
        (-60, 1, True),
    ],
)
def test_rfc7519_4_1_it_has_begun_and_not_ended(issuer: IssuerWorld, nbf: int, exp: int, good: bool) -> None:
    now = int(issuer.now)
    jwt = issuer.request_object(nbf=now + nbf, exp=now + exp)
    assert is_page(issuer.browser().go(carrying(jwt))) if good else is_refused(issuer, jwt, EXPIRED)


def test_fapi_5_3_2_1_an_iat_far_ahead_is_refused(issuer: IssuerWorld) -> None:
    assert is_page(issuer.browser().go(carrying(issuer.request_object(iat=int(issuer.now) + 10))))
    assert is_refused(issuer, issuer.request_object(iat=int(issuer.now) + 61), EXPIRED)


@pytest.mark.parametrize("typ", ["at+jwt", "client-authentication+jwt", "dpop+jwt"])
def test_10_8_another_type_is_no_request(issuer: IssuerWorld, typ: str) -> None:
    assert is_refused(issuer, issuer.request_object(typ=typ), INVALID)


@pytest.mark.parametrize("typ", [{}, {"typ": "JWT"}, {"typ": "jwt"}])
def test_10_8_no_type_is_none_of_another(issuer: IssuerWorld, typ: dict[str, str]) -> None:
    """As clients of before have it, and what libraries write that know no other (RFC 7519 section 5.1,
    FAPI 2.0 Message Signing section 5.3.2): what tells an assertion is its `sub`."""
    now = int(issuer.now)
    claims = {**asking("bank"), "iss": "bank", "aud": ORIGIN, "nbf": now, "exp": now + 60, "jti": "once"}
    header = {"alg": "ES256", "kid": BANK.id, **typ}
    assert is_page(issuer.browser().go(carrying(compact(header, claims, BANK.sign))))
    assert is_refused(issuer, compact(header, {**claims, "sub": "bank"}, BANK.sign), INVALID)


def test_6_2_the_signature_is_the_clients(issuer: IssuerWorld) -> None:
    assert is_refused(issuer, issuer.request_object(key=SigningPrivateKey.generate()), INVALID)
    jwt = issuer.request_object()
    assert is_refused(issuer, jwt[:-4] + ("AAAA" if not jwt.endswith("AAAA") else "BBBB"), INVALID)


def test_a_client_without_keys_signs_nothing(issuer: IssuerWorld) -> None:
    beside = {name: value for name, value in asking("site").items() if name != "client_id"}
    answer = told(issuer.browser().go(carrying(issuer.request_object("site"), "site", **beside)))
    assert answer.error == "request_not_supported"
    pushed = issuer.post(endpoints.PAR, {**asking("site"), "request": issuer.request_object("site")}, "site")
    assert refused(issuer, pushed)[1] == "request_not_supported"


def test_7_errors_of_the_request_inside_go_to_the_client(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().go(carrying(issuer.request_object(scope="nonsense", state="inside"))))
    assert (answer.to, answer.error, answer.fields["state"]) == (BACK, "invalid_scope", "inside")


def test_a_redirect_uri_inside_is_a_registered_one(issuer: IssuerWorld) -> None:
    answer = issuer.browser().go(carrying(issuer.request_object(redirect_uri="https://evil.example/")))
    assert is_page(answer, 400)
    assert issuer.last_refusal().reason is Reason.REDIRECT_URI_MISMATCH


def test_numbers_and_objects_are_the_parameters_that_they_stand_for(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    claims = {"id_token": {"sub": {"value": "sub-grace"}}}
    page = browser.go(carrying(issuer.request_object(max_age=0, claims=claims)))
    assert told(browser.follow(browser.try_in(page))).code
    assert told(browser.go(carrying(issuer.request_object(prompt="none", max_age=60)))).code
    assert told(browser.go(carrying(issuer.request_object(prompt="none", max_age=0)))).error == "login_required"
    issuer.later(1)
    assert told(browser.go(carrying(issuer.request_object(prompt="none", max_age=0)))).error == "login_required"


def test_who_came_in_time_may_finish_after_its_end(issuer: IssuerWorld) -> None:
    browser, other = issuer.browser(), issuer.browser()
    path = carrying(issuer.request_object())
    page = browser.go(path)
    issuer.later(500)
    assert is_page(other.go(path), 400)
    assert told(browser.follow(browser.try_in(page))).code


def test_an_object_by_hand_is_as_good(issuer: IssuerWorld) -> None:
    """The twin of what `test_request_objects` breaks part by part."""
    now = int(issuer.now)
    claims = {**asking("bank"), "iss": "bank", "aud": ORIGIN, "nbf": now, "exp": now + 60}
    header = {"alg": "ES256", "kid": BANK.id, "typ": "application/oauth-authz-req+jwt"}
    assert is_page(issuer.browser().go(carrying(compact(header, claims, BANK.sign))))


def test_the_metadata_says_what_is_served(issuer: IssuerWorld) -> None:
    metadata = read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert metadata["request_parameter_supported"] is True
    assert metadata["request_uri_parameter_supported"] is False
    assert "none" not in metadata["request_object_signing_alg_values_supported"]
    assert {"ES256", "PS256"} <= set(metadata["request_object_signing_alg_values_supported"])
