"""The benchmarks measure what they say: Ostiary's contract there enforces each check that its peers are asked for."""

import dataclasses
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench import checks, half_load, ostiary_contract, tokens
from bench.checks import Case
from bench.half_load import Window
from bench.peers.gateway import Job, Limits
from bench.peers.tls import create
from bench.tokens import Person, Signer

from ostiary.contract.model import Contract
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Allow, Decision, Refuse, Reply
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import SLOT_BYTES, Table
from ostiary.gateway.peer import peer_of
from ostiary.gateway.revocation import Revocations
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.model.feed import Numbered, TokenRevoked
from ostiary.model.ids import TokenId
from ostiary.model.reasons import Reason
from ostiary.server.contract_file import read_contract_file
from used_proofs import proofs

NOW, CLOCK = 1_800_000_000, 1
REVOKED = "revoked-000001"
BENCHMARKS = ("gateway", "issuer", "kinds", "memory", "limits", "revocation")
REASONS = {
    "accepted": None,
    "accepted, large": None,
    "token": Reason.TOKEN_MISSING,
    "signature": Reason.TOKEN_SIGNATURE,
    "exp": Reason.TOKEN_EXPIRED,
    "iss": Reason.TOKEN_ISSUER,
    "aud": Reason.TOKEN_AUDIENCE,
    "revocation": Reason.TOKEN_REVOKED,
    "scope": Reason.SCOPE_MISSING,
    "role": Reason.ROLE_MISSING,
    "tenant": Reason.TENANT_MISMATCH,
    "owner": Reason.OWNER_MISMATCH,
    "route": Reason.ROUTE_UNKNOWN,
}
"""Why Ostiary refuses each case of bench.checks."""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setattr(tokens, "time", SimpleNamespace(time=lambda: NOW))
    for name in ("BENCH_SECRET", "BENCH_MASTER_KEY"):
        monkeypatch.setenv(name, tokens.encode(bytes(range(32))))
    certificate = create(tmp_path)
    signer = Signer(f"https://{tokens.HOST}", "https://api.example")
    signer = dataclasses.replace(signer, kid=SigningPrivateKey(signer.key).id)
    return Job(tmp_path, 9, certificate, signer, [REVOKED], checks.LIMITS)


def read(place: Path, part: ostiary_contract.Part) -> Contract:
    """Written and read as the benchmarks do."""
    file = place / "ostiary.yaml"
    file.write_text(json.dumps(part))
    contract, _ = read_contract_file(file).in_force()
    return contract


def gateway(job: Job) -> Gateway:
    contract = read(job.place, ostiary_contract.gateway(job, 1234, 1235, tls=False))
    revocations = Revocations()
    revocations.heard_at = CLOCK
    revocations.apply([Numbered(1, TokenRevoked(TokenId(one), NOW + 60)) for one in job.revoked])
    trust = Trust.of(contract, KeySet.of([SigningPrivateKey(job.signer.key).public]), revocations, proofs(), ApiKeys())
    return Gateway(contract, Facts(trust, Table(memoryview(bytearray(1024 * SLOT_BYTES))), lambda claims: ""))


def decided(door: Gateway, request: bytes) -> Decision:
    head = door.parser.parse(request.removesuffix(b"\r\n\r\n"))
    return door.decide(head, peer_of("127.0.0.1", tokens.HOST), NOW, CLOCK)


def reason(decision: Decision) -> Reason | None:
    assert not isinstance(decision, Reply)
    return decision.error.reason if isinstance(decision, Refuse) else None


def test_each_case_is_refused_by_the_check_it_is_for(job: Job) -> None:
    door = gateway(job)
    cases: list[Case] = list(checks.cases(job.signer, REVOKED))
    assert {case.check: reason(decided(door, case.request)) for case in cases} == REASONS


def test_each_case_is_refused_with_a_status_that_is_expected(job: Job) -> None:
    door = gateway(job)
    for case in checks.cases(job.signer, REVOKED):
        decision = decided(door, case.request)
        assert (200 if isinstance(decision, Allow) else decision.error.status) in case.expected, case.check


def test_the_limits_of_person_and_client_stop_as_the_peers_are_asked_to(job: Job) -> None:
    door = gateway(job)

    def asked(one: Person, client: str, times: int) -> list[Reason | None]:
        token = job.signer.token(one, f"limit-{one.subject}", client_id=client)
        return [reason(decided(door, tokens.request(one.path("orders"), token))) for _ in range(times)]

    first, second, third = tokens.people(3)
    assert asked(first, tokens.CLIENTS[1], checks.LIMITS.person + 1) == [None] * checks.LIMITS.person + [
        Reason.LIMIT_REACHED
    ]
    left = checks.LIMITS.client - checks.LIMITS.person
    assert asked(second, tokens.CLIENTS[1], left + 1) == [None] * left + [Reason.LIMIT_REACHED]
    assert asked(third, tokens.CLIENTS[2], 1) == [None]


def test_the_measured_contract_differs_only_in_how_far_the_limits_are(job: Job) -> None:
    tested = ostiary_contract.gateway(job, 1234, 1235, tls=True)
    measured = ostiary_contract.gateway(dataclasses.replace(job, limits=Limits()), 1234, 1235, tls=True)
    for route in (*tested["routes"], *measured["routes"]):
        assert [limit["per"] for limit in route.pop("limit")] == ["person", "client"]
    assert tested == measured


def test_the_issuers_contract_has_no_mistake(job: Job) -> None:
    contract = read(job.place, ostiary_contract.issuer("https://localhost:1234", 1234, 1235))
    assert {client.id for client in contract.clients.values()} == {ostiary_contract.WEB, ostiary_contract.SERVICE}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_takes_quick_and_json(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [name, "--quick", "--json", "figures.json"])
    arguments = importlib.import_module(f"bench.{name}").parse()
    assert (arguments.quick, arguments.json) == (True, Path("figures.json"))


def test_percentiles_are_of_the_windows_in_which_nothing_else_ran() -> None:
    quiet, disturbed = Window([1.0, 2.0, 3.0], quiet=True), Window([7.0, 8.0, 9.0], quiet=False)
    assert half_load.typical([disturbed, quiet, disturbed], 50) == 2.0
    assert half_load.typical([disturbed], 50) == 8.0


def test_strangers_are_threads_outside_the_benchmark() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        pids = {int(task.parts[2]) for task in half_load.strangers()}
        assert child.stdin is not None
        child.stdin.write(b"\n")
    assert os.getppid() in pids
    assert {os.getpid(), child.pid}.isdisjoint(pids)
