"""Rich authorization requests: what exactly a client wants, in words for the person (RFC 9396)."""

import html
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from issuer_world import CLIENTS, GRACE, IssuerWorld, asking, authorization, form_with, is_page, named, told
from ostiary.model import endpoints
from ostiary.model.endpoints import TOKEN
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.events.people import ConsentGranted
from ostiary.model.ids import Role, Subject
from ostiary.model.reasons import Reason
from token_world import CONTRACT, VERIFIER, read, refused

PAYMENT: dict[str, Any] = {
    "type": "payment_initiation",
    "instructedAmount": {"currency": "EUR", "amount": "123.50"},
    "creditorName": "Merchant A",
    "remittance": "Ref 1 <b>",
}
ACCOUNTS: dict[str, Any] = {"type": "account_information", "accounts": ["one", "two"], "once": True, "days": 90}
DETAILS: dict[str, Any] = {
    "payment_initiation": {
        "says": "Pay {instructedAmount.amount} {instructedAmount.currency} to {creditorName}",
        "scope": "orders.write",
        "members": {
            "instructedAmount.currency": {"type": "text", "one_of": ["EUR", "CHF"]},
            "instructedAmount.amount": "text",
            "creditorName": "text",
            "remittance": {"type": "text", "optional": True},
        },
    },
    "account_information": {
        "says": "See the accounts {accounts}",
        "scope": "orders.read",
        "members": {"accounts": "texts", "once": {"type": "flag", "optional": True}, "days": "number"},
    },
}
INVALID = (400, "invalid_authorization_details", Reason.DETAILS_INVALID)
BOTH = "openid orders.read orders.write"


@pytest.fixture
def rich(issuer: IssuerWorld) -> IssuerWorld:
    """Clients that may ask for details: ours, somebody else's, and one that acts for itself."""
    everything = {"details": ["payment_initiation", "account_information"]}
    issuer.adopt(
        details=DETAILS,
        clients={
            **CONTRACT["clients"],
            **CLIENTS,
            "site": {**CONTRACT["clients"]["site"], **everything},
            "desktop": {**CLIENTS["desktop"], **everything},
            "bank": {**CLIENTS["bank"], "details": ["account_information"]},
            "robot": {**CONTRACT["clients"]["robot"], "details": ["account_information"]},
        },
    )
    return issuer


def site_with(details: Iterable[str]) -> dict[str, Any]:
    """The clients of a contract in which the site may ask for these types, and nobody else for any."""
    return {**CONTRACT["clients"], **CLIENTS, "site": {**CONTRACT["clients"]["site"], "details": list(details)}}


def wanting(*details: object, client: str = "site", scope: str = BOTH, **changes: str) -> str:
    return authorization(client, scope=scope, authorization_details=json.dumps(details), **changes)


def consented(issuer: IssuerWorld, *details: object, client: str = "site") -> dict[str, Any]:
    """The tokens of a person who said yes."""
    browser = issuer.browser()
    page = browser.follow(browser.try_in(browser.go(wanting(*details, client=client))))
    return issuer.redeem(told(browser.fill(page, answer="allow")), client)


def words(page: httpx.Response) -> str:
    return html.unescape(page.text)


def test_3_the_person_reads_what_exactly_is_wanted(rich: IssuerWorld) -> None:
    """In the words of the contract, and every member that they do not name below them."""
    browser = rich.browser()
    page = browser.follow(browser.try_in(browser.go(wanting(PAYMENT, ACCOUNTS, client="desktop"))))
    text = words(page)
    assert "<strong>Pay 123.50 EUR to Merchant A</strong>" in text
    assert "<dt>remittance</dt>\n<dd>Ref 1 <b></dd>" in text
    assert "See the accounts one, two" in text
    assert "<dt>days</dt>\n<dd>90</dd>" in text
    assert "<dt>once</dt>\n<dd>yes</dd>" in text
    assert "Ref 1 <b>" not in page.text
    assert told(browser.fill(page, answer="refuse")).error == "access_denied"


def test_7_and_9_they_are_in_the_answer_the_token_and_introspection(rich: IssuerWorld) -> None:
    tokens = consented(rich, PAYMENT, ACCOUNTS, client="desktop")
    assert tokens["authorization_details"] == [PAYMENT, ACCOUNTS]
    assert rich.claims(tokens["access_token"])["authorization_details"] == [PAYMENT, ACCOUNTS]
    tokens = consented(rich, PAYMENT)
    answer = read(rich.post(endpoints.INTROSPECT, {"token": tokens["access_token"]}))
    assert answer["authorization_details"] == [PAYMENT]


