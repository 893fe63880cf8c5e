"""Interim answers, and clients that take one for the last (RFC 8297)."""

import asyncio
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

from gateway_world import AUTHORITY, OK, read_request, world


async def test_3_only_who_can_tell_interim_answers_from_the_last_gets_any(
    tmp_path: Path,
) -> None:
    """Python's client takes one for the answer, and took what came then for the answer to its next request."""
    asked = asyncio.Event()

    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, _ = await read_request(reader)
            if head.startswith(b"GET /public/hints "):
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                with suppress(TimeoutError):
                    await asyncio.wait_for(asked.wait(), 0.2)
            writer.write(OK.replace(b"ok", head[12:14]))

    def client(port: int, loop: asyncio.AbstractEventLoop) -> list[tuple[int, bytes]]:
        got, connection = [], HTTPConnection("127.0.0.1", port, timeout=10)
        for path in ("/public/hints", "/public/other"):
            connection.request("GET", path, headers={"host": AUTHORITY})
            if path == "/public/other":
                loop.call_soon_threadsafe(asked.set)
            answer = connection.getresponse()
            got.append((answer.status, answer.read()))
        connection.close()
        return got

    async with world(tmp_path, origin) as door:
        got = await asyncio.to_thread(client, door.worker.port, asyncio.get_running_loop())
        assert got == [(200, b"hi"), (200, b"ot")]
        assert (await (await door.connect()).ask("GET /public/hints", "Sec-Fetch-Site: none")).interim == [103]
