"""Every command of `ostiary`, against a program that runs: what it is for, and its twin that ends with 1 or 2."""

import json
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from secrets import token_urlsafe
from ssl import create_default_context
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ostiary import __version__
from ostiary.cli.main import app
from ostiary.contract.explain import limit_in_words
from ostiary.contract.profiles import PROFILES
from ostiary.contract.schema import schema_text
from ostiary.model.fresh import fresh_name
from ostiary.model.principal import Kind
from running import Up, until
from secrets_seen import secret

SECRET = secret("robot-" + "s3cret" * 6)
LAST_DAY = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
CONTRACT: Mapping[str, Any] = {
    "services": {"api": {"url": "http://127.0.0.1:9"}},
    "scopes": {"things.read": "See things", "things.write": {"says": "Change things", "step_up": {"max_age": "5m"}}},
    "roles": {"reader": ["things.read"], "writer": ["things.read", "things.write"]},
    "clients": {
        "robot": {"kind": "service", "secret": "${env:ROBOT}", "scopes": ["things.read"]},
        "spare": {"kind": "service", "secret": "${env:ROBOT}", "scopes": ["things.read"]},
        "acme": {"kind": "partner", "credential": "api-key", "scopes": ["things.read"]},
        "ticker": {
            "kind": "legacy",
            "deprecated": "2020-01-01",
            "old_ways": [
                {"way": "query", "name": "key", "secret": "${env:ROBOT}", "until": LAST_DAY},
                {"way": "basic", "name": "ticker", "secret": "${env:ROBOT}", "until": "2020-12-31"},
            ],
            "scopes": ["things.read"],
        },
        "page": {"kind": "spa", "redirect_uris": ["https://page.example/"], "scopes": ["things.read", "things.write"]},
        "till": {"kind": "device", "scopes": ["things.read"]},
    },
    "routes": [
        {"on": "GET /open", "to": "api", "public": True},
        {"on": "GET /things", "to": "api", "scope": "things.read"},
        {"on": "GET /people/{person}/things", "to": "api", "scope": "things.read", "owner": "person"},
        {"on": "GET /tenants/{tenant}/things", "to": "api", "scope": "things.read", "tenant": "tenant"},
        {"on": "POST /things", "to": "api", "scope": "things.write", "owner": "body.owner", "roles": ["writer"]},
        {"on": "GET /old", "to": "api", "scope": "things.read", "kinds": ["legacy"]},
        {"on": "GET /pages", "to": "api", "scope": "things.read", "kinds": ["spa"]},
    ],
}
JTI = fresh_name(bytes)
Command = Callable[..., Result]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    running = Up(tmp_path_factory.mktemp("cli"), CONTRACT, {"ROBOT": SECRET}).start("--workers", "1")
    yield running
    assert running.stop() == 0


@pytest.fixture
def ostiary(up: Up) -> Command:
    """Run a command on the contract of the program that runs. It prints no secret of the contract."""

    def run(*arguments: str, stdin: str = "", contract: Path = up.contract) -> Result:
        given = () if arguments[0] in ("version", "schema") else ("-c", str(contract))
        result = CliRunner().invoke(app, [*arguments, *given], input=stdin, env={"ROBOT": SECRET})
        master_key = up.folder.joinpath("state.master-key").read_text().strip()
        assert SECRET not in result.output
        assert master_key not in result.output
        assert "argon2" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def add(ostiary: Command, login: str, *options: str) -> dict[str, str]:
    """A person; what the command printed."""
    result = ostiary("person", "add", login, "--json", *options)
    assert result.exit_code == 0, result.output
    added: dict[str, str] = json.loads(result.stdout)
    return added


def people(ostiary: Command) -> dict[str, dict[str, Any]]:
    return {person["login"]: person for person in json.loads(ostiary("person", "list", "--json").stdout)}


def shown(ostiary: Command, *filters: str) -> list[dict[str, Any]]:
    """Of the audit log."""
    result = ostiary("audit", "show", "--json", *filters)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


# what needs no store


