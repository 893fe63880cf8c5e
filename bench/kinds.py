"""What each kind of client costs at the gateway: `python -m bench.kinds [--quick] [--json FILE]`.

One gateway, one route, one answer, one rate of arrivals; only what the client brings differs. Beside each kind stands
the signature check that it cannot avoid, measured at the same pace. Every request of a kind that proves itself
carries its own proof. At saturation the kinds are compared too, but not each at the same load: the fastest keeps the
upstream awake, and the slower ones pay for waking it with every request.
"""

import argparse
import contextlib
import hmac
import os
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from bench import (
    arrivals,
    client,
    load,
    mutual,
    ostiary,
    ostiary_contract,
    ostiary_state,
    processes,
    report,
    stage,
    tokens,
    web_sessions,
)
from bench.measure import Figure, cpu_us, machine, median, percentile
from bench.mutual import Mutual
from bench.origin import SMALL, Origin
from bench.peers.gateway import Door, Job
from bench.tokens import HOST, SCOPE, Signer, encode, people
from ostiary import __version__
from ostiary.cli.signing import signature_fields
from ostiary.keys.api_key import draw, keep
from ostiary.keys.dpop import Request, key_thumbprint, make_proof, token_digest
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.ids import ClientId, Secret
from ostiary.server.place import Place
from ostiary.store.interface import Store

BEARER, COOKIE, API_KEY, DPOP = "bearer", "cookie", "api-key", "dpop"
ED25519, HMAC = "signature-ed25519", "signature-hmac"
BOUND, BEARER_BY_TLS = "certificate", "bearer-tls"
CROWD = 100
FIRST_SEEN = 300
"""Requests before the ones that count: by then the door knows everybody's token and key."""
CONNECTIONS = 16
ENDING = SMALL.encode()
GROWN_UP = 8.0
"""Seconds until a door takes signatures: none that could have been used before it began."""
TIMES = {API_KEY: 1.2, COOKIE: 1.2, BOUND: 1.2}
TIMES_AND_ONE = {DPOP: 1.5, ED25519: 1.5, HMAC: 1.5}
"""The goals: times a bearer request; times a bearer request, and one verification."""
BASES = {BOUND: BEARER_BY_TLS}
"""The bearer request that a kind is held against where it is not `BEARER`: by TLS, as certificates are."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`count`: requests of each kind in one of the `rounds` at the common rate; `saturated`: rounds of so many
    `seconds` as fast as they are answered, with more `proofs` than the door takes in the time."""

    rounds: int
    count: int
    saturated: int
    seconds: float
    proofs: int


QUICK = Plan(rounds=3, count=2400, saturated=1, seconds=0.4, proofs=12_000)
FULL = Plan(rounds=15, count=4000, saturated=5, seconds=1.0, proofs=24_000)
RATE = 3000
"""Requests per second, of every kind: half of what the slowest can have."""

