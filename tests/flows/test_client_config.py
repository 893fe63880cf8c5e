"""What an app's build is given, and whether a new certificate would lock apps out: `client-config` and `pins`.

Keys and certificates are made by OpenSSL, and so are the pins to compare with.
"""

import json
import plistlib
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from ostiary.cli.main import app
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.master import MasterKey
from secrets_seen import secret


def openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    made = subprocess.run(["openssl", *map(str, arguments)], input=given, capture_output=True, check=True, timeout=30)
    return made.stdout


def openssl_pin(key: Path) -> str:
    """RFC 7469 appendix A."""
    info = openssl("pkey", "-in", key, "-pubout", "-outform", "der")
    digest = openssl("dgst", "-sha256", "-binary", given=info)
    return openssl("enc", "-base64", given=digest).decode().strip()


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


class Door:
    """A contract with a certificate; `old` is in use, `next` has been a backup for long, `fresh` since yesterday."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("old", "next", "fresh", "strange"):
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", folder / f"{name}.key")
            self.certify(name, f"{name}.pem")
        self.pins = {name: openssl_pin(folder / f"{name}.key") for name in ("old", "next", "fresh", "strange")}
        self.write()

    def certify(self, key: str, file: str) -> Path:
        options = ("-new", "-x509", "-days", "30", "-subj", f"/CN={file}", "-key", self.folder / f"{key}.key")
        openssl("req", *options, "-out", self.folder / file)
        return self.folder / file

    def write(self, **changes: Any) -> None:
        backup = [{"sha256": self.pins["next"], "since": day(-40)}, {"sha256": self.pins["fresh"], "since": day(-1)}]
        contract: dict[str, Any] = {
            "origin": "https://api.example",
            "master_key": "${env:MASTER}",
            "tls": {"certificate": "old.pem", "key": "old.key"},
            "pins": {"backup": backup, "expires": day(300)},
            "services": {"api": {"url": "http://127.0.0.1:9"}},
            "scopes": {"things.read": "See things"},
            "roles": {"customer": ["things.read"]},
            "clients": {
                "app": {
                    "kind": "mobile",
                    "redirect_uris": ["com.example.shop:/cb"],
                    "scopes": ["things.read"],
                    "min_version": "2.4",
                    "store_links": {"ios": "https://apps.example/1"},
                },
                "page": {"kind": "spa", "redirect_uris": ["https://page.example/"], "scopes": ["things.read"]},
            },
            "routes": [{"on": "GET /things", "to": "api", "scope": "things.read"}],
        }
        whole = {name: value for name, value in {**contract, **changes}.items() if value is not None}
        (self.folder / "ostiary.yaml").write_text(json.dumps(whole))

    def run(self, *arguments: str | Path) -> Result:
        told = ["-c", self.folder / "ostiary.yaml"] if arguments[:2] != ("pins", "show") else []
        return CliRunner().invoke(app, [*map(str, arguments), *map(str, told)])


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_a_pin_is_the_one_that_openssl_computes(door: Door) -> None:
    public = openssl("pkey", "-in", door.folder / "next.key", "-pubout")
    request = openssl("req", "-new", "-key", door.folder / "next.key", "-subj", "/CN=x")
    chain = (door.folder / "next.pem").read_bytes() + (door.folder / "old.pem").read_bytes()
    for content in (public, request, chain):
        (door.folder / "asked.pem").write_bytes(content)
        assert door.run("pins", "show", door.folder / "asked.pem").stdout == door.pins["next"] + "\n"


def test_no_pin_is_made_of_a_private_key_or_of_nothing(door: Door) -> None:
    (door.folder / "empty.pem").write_bytes(b"")
    (door.folder / "cut.pem").write_bytes((door.folder / "old.pem").read_bytes()[:200])
    for name in ("old.key", "empty.pem", "cut.pem", "nowhere.pem"):
        assert door.run("pins", "show", door.folder / name).exit_code == 1
    assert door.run("pins", "show", door.folder / "old.pem").exit_code == 0


def test_an_app_is_given_endpoints_names_and_pins(door: Door) -> None:
    said = json.loads(door.run("client-config", "app").stdout)
    assert said["issuer"] == "https://api.example"
    assert said["pushed_authorization_request_endpoint"] == "https://api.example/oauth/par"
    assert said["challenge_endpoint"] is None
    assert (said["client_id"], said["redirect_uris"]) == ("app", ["com.example.shop:/cb"])
    assert said["scopes"] == ["offline_access", "openid", "things.read"]
    assert (said["version_field"], said["min_version"]) == ("x-app-version", "2.4")
    pins = [door.pins[name] for name in ("old", "next", "fresh")]
    assert said["pins"] == {"host": "api.example", "sha256": pins, "expires": day(300)}


def test_the_files_are_those_that_android_and_apple_read(door: Door, tmp_path: Path) -> None:
    to = tmp_path / "app" / "config"
    assert door.run("client-config", "app", "--to", to).exit_code == 0
    pins = [door.pins[name] for name in ("old", "next", "fresh")]
    root = ElementTree.parse(to / "network_security_config.xml").getroot()  # we wrote it
    assert root.tag == "network-security-config"
    [config] = root
    assert config.attrib == {"cleartextTrafficPermitted": "false"}
    domain, found = config
    assert (domain.text, domain.attrib) == ("api.example", {"includeSubdomains": "false"})
    assert (found.tag, found.attrib) == ("pin-set", {"expiration": day(300)})
    assert [(pin.attrib, pin.text) for pin in found] == [({"digest": "SHA-256"}, pin) for pin in pins]
    listed = plistlib.loads((to / "NSPinnedDomains.plist").read_bytes())
    pinned = listed["NSAppTransportSecurity"]["NSPinnedDomains"]["api.example"]
    assert pinned["NSPinnedLeafIdentities"] == [{"SPKI-SHA256-BASE64": pin} for pin in pins]
    assert json.loads((to / "ostiary.json").read_bytes())["pins"]["sha256"] == pins


def test_a_contract_without_pins_gives_none(door: Door, tmp_path: Path) -> None:
    door.write(pins=None)
    assert json.loads(door.run("client-config", "app").stdout)["pins"] is None
    assert door.run("client-config", "app", "--to", tmp_path / "to").exit_code == 0
    assert [file.name for file in (tmp_path / "to").iterdir()] == ["ostiary.json"]


def test_pins_that_would_do_harm_are_not_given(door: Door) -> None:
    """Expired ones, and a set without anything to change to."""
    backup = {"sha256": door.pins["next"], "since": day(-40)}
    for pins, code in (
        ({"backup": [backup], "expires": day(1)}, 0),
        ({"backup": [backup], "expires": day(0)}, 1),
        ({"backup": [{**backup, "sha256": door.pins["old"]}], "expires": day(1)}, 1),
        ({"backup": [], "expires": day(1)}, 1),
    ):
        door.write(pins=pins)
        assert door.run("client-config", "app").exit_code == code, pins


def test_an_attested_app_is_told_where_challenges_are(door: Door) -> None:
    (door.folder / "attester.json").write_text(json.dumps({"keys": [SigningPrivateKey.generate().public.to_jwk()]}))
    app_of = json.loads((door.folder / "ostiary.yaml").read_text())["clients"]["app"]
    attesters = {"shop": {"jwks_file": "attester.json"}}
    door.write(attesters=attesters, clients={"app": {**app_of, "attester": "shop"}})
    said = json.loads(door.run("client-config", "app").stdout)
    assert said["challenge_endpoint"] == "https://api.example/oauth/challenge"


def test_an_attested_app_is_told_who_signs_what_it_fetches(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the master key is at hand: the same key each time, and another under another master key."""
    app_of = json.loads((door.folder / "ostiary.yaml").read_text())["clients"]["app"]
    attest = {"apple": {"team": "ABCDE12345", "bundle": "com.example.shop"}}
    door.write(clients={"app": {**app_of, "attest": attest}})

    def key(master: str | None) -> Any:
        if master is not None:
            monkeypatch.setenv("MASTER", master)
        said = json.loads(door.run("client-config", "app").stdout)
        assert said["configuration_endpoint"] == "https://api.example/oauth/app-configuration"
        assert said["attestation_endpoint"] == "https://api.example/oauth/attest"
        return said["configuration_key"]

    one, other = (secret(MasterKey(secrets.token_bytes(32)).to_text().reveal()) for _ in range(2))
    assert key(None) is None
    assert key(one) == key(one) != key(other)
    assert key(one)["kty"] == "EC"
    assert "d" not in key(one)
    door.write()
    unattested = json.loads(door.run("client-config", "app").stdout)
    assert (unattested["configuration_endpoint"], unattested["configuration_key"]) == (None, None)


