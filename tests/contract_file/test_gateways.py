"""Listeners of their own, and clients with certificates: what the contract may say of them, and what comes of it."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from client_certificates import Authority, jwks_of, now, self_signed
from contract_door import FILES, TEXT, read_door
from ostiary.contract.explain import explain_client
from ostiary.contract.mistakes import Code
from ostiary.contract.model import CertificateRule, ClientAuth
from ostiary.contract.read import Reading
from ostiary.keys.certificate import NameType
from ostiary.model.ids import ClientId, GatewayName
from ostiary.model.principal import Binding, Kind

AUTHORITY, OTHER, OWN = Authority(), Authority("CN=Another authority"), self_signed()
LEDGER = "  ledger: {kind: service, scopes: [orders.read], certificate: {dns: ledger.example}}\n"
GATEWAY = (
    "  services: {listen: 127.0.0.1:9444, origin: https://own.example, kinds: [service],"
    " client_certificates: {CERTS}}\n"
)
TAKEN = "authorities: clients.pem, revoked: [clients.crl]"


def door(taken: str = TAKEN, client: str = LEDGER, more: str = "", **files: str) -> Reading:
    """The contract with a client and a listener more. `files`: in place of the authority's and its list."""
    beside = {"clients.pem": AUTHORITY.pem.decode(), "clients.crl": AUTHORITY.list_of().decode()}
    beside |= {name.replace("_", "."): text for name, text in files.items()}
    text = TEXT.replace("  robot:", client + "  robot:").replace("GET /v1/chat,", f"GET /v1/chat,{more}")
    return read_door(f"{text}gateways:\n{GATEWAY.replace('CERTS', taken)}", {**FILES, **beside})


def client_of(reading: Reading) -> tuple[ClientAuth, CertificateRule | None, Binding]:
    assert reading.contract is not None, reading.mistakes
    rule = reading.contract.clients[ClientId("ledger")]
    return rule.auth_method, rule.certificate, rule.profile.binding


def test_a_listener_serves_what_it_names() -> None:
    reading = door()
    assert reading.mistakes == ()
    assert reading.contract is not None
    rule = reading.contract.gateways[GatewayName("services")]
    assert (rule.origin, rule.kinds, rule.asks_certificate) == ("https://own.example", {Kind.SERVICE}, True)
    assert rule.routes == {route.id for route in reading.contract.routes}


@pytest.mark.parametrize(
    ("named", "served"),
    [
        ("/v1/orders", {"GET /v1/orders/{user}", "POST /v1/orders"}),
        ("/v1/orders/", {"GET /v1/orders/{user}"}),
        ("/v1/chat", {"GET /v1/chat"}),
        ("POST /v1/orders", {"POST /v1/orders"}),
    ],
)
def test_a_beginning_ends_at_a_slash(named: str, served: set[str]) -> None:
    text = f"{TEXT}gateways: {{own: {{listen: 127.0.0.1:9444, origin: https://own.example, routes: [{named}]}}}}\n"
    reading = read_door(text)
    assert reading.contract is not None, reading.mistakes
    assert reading.contract.gateways[GatewayName("own")].routes == served


MORE = """\
  - {on: "GET /api/v2.1/{user}", to: chat, public: true}
  - {on: GET /v1/old, version: first, to: chat, public: true}
  - {on: GET /vat/v, to: chat, public: true}
"""
ORDERS, CATALOG, CHAT = {"GET /v1/orders/{user}", "POST /v1/orders"}, "GET /v1/catalog/{item}", "GET /v1/chat"


@pytest.mark.parametrize(
    ("stated", "served"),
    [
        ("versions: [v1]", {*ORDERS, CATALOG, CHAT}),
        ("versions: [v2.1]", {"GET /api/v2.1/{user}"}),
        ("versions: [first]", {"GET /v1/old"}),
        ("versions: [v1, first], routes: [/v1/orders, /v1/old]", {*ORDERS, "GET /v1/old"}),
        ("routes: [/v1/orders, /vat]", {*ORDERS, "GET /vat/v"}),
    ],
)
def test_a_version_is_stated_or_stands_in_the_path(stated: str, served: set[str]) -> None:
    listener = f"{{listen: 127.0.0.1:9444, origin: https://own.example, {stated}}}"
    reading = read_door(f"{TEXT}{MORE}gateways: {{own: {listener}}}\n")
    assert reading.contract is not None, reading.mistakes
    assert reading.contract.gateways[GatewayName("own")].routes == served


def test_the_listener_of_the_page_about_running_it_serves_the_old_version() -> None:
    page = (Path(__file__).parents[2] / "docs/running.md").read_text()
    (listener,) = re.findall(r"```yaml\n(gateways:.*?)```", page, re.DOTALL)
    reading = read_door(f"{TEXT}{MORE}{listener}")
    assert reading.contract is not None, reading.mistakes
    assert reading.contract.gateways[GatewayName("old")].routes == {*ORDERS, CATALOG, CHAT}