@pytest.mark.parametrize("asked", ["version", "--version"])
def test_the_version_is_the_packages(asked: str) -> None:
    assert CliRunner().invoke(app, [asked]).stdout.strip() == __version__


def test_the_schema_is_the_one_that_editors_get() -> None:
    assert CliRunner().invoke(app, ["schema"]).stdout == schema_text()


def test_a_command_starts_without_what_it_does_not_need() -> None:
    loaded = "import sys, ostiary.cli.main; print({'sqlalchemy', 'alembic', 'asyncpg', 'uvicorn'} & sys.modules.keys())"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


WAY_IN = "from ostiary.cli.command import main; main()"


@pytest.mark.parametrize("command", [("schema",), ("version",), ("audit", "show", "--last", "1")])
def test_what_cannot_be_written_is_told_in_a_line(up: Up, command: Sequence[str]) -> None:
    given = () if len(command) == 1 else ("-c", str(up.contract))

    def run(stdout: Path) -> tuple[int, str]:
        with stdout.open("w") as out:
            asked = [sys.executable, "-c", WAY_IN, *command, *given]
            environment = {**os.environ, "ROBOT": SECRET, "PYTHONUNBUFFERED": ""}
            done = subprocess.run(asked, stdout=out, stderr=subprocess.PIPE, text=True, env=environment, check=False)
        return done.returncode, done.stderr

    assert run(Path(os.devnull)) == (0, "")
    code, said = run(Path("/dev/full"))
    assert (code, said.count("\n")) == (1, 1)


def test_an_interrupt_before_it_has_begun_is_told_in_a_line() -> None:
    finder = "lambda name, *_: signal.default_int_handler(signal.SIGINT, None)"  # a background job ignores the signal
    early = f"import signal, sys; sys.meta_path.insert(0, type('', (), {{'find_spec': staticmethod({finder})}}))"
    for before, ended in (("", (0, 0)), (f"{early}; ", (1, 1))):
        way_in = WAY_IN.replace("; ", f"; {before}")
        asked = [sys.executable, "-c", way_in, "version"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.count("\n")) == ended


def test_no_command_and_an_unknown_one_are_misuse() -> None:
    assert CliRunner().invoke(app, []).exit_code == 2
    assert CliRunner().invoke(app, ["opn"]).exit_code == 2


def test_a_contract_in_order_is_accepted_and_a_mistake_is_placed(ostiary: Command, tmp_path: Path) -> None:
    assert ostiary("check").exit_code == 0
    assert json.loads(ostiary("check", "--json").stdout)["accepted"] is True
    broken = tmp_path / "ostiary.yaml"
    broken.write_text(
        'origin: https://localhost:8443\nservice: {}\nroutes:\n  - {on: "GET /x", to: nowhere, public: 1}\n'
    )
    result = ostiary("check", "--json", contract=broken)
    said = json.loads(result.stdout)
    assert (result.exit_code, said["accepted"]) == (1, False)
    assert {"file": str(broken), "line": 2, "column": 1}.items() <= said["mistakes"][0].items()
    assert len(said["mistakes"]) > 1
    assert str(broken) in ostiary("check", contract=broken).stdout


def test_a_contract_that_is_not_there_is_a_mistake(ostiary: Command, tmp_path: Path) -> None:
    assert ostiary("check", contract=tmp_path / "none.yaml").exit_code == 1


def test_a_client_is_explained_and_an_unknown_one_is_not(ostiary: Command) -> None:
    said = json.loads(ostiary("explain", "client", "robot", "--json").stdout)
    assert (said["client"], said["kind"]) == ("robot", "service")
    assert all(line["why"] and line["source"] for line in said["lines"])
    assert ostiary("explain", "client", "robot").exit_code == 0
    assert ostiary("explain", "client", "robt").exit_code == 1


# a request, explained