Make = Callable[[int], bytes]
"""A request of the kind, each number another."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The door, and what its clients prove themselves with."""

    door: Door
    signer: Signer
    api_key: Secret
    cookies: Sequence[str]
    signing: ed25519.Ed25519PrivateKey
    shared: str
    mutual: Mutual

    def door_of(self, name: str) -> Door:
        """Where the load of a kind goes in."""
        ports = {BOUND: self.mutual.bound, BEARER_BY_TLS: self.mutual.unbound}
        return replace(self.door, port=ports.get(name, self.door.port))

    def makers(self) -> Mapping[str, Make]:
        return {
            BEARER: self._bearer(),
            BEARER_BY_TLS: self._by_tls("unbound", client_id=tokens.CLIENTS[0]),
            BOUND: self._by_tls("bound", client_id="ledger", cnf={"x5t#S256": self.mutual.thumbprint}),
            COOKIE: self._cookie,
            API_KEY: self._api_key,
            DPOP: self._dpop(),
            ED25519: lambda number: self._signed(number, "signs", self.signing.sign),
            HMAC: lambda number: self._signed(number, "shares", self._mac),
        }

    def _bearer(self) -> Make:
        crowd = people(CROWD)
        held = [self.signer.token(one, f"bearer-{n}") for n, one in enumerate(crowd)]
        return lambda number: request(number, f"Authorization: Bearer {held[number % CROWD]}")

    def _by_tls(self, label: str, **claims: object) -> Make:
        """At the listener that takes certificates, with tokens of these claims."""
        held = [self.signer.token(one, f"{label}-{n}", **claims) for n, one in enumerate(people(CROWD))]
        return lambda number: request(number, f"Authorization: Bearer {held[number % CROWD]}", host=mutual.HOST)

    def _cookie(self, number: int) -> bytes:
        return request(number, self.cookies[number % CROWD], "Sec-Fetch-Site: same-origin")

    def _api_key(self, number: int) -> bytes:
        return request(number, f"X-API-Key: {self.api_key.reveal()}")

    def _dpop(self) -> Make:
        """Each person's app has a key; each request a proof of its own."""
        keys = [SigningPrivateKey.generate() for _ in range(CROWD)]
        bound = [{"cnf": {"jkt": key_thumbprint(key.public)}, "client_id": "app"} for key in keys]
        held = [self.signer.token(one, f"dpop-{n}", **bound[n]) for n, one in enumerate(people(CROWD))]

        def make(number: int) -> bytes:
            key, token = keys[number % CROWD], held[number % CROWD]
            about = Request("GET", f"https://{HOST}{path(number)}", token_digest(token))
            proof = make_proof(key, about, self._nonce, secrets.token_urlsafe(12), time.time())
            return request(number, f"Authorization: DPoP {token}", f"DPoP: {proof}")

        return make

    @property
    def _nonce(self) -> str:
        """The newest, as the door gives it to who has none."""
        return _NONCE.newest(self)

    def _signed(self, number: int, name: str, sign: Callable[[bytes], bytes]) -> bytes:
        lines = {"@method": "GET", "@target-uri": f"https://{HOST}{path(number)}"}
        stated = f'created={int(time.time())};keyid="{name}";nonce="{secrets.token_urlsafe(12)}";tag="ostiary"'
        fields = signature_fields(sign, lines, stated)
        return request(number, *(f"{field}: {value}" for field, value in fields.items()))

    def _mac(self, base: bytes) -> bytes:
        return hmac.digest(self.shared.encode(), base, "sha256")


class _Nonces:
    """One question to the door for each ten seconds of making proofs."""

    def __init__(self) -> None:
        self._known, self._until = "", 0.0

    def newest(self, bench: Bench) -> str:
        if time.monotonic() > self._until:
            self._known, self._until = asked_nonce(bench), time.monotonic() + 10
        return self._known


_NONCE = _Nonces()


def asked_nonce(bench: Bench) -> str:
    """What the door answers to a proof without a nonce."""
    key, (one,) = SigningPrivateKey.generate(), people(1)
    token = bench.signer.token(one, "nonce", cnf={"jkt": key_thumbprint(key.public)}, client_id="app")
    about = Request("GET", f"https://{HOST}{path(0)}", token_digest(token))
    proof = make_proof(key, about, None, secrets.token_urlsafe(12), time.time())
    answer = client.ask(bench.door.port, request(0, f"Authorization: DPoP {token}", f"DPoP: {proof}"))
    found = re.search(rb"\r\ndpop-nonce: ([^\r]+)", answer.head)
    assert found is not None, answer
    return found[1].decode()


def path(number: int) -> str:
    return f"/v1/orders/{number % CROWD}"


def request(number: int, *fields: str, host: str = HOST) -> bytes:
    """A whole GET request."""
    return "\r\n".join((f"GET {path(number)} HTTP/1.1", f"Host: {host}", *fields, "", "")).encode()