def test_a_client_is_known_by_a_name_that_an_authority_wrote() -> None:
    expected = ClientAuth.TLS, CertificateRule(NameType.DNS, "ledger.example"), Binding.MTLS
    assert client_of(door()) == expected


def test_a_client_is_known_by_its_own_certificate() -> None:
    by_file = LEDGER.replace("{dns: ledger.example}", "{file: ledger.pem}")
    expected = ClientAuth.SELF_SIGNED_TLS, CertificateRule(None, "", (OWN.der,)), Binding.MTLS
    assert client_of(door(client=by_file, ledger_pem=OWN.pem.decode())) == expected
    by_key = LEDGER.replace(
        "certificate: {dns: ledger.example}", f"credential: mtls, jwks: {json.dumps(jwks_of([OWN]))}"
    )
    assert client_of(door(client=by_key)) == expected
    contract = door(client=by_key).contract
    assert contract is not None
    assert contract.clients[ClientId("ledger")].jwks is None, "its keys are there for the handshake alone"
    two = OWN.pem.decode() + self_signed().pem.decode()
    assert len((client_of(door(client=by_file, ledger_pem=two))[1] or expected[1]).own) == 2


def test_a_client_with_its_own_certificate_needs_no_authority() -> None:
    by_file = LEDGER.replace("{dns: ledger.example}", "{file: ledger.pem}")
    reading = door("required: true", by_file, ledger_pem=OWN.pem.decode())
    assert reading.mistakes == ()
    assert [mistake.code for mistake in door("required: true").mistakes] == [Code.KIND_NOT_SERVED]


def test_its_explanation_says_how_it_comes_in() -> None:
    reading = door()
    assert reading.draft is not None
    assert reading.contract is not None
    told = explain_client(reading.draft, reading.contract, "ledger")
    lines = {line.what: line.value for line in told.lines}
    assert told.not_served == ""
    assert (lines["credential"], lines["token endpoint"]) == ("mtls", "tls_client_auth")
    assert lines["proof of possession"] == "mtls"
    assert lines["certificate"] == "dns ledger.example"


def test_a_route_may_be_internal_where_somebody_is_inside() -> None:
    reading = door(more=" expose: internal,")
    assert reading.mistakes == ()
    assert reading.contract is not None
    assert [route.internal for route in reading.contract.routes] == [False, False, False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        AUTHORITY.list_of(partial=True),
        OTHER.list_of(),
        Authority().list_of(),
        Authority("CN=Another name", AUTHORITY.key).list_of(),
        b"no list",
        AUTHORITY.pem,
    ],
    ids=[
        "partial",
        "of another",
        "of one with the same name",
        "of another name",
        "malformed",
        "a certificate",
    ],
)
def test_a_revocation_list_is_whole_and_by_the_authority(wrong: bytes) -> None:
    assert [mistake.code for mistake in door(clients_crl=wrong.decode()).mistakes] == [Code.CERTIFICATE_INVALID]


def test_each_authority_has_a_list_or_none_has() -> None:
    both = {"clients_pem": (AUTHORITY.pem + OTHER.pem).decode()}
    assert [mistake.code for mistake in door(**both).mistakes] == [Code.CERTIFICATE_INVALID]
    lists = TAKEN.replace("[clients.crl]", "[clients.crl, other.crl]")
    assert door(lists, **both, other_crl=OTHER.list_of().decode()).mistakes == ()
    assert door("authorities: clients.pem", **both).mistakes == ()


def test_an_authority_is_one_that_may_sign() -> None:
    leaf = AUTHORITY.issue(end=now() + timedelta(days=1)).pem.decode()
    assert [mistake.code for mistake in door(clients_pem=leaf).mistakes] == [Code.CERTIFICATE_INVALID]


def test_certificates_need_tls() -> None:
    plain = TEXT.replace(
        "tls: {certificate: door.pem, key: door.key}",
        "insecure_plain_http: {value: true, because: a proxy ends TLS}",
    )
    listener = GATEWAY.replace("CERTS", "authorities: clients.pem")
    files = {**FILES, "clients.pem": AUTHORITY.pem.decode()}
    reading = read_door(f"{plain}gateways:\n{listener}", files)
    assert [mistake.code for mistake in reading.mistakes] == [Code.SETTINGS_CONTRADICT]
    own = listener.replace("kinds:", "tls: {certificate: own.pem, key: own.key}, kinds:")
    assert read_door(f"{plain}gateways:\n{own}", files).mistakes == ()