def explained(ostiary: Command, *arguments: str) -> dict[str, Any]:
    result = ostiary("explain", "request", *arguments, "--json")
    said: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if said["allowed"] else 1)
    words = ostiary("explain", "request", *arguments)
    assert words.exit_code == result.exit_code
    assert said["reason"] is None or said["reason"] in words.stdout
    return said


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ("GET /open", "GET /opened", "route_unknown"),
        ("GET /open", "PUT /open", "route_method"),
        ("GET /open", "GET /open/../open", "target_invalid"),
        ("GET /open", "GET /open?access_token=x", "token_repeated"),
        ("GET /things --as robot", "GET /things", "token_missing"),
        ("GET /things --as robot", "GET /things --as robot --scope things.write", "scope_not_allowed"),
        ("GET /pages --as page --person p --role reader", "GET /pages --as robot", "route_kind"),
        (
            "GET /people/{person}/things --as page --person p --role reader",
            "GET /people/q/things --as page --person p --role reader",
            "owner_mismatch",
        ),
        (
            "GET /tenants/t/things --as page --person p --role reader --tenant t",
            "GET /tenants/t/things --as page --person p --role reader --tenant u",
            "tenant_mismatch",
        ),
        (
            "GET /things --as page --person p --role reader",
            "GET /things --as page --person p --role reader --scope openid",
            "token_audience",
        ),
        (
            'POST /things --as page --person p --role writer --body {"owner":"p"}',
            'POST /things --as page --person p --role writer --body {"owner":"q"}',
            "owner_mismatch",
        ),
        (
            'POST /things --as page --person p --role writer --body {"owner":"p"}',
            'POST /things --as page --person p --role writer --body {"owner":"p","owner":"p"}',
            "fact_unreadable",
        ),
        (
            'POST /things --as page --person p --role writer --body {"owner":"p"}',
            'POST /things --as page --person p --role reader --body {"owner":"p"}',
            "scope_missing",
        ),
        (
            'POST /things --as page --person p --role writer --signed-in 4m --body {"owner":"p"}',
            'POST /things --as page --person p --role writer --signed-in 6m --body {"owner":"p"}',
            "step_up_needed",
        ),
    ],
)
def test_a_request_is_explained_with_its_reason(ostiary: Command, good: str, bad: str, reason: str) -> None:
    assert explained(ostiary, *good.split(" "))["allowed"] is True
    assert explained(ostiary, *bad.split(" "))["reason"] == reason


def test_an_explained_request_shows_each_step_its_place_and_what_the_upstream_gets(ostiary: Command, up: Up) -> None:
    said = explained(
        ostiary,
        *["GET", "/people/{person}/things", "--as", "page", "--person", "p", "--role", "reader", "--tenant", "t"],
    )
    stages = [step["stage"] for step in said["steps"]]
    assert stages == sorted(stages, key=["issue", "parse", "identify", "admit", "authorize", "limit"].index)
    assert all(step["passed"] for step in said["steps"])
    line = 1 + up.contract.read_text().splitlines().index('   "owner": "person"')
    places = {step["step"]: step["place"] for step in said["steps"]}
    assert places["owner"] == f"{up.contract}:{line}"
    assert said["upstream"][0] == "GET /people/p/things HTTP/1.1"
    assert said["token"]["aud"] == said["identity"]["aud"]
    assert {"sub": "p", "client_id": "page", "tenant": "t", "roles": ["reader"]}.items() <= said["identity"].items()
    assert not [field for field in said["upstream"] if field.startswith("authorization")]


def test_a_device_is_explained_as_the_one_that_the_person_let_in(ostiary: Command) -> None:
    by_till = ("--as", "till", "--person", "p", "--role", "reader")
    said = explained(ostiary, "GET", "/people/{person}/things", *by_till)
    assert said["allowed"] and said["token"]["cnf"]["jkt"]
    assert explained(ostiary, "GET", "/people/q/things", *by_till)["reason"] == "owner_mismatch"


def test_the_limits_that_a_request_spends_on_are_explained(ostiary: Command) -> None:
    of_kind = PROFILES[Kind.SERVICE].limit.value
    assert limit_in_words(of_kind) in ostiary("explain", "request", "GET", "/things", "--as", "robot").stdout
    assert limit_in_words(of_kind) not in ostiary("explain", "request", "GET", "/open", "--as", "robot").stdout


