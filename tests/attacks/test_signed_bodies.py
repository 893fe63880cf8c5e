"""Bodies of signed requests: none reaches a service that is not, to the byte, the one that was signed (RFC 9530)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from gateway_world import OK, ORIGIN, Line, Serve, World, read_request, reasons, world
from ostiary.model.ids import GatewayName
from ostiary.model.reasons import Reason
from ostiary.server.channel import Listener
from ostiary.server.gateway.worker import GatewayWorker
from signed_world import Client, jwk_of

POST = "POST /orders"
BODY = b'{"item": 7, "note": "' + b"x" * 5000 + b'"}'
JSON = "Content-Type: application/json"
KEY = ed25519.Ed25519PrivateKey.generate()
ACME = Client(KEY, "acme-1")
CONTRACT = {
    "clients": {
        "acme": {"kind": "partner", "jwks": {"keys": [jwk_of(KEY) | {"kid": "acme-1"}]}, "scopes": ["things"]},
    },
    "routes": [
        {"on": "POST /orders", "to": "api", "scope": "things", "bounds": {"body": "8KiB"}},
        {"on": "GET /orders", "to": "api", "scope": "things"},
    ],
}


def noting(bodies: list[bytes]) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            bodies.append((await read_request(reader))[1])
            writer.write(OK)

    return serve


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@asynccontextmanager
async def attempt(tmp_path: Path) -> AsyncIterator[tuple[World, list[bytes]]]:
    """With the bodies that reached the service."""
    bodies: list[bytes] = []
    async with world(tmp_path, noting(bodies), **CONTRACT) as door:
        yield door, bodies


def raw(fields: list[str], framed: str, content: bytes) -> bytes:
    return "\r\n".join([f"{POST} HTTP/1.1", "Host: door.example", *fields, framed, "", ""]).encode() + content


def signed() -> list[str]:
    return ACME.fields(POST, JSON, body=BODY, now=time.time())


@pytest.mark.parametrize("body", [BODY[:-1] + b" ", BODY.replace(b"7", b"8"), BODY[:-1], b"", BODY + b" "])
@pytest.mark.parametrize("in_chunks", [False, True])
async def test_another_body_is_refused_and_never_forwarded(tmp_path: Path, body: bytes, in_chunks: bool) -> None:
    async with attempt(tmp_path) as (door, bodies):
        for sent, status in ((body, 400), (BODY, 200)):
            line = await door.connect()
            halves = [half for half in (sent[:900], sent[900:]) if half]
            framed = "Transfer-Encoding: chunked" if in_chunks else f"Content-Length: {len(sent)}"
            await line.send(raw(signed(), framed, chunked(*halves) if in_chunks else sent))
            assert (await line.answer("POST")).status == status
        assert bodies == [BODY]
        assert await reasons(door) == [Reason.DIGEST_MISMATCH]


async def test_a_digest_in_the_trailer_neither_counts_nor_harms(tmp_path: Path) -> None:
    """What is covered without `tr` stands in the header section (RFC 9421 section 2.1)."""
    async with attempt(tmp_path) as (door, bodies):
        digest, *others = sorted(signed(), key=lambda line: not line.startswith("Content-Digest: "))
        wrong = "Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
        for fields, trailer, status in ((others, digest, 401), ([digest, *others], wrong, 200)):
            line = await door.connect()
            content = chunked(BODY).removesuffix(b"\r\n") + f"{trailer}\r\n\r\n".encode()
            await line.send(raw(fields, "Transfer-Encoding: chunked", content))
            assert (await line.answer("POST")).status == status
        assert bodies == [BODY]
        assert await reasons(door) == [Reason.SIGNATURE_COMPONENT]


async def test_a_body_that_comes_slowly_is_held_until_it_is_whole(tmp_path: Path) -> None:
    async with attempt(tmp_path) as (door, bodies):
        line = await door.connect()
        await line.send(raw(signed(), f"Content-Length: {len(BODY)}", b""))
        for at in range(0, len(BODY), 1000):
            assert bodies == []
            await line.send(BODY[at : at + 1000])
            await asyncio.sleep(0.01)
        assert (await line.answer("POST")).status == 200
        assert bodies == [BODY]


async def test_what_is_longer_than_it_says_is_not_of_the_request(tmp_path: Path) -> None:
    """Bytes behind a signed body begin another request, which nobody has signed."""

    async with attempt(tmp_path) as (door, bodies):
        line = await door.connect()
        smuggled = b"GET /orders HTTP/1.1\r\nHost: door.example\r\n\r\n"
        await line.send(raw(signed(), f"Content-Length: {len(BODY)}", BODY + smuggled))
        assert (await line.answer("POST")).status == 200
        assert (await line.answer()).status == 401
        assert bodies == [BODY]


async def test_a_signed_body_over_its_bound_is_refused(tmp_path: Path) -> None:
    async with attempt(tmp_path) as (door, bodies):
        for body, status in ((b"x" * 8193, 413), (b"x" * 8192, 200)):
            for framed, content in (
                (f"Content-Length: {len(body)}", body),
                ("Transfer-Encoding: chunked", chunked(body[:8000], body[8000:])),
            ):
                line = await door.connect()
                await line.send(raw(ACME.fields(POST, JSON, body=body, now=time.time()), framed, content))
                assert (await line.answer("POST")).status == status
        assert bodies == [b"x" * 8192] * 2


async def test_a_client_that_asks_first_is_told_to_go_on(tmp_path: Path) -> None:
    async with attempt(tmp_path) as (door, bodies):
        line = await door.connect()
        await line.send(raw([*signed(), "Expect: 100-continue"], f"Content-Length: {len(BODY)}", b""))
        await asyncio.sleep(0.05)
        await line.send(BODY)
        answer = await line.answer("POST")
        assert (answer.status, answer.interim) == (200, [100])
        assert bodies == [BODY]


async def test_two_workers_take_a_signature_once(tmp_path: Path) -> None:
    """All processes of a machine remember nonces in the same memory."""

    async with attempt(tmp_path) as (door, bodies):
        worker = GatewayWorker(replace(door.setup, number=1))
        await worker.start()
        try:
            first, second = await door.connect(), await connect(worker)
            for one, other in ((first, second), (second, first)):
                request = raw(signed(), f"Content-Length: {len(BODY)}", BODY)
                await one.send(request)
                assert (await one.answer("POST")).status == 200
                await other.send(request)
                assert (await other.answer("POST")).status == 401
            second.close()
        finally:
            await worker.drain()
        assert bodies == [BODY, BODY]


async def test_each_listener_takes_signatures_for_its_own_origin(tmp_path: Path) -> None:
    """The target URI of a request is that of the listener that it came to (RFC 9421 section 7.4.3)."""
    bodies: list[bytes] = []
    beside = Listener("127.0.0.1", 0, None, gateway=GatewayName("own"))
    own = {"own": {"listen": "127.0.0.1:9444", "origin": "https://own.example"}}
    async with world(tmp_path, noting(bodies), (beside,), gateways=own, **CONTRACT) as door:
        at = dict(zip((ORIGIN, "https://own.example"), door.worker.ports, strict=True))
        for origin, port in at.items():
            for signed_for in at:
                fields = replace(ACME, origin=signed_for).fields(POST, JSON, body=BODY, now=time.time())
                request = raw(fields, f"Content-Length: {len(BODY)}", BODY)
                line = await door.connect(port=port)
                await line.send(request.replace(b"door.example", origin.removeprefix("https://").encode(), 1))
                assert (await line.answer("POST")).status == (200 if signed_for == origin else 401)
        assert bodies == [BODY, BODY]
        assert set(await reasons(door)) == {Reason.SIGNATURE_WRONG}


async def connect(worker: GatewayWorker) -> Line:
    return Line(*await asyncio.open_connection("127.0.0.1", worker.port))
