"""What an attested build fetches: pins and endpoints change without a release, and an app never goes back."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from ostiary.cli.demo.front_door import Answer
from ostiary.model import endpoints
from running import Up
from secrets_seen import secret

ATTESTER, INSTANCE, STRANGER = (ECKey.generate_key("P-256") for _ in range(3))
SPARE = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
NEXT = "AAAAQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
MOBILE = {"kind": "mobile", "redirect_uris": ["com.example.shop:/cb"], "scopes": ["things.read"]}
CONTRACT: Mapping[str, Any] = {
    "services": {"api": {"url": "http://127.0.0.1:9"}},
    "scopes": {"things.read": "See things"},
    "roles": {"reader": ["things.read"]},
    "attesters": {"shop": {"jwks": {"keys": [ATTESTER.as_dict(private=False)]}}},
    "pins": {"backup": [{"sha256": SPARE, "since": "2026-01-01"}], "expires": "2099-01-01"},
    "clients": {
        "app": {**MOBILE, "attester": "shop"},
        "other": {**MOBILE, "redirect_uris": ["com.example.other:/cb"], "attester": "shop"},
        "open": {**MOBILE, "redirect_uris": ["com.example.open:/cb"]},
    },
    "routes": [{"on": "GET /things", "to": "api", "scope": "things.read"}],
}


class NotTaken(Exception):
    """The app keeps what it has."""


class App:
    """As an app does it: what was built into it, and the last good one that it has fetched."""

    def __init__(self, up: Up, built: Path, client: str = "app") -> None:
        self.up, self.client = up, client
        self.config: dict[str, Any] = json.loads(built.read_text())
        self.key = ECKey.import_key(self.config["configuration_key"])
        self.version = 0

    def asked(self, **changes: str) -> Answer:
        """With an attestation, and a proof of the instance's key."""
        with closing(self.up.door()) as door:
            challenge = door.request("POST", endpoints.CHALLENGE).json()["attestation_challenge"]
            fields = {name: value for name, value in {**self.fields(challenge), **changes}.items() if value}
            path = self.config["configuration_endpoint"].removeprefix(self.up.origin)
            return door.post_form(path, {"client_id": self.client}, fields)

    def fields(self, challenge: str) -> dict[str, str]:
        vouched = {"sub": self.client, "exp": int(time.time()) + 300, "cnf": {"jwk": INSTANCE.as_dict(private=False)}}
        proof = {"aud": self.up.origin, "jti": secrets.token_urlsafe(12), "challenge": challenge}
        return {
            "OAuth-Client-Attestation": signed("oauth-client-attestation+jwt", vouched, ATTESTER),
            "OAuth-Client-Attestation-PoP": signed("oauth-client-attestation-pop+jwt", proof, INSTANCE),
        }

    def take(self, text: str, now: float | None = None) -> None:
        """Raises NotTaken, and keeps the last good one."""
        try:
            token = jwt.decode(text, KeySet([self.key]), algorithms=["ES256"])
        except (JoseError, ValueError) as error:
            raise NotTaken("signature") from error
        said = token.claims
        if token.header["typ"] != "ostiary-app-configuration+jwt":
            raise NotTaken("type")
        if (said["iss"], said["aud"]) != (self.up.origin, self.client):
            raise NotTaken("for another")
        if said["exp"] <= (time.time() if now is None else now):
            raise NotTaken("over")
        if said["version"] < self.version:
            raise NotTaken("back")
        self.version, self.config = said["version"], said["config"]

    @property
    def pins(self) -> list[str]:
        return list(self.config["pins"]["sha256"])


def signed(typ: str, claims: Mapping[str, Any], key: ECKey) -> str:
    whole = {"iat": int(time.time()), **claims}
    return secret(jwt.encode({"alg": "ES256", "typ": typ}, whole, key, algorithms=["ES256"]))


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = Up(tmp_path_factory.mktemp("apps"), CONTRACT).start("--workers", "1")
    yield running
    assert running.stop() == 0


def built(up: Up, client: str) -> Path:
    """What `client-config` writes for the app's build."""
    made = up.command("client-config", client, "--to", str(up.folder / client))
    assert made.returncode == 0, made.stderr
    return up.folder / client / "ostiary.json"


@pytest.fixture
def app(up: Up) -> Iterator[App]:
    yield App(up, built(up, "app"))
    reload(up)


def reload(up: Up, **changes: Any) -> None:
    up.write({**deepcopy(CONTRACT), **changes})
    assert up.command("reload").returncode == 0


def fetched(app: App) -> str:
    answer = app.asked()
    assert (answer.status, answer.headers["content-type"]) == (200, "application/jwt"), answer.body
    return answer.body.decode()


def backup(*pins: str) -> dict[str, Any]:
    return {"backup": [{"sha256": pin, "since": "2026-01-01"} for pin in pins], "expires": "2099-01-01"}


def test_what_is_fetched_first_is_what_the_app_was_built_with(app: App) -> None:
    shipped = app.config
    app.take(fetched(app))
    assert app.config == shipped
    assert app.version > 0


