"""The pushed authorization request endpoint (RFC 9126 section 2)."""

import pytest

from issuer_world import IssuerWorld, named, told
from ostiary.issuer.pkce import challenge_of
from ostiary.model.endpoints import PAR
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import CONTRACT, REDIRECT, SECRETS, VERIFIER, basic, read, refused

ASKED = {
    "response_type": "code",
    "redirect_uri": REDIRECT["agency"],
    "scope": "openid orders.read",
    "state": "af0ifjsldkj",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
    "client_id": "agency",
}


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in ASKED.items() if key != name}


def test_2_2_the_answer_is_a_name_that_lives_a_minute(issuer: IssuerWorld) -> None:
    answer = issuer.post(PAR, ASKED, "agency")
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    told_of = read(answer)
    assert told_of.keys() == {"request_uri", "expires_in"}
    assert told_of["expires_in"] == 60
    assert secret(told_of["request_uri"]).startswith("urn:ietf:params:oauth:request_uri:")
    assert len(told_of["request_uri"].rpartition(":")[2]) == 43


def test_2_2_every_push_has_a_name_of_its_own(issuer: IssuerWorld) -> None:
    names = {secret(read(issuer.post(PAR, ASKED, "agency"))["request_uri"]) for _ in range(4)}
    assert len(names) == 4