def test_a_token_without_details_has_none(rich: IssuerWorld) -> None:
    tokens = rich.redeem(told(rich.browser().sign_in("site", scope=BOTH)))
    assert "authorization_details" not in tokens
    assert "authorization_details" not in rich.claims(tokens["access_token"])


def test_details_are_asked_each_time_also_of_a_client_of_ours(rich: IssuerWorld) -> None:
    browser = rich.browser()
    for _ in range(2):
        page = browser.go(wanting(PAYMENT))
        page = browser.follow(browser.try_in(page)) if "password" in page.text else page
        assert "Pay 123.50 EUR" in page.text
        assert told(browser.fill(page, answer="allow")).code
    assert told(browser.open(authorization("site", scope=BOTH))).code
    assert told(browser.open(wanting(PAYMENT, prompt="none"))).error == "consent_required"
    assert [event.details for event in rich.events_of(ConsentGranted)] == [("payment_initiation",)] * 2


def test_consent_to_one_payment_is_none_to_another(rich: IssuerWorld) -> None:
    browser = rich.browser()
    browser.sign_in("site")
    small = browser.open(wanting(PAYMENT))
    large = browser.open(wanting({**PAYMENT, "instructedAmount": {"currency": "EUR", "amount": "99999.00"}}))
    form = form_with(small, "answer").fields["form"]
    answer = browser.post(form_with(large, "answer").action, {"form": form, "answer": "allow"})
    assert is_page(answer, 403)
    assert rich.events_of(ConsentGranted) == []


@pytest.mark.parametrize(
    "details",
    [
        "{}",
        "[]",
        "nonsense",
        '"payment_initiation"',
        '[{"type":"payment_initiation","type":"account_information"}]',
        "[1]",
        "[{}]",
        '[{"type":7}]',
        json.dumps([{"type": "unknown"}]),
        json.dumps([{**PAYMENT, "extra": "x"}]),
        json.dumps([{**PAYMENT, "instructedAmount": {"currency": "EUR", "amount": "1", "extra": "x"}}]),
        json.dumps([{name: value for name, value in PAYMENT.items() if name != "creditorName"}]),
        json.dumps([{**PAYMENT, "instructedAmount": {"currency": "USD", "amount": "1"}}]),
        json.dumps([{**PAYMENT, "instructedAmount": {"currency": "EUR", "amount": 1}}]),
        json.dumps([{**PAYMENT, "instructedAmount": {}}]),
        json.dumps([{**PAYMENT, "instructedAmount": []}]),
        json.dumps([{"type": PAYMENT["type"], "instructedAmount.currency": "EUR", "instructedAmount.amount": "1"}]),
        json.dumps([{**PAYMENT, "instructedAmount.amount": "1"}]),
        json.dumps([{**PAYMENT, "creditorName": ""}]),
        json.dumps([{**PAYMENT, "creditorName": None}]),
        json.dumps([{**PAYMENT, "creditorName": "two\nlines"}]),
        json.dumps([{**PAYMENT, "creditorName": "A\u202etnahcreM"}]),
        json.dumps([{**PAYMENT, "creditorName": "\u3164"}]),
        json.dumps([{**PAYMENT, "creditorName": "\u2800"}]),
        json.dumps([{**PAYMENT, "creditorName": "A\ufe0f"}]),
        json.dumps([{**PAYMENT, "creditorName": "A" + "\u0335" * 3}]),
        json.dumps([{**PAYMENT, "creditorName": "x" * 501}]),
        json.dumps([{**ACCOUNTS, "accounts": []}]),
        json.dumps([{**ACCOUNTS, "accounts": ["one", 2]}]),
        json.dumps([{**ACCOUNTS, "accounts": "one"}]),
        json.dumps([{**ACCOUNTS, "days": "90"}]),
        json.dumps([{**ACCOUNTS, "days": True}]),
        json.dumps([{**ACCOUNTS, "days": 2**53}]),
        json.dumps([{**ACCOUNTS, "days": 1e300}]),
        json.dumps([{**ACCOUNTS, "days": 2**64}]),
        json.dumps([{**ACCOUNTS, "once": "yes"}]),
        json.dumps([PAYMENT] * 21),
    ],
)
def test_5_what_the_contract_does_not_describe_is_refused(rich: IssuerWorld, details: str) -> None:
    if details == "":
        assert "authorization_details" not in rich.redeem(
            told(rich.browser().sign_in("site", authorization_details=""))
        )
        return
    browser = rich.browser()
    answer = told(browser.open(authorization("site", scope=BOTH, authorization_details=details)))
    assert (answer.error, rich.last_refusal().reason) == INVALID[1:]
    assert is_page(browser.open(wanting(PAYMENT)))