def test_a_request_is_explained_for_a_person_of_the_store(ostiary: Command) -> None:
    subject = add(ostiary, "explained", "--role", "reader")["subject"]
    asked = ("GET", "/people/{person}/things", "--as", "page", "--person")
    assert explained(ostiary, *asked, "explained")["identity"]["sub"] == subject
    assert ostiary("explain", "request", *asked, "nobody").exit_code == 1


def test_a_request_that_cannot_be_is_misuse(ostiary: Command) -> None:
    def code(*arguments: str) -> int:
        return ostiary("explain", "request", "GET", "/things", *arguments).exit_code

    assert code("--as", "robot") == 0
    assert code("--as", "robot", "--person", "p", "--role", "reader") == 2
    assert code("--as", "page") == 2
    assert code("--as", "robot", "--from", "localhost") == 2
    assert code("--as", "robot", "--header", "no colon") == 2
    assert code("--as", "robot", "--signed-in", "soon") == 2
    assert code("--as", "robt") == 1
    assert code("--as", "page", "--person", "p", "--role", "reader") == 0
    assert code("--as", "page", "--person", "p", "--role", "reader", "--role", "rader") == 1


def test_what_the_token_is_for_is_told_also_where_it_reaches_nothing(ostiary: Command) -> None:
    asked = ("GET", "/things", "--as", "page", "--person", "p", "--role", "reader", "--scope", "openid")
    assert "openid" in ostiary("explain", "request", *asked).stdout


# people


def test_a_persons_password_is_shown_once_and_never_again(ostiary: Command) -> None:
    made = add(ostiary, "once", "--tenant", "t", "--role", "reader", "--name", "Once Only", "--email", "o@t.example")
    password = secret(made["password"])
    assert password not in ostiary("person", "list").stdout
    assert password not in ostiary("audit", "show").stdout
    known = people(ostiary)["once"]
    assert known == {
        "login": "once",
        "subject": made["subject"],
        "name": "Once Only",
        "email": "o@t.example",
        "tenant": "t",
        "roles": ["reader"],
        "disabled": False,
    }


def test_a_password_may_come_by_standard_input_and_a_weak_one_is_refused(ostiary: Command) -> None:
    good = secret("correct horse battery staple")
    result = ostiary("person", "add", "typed", "--password-stdin", stdin=good + "\n")
    assert result.exit_code == 0
    assert good not in result.output
    assert ostiary("person", "add", "typed2", "--password-stdin", stdin="short\n").exit_code == 1
    assert "typed2" not in people(ostiary)


def test_a_login_is_somebodys_and_a_role_is_the_contracts(ostiary: Command) -> None:
    add(ostiary, "taken")
    assert ostiary("person", "add", "taken").exit_code == 1
    assert ostiary("person", "add", "roled", "--role", "rader").exit_code == 1
    assert ostiary("person", "add", "roled", "--role", "reader", "--tenant", "").exit_code == 1
    assert ostiary("person", "add", "roled", "--role", "reader").exit_code == 0
    assert ostiary("person", "set", "roled", "--email", "nowhere").exit_code == 1
    assert ostiary("person", "set", "roled", "--email", "roled@north.example").exit_code == 0


def test_a_person_changes(ostiary: Command) -> None:
    add(ostiary, "changing", "--role", "reader")
    changes = ("--role", "writer", "--tenant", "t", "--disable", "--new-password")
    result = ostiary("person", "set", "changing", *changes)
    assert result.exit_code == 0
    secret(result.stdout.split()[-1])
    known = people(ostiary)["changing"]
    assert (known["roles"], known["tenant"], known["disabled"]) == (["writer"], "t", True)
    assert ostiary("person", "set", "changing", "--no-roles", "--enable").exit_code == 0
    known = people(ostiary)["changing"]
    assert (known["roles"], known["disabled"]) == ([], False)
    changed = shown(ostiary, "--type", "person_changed", "--subject", known["subject"])
    assert [sorted(event["what"]) for event in changed][-1] == ["disabled", "roles"]