def test_pins_change_without_a_release_and_no_older_one_is_taken(app: App) -> None:
    """Somebody between who kept an old one: it is signed and not over, and all the same it is refused."""
    old = fetched(app)
    app.take(old)
    before, served = app.version, app.pins[0]
    reload(app.up, pins=backup(SPARE, NEXT))
    app.take(fetched(app))
    assert app.pins == [served, SPARE, NEXT]
    assert app.version > before
    with pytest.raises(NotTaken):
        app.take(old)
    assert app.pins == [served, SPARE, NEXT]
    app.take(fetched(app))


def test_pins_that_cannot_be_published_are_said_to_have_failed_and_come_with_the_next_reload(app: App) -> None:
    (file,) = (app.up.folder / "state").glob("*.sqlite3")
    app.take(fetched(app))
    before = app.pins
    app.up.write({**deepcopy(CONTRACT), "pins": backup(NEXT)})
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as store:
        store.execute("ALTER TABLE app_configurations RENAME TO elsewhere")
        told = app.up.command("reload", "--json")
        store.execute("ALTER TABLE elsewhere RENAME TO app_configurations")
    failed = json.loads(told.stdout)
    assert (told.returncode, "error" in failed, failed["contract"] != failed["previous"]) == (1, True, True)
    app.take(fetched(app))
    assert app.pins == before
    again = app.up.command("reload", "--json")
    assert (again.returncode, json.loads(again.stdout)["contract"]) == (0, failed["contract"])
    app.take(fetched(app))
    assert app.pins[1:] == [NEXT]


def test_what_comes_back_is_a_new_version(app: App) -> None:
    """A contract that goes back is one more change, so that apps follow."""
    seen = []
    for pins in (backup(SPARE, NEXT), backup(SPARE), backup(SPARE, NEXT)):
        reload(app.up, pins=pins)
        app.take(fetched(app))
        seen.append(app.version)
    assert seen == sorted(set(seen))
    assert app.pins[1:] == [SPARE, NEXT]


def test_a_contract_that_changes_nothing_for_the_app_is_no_new_version(app: App) -> None:
    app.take(fetched(app))
    before = app.version
    reload(app.up, scopes={"things.read": "See all things"})
    app.take(fetched(app))
    assert app.version == before


def test_one_that_is_over_changed_or_for_another_app_is_not_taken(app: App) -> None:
    text = fetched(app)
    other = App(app.up, built(app.up, "other"), "other")
    with pytest.raises(NotTaken):
        app.take(fetched(other))
    with pytest.raises(NotTaken):
        app.take(text, now=time.time() + 86400)
    head, body, signature = text.split(".")
    with pytest.raises(NotTaken):
        app.take(f"{head}.{body[:-2]}AA.{signature}")
    forged = jwt.decode(text, KeySet([app.key]), algorithms=["ES256"])
    for typ, key in (("ostiary-app-configuration+jwt", STRANGER), ("at+jwt", STRANGER)):
        with pytest.raises(NotTaken):
            app.take(jwt.encode({"alg": "ES256", "typ": typ}, forged.claims, key, algorithms=["ES256"]))
    app.take(text)


def test_only_an_attested_instance_fetches_it(app: App) -> None:
    """Without an attestation, by one of another client, without a proof, or for a client that nobody vouches for."""
    other = App(app.up, built(app.up, "other"), "other")
    for changes in (
        {"OAuth-Client-Attestation": "", "OAuth-Client-Attestation-PoP": ""},
        {"OAuth-Client-Attestation-PoP": ""},
        {"OAuth-Client-Attestation": other.fields("x")["OAuth-Client-Attestation"]},
    ):
        answer = app.asked(**changes)
        assert (answer.status, answer.json()["error"]) == (401, "invalid_client")
    with closing(app.up.door()) as door:
        refused = door.post_form(endpoints.APP_CONFIGURATION, {"client_id": "open"})
    assert (refused.status, refused.json()["error"]) == (401, "invalid_client")
    assert app.asked().status == 200


def test_pins_that_would_do_harm_are_not_published(app: App) -> None:
    """The set of a contract whose pins are past is not given; apps keep what they have."""
    app.take(fetched(app))
    before = app.version, app.pins
    reload(app.up, pins={**backup(NEXT), "expires": "2026-01-02"})
    app.take(fetched(app))
    assert (app.version, app.pins) == before
    reload(app.up, pins=backup(NEXT))
    app.take(fetched(app))
    assert app.pins[1:] == [NEXT]


def test_it_outlives_a_restart_with_its_version(app: App) -> None:
    app.take(fetched(app))
    before = app.version
    assert app.up.stop() == 0
    app.up.start("--workers", "1")
    app.take(fetched(app))
    assert app.version == before


def test_a_change_is_recorded_with_its_digest_alone(app: App) -> None:
    reload(app.up, pins=backup(NEXT, SPARE))
    shown = app.up.command("audit", "show", "--json")
    events = [json.loads(line) for line in shown.stdout.splitlines() if "app_configuration_published" in line]
    assert events
    assert NEXT not in shown.stdout