def main() -> None:
    """Run the benchmark, print its table, write its JSON."""
    arguments = parse()
    facts = machine()
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        upstream, job = stage.build(stack, place, [])
        bench = stack.enter_context(started(job))
        time.sleep(GROWN_UP)
        plan = QUICK if arguments.quick else FULL
        found, checks = at_one_rate(bench, upstream, plan)
        most = saturated(bench, upstream, place, plan)
    result = {
        "benchmark": "kinds",
        "quick": arguments.quick,
        "machine": facts,
        "versions": {"ostiary": __version__},
        "figures": {name: median(all_).as_json() for name, all_ in found.items()},
        "verification_us": {name: round(us, 1) for name, us in checks.items()},
        "ratios": ratios(found, checks),
        "saturated": {name: median(all_).as_json() for name, all_ in most.items()},
        "ratios_saturated": ratios(most, checks),
    }
    show(result)
    report.write(result, arguments.json)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.kinds")
    parser.add_argument("--quick", action="store_true", help="under a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures, ratios, the version and the machine")
    return parser.parse_args()


def at_one_rate(bench: Bench, upstream: Origin, plan: Plan) -> tuple[dict[str, list[Figure]], dict[str, float]]:
    """The kinds in turn, each at the same rate; and the check that each cannot avoid, the median of the rounds."""
    found: dict[str, list[Figure]] = {name: [] for name in bench.makers()}
    checks: dict[str, list[float]] = {name: [] for name in TIMES_AND_ONE}
    for _ in range(plan.rounds):
        for name, us in verifications(upstream).items():
            checks[name].append(us)
        for name, make in bench.makers().items():
            requests = list(map(make, range(plan.count)))
            found[name].append(arriving(bench.door_of(name), requests))
    return found, {name: statistics.median(all_) for name, all_ in checks.items()}


def arriving(door: Door, requests: Sequence[bytes]) -> Figure:
    """CPU per request and latencies while all of them arrive."""
    begin, rest = requests[:FIRST_SEEN], requests[FIRST_SEEN:]
    with arrivals.warm(door.port, begin, RATE, ENDING) as lines:
        used = cpu_us(door.measured())
        took = [each * 1e6 for _, each in arrivals.arrive(lines, rest, RATE, ENDING)]
        used = cpu_us(door.measured()) - used
    return Figure(used / len(rest), RATE, percentile(took, 50), percentile(took, 99))


def saturated(bench: Bench, upstream: Origin, place: Path, plan: Plan) -> dict[str, list[Figure]]:
    """The kinds in turn, the door saturated; each proof is sent once, so there are more than are sent in the time."""
    found: dict[str, list[Figure]] = {name: [] for name in bench.makers()}
    for _ in range(plan.saturated):
        for name, make in bench.makers().items():
            count = plan.proofs if name in TIMES_AND_ONE else CROWD
            file = load.write(place / "kind.requests", map(make, range(count)))
            what = load.Load(file, CONNECTIONS, plan.seconds)
            found[name].append(load.saturate("http", bench.door_of(name), what, upstream))
    return found


def verifications(upstream: Origin) -> dict[str, float]:
    """CPU of the one check that a kind cannot avoid, in microseconds, and as the door has to make it: at the same pace,
    with a request to the upstream between two of them. In a loop, where nothing else is in the caches, it is less."""
    key, message, kind = ec.generate_private_key(ec.SECP256R1()), b"x" * 400, ec.ECDSA(hashes.SHA256())
    public, signature = key.public_key(), key.sign(message, kind)
    other = ed25519.Ed25519PrivateKey.generate()
    own, signed = other.public_key(), other.sign(message)
    with client.connected(upstream.port, 1) as lines:
        return {
            DPOP: among_requests(lines, lambda: public.verify(signature, message, kind)),
            ED25519: among_requests(lines, lambda: own.verify(signed, message)),
            HMAC: among_requests(
                lines, lambda: hmac.compare_digest(hmac.digest(b"k" * 32, message, "sha256"), bytes(32))
            ),
        }


def among_requests(lines: list[client.Line], work: Callable[[], object], count: int = 500) -> float:
    used, between = 0, [request(0)]
    for _ in range(count):
        time.sleep(1 / RATE)
        client.fire(lines, between)
        start = time.thread_time_ns()
        work()
        used += time.thread_time_ns() - start
    return used / count / 1000


def ratios(found: Mapping[str, list[Figure]], checks: Mapping[str, float]) -> dict[str, float]:
    """Over a bearer request of the same round; of kinds that verify each time, without that one verification."""
    told = {}
    for name in (*TIMES, *TIMES_AND_ONE):
        pairs = zip(found[name], found[BASES.get(name, BEARER)], strict=True)
        told[f"{name}_over_bearer"] = round(
            statistics.median((one.cpu_us - checks.get(name, 0)) / base.cpu_us for one, base in pairs), 3
        )
    return told