def test_nobody_can_be_changed_who_is_not_there(ostiary: Command) -> None:
    assert ostiary("person", "set", "nobody", "--disable").exit_code == 1


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ((), ("--name", "Same")),
        (("--role", "reader", "--no-roles"), ("--role", "reader")),
        (("--new-password", "--password-stdin"), ("--new-password",)),
    ],
)
def test_a_change_that_says_nothing_or_two_things_is_refused(
    ostiary: Command, wrong: tuple[str, ...], right: tuple[str, ...]
) -> None:
    if "same" not in people(ostiary):
        add(ostiary, "same", "--role", "writer")
    before = people(ostiary)["same"]
    assert ostiary("person", "set", "same", *wrong, stdin="correct horse battery staple\n").exit_code == 2
    assert people(ostiary)["same"] == before
    assert ostiary("person", "set", "same", *right).exit_code == 0


def test_a_token_that_would_open_nothing_is_not_made(ostiary: Command, up: Up) -> None:
    assert ostiary("admin-token", "add", "--scope", "clients.read").exit_code == 1
    opened = up.folder / "opened.yaml"
    opened.write_text(json.dumps(json.loads(up.contract.read_text()) | {"admin_api": True}))
    result = ostiary("admin-token", "add", "--scope", "clients.read", contract=opened)
    assert result.exit_code == 0, result.output
    secret(result.stdout.strip())


# what is revoked


def test_a_revoked_client_gets_no_token_and_another_does(ostiary: Command) -> None:
    assert ostiary("revoke", "client", "spare").exit_code == 0
    assert explained(ostiary, "GET", "/things", "--as", "spare")["reason"] == "client_disabled"
    assert explained(ostiary, "GET", "/things", "--as", "robot")["allowed"] is True
    assert ostiary("revoke", "client", "spre").exit_code == 1


def test_what_is_revoked_is_in_the_audit_log(ostiary: Command) -> None:
    assert ostiary("revoke", "token", JTI).exit_code == 0
    assert shown(ostiary, "--type", "token_revocation", "--last", "1")[0]["token"] == JTI
    subject = add(ostiary, "revoked")["subject"]
    assert ostiary("revoke", "person", "revoked").exit_code == 0
    assert shown(ostiary, "--type", "person_changed", "--subject", subject)
    assert ostiary("revoke", "person", "nobody").exit_code == 1
    assert ostiary("revoke", "session", "no-session").exit_code == 1


def test_a_token_that_is_given_in_place_of_its_jti_is_in_no_log(ostiary: Command) -> None:
    token = secret(f"eyJhbGciOiJFUzI1NiJ9.{token_urlsafe()}.{token_urlsafe()}")
    refused = ostiary("revoke", "token", token)
    assert refused.exit_code == 2
    assert token not in refused.output
    assert token not in ostiary("audit", "show").stdout
    assert ostiary("revoke", "token", JTI).exit_code == 0


# keys


def test_keys_rotate_and_the_new_ones_are_published_before_they_sign(ostiary: Command) -> None:
    before = {key["id"] for key in json.loads(ostiary("keys", "list", "--json").stdout)}
    assert ostiary("keys", "rotate", "--ahead", "600").exit_code == 0
    keys = {key["id"]: key for key in json.loads(ostiary("keys", "list", "--json").stdout)}
    new = keys.keys() - before
    assert {keys[id]["use"] for id in new} == {key["use"] for key in keys.values()}
    assert not any(keys[id]["signs"] for id in new)
    assert all(keys[id]["signs"] for id in before)
    assert ostiary("keys", "rotate", "--ahead", "-1").exit_code == 2