def test_only_apps_are_given_it(door: Door) -> None:
    for name in ("page", "nobody"):
        assert door.run("client-config", name).exit_code == 1
    assert door.run("client-config", "app").exit_code == 0


@pytest.mark.parametrize(("key", "code"), [("old", 0), ("next", 0), ("fresh", 1), ("strange", 1)])
def test_a_rotation_that_would_lock_apps_out_is_refused(door: Door, key: str, code: int) -> None:
    """A new certificate for the key in use and for a settled backup passes; for a backup of yesterday, and for any
    other key, it does not."""
    new = door.certify(key, "new.pem")
    result = door.run("pins", "check", "--certificate", new)
    assert result.exit_code == code
    assert (door.pins[key] in result.output) is True


def test_how_long_a_backup_settles_is_the_contract_s(door: Door) -> None:
    pins = {"backup": [{"sha256": door.pins["fresh"], "since": day(-1)}], "expires": day(300)}
    for settle, code in (("12h", 0), ("3d", 1)):
        door.write(pins={**pins, "settle": settle})
        assert door.run("pins", "check", "--certificate", door.folder / "fresh.pem").exit_code == code


def test_where_tls_ends_before_the_door_the_certificate_is_named(door: Door) -> None:
    plain = {"value": True, "because": "a proxy ends TLS"}
    door.write(tls=None, insecure_plain_http=plain)
    assert door.run("client-config", "app").exit_code == 1
    in_use = ("--in-use", door.folder / "old.pem")
    assert json.loads(door.run("client-config", "app", *in_use).stdout)["pins"]["sha256"][0] == door.pins["old"]
    assert door.run("pins", "check", "--certificate", door.folder / "old.pem", *in_use).exit_code == 0
    assert door.run("pins", "check", "--certificate", door.folder / "strange.pem", *in_use).exit_code == 1


def test_a_contract_without_pins_has_nothing_to_check(door: Door) -> None:
    door.write(pins=None)
    assert door.run("pins", "check", "--certificate", door.folder / "old.pem").exit_code == 1