def show(result: Mapping[str, Any]) -> None:
    report.heading(dict(result))
    report.table("a GET with one scope and two limits, every kind at the same rate", result["figures"])
    report.table("the same, as fast as it is answered", result["saturated"])
    print(f"\none verification, us: {result['verification_us']}")
    print(f"at saturation: {result['ratios_saturated']}")
    for name, ratio in result["ratios"].items():
        kind = name.removesuffix("_over_bearer")
        goal, said = (
            (TIMES_AND_ONE[kind], ", its verification taken off") if kind in TIMES_AND_ONE else (TIMES[kind], "")
        )
        print(f"{name}: {ratio}{said}{report.verdict(ratio, goal)}")


@contextlib.contextmanager
def started(job: Job) -> Iterator[Bench]:
    """One gateway worker whose contract has a client of each kind."""
    port, admin = processes.free_ports(2)
    folder, signing, shared = job.place / "kinds", ed25519.Ed25519PrivateKey.generate(), secrets.token_urlsafe(32)
    os.environ["BENCH_SHARED"] = shared
    (job.place / "mutual").mkdir()
    own = mutual.create(job.place / "mutual")
    contract = ostiary.write(
        folder, kinds(job, port, admin, signing) | {"gateways": {"own": own.listener(job.certificate)}}
    )
    signer = ostiary_state.seed_gateway(contract, folder / "state", job.signer, [])
    api_key = given_key(contract, folder / "state")
    cookies = signed_in(contract, folder / "state", signer)
    program = ostiary.up(folder, contract, port, admin)
    try:
        with processes.running(own.tunnel()):
            yield Bench(Door(port, lambda: ostiary.workers(program)), signer, api_key, cookies, signing, shared, own)
    finally:
        program.stop()


def given_key(contract: Path, state: Path) -> Secret:
    """An API key of the partner that has one."""
    secret = draw(secrets.token_bytes)

    async def work(place: Place, store: Store) -> None:
        await store.commit(keep(secret, ClientId("keyed"), frozenset(), (), int(time.time()), 3600))

    ostiary_state.with_store(contract, state, work)
    return secret


def signed_in(contract: Path, state: Path, signer: Signer) -> Sequence[str]:
    """Sessions at the pages of the web client that has a cookie."""
    cookies: list[str] = []

    async def work(place: Place, store: Store) -> None:
        cookies.extend(await web_sessions.sign_in(place, store, ClientId("pages"), signer, people(CROWD)))

    ostiary_state.with_store(contract, state, work)
    return cookies


def kinds(job: Job, port: int, admin: int, signing: ed25519.Ed25519PrivateKey) -> dict[str, Any]:
    """A client of each kind before one route."""
    base = ostiary_contract.gateway(replace(job), port, admin, tls=False)
    x = encode(signing.public_key().public_bytes_raw())
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "signs", "alg": "EdDSA", "use": "sig"}
    partner = {"kind": "partner", "scopes": [SCOPE], "roles": ["customer"]}
    limits = base["routes"][0]["limit"]
    return base | {
        "clients": {
            tokens.CLIENTS[0]: ostiary_contract.web(),
            "pages": {"kind": "web", "redirect_uris": [f"{base['origin']}/"], "scopes": [SCOPE]},
            "app": {"kind": "mobile", "redirect_uris": ["com.example.app:/cb"], "scopes": [SCOPE]},
            "ledger": {"kind": "service", "scopes": [SCOPE], "certificate": {"dns": mutual.NAME}},
            "keyed": {**partner, "credential": "api-key"},
            "signs": {**partner, "credential": "signature", "jwks": {"keys": [jwk]}},
            "shares": {**partner, "credential": "signature", "secret": "${env:BENCH_SHARED}"},
        },
        "routes": [{"on": "GET /v1/orders/{order}", "to": "api", "scope": SCOPE, "limit": limits}],
    }


if __name__ == "__main__":
    main()
