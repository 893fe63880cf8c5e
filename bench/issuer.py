"""What a token costs at the issuer: `python -m bench.issuer [--quick] [--json FILE] [--only NAME ...]`.

npm oidc-provider with its in-memory adapter beside Ostiary on SQLite with its audit commit. Only the token
endpoint is measured: codes and refresh tokens are made before the clock starts.
"""

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench import client, load, processes, report
from bench.measure import Figure, machine, median
from bench.ostiary import OstiaryIssuer
from bench.peers.issuer import Issuer, Running, code_of, refresh_token_of
from bench.peers.oidc_provider import OidcProvider

ISSUERS: list[Issuer] = [OidcProvider("jwt"), OidcProvider("opaque"), OstiaryIssuer()]
FLOWS = ("client_credentials", "code", "refresh")
PEER = "oidc-provider-jwt"
CONNECTIONS = 16
ROUND_SECONDS = 1.0
"""From the beginning of an issuer's round to that of its next one, at least: Ostiary lets one address ask 1,000 times a
second, and a round asks 800 times."""

Figures = dict[str, list[Figure]]


class NotTheSameWork(RuntimeError):
    """An issuer's answer is not what the others answer."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Rounds before measuring (just-in-time compilers), rounds measured, tokens of each flow in a round."""

    warm_up: int
    rounds: int
    tokens: int


QUICK = Plan(warm_up=2, rounds=4, tokens=200)
FULL = Plan(warm_up=5, rounds=20, tokens=200)


def main() -> None:
    """Run the benchmark, print its tables, write its JSON."""
    arguments = parse()
    chosen = [one for one in ISSUERS if not arguments.only or one.name in arguments.only]
    facts = machine()
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        issuers = {one.name: start(stack, one, place) for one in chosen}
        found = measure(issuers, QUICK if arguments.quick else FULL)
    result = {
        "benchmark": "issuer",
        "quick": arguments.quick,
        "machine": facts,
        "versions": {one.name: one.version() for one in chosen},
        "figures": {flow: {name: median(found[name][flow]).as_json() for name in found} for flow in FLOWS},
        "ratios": {flow: ratio(found, flow) for flow in FLOWS if {"ostiary", PEER} <= found.keys()},
    }
    report.issuer(result)
    report.write(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.issuer")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, ratios, versions and the machine")
    parser.add_argument("--only", nargs="+", choices=[one.name for one in ISSUERS], help="leave the others out")
    return parser.parse_args()


def start(stack: contextlib.ExitStack, issuer: Issuer, place: Path) -> Running:
    """Start one issuer in a folder of its own; it ends with the stack."""
    folder = place / issuer.name
    folder.mkdir()
    running = issuer.start(folder)
    stack.enter_context(processes.running(running.program))
    return running


def measure(issuers: dict[str, Running], plan: Plan) -> dict[str, Figures]:
    """Rounds over all issuers in turn, so that a noisy minute hits all of them."""
    found: dict[str, Figures] = {name: {flow: [] for flow in FLOWS} for name in issuers}
    due = dict.fromkeys(issuers, 0.0)
    for number in range(plan.warm_up + plan.rounds):
        for name, issuer in issuers.items():
            time.sleep(max(0.0, due[name] - time.monotonic()))
            due[name] = time.monotonic() + ROUND_SECONDS
            for flow, figure in one_round(issuer, plan.tokens, wants_jwt=not name.endswith("opaque")).items():
                if number >= plan.warm_up:
                    found[name][flow].append(figure)
    return found


def one_round(issuer: Running, count: int, *, wants_jwt: bool) -> dict[str, Figure]:
    """Each flow `count` times, the same work demanded of every issuer."""
    alone, issued = spend(issuer, [issuer.credentials()] * count)
    expect(issued[0], {"access_token"}, wants_jwt)
    exchanged, issued = spend(issuer, [issuer.exchange(code) for code in codes(issuer, count)])
    expect(issued[0], {"access_token", "id_token", "refresh_token"}, wants_jwt)
    spent = [refresh_token_of(one) for one in issued]
    renewed, issued = spend(issuer, [issuer.refresh(one) for one in spent])
    expect(issued[0], {"access_token", "refresh_token"}, wants_jwt)
    if refresh_token_of(issued[0]) in spent:
        raise NotTheSameWork("a refresh token was not rotated")
    return {"client_credentials": alone, "code": exchanged, "refresh": renewed}


def codes(issuer: Running, count: int) -> list[str]:
    """Fresh codes of people who are signed in and have consented."""
    cookies = issuer.sessions()
    requests = [issuer.code_request(cookies[number % len(cookies)]) for number in range(count)]
    with client.connected(issuer.port, CONNECTIONS) as lines:
        return [code_of(answer) for answer in client.fire(lines, requests)]


def spend(issuer: Running, requests: list[bytes]) -> tuple[Figure, list[client.Answer]]:
    """Send every request once, as fast as they are answered."""
    return load.once_each(issuer.port, requests, CONNECTIONS, issuer.measured)


def expect(answer: client.Answer, members: set[str], wants_jwt: bool) -> None:
    """Raise NotTheSameWork unless the answer brings these tokens, the access token as asked."""
    told = json.loads(answer.body)
    if not members <= told.keys() or (told["access_token"].count(".") == 2) != wants_jwt:
        raise NotTheSameWork(f"{sorted(told)} for {sorted(members)}")


def ratio(found: dict[str, Figures], flow: str) -> float:
    """Ostiary's CPU per token over the peer's: the median of the rounds' ratios, neighbours in time."""
    pairs = zip(found["ostiary"][flow], found[PEER][flow], strict=True)
    return round(statistics.median(own.cpu_us / other.cpu_us for own, other in pairs), 3)


if __name__ == "__main__":
    main()
