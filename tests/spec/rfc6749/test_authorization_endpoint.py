"""The authorization endpoint (RFC 6749 sections 3.1 and 4.1)."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import pytest

from issuer_world import IssuerWorld, asking, authorization, is_page, told
from ostiary.contract.model import GrantType
from ostiary.issuer.brought import Brought
from ostiary.issuer.flows import authorization as flows
from ostiary.issuer.records import DisableClient
from ostiary.model import endpoints
from ostiary.model.errors import UnauthorizedClient
from ostiary.model.events.issuer import CodeIssued, IssuerRefused
from ostiary.model.events.people import SignedIn
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.server.issuer.http import MOST_QUERY
from token_world import REDIRECT

SITE = REDIRECT["site"]


def refused_on_a_page(issuer: IssuerWorld, path: str, reason: Reason) -> bool:
    """The person is told, the client is not, and the reason is in the log."""
    answer = issuer.browser().open(path)
    assert is_page(answer, 400), answer.status_code
    assert "location" not in answer.headers
    return issuer.last_refusal().reason is reason


def sent_back(issuer: IssuerWorld, path: str) -> tuple[str | None, Reason]:
    """The code that the client got, and the reason in the log."""
    answer = told(issuer.browser().open(path))
    assert answer.to == SITE
    return answer.error, issuer.last_refusal().reason


def test_4_1_1_a_person_signs_in_and_the_client_gets_a_code_for_them(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().sign_in("site"))
    assert answer.to == SITE
    assert issuer.claims(issuer.redeem(answer)["access_token"])["sub"] == "sub-grace"
    assert [event.acr for event in issuer.events_of(SignedIn)] == ["pwd"]
    assert [event.client for event in issuer.events_of(CodeIssued)] == ["site"]


def test_who_is_signed_in_gets_the_code_at_once(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.sign_in("site")
    assert told(browser.open(authorization("other", redirect_uri=REDIRECT["other"]))).code


def test_a_request_that_nobody_signed_in_for_leaves_nothing_in_the_store(issuer: IssuerWorld) -> None:
    before = len(issuer.events())
    assert is_page(issuer.browser().open(authorization()))
    assert len(issuer.events()) == before


def test_4_1_2_state_comes_back_exactly_as_it_was(issuer: IssuerWorld) -> None:
    state = 'a b&c=d%20+~"<>#?/'
    assert told(issuer.browser().sign_in("site", state=state)).fields["state"] == state


def test_4_1_2_no_state_comes_back_where_none_was_sent(issuer: IssuerWorld) -> None:
    assert "state" not in told(issuer.browser().sign_in("site", state=None)).fields


def test_3_1_2_a_query_that_the_redirect_uri_has_stays(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().sign_in("spare"))
    assert answer.to == "https://spare.example/callback"
    assert answer.fields["tab"] == "1"
    assert answer.fields["code"]


def test_3_1_post_is_the_same_as_get(issuer: IssuerWorld) -> None:
    browser = issuer.browser()
    browser.sign_in("site")
    path, _, query = authorization().partition("?")
    posted = browser.post(path, parse_qsl(query))
    assert posted.status_code == 303
    assert told(browser.follow(posted)).code


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": None}, Reason.PARAMETER_MISSING),
        ({"client_id": "nobody"}, Reason.CLIENT_UNKNOWN),
        ({"redirect_uri": None}, Reason.PARAMETER_MISSING),
        ({"redirect_uri": "https://evil.example/"}, Reason.REDIRECT_URI_MISMATCH),
        ({"redirect_uri": REDIRECT["other"]}, Reason.REDIRECT_URI_MISMATCH),
    ],
)
def test_4_1_2_1_without_a_client_and_its_redirect_uri_errors_are_shown_and_not_sent(
    issuer: IssuerWorld, changes: dict[str, str | None], reason: Reason
) -> None:
    assert refused_on_a_page(issuer, authorization(**changes), reason)
    assert is_page(issuer.browser().open(authorization()))


@pytest.mark.parametrize(
    ("changes", "error", "reason"),
    [
        ({"response_type": None}, "invalid_request", Reason.PARAMETER_MISSING),
        ({"response_type": "token"}, "unsupported_response_type", Reason.RESPONSE_TYPE_UNSUPPORTED),
        ({"response_type": "code id_token"}, "unsupported_response_type", Reason.RESPONSE_TYPE_UNSUPPORTED),
        ({"scope": None}, "invalid_scope", Reason.PARAMETER_MISSING),
        ({"scope": "orders.read nonsense"}, "invalid_scope", Reason.SCOPE_UNKNOWN),
        ({"scope": 'or"ders'}, "invalid_scope", Reason.PARAMETER_INVALID),
        ({"response_mode": "fragment"}, "invalid_request", Reason.RESPONSE_MODE_UNSUPPORTED),
        ({"state": "s" * 2049}, "invalid_request", Reason.PARAMETER_INVALID),
        ({"state": "caf\u00e9"}, "invalid_request", Reason.PARAMETER_INVALID),
        ({"nonce": "n" * 513}, "invalid_request", Reason.PARAMETER_INVALID),
    ],
)
def test_4_1_2_1_every_later_error_is_sent_to_the_client(
    issuer: IssuerWorld, changes: dict[str, str | None], error: str, reason: Reason
) -> None:
    assert sent_back(issuer, authorization(**changes)) == (error, reason)
    assert is_page(issuer.browser().open(authorization()))


def test_3_3_a_scope_of_the_contract_that_is_not_the_clients_is_refused(issuer: IssuerWorld) -> None:
    path = authorization("other", redirect_uri=REDIRECT["other"], scope="orders.write")
    assert told(issuer.browser().open(path)).error == "invalid_scope"
    assert issuer.last_refusal().reason is Reason.SCOPE_NOT_ALLOWED
    assert is_page(issuer.browser().open(authorization(scope="orders.write")))


def test_a_client_whose_kind_has_no_code_grant_is_refused(issuer: IssuerWorld) -> None:
    """It has no redirect URI either, so a page says so."""
    assert refused_on_a_page(
        issuer, authorization("robot", redirect_uri="https://robot.example/"), Reason.REDIRECT_URI_MISMATCH
    )


def test_a_revoked_client_is_told_nothing(issuer: IssuerWorld) -> None:
    assert is_page(issuer.browser().open(authorization()))
    issuer.commit(Plan(writes=(DisableClient(ClientId("site"), int(issuer.now)),)))
    assert refused_on_a_page(issuer, authorization(), Reason.CLIENT_DISABLED)


def test_3_1_unknown_parameters_are_ignored(issuer: IssuerWorld) -> None:
    assert told(issuer.browser().sign_in("site", colour="green")).code


def test_3_1_parameters_without_a_value_are_as_if_left_out(issuer: IssuerWorld) -> None:
    assert "state" not in told(issuer.browser().sign_in("site", state="", prompt="", max_age="")).fields
    assert refused_on_a_page(issuer, authorization(client_id=""), Reason.PARAMETER_MISSING)


@pytest.mark.parametrize("raw", ["%ff", "%00", "%0d%0aset-cookie:%20a=b", "%e2%28%a1"])
def test_bytes_that_are_no_text_are_refused(issuer: IssuerWorld, raw: str) -> None:
    assert refused_on_a_page(issuer, authorization() + f"&nonce={raw}", Reason.PARAMETER_INVALID)
    for text in ("%c3%a9", "%c2%a0", "%e2%80%8d"):
        assert is_page(issuer.browser().open(authorization() + f"&nonce={text}"))


def test_a_request_longer_than_a_request_line_may_be_is_refused_before_anybody_signs_in(issuer: IssuerWorld) -> None:
    longest = authorization(colour="x").ljust(len(f"{endpoints.AUTHORIZE}?") + MOST_QUERY, "x")
    assert refused_on_a_page(issuer, f"{longest}x", Reason.PARAMETER_INVALID)
    browser = issuer.browser()
    assert told(browser.follow(browser.try_in(browser.open(longest)))).code


@pytest.mark.parametrize(("age", "issued"), [(59, True), (60, False)])
def test_4_1_2_a_code_of_the_browser_lives_a_minute(issuer: IssuerWorld, age: int, issued: bool) -> None:
    answer = told(issuer.browser().sign_in("site"))
    issuer.later(age)
    assert (issuer.exchange(answer.code).status_code == 200) is issued


def test_an_error_names_the_parameter_and_never_its_value(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().open(authorization(response_mode="secretive-value")))
    assert "response_mode" in answer.fields["error_description"]
    assert "secretive-value" not in urlencode(answer.fields)


def test_every_refusal_is_recorded_with_its_client_once_the_client_is_known(issuer: IssuerWorld) -> None:
    issuer.browser().open(authorization(scope="nonsense"))
    refused = issuer.events_of(IssuerRefused)
    assert [(event.endpoint, event.client) for event in refused] == [(endpoints.AUTHORIZE, "site")]


def test_4_1_2_1_a_client_whose_kind_has_no_codes_gets_none(issuer: IssuerWorld) -> None:
    """The contract leaves such a kind no address to come back to; the endpoint does not rely on it."""
    registry, pairs = issuer.desk.registry, list(asking("site").items())
    keys = issuer.desk.keys.at(issuer.now).published
    address = flows.return_address(registry, Brought(pairs), None)
    codes = address.client.profile
    without = replace(codes, grants=codes.grants - {GrantType.AUTHORIZATION_CODE})
    with pytest.raises(UnauthorizedClient) as refused:
        client = replace(address.client, profile=without)
        flows.authorization_request(registry, Brought(pairs), replace(address, client=client), keys)
    assert refused.value.reason is Reason.GRANT_TYPE_NOT_ALLOWED
    assert flows.authorization_request(registry, Brought(pairs), address, keys).address == address