def test_who_still_calls_the_old_way_is_reported(up: Up, ostiary: Command) -> None:
    def reported() -> dict[str, Any]:
        callers = json.loads(ostiary("report", "legacy", "--json").stdout)
        return {caller["way"]: caller for caller in callers}

    before = reported()
    assert {way: (each["client"], each["state"], each["used_at"]) for way, each in before.items()} == {
        "query": ("ticker", "open", "never"),
        "basic": ("ticker", "over", "never"),
    }
    assert (before["query"]["name"], before["query"]["until"]) == ("key", LAST_DAY)
    answers = [up.get(f"/old?key={SECRET}") for _ in range(3)]
    assert [answer.status for answer in answers] == [502] * 3
    assert all({"deprecation", "sunset"} <= answer.headers.keys() for answer in answers)
    late = up.get("/old", {"authorization": "Basic " + b64encode(f"ticker:{SECRET}".encode()).decode()})
    assert (late.status, late.headers["deprecation"]) == (403, "@1577836800")
    used = until(reported, lambda seen: seen["query"]["requests"] and seen["basic"]["requests"])
    assert [*used["query"]["requests"].values()] == [3]
    assert [*used["basic"]["requests"].values()] == [1]
    said = ostiary("report", "legacy").stdout
    assert "ticker" in said
    assert "3 on " in said
    assert ostiary("report", "legacy", "--days", "0").exit_code == 2


def test_a_request_in_an_old_way_is_explained(ostiary: Command) -> None:
    assert ostiary("explain", "request", "GET", "/old?a=1", "--as", "ticker").exit_code == 0
    assert ostiary("explain", "request", "GET", "/things", "--as", "ticker").exit_code == 1


def test_an_api_key_is_shown_once_lets_in_and_is_revoked(up: Up, ostiary: Command) -> None:
    key = secret(ostiary("api-key", "add", "acme", "--expires", "30d").stdout.strip())
    _until(up, key, 502)
    listed = ostiary("api-key", "list", "--json").stdout
    assert key not in listed
    [shown] = [each for each in json.loads(listed) if each["state"] == "living"]
    assert (shown["client"], shown["scopes"], shown["used_at"]) == ("acme", [], "never")
    other = json.loads(ostiary("api-key", "add", "acme", "--scope", "things.read", "--json").stdout)
    secret(other["key"])
    assert ostiary("api-key", "add", "acme").exit_code == 1
    mistaken = ostiary("api-key", "revoke", key)
    assert (mistaken.exit_code, key in mistaken.output) == (1, False)
    assert ostiary("api-key", "revoke", shown["id"]).exit_code == 0
    _until(up, key, 401)
    _until(up, other["key"], 502)
    assert ostiary("api-key", "revoke", shown["id"]).exit_code == 1


def _until(up: Up, key: str, status: int) -> None:
    """Nobody is behind the door: 502 is a request that was let in."""
    until(lambda: up.get("/things", {"x-api-key": key}).status, lambda seen: seen == status)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("nobody", 1),
        ("robot", 1),
        ("acme --scope things.write", 1),
        ("acme --expires 400d", 1),
        ("acme --expires 1y", 2),
    ],
)
def test_no_api_key_is_made_for_what_may_have_none(ostiary: Command, said: str, code: int) -> None:
    assert ostiary("api-key", "add", *said.split()).exit_code == code


def test_a_request_with_an_api_key_is_explained(ostiary: Command) -> None:
    assert ostiary("explain", "request", "GET", "/things", "--as", "acme").exit_code == 0
    assert ostiary("explain", "request", "POST", "/things", "--as", "acme").exit_code == 1


# the audit log


def test_the_log_holds_until_somebody_changes_it(ostiary: Command, up: Up, tmp_path: Path) -> None:
    held = json.loads(ostiary("audit", "verify", "--json").stdout)
    assert held["holds"] is True
    noted = f"{held['position']}:{held['hash']}"
    assert ostiary("audit", "verify", "--noted", noted).exit_code == 0
    assert ostiary("audit", "verify", "--noted", f"{held['position']}:{'0' * 64}").exit_code == 1
    assert ostiary("audit", "verify", "--noted", "everything").exit_code == 2
    copy = _copied(up, tmp_path)
    assert ostiary("audit", "verify", "--state", str(copy)).exit_code == 0
    with closing(sqlite3.connect(copy / "ostiary.sqlite3")) as store, store:
        store.execute("DELETE FROM audit WHERE position = 2")
    result = ostiary("audit", "verify", "--state", str(copy), "--json")
    assert (result.exit_code, json.loads(result.stdout)["holds"]) == (1, False)


