"""How a gateway worker meets its clients, rules that need more than a head, changed contracts, and its end."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import h11
import pytest

from gateway_world import (
    OK,
    QUICK,
    ROUTES,
    World,
    answering,
    contract,
    read_head,
    read_request,
    reasons,
    request,
    silent,
    world,
)
from ostiary.keys import jwt
from ostiary.keys.keyset import KeySet
from ostiary.model.events.gateway import GatewayRefused, RequestsAllowed
from ostiary.model.feed import TokenRevoked
from ostiary.model.ids import TokenId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason


async def held_back(client: asyncio.Transport) -> None:
    """Return when the door has stopped reading from this client, which is still there."""
    async with asyncio.timeout(20):
        while client.is_reading():  # noqa: ASYNC110  # a transport tells nobody
            await asyncio.sleep(0.01)
    assert not client.is_closing()


# clients


async def test_a_short_refused_body_does_not_become_the_next_request(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        smuggled = request("GET /public/smuggled")
        await line.send(request("POST /things", body=smuggled)[: -len(smuggled) // 2])
        assert (await line.answer()).status == 401
        await line.send(smuggled[-len(smuggled) // 2 :] + request("GET /public/a"))
        assert (await line.answer()).status == 200
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(line.answer(), 0.2)


async def test_a_long_refused_body_ends_the_connection_and_the_answer_arrives(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        line.writer.write(request("POST /things", body=b"z" * 500_000))
        answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (401, "close")
        assert await line.ended()


@pytest.mark.parametrize("last", [("Connection: close",), ()])
async def test_a_refused_body_that_is_still_to_come_is_not_cut_off(tmp_path: Path, last: tuple[str, ...]) -> None:
    """Many programs send a body behind its head without looking for an answer, and many say that it is their last."""

    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        await line.send(request("POST /things", "Content-Length: 8", *last))
        assert (await line.answer()).status == 401
        for part in (b"half", b"more"):
            await asyncio.sleep(0.1)
            await line.send(part)
        if last:
            assert await line.reader.read() == b""
        else:
            assert (await line.ask("GET /public/a")).status == 200


@pytest.mark.parametrize(("size", "status"), [(1024, 200), (1025, 413)])
async def test_a_chunked_body_is_counted_as_it_comes(tmp_path: Path, size: int, status: int) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        await line.send(request("POST /small", "Transfer-Encoding: chunked"))
        for _ in range(size):
            await line.send(b"1\r\nx\r\n")
        await line.send(b"0\r\n\r\n")
        assert (await line.answer()).status == status


async def test_a_head_that_never_ends_is_timed_out(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK), timeouts=QUICK) as door:
        line = await door.connect()
        await line.send(request("GET /public/a")[:-2])
        answer = await line.answer()
        assert (answer.status, answer.fields["connection"]) == (408, "close")
        assert await reasons(door) == [Reason.HEADERS_TIMEOUT]


async def test_a_head_that_cannot_become_a_good_one_is_not_waited_for(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        for start in (b"GET /public/a HTTP/1.1\nHost: door.example\n\n", b"GET /public/a HTTP/1.1\r\nX: y\n"):
            line = await door.connect()
            await line.send(start)
            assert (await line.answer()).status == 400


async def test_a_body_that_comes_too_slowly_is_timed_out(tmp_path: Path) -> None:
    async with world(tmp_path, silent, timeouts=QUICK) as door:
        line = await door.connect()
        await line.send(request("POST /public/a", "Content-Length: 1000"))
        answering = asyncio.create_task(line.answer())
        while not answering.done():
            line.writer.write(b"x")
            await asyncio.sleep(0.1)
        assert (await answering).status == 408
        assert await reasons(door) == [Reason.BODY_TIMEOUT]


async def test_a_connection_that_is_idle_is_closed(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK), timeouts=QUICK) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a")).status == 200
        assert await line.ended()


async def test_who_sends_on_and_on_after_a_refusal_is_cut_off(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, sent = await door.connect(), 0
        await line.send(request("POST /things", "Content-Length: 1000000000"))
        assert (await line.answer()).status == 401
        with pytest.raises(ConnectionError):
            while True:
                await line.send(b"z" * 65536)
                sent += 65536
        assert sent < 32 * 1024 * 1024


async def test_requests_behind_the_one_that_runs_are_not_read_without_end(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        asked.set()
        await reader.read()

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(request("GET /public/a"))
        await asked.wait()
        line.writer.write(request("GET /public/a") * 40_000)
        (transport,) = door.worker.connections
        await held_back(transport)
        transport.abort()


async def test_who_reads_no_answers_is_asked_for_no_more_requests(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect(buffer=4096)
        line.writer.write(request("GET /nowhere") * 40_000)
        (transport,) = door.worker.connections
        await held_back(transport)
        assert transport.get_write_buffer_size() < 256 * 1024
        assert await line.reader.readexactly(12) == b"HTTP/1.1 404"


async def test_a_client_that_leaves_takes_its_upstream_request_along(tmp_path: Path) -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        asked.set()
        with suppress(ConnectionError):
            await reader.read()
        left.set()

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(request("GET /public/a"))
        await asked.wait()
        line.close()
        await left.wait()


# rules that need more than a head


async def test_the_owner_in_a_body_decides(tmp_path: Path) -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            _, body = await read_request(reader)
            assert json.loads(body)["owner"] == "ada"
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        line, fields = await door.connect(), (door.token(), "Content-Type: application/json")
        assert (await line.ask("POST /things", *fields, body=b'{"owner": "eve"}')).status == 403
        assert (await line.ask("POST /things", *fields, body=b'{"owner": "ada"}')).status == 200
        await line.send(request("POST /things", *fields, "Transfer-Encoding: chunked"))
        await line.send(b'8\r\n{"owner"\r\n8\r\n: "ada"}\r\n0\r\n\r\n')
        assert (await line.answer()).status == 200
        assert await reasons(door) == [Reason.OWNER_MISMATCH]


@pytest.mark.parametrize("rule", ["owner", "tenant"])
@pytest.mark.parametrize("framing", ["", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"])
async def test_a_body_that_is_not_there_says_nothing_and_the_rule_refuses(
    tmp_path: Path, rule: str, framing: str
) -> None:
    """Else who asks without one could say in the query what the service takes for the body's."""
    heads: list[bytes] = []
    routes = [*ROUTES, {"on": "PUT /kept", "to": "api", "scope": "things", rule: f"body.{rule}"}]

    async with world(tmp_path, answering(OK, heads), routes=routes) as door:
        line, fields = await door.connect(), (door.token("ada", tenant="ada"), "Content-Type: application/json")
        bodiless = request(f"PUT /kept?{rule}=eve", *fields)[:-2] + f"{framing}\r\n".encode()
        await line.send(bodiless + b"0\r\n\r\n" * ("chunked" in framing) + request("GET /public/a"))
        assert [(await line.answer()).status for _ in range(2)] == [403, 200]
        assert [head.split(b" ")[1] for head in heads] == [b"/public/a"]
        assert await reasons(door) == [Reason.FACT_UNREADABLE]
        assert (await line.ask("PUT /kept", *fields, body=f'{{"{rule}": "ada"}}'.encode())).status == 200


