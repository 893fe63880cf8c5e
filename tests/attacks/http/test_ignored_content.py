"""Content that a service does not read is nobody's next request."""

import asyncio
from pathlib import Path

import pytest

from gateway_world import OK, ROUTES, read_head, read_request, request, world

SMUGGLED = request("GET /things/eve", "X-Ostiary-Subject: eve")


@pytest.mark.parametrize(
    ("method", "connections"), [("GET", 2), ("HEAD", 2), ("DELETE", 2), ("OPTIONS", 2), ("GET without content", 1)]
)
async def test_content_that_means_nothing_is_the_last_on_its_connection(
    tmp_path: Path, method: str, connections: int
) -> None:
    """As Python's `http.server` does, the service answers such a request without a look at its content, and reads that
    as the next one where the connection goes on."""
    heads: list[bytes] = []
    seen = 0

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        while True:
            heads.append(await read_head(reader))
            writer.write(OK.removesuffix(b"ok") if heads[-1].startswith(b"HEAD ") else OK)
            if b"\r\nconnection: close\r\n" in heads[-1]:
                return

    routes = [
        *ROUTES,
        *({"on": f"{each} /public/{{x}}", "to": "api", "public": True} for each in ("DELETE", "OPTIONS")),
    ]
    async with world(tmp_path, origin, routes=routes) as door:
        line = await door.connect()
        head, content = f"{method.split(' ')[0]} /public/a", SMUGGLED if connections == 2 else b""
        assert (await line.ask(head, body=content)).status == 200
        await asyncio.sleep(0.05)
        assert (await line.ask("GET /public/b")).body == b"ok"
    assert [head.split(b" ")[1] for head in heads] == [b"/public/a", b"/public/b"]
    assert seen == connections


async def test_a_service_that_goes_on_reading_it_is_left(tmp_path: Path) -> None:
    """Whatever it would answer then is for nobody."""
    left = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(OK)
        await reader.read()
        left.set()

    async with world(tmp_path, origin) as door:
        assert (await (await door.connect()).ask("GET /public/a", body=SMUGGLED)).status == 200
        await asyncio.wait_for(left.wait(), 10)


async def test_content_that_means_something_leaves_the_connection_as_it_is(tmp_path: Path) -> None:
    seen = 0

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen += 1
        while True:
            await read_request(reader)
            writer.write(OK)

    async with world(tmp_path, origin) as door:
        line = await door.connect()
        for _ in range(2):
            assert (await line.ask("POST /public/a", body=b"body")).status == 200
    assert seen == 1