def _copied(up: Up, folder: Path) -> Path:
    """The state as a backup has it, with the key that lies beside it."""
    copy = folder / "state"
    copy.mkdir(mode=0o700)
    with closing(sqlite3.connect(up.folder / "state" / "ostiary.sqlite3")) as store:
        store.execute(f"VACUUM INTO '{copy / 'ostiary.sqlite3'}'")
    shutil.copy(up.folder / "state.master-key", folder / "state.master-key")
    return copy


def test_the_log_is_shown_by_type_client_reason_time_and_number(ostiary: Command, up: Up) -> None:
    assert up.get("/things").status == 401
    assert up.get("/nowhere").status == 404
    everything = until(lambda: shown(ostiary), lambda events: {"route_unknown", "token_missing"} <= _reasons(events))
    assert [event["position"] for event in everything] == sorted(event["position"] for event in everything)
    assert {event["type"] for event in shown(ostiary, "--type", "started")} == {"started"}
    assert _reasons(shown(ostiary, "--reason", "route_unknown")) == {"route_unknown"}
    assert {event["client"] for event in shown(ostiary, "--client", "spare")} <= {"spare"}
    assert len(shown(ostiary, "--last", "2")) == 2
    assert len(shown(ostiary, "--since", "1d")) >= len(everything)
    assert shown(ostiary, "--subject", "nobody") == []
    assert ostiary("audit", "show").stdout.count("\n") >= len(everything)
    assert ostiary("audit", "show", "--since", "yesterday").exit_code == 2
    assert ostiary("audit", "show", "--type", "start").exit_code == 2
    assert ostiary("audit", "show", "--reason", "route_unknwon").exit_code == 2
    assert ostiary("audit", "show", "--last", "0").exit_code == 2


def _reasons(events: list[dict[str, Any]]) -> set[str]:
    return {event["reason"] for event in events if "reason" in event}


def test_a_reference_leads_to_the_rule_that_refused(ostiary: Command, up: Up) -> None:
    ref = up.get("/things").json()["ref"]
    result = until(lambda: ostiary("explain", "ref", ref, "--json"), lambda result: result.exit_code == 0)
    said = json.loads(result.stdout)
    assert (said["route"], said["reason"], said["status"]) == ("GET /things", "token_missing", 401)
    assert said["says"]
    assert "token_missing" in ostiary("explain", "ref", ref).stdout
    assert ostiary("explain", "ref", "0-0").exit_code == 1


# the running program


def test_a_changed_contract_comes_into_force_and_a_broken_one_changes_nothing(ostiary: Command, up: Up) -> None:
    first = json.loads(ostiary("reload", "--json").stdout)
    assert first["contract"] == first["previous"]
    up.write({**CONTRACT, "routes": [*CONTRACT["routes"], {"on": "GET /new", "to": "api", "scope": "things.read"}]})
    assert ostiary("reload").exit_code == 0
    assert up.get("/new").status == 401
    up.contract.write_text(up.contract.read_text().replace('"to": "api"', '"to": "apj"'))
    broken = ostiary("reload", "--json")
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["mistakes"]
    assert up.get("/new").status == 401
    up.write(CONTRACT)
    assert ostiary("reload").exit_code == 0
    assert up.get("/new").status == 404


def test_no_connection_drops_while_contracts_come_and_go(ostiary: Command, up: Up) -> None:
    statuses, done = [], Event()
    line = HTTPSConnection("localhost", up.port, context=create_default_context(cafile=up.ca_file), timeout=30)
    line.connect()
    line.auto_open = 0  # a connection that was closed is not opened again

    def ask() -> None:
        while not done.is_set():
            line.request("GET", "/things")
            answer = line.getresponse()
            answer.read()
            statuses.append(answer.status)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        for number in range(3):
            up.write({**CONTRACT, "limit": {"per": "person", "rate": f"{number + 10}/s"}})
            assert ostiary("reload").exit_code == 0
            up.contract.write_text("origin: nowhere\n")
            assert ostiary("reload").exit_code == 1
            up.process.send_signal(signal.SIGHUP)
        up.write(CONTRACT)
        assert ostiary("reload").exit_code == 0
        done.set()
        asking.result()
    line.close()
    assert set(statuses) == {401}