@pytest.mark.parametrize(
    "element",
    [
        {**ACCOUNTS, "days": 2**53 - 1},
        {**ACCOUNTS, "days": -0.5},
        {**PAYMENT, "creditorName": "Caf\u00e9 \u0e01\u0e34\u0e48"},
    ],
)
def test_5_what_the_contract_describes_is_taken(rich: IssuerWorld, element: dict[str, Any]) -> None:
    assert consented(rich, element)["authorization_details"] == [element]


@pytest.mark.parametrize(("payments", "status"), [(12, 201), (16, 400)])
def test_5_details_have_a_bounded_size(rich: IssuerWorld, payments: int, status: int) -> None:
    """Each of these is within its own bounds, and so is their number."""
    many = json.dumps([{**PAYMENT, "creditorName": "x" * 500}] * payments)
    answer = rich.post(endpoints.PAR, asking("site", scope=BOTH, authorization_details=many), "site")
    assert answer.status_code == status
    assert status == 201 or refused(rich, answer) == INVALID


def test_5_a_type_is_the_clients_and_goes_with_a_scope_that_is_asked_for(rich: IssuerWorld) -> None:
    browser = rich.browser()
    without = told(browser.open(wanting(PAYMENT, scope="openid orders.read")))
    assert (without.error, rich.last_refusal().reason) == ("invalid_authorization_details", Reason.DETAILS_NOT_ALLOWED)
    of_another = told(browser.open(wanting(PAYMENT, client="bank")))
    assert (of_another.error, rich.last_refusal().reason) == (without.error, Reason.DETAILS_NOT_ALLOWED)
    nobodys = told(browser.open(wanting(PAYMENT, client="spare", scope="openid orders.read")))
    assert nobodys.error == without.error
    assert is_page(browser.open(wanting(ACCOUNTS, client="bank")))


def test_a_person_gives_no_details_of_what_they_may_not_do(rich: IssuerWorld) -> None:
    rich.add_person(replace(GRACE, subject=Subject("sub-helper"), login="helper", roles=frozenset({Role("support")})))
    browser = rich.browser()
    refused_ = told(browser.follow(browser.try_in(browser.go(wanting(PAYMENT)), "helper")))
    assert (refused_.error, rich.last_refusal().reason) == ("access_denied", Reason.SCOPE_NOT_ALLOWED)


def test_6_a_token_may_be_for_some_of_them(rich: IssuerWorld) -> None:
    browser = rich.browser()
    page = browser.follow(browser.try_in(browser.go(wanting(PAYMENT, ACCOUNTS))))
    answer = told(browser.fill(page, answer="allow"))
    form = {"grant_type": "authorization_code", "code": answer.code, "redirect_uri": answer.to}
    form["code_verifier"] = VERIFIER
    other = {**PAYMENT, "creditorName": "Somebody else"}
    too_much = rich.post(TOKEN, {**form, "authorization_details": json.dumps([PAYMENT, other])})
    assert refused(rich, too_much) == (400, "invalid_authorization_details", Reason.DETAILS_NOT_GRANTED)
    some = read(rich.post(TOKEN, {**form, "authorization_details": json.dumps([PAYMENT])}))
    assert some["authorization_details"] == [PAYMENT]
    refreshed = read(rich.refresh(some["refresh_token"]))
    assert refreshed["authorization_details"] == [PAYMENT, ACCOUNTS]
    again = rich.refresh(refreshed["refresh_token"], authorization_details=json.dumps([ACCOUNTS]))
    assert rich.claims(read(again)["access_token"])["authorization_details"] == [ACCOUNTS]


@pytest.mark.parametrize("element", [{**ACCOUNTS, "once": 1}, {**ACCOUNTS, "days": 90.0}])
def test_6_what_only_compares_as_equal_was_not_granted(rich: IssuerWorld, element: dict[str, Any]) -> None:
    token = consented(rich, ACCOUNTS)["refresh_token"]
    answer = rich.refresh(token, authorization_details=json.dumps([element]))
    assert refused(rich, answer)[1:] == ("invalid_authorization_details", Reason.DETAILS_NOT_GRANTED)
    turned = json.dumps([dict(reversed(ACCOUNTS.items()))])
    assert read(rich.refresh(token, authorization_details=turned))["authorization_details"] == [ACCOUNTS]


