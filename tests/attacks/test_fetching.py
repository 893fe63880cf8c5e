"""A stranger's server tries to lead a fetch somewhere else, to keep it for long, or to fill the memory."""

import asyncio
import gzip
from collections.abc import Sequence
from typing import Any

import pytest

from fetch_world import HOST, JSON, MOST, Stranger, certified, gives, says, stranger
from ostiary.server.fetch import Fetcher, FetchFailed, Why

BODY = b'{"keys": []}'
GOOD = gives(BODY)
OK = "HTTP/1.1 200 OK\ncontent-type: application/json"


async def came(fetcher: Fetcher, uri: str) -> bytes | Why:
    try:
        return (await fetcher.get(uri, JSON, MOST)).body
    except FetchFailed as failed:
        return failed.why


def fetched(script: Any, seconds: float = 5.0) -> bytes | Why:
    async def work() -> bytes | Why:
        async with stranger(script) as there:
            return await came(there.fetcher(seconds=seconds), there.uri())

    return asyncio.run(work())


@pytest.mark.parametrize(
    "answer",
    [
        GOOD,
        says(OK, BODY),
        says(f"{OK}; charset=utf-8\ntransfer-encoding: chunked", b"c\r\n" + BODY + b"\r\n0\r\n\r\n"),
        says(f"{OK}\ncontent-encoding: identity\ncontent-length: 12", BODY),
    ],
)
def test_an_honest_answer_is_taken(answer: Any) -> None:
    assert fetched(answer) == BODY


async def test_loopback_is_reached_only_by_the_networks_name() -> None:
    async with stranger(GOOD) as there:
        assert await came(there.fetcher(networks=()), there.uri()) is Why.ADDRESS
        assert there.connections == 0
        assert await came(there.fetcher(), there.uri()) == BODY


@pytest.mark.parametrize(
    "order", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["127.0.0.1", "::ffff:10.0.0.1"]]
)
async def test_one_private_address_among_others_is_enough_to_reach_none(order: Sequence[str]) -> None:
    async with stranger(GOOD) as there:
        assert await came(there.fetcher(order), there.uri()) is Why.ADDRESS
        assert there.connections == 0
        assert await came(there.fetcher(["127.0.0.1", "127.0.0.1"]), there.uri()) == BODY


async def test_a_name_that_is_rebound_between_the_check_and_the_connection_is_not_asked_again() -> None:
    """The second answer, which a second resolution would get, is where something inside listens."""

    async with stranger(gives(b'{"from": "inside"}')) as inside, stranger(GOOD, host="127.0.0.2") as there:
        inside.port = there.port
        fetcher = there.fetcher(["127.0.0.2"], ["127.0.0.1"])
        assert await came(fetcher, there.uri()) == BODY
        assert (inside.connections, there.connections) == (0, 1)


async def test_rebound_to_a_private_address_it_is_refused_the_next_time() -> None:
    async with stranger(GOOD) as there:
        fetcher = there.fetcher(["127.0.0.1"], ["169.254.169.254"])
        assert await came(fetcher, there.uri()) == BODY
        assert await came(fetcher, there.uri()) is Why.ADDRESS


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with stranger(GOOD) as inside:
        to = f"HTTP/1.1 {status} Found\nlocation: {inside.uri()}\ncontent-type: application/json\ncontent-length: 0"
        async with stranger(says(to)) as there:
            fetcher = Fetcher(there.rule, there.fetcher()._resolve)
            assert await came(fetcher, there.uri()) is Why.STATUS
            assert inside.connections == 0


async def test_a_certificate_for_another_name_is_none() -> None:
    async with stranger(GOOD, certified("other.book.example")) as there:
        assert await came(there.fetcher(), there.uri()) is Why.CERTIFICATE
        assert there.seen == []
    async with stranger(GOOD, certified("other.book.example")) as there:
        assert await came(there.fetcher(), there.uri(host="other.book.example")) == BODY


async def test_a_certificate_of_nobody_we_trust_is_none() -> None:
    async with stranger(GOOD) as there:
        assert await came(there.fetcher(authorities=None), there.uri()) is Why.CERTIFICATE
        assert await came(there.fetcher(), there.uri()) == BODY