def test_2_1_the_published_example(issuer: IssuerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Section 2.1, figure 2: the client, its secret and its request to the letter."""
    monkeypatch.setitem(SECRETS, "s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw")
    issuer.adopt(
        scopes={**CONTRACT["scopes"], "account-information": "See your accounts"},
        clients={
            "s6BhdRkqt3": {
                "kind": "third-party",
                "secret": "${env:s6BhdRkqt3}",
                "scopes": ["account-information"],
                "redirect_uris": ["https://client.example.org/cb"],
            }
        },
        roles={"customer": ["account-information", "orders.read", "orders.write", "chat.use"]},
    )
    body = (
        b"response_type=code&state=af0ifjsldkj&client_id=s6BhdRkqt3"
        b"&redirect_uri=https%3A%2F%2Fclient.example.org%2Fcb"
        b"&code_challenge=K2-ltc83acc4h0c9w6ESC_rEMTJ3bww-uCHaoeK1t8U"
        b"&code_challenge_method=S256&scope=account-information"
    )
    header = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"
    assert header == basic("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw")
    answer = issuer.post(PAR, body, None, authorization=header)
    assert answer.status_code == 201, answer.text
    secret(read(answer)["request_uri"])


@pytest.mark.parametrize("client", ["agency", "reader", "site", "pages"])
def test_2_a_client_authenticates_as_at_the_token_endpoint(issuer: IssuerWorld, client: str) -> None:
    asked = {**ASKED, "client_id": client, "redirect_uri": REDIRECT[client]}
    answer = issuer.post(PAR, asked, client)
    assert answer.status_code == 201
    secret(read(answer)["request_uri"])


def test_2_1_step_1_without_its_secret_a_client_pushes_nothing(issuer: IssuerWorld) -> None:
    assert refused(issuer, issuer.post(PAR, ASKED, None)) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)
    wrong = issuer.post(PAR, ASKED, None, authorization=basic("agency", "not the secret of this client"))
    assert refused(issuer, wrong) == (401, "invalid_client", Reason.CLIENT_SECRET_WRONG)


def test_2_1_step_1_a_request_in_the_name_of_another_client_is_refused(issuer: IssuerWorld) -> None:
    answer = issuer.post(PAR, {**ASKED, "client_id": "site"}, "agency")
    assert refused(issuer, answer) == (400, "invalid_request", Reason.PARAMETER_INVALID)


def test_2_1_client_id_is_a_part_of_the_request(issuer: IssuerWorld) -> None:
    answer = issuer.post(PAR, without("client_id"), "agency")
    assert refused(issuer, answer) == (400, "invalid_request", Reason.PARAMETER_MISSING)


def test_2_1_step_2_a_push_has_no_request_uri(issuer: IssuerWorld) -> None:
    pushed = secret(read(issuer.post(PAR, ASKED, "agency"))["request_uri"])
    for uri in (pushed, "https://client.example.org/request.jwt"):
        answer = issuer.post(PAR, {**ASKED, "request_uri": uri}, "agency")
        assert refused(issuer, answer) == (400, "invalid_request", Reason.PARAMETER_INVALID)


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request", Reason.REDIRECT_URI_MISMATCH),
        ({"redirect_uri": ""}, "invalid_request", Reason.PARAMETER_MISSING),
        ({"response_type": "token"}, "unsupported_response_type", Reason.RESPONSE_TYPE_UNSUPPORTED),
        ({"response_mode": "fragment"}, "invalid_request", Reason.RESPONSE_MODE_UNSUPPORTED),
        ({"scope": "orders.write"}, "invalid_scope", Reason.SCOPE_NOT_ALLOWED),
        ({"scope": "nonsense"}, "invalid_scope", Reason.SCOPE_UNKNOWN),
        ({"code_challenge": ""}, "invalid_request", Reason.PKCE_MISSING),
        ({"code_challenge_method": "plain"}, "invalid_request", Reason.PKCE_MISSING),
        ({"prompt": "none login"}, "invalid_request", Reason.PARAMETER_INVALID),
        ({"max_age": "-1"}, "invalid_request", Reason.PARAMETER_INVALID),
        ({"claims": "{"}, "invalid_request", Reason.PARAMETER_INVALID),
        ({"id_token_hint": "a.b.c"}, "invalid_request", Reason.LOGOUT_HINT_INVALID),
        ({"state": "s" * 2049}, "invalid_request", Reason.PARAMETER_INVALID),
        ({"registration": "{}"}, "registration_not_supported", Reason.REQUEST_OBJECT_UNSUPPORTED),
        ({"colour": "x" * 17_000}, "invalid_request", Reason.PARAMETER_INVALID),
    ],
)
def test_2_1_step_3_what_the_authorization_endpoint_would_refuse_is_refused_here(
    issuer: IssuerWorld, changes: dict[str, str], error: str, reason: Reason
) -> None:
    """To the client, as JSON, since nobody is at a browser yet (section 2.3)."""
    assert refused(issuer, issuer.post(PAR, {**ASKED, **changes}, "agency")) == (400, error, reason)
    assert issuer.events_of(IssuerRefused)[-1].client == "agency"
    secret(read(issuer.post(PAR, ASKED, "agency"))["request_uri"])


def test_2_1_a_parameter_stands_once(issuer: IssuerWorld) -> None:
    body = "&".join(f"{name}={value}" for name, value in [*ASKED.items(), ("state", "another")]).encode()
    answer = issuer.post(PAR, body, None, authorization=basic("agency", SECRETS["agency"]))
    assert refused(issuer, answer) == (400, "invalid_request", Reason.PARAMETER_REPEATED)


def test_2_1_a_client_without_the_code_grant_pushes_nothing(issuer: IssuerWorld) -> None:
    answer = issuer.post(PAR, {**ASKED, "client_id": "robot"}, "robot")
    assert refused(issuer, answer) == (400, "invalid_request", Reason.REDIRECT_URI_MISMATCH)


def test_2_3_it_is_called_by_post_with_a_small_form(issuer: IssuerWorld) -> None:
    assert issuer.ask("GET", PAR).status_code == 405
    assert issuer.ask("POST", PAR, b"x" * 70_000).status_code == 413
    as_json = issuer.post(PAR, b"{}", None, content_type="application/json")
    assert refused(issuer, as_json) == (400, "invalid_request", Reason.PARAMETER_INVALID)
    in_the_query = issuer.post(f"{PAR}?client_id=agency", ASKED, "agency")
    assert refused(issuer, in_the_query) == (400, "invalid_request", Reason.PARAMETER_INVALID)


def test_3_1_a_pushed_request_goes_where_the_client_said_and_carries_what_it_said(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    pushed = read(issuer.post(PAR, {**ASKED, "client_id": "site", "redirect_uri": REDIRECT["site"]}, "site"))
    page = browser.go(named("site", pushed["request_uri"]))
    answer = told(browser.follow(browser.try_in(page)))
    assert (answer.to, answer.fields["state"]) == (REDIRECT["site"], "af0ifjsldkj")
    assert issuer.claims(issuer.redeem(answer)["access_token"])["sub"] == "sub-grace"
