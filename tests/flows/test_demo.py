"""What a newcomer sees first: `ostiary demo`, as a program of its own."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_bytes
from sqlite3 import connect
from typing import Any

import psutil
import pytest

from ostiary.cli.demo.browser import forms
from ostiary.cli.demo.front_door import FrontDoor
from ostiary.keys.master import MasterKey
from running import COMMAND, free_ports
from secrets_seen import secret, watch

KEYS = {"client", "kind", "proof", "person", "method", "path", "status", "expected", "rule", "reason"}
WANTED = {
    "token_missing",
    "token_revoked",
    "scope_missing",
    "owner_mismatch",
    "tenant_mismatch",
    "limit_reached",
    "build_too_old",
    "invalid_attestation",
    "not_from_the_gateway",
    "signature_replayed",
    "digest_mismatch",
}


class Demo:
    """One that runs, in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder / "demo"
        self.tour = folder / "tour.json"
        self.said = folder / "said.txt"
        self.port, self.admin_port = free_ports(2)
        options = ["--state", self.folder, "--port", self.port, "--admin-port", self.admin_port, "--json", self.tour]
        with self.said.open("wb") as said:
            self.process = psutil.Popen(
                [COMMAND, "demo", *map(str, options), *arguments], stdout=said, stderr=said, env=environment()
            )

    def wait(self) -> int:
        return int(self.process.wait(100))

    def wait_for_tour(self) -> list[psutil.Process]:
        """Return when it is over and the demo stays; the demo's children."""
        end = time.monotonic() + 100
        while "Ctrl-C" not in self.said.read_text():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < end, self.said.read_text()
            time.sleep(0.05)
        return list(self.process.children(recursive=True))

    def end(self, number: signal.Signals, children: list[psutil.Process], code: int) -> None:
        """By a signal, with this exit code; none of the children is left."""
        self.process.send_signal(number)
        assert self.wait() == code, self.said.read_text()
        assert psutil.wait_procs(children, 60)[1] == []

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return facts

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = json.loads(self.tour.read_text())
        return lines

    def secrets(self) -> list[str]:
        people = [person["password"] for person in self.facts["people"].values()]
        clients = self.facts["clients"].values()
        return people + [
            each["secret"] or each["api_key"] or each["private_key"]["d"]
            for each in clients
            if each["secret"] or each["api_key"] or each["private_key"]
        ]


def environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "200"}


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that has made its tour and ended."""
    demo = Demo(tmp_path_factory.mktemp("toured"), "--tour-only")
    assert demo.wait() == 0, demo.said.read_text()
    for each in demo.secrets():
        secret(each)
    watch(demo.folder / "state")
    watch(demo.folder / "up.log")
    watch(demo.folder / "shop.log")
    watch(demo.tour)
    yield demo


def test_every_line_of_the_tour_comes_out_as_it_should(toured: Demo) -> None:
    assert all(set(line) == KEYS for line in toured.lines)
    assert [line for line in toured.lines if line["status"] != line["expected"]] == []
    assert len(toured.lines) >= 12


def test_the_tour_shows_each_kind_of_client_and_each_kind_of_refusal(toured: Demo) -> None:
    kinds = {"-", "web", "spa", "mobile", "third-party", "device", "service", "partner", "legacy"}
    assert {line["kind"] for line in toured.lines} == kinds
    assert {line["reason"] for line in toured.lines if line["reason"]} >= WANTED
    assert all(bool(line["reason"]) == (line["status"] >= 400) for line in toured.lines)


def test_the_rule_of_a_line_is_what_the_audit_log_says(toured: Demo) -> None:
    rules = {line["rule"] for line in toured.lines}
    assert "GET /v1/users/{user}/orders" in rules
    assert "not in the audit log" not in rules


def test_scripts_find_everything_in_a_file_that_only_its_owner_reads(toured: Demo) -> None:
    facts = toured.facts
    assert {"origin", "ca_file", "upstream", "people", "clients"} <= facts.keys()
    assert stat.S_IMODE((toured.folder / "demo.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((toured.folder / "secrets" / "stock").stat().st_mode) == 0o600
    assert Path(facts["ca_file"]).is_file()
    assert len(facts["people"]) == 4
    assert len({person["tenant"] for person in facts["people"].values()}) == 2
    assert {client["kind"] for client in facts["clients"].values()} == {
        "web",
        "spa",
        "mobile",
        "third-party",
        "device",
        "service",
        "partner",
        "legacy",
    }


def test_passwords_and_secrets_are_random_and_shown(toured: Demo) -> None:
    said, made = toured.said.read_text(), toured.secrets()
    shown = [each for each in made if each in said]
    assert len(shown) == len(made) - 3, "all but the private keys, which are in demo.json alone"
    assert len(set(made)) == len(made)


@pytest.fixture(scope="module")
def staying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that stays; SIGTERM ends it and everything that it started."""
    demo = Demo(tmp_path_factory.mktemp("staying"))
    children = demo.wait_for_tour()
    assert len(children) >= 4, "the shop, the issuer, two gateway workers"
    yield demo
    demo.end(signal.SIGTERM, children, 0)