async def test_only_the_named_ports_are_asked() -> None:
    async with stranger(GOOD) as there:
        assert await came(there.fetcher(ports=frozenset()), there.uri()) is Why.URL
        assert await came(there.fetcher(), there.uri()) == BODY


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One byte again and again, each of them in time for whoever waits for one."""
    writer.write(f"{OK}\ncontent-length: 900\n\n".replace("\n", "\r\n").encode())
    for _ in range(900):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(f"{OK}\n\n".replace("\n", "\r\n").encode())
    for _ in range(10_000):
        writer.write(b" " * 1000)
        await writer.drain()


async def endless_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK.replace("\n", "\r\n").encode())
    for number in range(10_000):
        writer.write(b"\r\nx-%d: %b" % (number, b"y" * 100))
        await writer.drain()


@pytest.mark.parametrize("slow", [drip, silence])
def test_who_is_slow_is_left_at_the_deadline_of_the_whole(slow: Any) -> None:
    assert fetched(slow, seconds=0.3) is Why.LATE


def test_a_name_that_is_resolved_slowly_is_left_too() -> None:
    async def never(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    rule = Stranger(GOOD).rule
    assert asyncio.run(came(Fetcher(rule, never, 0.05), f"https://{HOST}/")) is Why.LATE


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (endless, Why.SIZE),
        (endless_head, Why.MALFORMED),
        (gives(b" " * (MOST + 1)), Why.SIZE),
        (says(OK, b" " * (MOST + 1)), Why.SIZE),
        (says(f"{OK}\ntransfer-encoding: chunked", b"3e9\r\n" + b" " * 1001 + b"\r\n0\r\n\r\n"), Why.SIZE),
        (says(f"{OK}\ncontent-length: 99999999999999", BODY), Why.SIZE),
        (gives(gzip.compress(b" " * 100_000), more="\ncontent-encoding: gzip"), Why.CODING),
        (gives(BODY, more="\ncontent-encoding: br"), Why.CODING),
        (gives(BODY, more="\ncontent-encoding: gzip, identity"), Why.CODING),
        (gives(BODY, "text/html"), Why.TYPE),
        (gives(BODY, ""), Why.TYPE),
        (says("HTTP/1.1 404 Not Found\ncontent-type: application/json\ncontent-length: 12", BODY), Why.STATUS),
        (says("HTTP/1.1 206 Partial\ncontent-type: application/json\ncontent-length: 12", BODY), Why.STATUS),
        (says("HTTP/1.1 100 Continue"), Why.STATUS),
        (says(f"{OK}\ncontent-length: 12\ncontent-length: 13", BODY), Why.MALFORMED),
        (says(f"{OK}\ncontent-length: 12\ntransfer-encoding: chunked", BODY), Why.MALFORMED),
        (says(f"{OK}\ncontent-length: 13", BODY), Why.MALFORMED),
        (says("HTTP/2 200\ncontent-type: application/json", BODY), Why.MALFORMED),
        (says("SSH-2.0-OpenSSH"), Why.MALFORMED),
    ],
)
def test_what_is_no_plain_small_answer_is_dropped(answer: Any, why: Why) -> None:
    assert fetched(answer) is why


def test_as_much_as_may_be_is_taken() -> None:
    assert fetched(gives(b" " * MOST)) == b" " * MOST


async def test_who_is_asked_learns_nothing_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async with stranger(gives(BODY, more="\nset-cookie: a=b")) as there:
        fetcher = there.fetcher()
        for _ in range(2):
            assert await came(fetcher, there.uri("/keys?a=b")) == BODY
        for head in there.seen:
            line, *fields = head.decode().split("\r\n")
            names = {field.partition(":")[0] for field in fields if field}
            assert line == "GET /keys?a=b HTTP/1.1"
            assert names == {"host", "accept", "accept-encoding", "user-agent", "connection"}
            assert f"host: {HOST}:{there.port}" in fields


async def test_a_name_that_is_none_or_has_too_many_addresses_leads_nowhere() -> None:
    async with stranger(GOOD) as there:
        many = [f"127.0.0.{number}" for number in range(1, 18)]
        assert await came(there.fetcher([]), there.uri()) is Why.UNRESOLVED
        assert await came(there.fetcher(many), there.uri()) is Why.UNRESOLVED
        assert await came(there.fetcher(many[:16]), there.uri()) == BODY
        assert await came(there.fetcher(["127.0.0.9"]), there.uri()) is Why.UNREACHABLE