def test_6_one_payment_is_not_two(rich: IssuerWorld) -> None:
    once = consented(rich, PAYMENT, ACCOUNTS)["refresh_token"]
    twice = json.dumps([PAYMENT, PAYMENT])
    answer = rich.refresh(once, authorization_details=twice)
    assert refused(rich, answer)[1:] == ("invalid_authorization_details", Reason.DETAILS_NOT_GRANTED)
    both = consented(rich, PAYMENT, PAYMENT)["refresh_token"]
    assert read(rich.refresh(both, authorization_details=twice))["authorization_details"] == [PAYMENT, PAYMENT]


def test_6_what_the_scopes_of_a_token_do_not_reach_is_left_out(rich: IssuerWorld) -> None:
    tokens = consented(rich, PAYMENT, ACCOUNTS)
    narrowed = read(rich.refresh(tokens["refresh_token"], scope="orders.read"))
    assert narrowed["authorization_details"] == [ACCOUNTS]


def test_a_type_that_the_contract_no_longer_has_is_in_no_new_token(rich: IssuerWorld) -> None:
    tokens = consented(rich, PAYMENT, ACCOUNTS)
    kept = {"account_information": DETAILS["account_information"]}
    rich.adopt(details=kept, clients=site_with(kept))
    assert read(rich.refresh(tokens["refresh_token"]))["authorization_details"] == [ACCOUNTS]


def test_what_the_client_may_not_ask_for_any_more_is_in_no_new_token(rich: IssuerWorld) -> None:
    tokens = consented(rich, PAYMENT, ACCOUNTS)
    rich.adopt(details=DETAILS, clients=site_with(["account_information"]))
    again = rich.refresh(tokens["refresh_token"], authorization_details=json.dumps([PAYMENT]))
    assert refused(rich, again)[1:] == ("invalid_authorization_details", Reason.DETAILS_NOT_GRANTED)
    assert read(rich.refresh(tokens["refresh_token"]))["authorization_details"] == [ACCOUNTS]


def test_what_its_type_does_not_allow_any_more_is_in_no_new_token(rich: IssuerWorld) -> None:
    euros = consented(rich, PAYMENT, ACCOUNTS)["refresh_token"]
    francs = {**PAYMENT, "instructedAmount": {"currency": "CHF", "amount": "1"}}
    other = consented(rich, francs)["refresh_token"]
    members = {
        **DETAILS["payment_initiation"]["members"],
        "instructedAmount.currency": {"type": "text", "one_of": ["CHF"]},
    }
    rich.adopt(
        details={**DETAILS, "payment_initiation": {**DETAILS["payment_initiation"], "members": members}},
        clients=site_with(DETAILS),
    )
    assert read(rich.refresh(euros))["authorization_details"] == [ACCOUNTS]
    assert read(rich.refresh(other))["authorization_details"] == [francs]


def test_a_service_that_acts_for_itself_asks_for_its_own(rich: IssuerWorld) -> None:
    form = {"grant_type": "client_credentials"}
    got = read(rich.post(TOKEN, {**form, "authorization_details": json.dumps([ACCOUNTS])}, "robot"))
    assert got["authorization_details"] == [ACCOUNTS]
    assert rich.claims(got["access_token"])["authorization_details"] == [ACCOUNTS]
    other = rich.post(TOKEN, {**form, "authorization_details": json.dumps([PAYMENT])}, "robot")
    assert refused(rich, other)[1:] == ("invalid_authorization_details", Reason.DETAILS_NOT_ALLOWED)


def test_3_they_come_pushed_and_signed_as_well(rich: IssuerWorld) -> None:
    browser = rich.browser()
    pushed = rich.push("site", scope=BOTH, authorization_details=json.dumps([PAYMENT]))
    page = browser.follow(browser.try_in(browser.go(named("site", pushed))))
    assert "Pay 123.50 EUR" in page.text
    signed = rich.post(endpoints.PAR, {"request": rich.request_object(authorization_details=[ACCOUNTS])}, "bank")
    page = browser.go(named("bank", read(signed)["request_uri"]))
    assert "See the accounts one, two" in page.text
    bad = rich.post(endpoints.PAR, {"request": rich.request_object(authorization_details=[PAYMENT])}, "bank")
    assert bad.status_code == 400
    assert rich.events_of(IssuerRefused)[-1].reason is Reason.DETAILS_NOT_ALLOWED


def test_10_the_metadata_names_the_types(rich: IssuerWorld) -> None:
    metadata = read(rich.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert metadata["authorization_details_types_supported"] == ["account_information", "payment_initiation"]