def test_the_front_door_of_the_demo_is_trusted_through_its_ca(staying: Demo) -> None:
    door = FrontDoor(staying.facts["origin"], Path(staying.facts["ca_file"]))
    assert door.get("/v1/catalog").status == 200
    door.close()
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        FrontDoor(staying.facts["origin"]).get("/v1/catalog")


def test_a_browser_gets_a_sign_in_page_where_it_is_told_to_look(staying: Demo) -> None:
    said = re.search(r"Sign in with a browser: (\S+)", staying.said.read_text())
    assert said is not None
    door = FrontDoor(staying.facts["origin"], Path(staying.facts["ca_file"]))
    page = door.get(said[1].removeprefix(staying.facts["origin"]))
    while "location" in page.headers:
        page = door.get(page.headers["location"].removeprefix(staying.facts["origin"]))
    door.close()
    assert page.status == 200
    assert any("password" in form.fields for form in forms(page.body))


def test_a_port_that_is_taken_is_said(staying: Demo) -> None:
    other = subprocess.run(
        [COMMAND, "demo", "--port", str(staying.port), "--admin-port", str(free_ports(1)[0])],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert other.returncode == 1
    assert str(staying.port) in other.stderr
    assert "Traceback" not in other.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_kept_state_serves_the_same_people_until_it_is_interrupted(toured: Demo, number: signal.Signals) -> None:
    people = toured.facts["people"]
    again = Demo(toured.folder.parent)
    children = again.wait_for_tour()
    again.end(number, children, 0)
    assert again.facts["people"] == people
    assert [line for line in again.lines if line["status"] != line["expected"]] == []


def refused(*arguments: Path | str) -> str:
    """What a demo says that cannot be; it ends with 1, by one line, before anything is shown."""
    ports = [str(port) for port in free_ports(2)]
    asked = [COMMAND, "demo", "--tour-only", "--port", ports[0], "--admin-port", ports[1], *arguments]
    ended = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False, env=environment())
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    return ended.stderr


def test_what_cannot_be_written_is_said_before_the_tour(tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.touch()
    assert str(file) in refused("--state", file)
    assert str(tmp_path / "none") in refused("--json", tmp_path / "none" / "tour.json")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"people": {"ada": 1}, "clients": {}}', '{"people": {}, "clients": 7}']
)
def test_a_file_of_something_else_is_no_household(tmp_path: Path, text: str) -> None:
    (tmp_path / "demo.json").write_text(text)
    assert str(tmp_path) in refused("--state", tmp_path)
    assert (tmp_path / "demo.json").read_text() == text


def copied(toured: Demo, folder: Path) -> Path:
    return shutil.copytree(toured.folder, folder / "demo", ignore=shutil.ignore_patterns("*.sock"))


def test_people_whose_passwords_are_lost_are_not_made_up(toured: Demo, tmp_path: Path) -> None:
    kept = copied(toured, tmp_path)
    (kept / "demo.json").unlink()
    assert "demo.json" in refused("--state", kept)


def test_a_store_under_another_master_key_is_left_as_it_is(toured: Demo, tmp_path: Path) -> None:
    kept = copied(toured, tmp_path)
    other = MasterKey(token_bytes(32)).to_text().reveal()
    (kept / "state.master-key").write_text(other + "\n")
    with closing(connect(kept / "state" / "ostiary.sqlite3")) as store:
        before = store.execute("SELECT count(*) FROM audit").fetchone()
    assert "master key" in refused("--state", kept)
    with closing(connect(kept / "state" / "ostiary.sqlite3")) as store:
        assert store.execute("SELECT count(*) FROM audit").fetchone() == before


def test_a_tour_that_does_not_come_out_as_it_should_ends_with_1(toured: Demo, tmp_path: Path) -> None:
    kept = copied(toured, tmp_path)
    changed = [COMMAND, "person", "set", "alice", "--role", "support", "-c", kept / "ostiary.yaml"]
    subprocess.run(changed, check=True, timeout=60)
    demo = Demo(tmp_path, "--tour-only")
    assert demo.wait() == 1
    wrong = [line for line in demo.lines if line["status"] != line["expected"]]
    assert {line["person"] for line in wrong} == {"alice"}


def test_a_signal_before_it_is_ready_ends_it_too(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    while not (children := demo.process.children()):
        time.sleep(0.01)
    demo.end(signal.SIGTERM, children, 130)
