"""Ostiary as the benchmarks run it: `ostiary up` with one gateway worker, on SQLite, in a folder of its own."""

import functools
import importlib.metadata
import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from bench import client, ostiary_contract, ostiary_state, processes
from bench.browser import Browser
from bench.ostiary_contract import Part
from bench.peers.gateway import Door, Job, Running
from bench.peers.issuer import REDIRECT_URI, SERVICE, WEB, authorization
from bench.peers.issuer import Running as RunningIssuer
from bench.processes import Program
from bench.tokens import Signer
from ostiary.model import endpoints

COMMAND = Path(sys.executable).parent / "ostiary"
WORKER = b"ostiary.server.worker\0gateway\0"
RECORD_SECONDS = 5.0
SESSIONS = 4


class Ostiary:
    """One gateway worker for plain HTTP and, since a door is one or the other, another program for TLS."""

    name = "ostiary"
    checks = True

    def version(self) -> str:
        return importlib.metadata.version("ostiary")

    def start(self, job: Job) -> Running:
        plain, plain_admin, tls, tls_admin = processes.free_ports(4)
        folder = job.place / "plain"
        one, signer = start_gateway(job, folder, plain, plain_admin, tls=False)
        other, _ = start_gateway(job, job.place / "tls", tls, tls_admin, tls=True)
        return Running(
            [one, other],
            Door(plain, lambda: workers(one)),
            Door(tls, lambda: workers(other)),
            signer,
            metrics=(plain_admin, "/metrics"),
            record=lambda: recorded(folder),
        )


def start_gateway(job: Job, folder: Path, port: int, admin: int, *, tls: bool) -> tuple[Program, Signer]:
    """Start one and wait for it; the signer of the tokens that it believes."""
    contract = write(folder, ostiary_contract.gateway(job, port, admin, tls=tls))
    signer = ostiary_state.seed_gateway(contract, folder / "state", job.signer, job.revoked)
    return up(folder, contract, port, admin), signer


def write(folder: Path, contract: Part) -> Path:
    """The contract's file; its secrets are in the environment that `up` reads."""
    folder.mkdir()
    for name in ("BENCH_SECRET", "BENCH_MASTER_KEY"):
        os.environ.setdefault(name, secrets.token_urlsafe(32))
    file = folder / "ostiary.yaml"
    file.write_text(json.dumps(contract, indent=1))
    return file


def up(folder: Path, contract: Path, port: int, admin: int) -> Program:
    """`ostiary up`, ready."""
    argv = [COMMAND, "up", "-c", contract, "--state", folder / "state"]
    program = processes.start(argv, folder / "up.log", processes.SERVED_CPU)
    program.wait_for(port)
    program.wait_for(admin)
    program.wait_until(lambda: b" 200 " in client.read_all(admin, "/readyz")[:20])
    return program


def workers(program: Program) -> list[int]:
    """The gateway workers among its processes."""
    return [pid for pid in program.pids() if WORKER in Path(f"/proc/{pid}/cmdline").read_bytes()]


def recorded(folder: Path) -> bool:
    """Whether a batch of allowed requests is in the audit log, or comes into it soon."""
    end = time.monotonic() + RECORD_SECONDS
    while time.monotonic() < end:
        if ostiary_state.requests_recorded(folder / "ostiary.yaml", folder / "state"):
            return True
        time.sleep(0.1)
    return False


class OstiaryIssuer:
    """All processes of one `ostiary up`: supervisor, issuer and the gateway worker before it."""

    name = "ostiary"

    def version(self) -> str:
        return importlib.metadata.version("ostiary")

    def start(self, place: Path) -> RunningIssuer:
        port, admin = processes.free_ports(2)
        origin, folder = f"https://localhost:{port}", place / "issuer"
        contract = write(folder, ostiary_contract.issuer(origin, port, admin))
        ostiary_state.seed_issuer(contract, folder / "state")
        program = up(folder, contract, port, admin)
        secret = os.environ["BENCH_SECRET"]
        return RunningIssuer(
            program,
            port,
            f"localhost:{port}",
            endpoints.AUTHORIZE,
            endpoints.TOKEN,
            {SERVICE: secret, WEB: secret},
            program.pids,
            functools.cache(lambda: sessions(port, origin)),
        )


def sessions(port: int, origin: str) -> Sequence[str]:
    """Sign one person in at different browsers, through the pages that people see."""
    cookies = []
    for _ in range(SESSIONS):
        browser = Browser(port, f"localhost:{port}", origin)
        told = {"login": ostiary_state.LOGIN, "password": ostiary_state.PASSWORD}
        browser.go(f"{endpoints.AUTHORIZE}?{urlencode(authorization())}", told, REDIRECT_URI)
        cookies.append(browser.cookie())
    return cookies
