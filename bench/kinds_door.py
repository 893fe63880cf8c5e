"""One gateway that knows a client of each kind, and its clients."""

import contextlib
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ed25519

from bench import mutual, ostiary, ostiary_contract, ostiary_state, processes, tokens, web_sessions
from bench.kinds_clients import CROWD, Clients
from bench.peers.gateway import Door, Job
from bench.tokens import SCOPE, Signer, encode, people
from ostiary.keys.api_key import draw, keep
from ostiary.model.ids import ClientId, Secret
from ostiary.server.place import Place
from ostiary.store.interface import Store


@contextlib.contextmanager
def started(job: Job) -> Iterator[Clients]:
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
            yield Clients(Door(port, lambda: ostiary.workers(program)), signer, api_key, cookies, signing, shared, own)
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
