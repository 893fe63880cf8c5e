"""`ostiary explain request` for every kind of client and every way to be bound, and at listeners of their own."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from typer.testing import CliRunner, Result

from client_certificates import Authority, Issued, now, self_signed
from ostiary.cli.main import app
from secrets_seen import secret

AUTHORITY, STRANGER = Authority(), Authority("CN=Somebody else")
LEDGER = AUTHORITY.issue("CN=ledger", x509.DNSName("ledger.example"))
LOST = AUTHORITY.issue("CN=ledger", x509.DNSName("ledger.example"))
OTHER = AUTHORITY.issue("CN=other", x509.DNSName("other.example"))
FORGED = STRANGER.issue("CN=ledger", x509.DNSName("ledger.example"))
BEACON = self_signed()
SHOWN: Mapping[str, Issued] = {"ledger": LEDGER, "lost": LOST, "other": OTHER, "forged": FORGED, "beacon": BEACON}
SECRET = secret("explained-" + "s3cret" * 6)
LAST_DAY = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
CALLBACK = "https://client.example/callback"
MUTUAL = "https://inside.example"
CONTRACT: Mapping[str, Any] = {
    "origin": "https://localhost:8443",
    "services": {"api": {"url": "http://127.0.0.1:9"}},
    "scopes": {"things": "See things"},
    "roles": {"reader": ["things"]},
    "clients": {
        "web": {"kind": "web", "redirect_uris": ["https://localhost:8443/app/"], "scopes": ["things"]},
        "spa": {"kind": "spa", "redirect_uris": [CALLBACK], "scopes": ["things"]},
        "mobile": {"kind": "mobile", "redirect_uris": ["com.example.app:/cb"], "scopes": ["things"]},
        "partner": {"kind": "partner", "credential": "api-key", "scopes": ["things"]},
        "signer": {"kind": "partner", "credential": "signature", "secret": "${env:S}", "scopes": ["things"]},
        "other": {"kind": "third-party", "redirect_uris": [CALLBACK], "secret": "${env:S}", "scopes": ["things"]},
        "robot": {"kind": "service", "secret": "${env:S}", "scopes": ["things"]},
        "ledger": {"kind": "service", "certificate": {"dns": "ledger.example"}, "scopes": ["things"]},
        "beacon": {"kind": "service", "certificate": {"file": "beacon.pem"}, "scopes": ["things"]},
        "till": {"kind": "device", "scopes": ["things"]},
        "scale": {"kind": "device", "certificate": {"dns": "scale.example"}, "scopes": ["things"]},
        "old": {
            "kind": "legacy",
            "deprecated": "2020-01-01",
            "old_ways": [{"way": "bearer", "secret": "${env:S}", "until": LAST_DAY}],
            "scopes": ["things"],
        },
    },
    "routes": [
        {"on": "GET /things", "to": "api", "scope": "things"},
        {"on": "GET /proven", "to": "api", "scope": "things", "bound": "dpop"},
        {"on": "GET /bound", "to": "api", "scope": "things", "bound": "mtls"},
        {"on": "GET /old", "to": "api", "scope": "things", "kinds": ["legacy"]},
        {"on": "GET /inside", "to": "api", "scope": "things", "expose": "internal"},
    ],
    "internal_networks": ["10.0.0.0/8"],
    "gateways": {
        "own": {
            "listen": "127.0.0.1:9444",
            "origin": MUTUAL,
            "client_certificates": {"authorities": "clients.pem", "revoked": ["clients.crl"]},
            "kinds": ["service", "device", "partner"],
        },
        "loose": {
            "listen": "127.0.0.1:9445",
            "origin": "https://loose.example",
            "client_certificates": {"authorities": "clients.pem", "required": False},
        },
        "partners": {"listen": "127.0.0.1:9446", "origin": "https://partners.example", "kinds": ["partner", "web"]},
    },
}
P = "--person p --role reader"
BY_LEDGER = "/bound --as ledger --certificate"
BY_BEACON = "/bound --as beacon --certificate"
TOO_WEAK = "binding_too_weak"
Explain = Callable[..., dict[str, Any]]


@pytest.fixture
def explain(tmp_path: Path) -> Explain:
    (tmp_path / "ostiary.yaml").write_text(json.dumps(CONTRACT))
    (tmp_path / "clients.pem").write_bytes(AUTHORITY.pem)
    (tmp_path / "clients.crl").write_bytes(AUTHORITY.list_of(LOST))
    (tmp_path / "beacon.pem").write_bytes(BEACON.pem)
    for name, issued in SHOWN.items():
        (tmp_path / f"{name}.shown").write_bytes(issued.pem)

    def run(*arguments: str) -> Result:
        shown = [str(tmp_path / f"{word[1:]}.shown") if word.startswith("@") else word for word in arguments]
        return CliRunner().invoke(
            app, ["explain", "request", "GET", *shown, "-c", str(tmp_path / "ostiary.yaml")], env={"S": SECRET}
        )

    def explain(text: str) -> dict[str, Any]:
        arguments = text.split(" ")
        result = run(*arguments, "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        said: dict[str, Any] = json.loads(result.stdout)
        words = run(*arguments)
        assert words.exit_code == result.exit_code == (0 if said["allowed"] else 1)
        assert said["reason"] is None or said["reason"] in words.stdout
        assert said["gateway"] is None or said["gateway"] in words.stdout
        return said

    return explain


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        (f"/things --as web {P}", f"/proven --as web {P}", TOO_WEAK),
        (f"/things --as web {P}", f"/things --as web {P} -H Origin:https://evil.example", "csrf_origin"),
        (f"/proven --as spa {P}", f"/bound --as spa {P}", TOO_WEAK),
        (f"/proven --as mobile {P}", f"/bound --as mobile {P}", TOO_WEAK),
        ("/things --as partner", "/proven --as partner", TOO_WEAK),
        ("/things --as signer", "/proven --as signer", TOO_WEAK),
        (f"/things --as other {P}", f"/bound --as other {P}", TOO_WEAK),
        ("/things --as robot", "/proven --as robot", TOO_WEAK),
        ("/bound --as ledger", "/bound --as robot", TOO_WEAK),
        ("/bound --as beacon", "/bound --as beacon --gateway partners", "certificate_missing"),
        (f"/proven --as till {P}", f"/bound --as till {P}", TOO_WEAK),
        (f"/bound --as scale {P}", f"/bound --as scale {P} --gateway partners", "certificate_missing"),
        ("/old --as old", "/things --as old", "route_kind"),
    ],
)
def test_each_kind_is_explained_as_strongly_bound_as_it_is(explain: Explain, good: str, bad: str, reason: str) -> None:
    assert explain(good)["allowed"] is True
    assert explain(bad)["reason"] == reason


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("/inside --as robot --from 10.1.2.3", "/inside --as robot --from 192.0.2.1", "route_internal"),
        ("/inside --as ledger --from 192.0.2.1", "/inside --as robot --from 192.0.2.1", "route_internal"),
        ("/things --as partner --gateway partners", "/things --as robot --gateway partners", "gateway_kind"),
        ("/bound --as ledger --gateway own", "/bound --as ledger --gateway partners", "certificate_missing"),
        ("/bound --as robot --gateway loose --certificate @other", "/bound --as robot --gateway loose", TOO_WEAK),
        ("/things --as robot --gateway loose", "/things --as robot --gateway own", "certificate_missing"),
        (f"/things --as web {P}", f"/things --as web {P} --gateway partners", "token_missing"),
        (f"{BY_LEDGER} @ledger", f"{BY_LEDGER} @other", "certificate_of_another"),
        (f"{BY_LEDGER} @ledger", f"{BY_LEDGER} @forged", "certificate_unknown"),
        (f"{BY_LEDGER} @ledger", f"{BY_LEDGER} @lost", "certificate_revoked"),
        (f"{BY_BEACON} @beacon", f"{BY_BEACON} @ledger", "certificate_of_another"),
    ],
)
def test_where_and_with_which_certificate_a_client_comes_decides(
    explain: Explain, good: str, bad: str, reason: str
) -> None:
    assert explain(good)["allowed"] is True
    assert explain(bad)["reason"] == reason


def test_a_client_with_a_certificate_is_explained_at_the_listener_that_takes_it(explain: Explain) -> None:
    said = explain("/bound --as beacon")
    assert (said["gateway"], said["certificate"]["made_up"]) == ("own", False)
    assert said["token"]["cnf"]["x5t#S256"] == said["certificate"]["thumbprint"]
    assert [step["stage"] for step in said["steps"]][:2] == ["connect", "issue"]
    assert f"x-forwarded-host: {MUTUAL.partition('://')[2]}" in said["upstream"]
    assert explain("/bound --as ledger")["certificate"]["made_up"] is True
    assert explain("/things --as robot")["gateway"] is None


def test_an_expired_certificate_of_the_contract_is_told(explain: Explain, tmp_path: Path) -> None:
    expired = self_signed(end=now() - timedelta(hours=1))
    assert explain("/bound --as beacon")["allowed"] is True
    (tmp_path / "beacon.pem").write_bytes(expired.pem)
    assert explain("/bound --as beacon")["reason"] == "certificate_expired"
    (tmp_path / "beacon.pem").write_bytes(expired.pem + BEACON.pem)
    assert explain("/bound --as beacon")["allowed"] is True


def test_a_listener_that_is_not_there_and_a_file_that_is_no_certificate_are_said(tmp_path: Path) -> None:
    (tmp_path / "ostiary.yaml").write_text(json.dumps({**CONTRACT, "clients": {}, "gateways": {}}))

    def code(*arguments: str) -> int:
        contract = ("-c", str(tmp_path / "ostiary.yaml"))
        return CliRunner().invoke(app, ["explain", "request", "GET", "/none", *arguments, *contract]).exit_code

    assert code("--gateway", "own") == code("--certificate", str(tmp_path / "none.pem")) == 1