async def test_the_upstream_learns_who_asks_and_nothing_a_client_says_of_it(tmp_path: Path) -> None:
    heads = []

    async with world(tmp_path, answering(OK, heads)) as door:
        line = await door.connect()
        forged = ("X-Ostiary-Identity: forged", "X_Ostiary_Subject: root", "X-Forwarded-For: 192.0.2.1")
        assert (await line.ask("GET /things/ada", door.token(tenant="acme"), *forged)).status == 200
        (head,) = heads
        fields = dict(each.split(b": ", 1) for each in head.lower().split(b"\r\n")[1:-2])
        assert b"authorization" not in fields
        assert b"forged" not in head and b"root" not in head and b"192.0.2.1" not in head
        assert fields[b"x-forwarded-for"] == b"127.0.0.1"
        token = next(line for line in head.split(b"\r\n") if line.startswith(b"x-ostiary-identity: "))[20:]
        keys = await published(door)
        claims = jwt.verify(token, keys, "ostiary-identity+jwt")
        assert (claims.text("sub"), claims.text("tenant"), claims.text("client_id")) == ("ada", "acme", "site")


async def published(door: World) -> KeySet:
    from ostiary.keys.jwk import parse_public
    from ostiary.keys.records import KeyUse
    from ostiary.keys.strict_json import parse_object

    keys = [key for key in await door.store.signing_keys() if key.use is KeyUse.GATEWAY]
    return KeySet.of(parse_public(parse_object(key.public.encode())) for key in keys)


async def test_a_request_has_one_name_everywhere_and_its_trace_goes_on(tmp_path: Path) -> None:
    heads = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append((await read_request(reader))[0].decode().lower().split("\r\n"))
            writer.write(OK.replace(b"\r\n\r\n", b"\r\nx-request-id: theirs\r\n\r\n"))

    def sent(name: str) -> list[str]:
        return [field.partition(": ")[2] for field in heads[-1] if field.startswith(f"{name}: ")]

    async with world(tmp_path, origin) as door:
        line, trace = await door.connect(), "4bf92f3577b34da6a3ce929d0e0e4736"
        traced = (f"traceparent: 00-{trace}-00f067aa0ba902b7-01", "tracestate: a=b", "X-Request-Id: mine")
        first, second = await line.ask("GET /public/a", *traced), await line.ask("GET /public/a", *traced)
        assert sent("x-request-id") == [second.fields["x-request-id"]] != [first.fields["x-request-id"]]
        assert "theirs" not in second.fields["x-request-id"]
        (parent,) = sent("traceparent")
        assert parent.startswith(f"00-{trace}-") and parent.endswith("-01")
        assert "00f067aa0ba902b7" not in parent
        assert sent("tracestate") == ["a=b"]