def test_a_hangup_takes_the_contract_anew(up: Up) -> None:
    up.write({**CONTRACT, "routes": [*CONTRACT["routes"], {"on": "GET /hup", "to": "api", "scope": "things.read"}]})
    up.process.send_signal(signal.SIGHUP)
    until(lambda: up.get("/hup").status, lambda status: status == 401)
    up.write(CONTRACT)
    up.process.send_signal(signal.SIGHUP)
    until(lambda: up.get("/hup").status, lambda status: status == 404)


def test_a_second_program_on_the_same_state_does_not_start(ostiary: Command) -> None:
    assert ostiary("up").exit_code == 1


def test_without_a_store_commands_say_so(ostiary: Command, tmp_path: Path) -> None:
    for command in (("person", "list"), ("audit", "verify"), ("keys", "list"), ("revoke", "token", JTI), ("reload",)):
        assert ostiary(*command, "--state", str(tmp_path / "none")).exit_code == 1
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("key", [None, b"A" * 43, b"x", b"\xff"])
def test_nothing_is_written_without_the_stores_own_master_key(
    ostiary: Command, up: Up, tmp_path: Path, key: bytes | None
) -> None:
    copy, file = _copied(up, tmp_path), tmp_path / "state.master-key"
    own = file.read_bytes()
    file.unlink()
    if key is not None:
        file.write_bytes(key)
    for command in (("person", "add", "late"), ("audit", "verify")):
        result = ostiary(*command, "--state", str(copy))
        assert result.exit_code == 1
        assert "master" in result.stderr
        assert file.exists() is (key is not None)
    file.write_bytes(own)
    assert ostiary("audit", "verify", "--state", str(copy)).exit_code == 0
    assert ostiary("person", "add", "late", "--state", str(copy)).exit_code == 0
    assert ostiary("audit", "verify", "--state", str(copy)).exit_code == 0


@contextmanager
def _shut_out(place: Path) -> Iterator[None]:
    """Who may not look into the folder or file: root becomes nobody, and anybody else shuts it."""
    own = os.getuid()
    if own == 0:
        nobody = pwd.getpwnam("nobody").pw_uid
        os.setresuid(nobody, nobody, own)
    else:
        place.chmod(0)
    try:
        yield
    finally:
        os.setresuid(own, own, own)
        place.chmod(0o700)


def test_the_state_of_another_user_is_told_as_that(up: Up) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        state, contract = _copied(up, folder), folder / "ostiary.yaml"
        contract.write_text(json.dumps({"origin": up.origin, "state": "state"}))

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(app, [*arguments, "-c", str(contract)])

        commands = (("check",), ("person", "list"), ("explain", "request", "GET", "/"), ("reload",))
        before = [run(*command).exit_code for command in commands]
        assert before == [0, 0, 1, 1]
        with _shut_out(state):
            for command in commands:
                result = run(*command)
                assert isinstance(result.exception, SystemExit), command
                assert result.exit_code == 1
                assert str(state) in result.stderr


def test_a_contract_that_may_not_be_read_is_a_mistake() -> None:
    with TemporaryDirectory() as name:
        folder, contract = Path(name), Path(name) / "ostiary.yaml"
        folder.chmod(0o755)
        contract.write_text("origin: https://localhost:8443")
        contract.chmod(0o600)

        def code() -> int:
            return CliRunner().invoke(app, ["check", "-c", str(contract)]).exit_code

        assert code() == 0
        with _shut_out(contract):
            assert code() == 1


def test_a_state_that_is_a_file_is_told_as_that(ostiary: Command, tmp_path: Path) -> None:
    file = tmp_path / "state"
    file.touch()
    result = ostiary("up", "--state", str(file))
    assert (result.exit_code, str(file) in result.stderr) == (1, True)