async def test_a_trusted_proxy_tells_whose_request_it_is(tmp_path: Path) -> None:
    heads = []

    async with world(tmp_path, answering(OK, heads), trusted_proxies=["127.0.0.0/8"]) as door:
        line = await door.connect()
        for told, client in {
            "198.51.100.9, 192.0.2.1, 127.0.0.7": "192.0.2.1",
            "127.0.0.9": "127.0.0.9",
            "192.0.2.1, nonsense, 127.0.0.7": "127.0.0.7",
            "nonsense": "127.0.0.1",
            "2001:db8::1": "2001:db8::1",
        }.items():
            await line.ask("GET /public/a", f"X-Forwarded-For: {told}")
            assert f"\r\nx-forwarded-for: {client}\r\n".encode() in heads[-1]


@pytest.mark.parametrize(("trusted", "client"), [("10.0.0.0/8", "127.0.0.1"), ("127.0.0.0/8", "192.0.2.1")])
async def test_who_is_no_trusted_proxy_tells_of_itself_alone(tmp_path: Path, trusted: str, client: str) -> None:
    heads = []

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append((await read_request(reader))[0])
            writer.write(OK)

    async with world(tmp_path, origin, trusted_proxies=[trusted]) as door:
        line = await door.connect()
        assert (await line.ask("GET /public/a", "X-Forwarded-For: 192.0.2.1")).status == 200
        assert f"\r\nx-forwarded-for: {client}\r\n".encode() in heads[-1]


# record and feed


async def test_the_reference_of_a_refusal_is_on_record_and_so_are_allowed_requests(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        assert (await line.ask("GET /things/ada", door.token())).status == 200
        refused = await line.ask("GET /things/eve", door.token())
        told = json.loads(refused.body)
        (event,) = await door.events(GatewayRefused)
        assert (event.ref, event.status, event.reason) == (told["ref"], 403, Reason.OWNER_MISMATCH)
        assert (event.subject, event.client, event.route) == ("ada", "site", "GET /things/{user}")
        assert refused.fields["x-request-id"] == told["ref"]
        (batch,) = await door.events(RequestsAllowed)
        assert batch.who == (("site", "ada", None),)


async def test_a_revoked_token_is_refused_and_its_running_stream_ends(tmp_path: Path) -> None:
    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nfirst")
        await reader.read()

    async with world(tmp_path, stream) as door:
        line, token = await door.connect(), door.token(jti="soon-gone")
        await line.send(request("GET /things/ada", token))
        assert (await line.head()).status == 200
        assert await line.part() == b"first"
        await door.store.commit(Plan(feed=(TokenRevoked(TokenId("soon-gone"), 2_000_000_000),)))
        with pytest.raises((h11.RemoteProtocolError, ConnectionError)):
            await line.part()
        assert (await (await door.connect()).ask("GET /things/ada", token)).status == 401
        assert await reasons(door) == [Reason.TOKEN_REVOKED]


# changed contracts, and the end


async def test_a_changed_contract_holds_for_the_next_request_of_an_open_connection(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line, token = await door.connect(), door.token()
        assert (await line.ask("GET /things/ada", token)).status == 200
        closed = [rule for rule in ROUTES if "/things/" not in rule["on"]]
        door.worker.prepare(contract(door.service, routes=closed))()
        assert (await line.ask("GET /things/ada", token)).status == 404
        door.worker.prepare(contract(door.service))()
        assert (await line.ask("GET /things/ada", token)).status == 200


async def test_a_request_under_way_is_finished_under_the_contract_that_let_it_in(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n")
        await go_on.wait()
        writer.write(b"whole")

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        await line.send(request("GET /public/a"))
        assert (await line.head()).status == 200
        moved = {"api": {"url": "http://127.0.0.1:9"}}
        door.worker.prepare(contract(door.service, services=moved))()
        go_on.set()
        assert await line.part() == b"whole"
        assert await line.part() == b""
        assert (await line.ask("GET /public/a")).status == 502


async def test_drain_finishes_what_runs_and_takes_nothing_new(tmp_path: Path) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        asked.set()
        await go_on.wait()
        writer.write(OK)

    async with world(tmp_path, origin) as door:
        busy, idle = await door.connect(), await door.connect()
        await busy.send(request("GET /public/a"))
        await asked.wait()
        draining = asyncio.create_task(door.drain())
        assert await idle.ended()
        with pytest.raises(ConnectionError):
            await door.connect()
        go_on.set()
        answer = await busy.answer()
        assert (answer.body, answer.fields["connection"]) == (b"ok", "close")
        await draining


async def test_every_answer_while_draining_is_the_last_of_its_connection(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK)) as door:
        lines = [await door.connect() for _ in range(3)]
        draining = asyncio.create_task(door.drain())
        await asyncio.sleep(0.1)
        for line, head in zip(lines, ("OPTIONS *", "GET /public/a", "GET /nowhere"), strict=True):
            assert (await line.ask(head)).fields["connection"] == "close"
            assert await line.ended()
        await draining
