"""The admin listener: `/healthz`, `/readyz` and `/metrics`, as plain HTTP on an address of its own.

It answers GET and HEAD, reads no body, and closes after each answer: there is nothing else to it.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import httptools

SECONDS_FOR_A_REQUEST: Final = 5.0
BYTES_OF_A_REQUEST: Final = 16 * 1024
_TEXT: Final = "text/plain; charset=utf-8"
_PHRASES: Final = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    body: bytes
    content_type: str = _TEXT


Pages = Mapping[bytes, Callable[[], Page]]


class Admin(asyncio.Protocol):
    """One connection, one answer."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._parser = httptools.HttpRequestParser(self)
        self._target = b""
        self._seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._limit = asyncio.get_running_loop().call_later(SECONDS_FOR_A_REQUEST, transport.abort)

    def connection_lost(self, error: Exception | None) -> None:
        self._limit.cancel()

    def data_received(self, data: bytes) -> None:
        self._seen += len(data)
        try:
            if self._seen > BYTES_OF_A_REQUEST:
                raise httptools.HttpParserError
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._answer(Page(400, b"bad request\n"))

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_headers_complete(self) -> None:
        if self._parser.get_method() not in (b"GET", b"HEAD"):
            self._answer(Page(405, b"only GET\n"))
            return
        page = self._pages.get(self._target.partition(b"?")[0])
        self._answer(page() if page else Page(404, b"nothing here\n"))

    def _answer(self, page: Page) -> None:
        if self._transport.is_closing():
            return
        head = (
            f"HTTP/1.1 {page.status} {_PHRASES[page.status]}\r\ncontent-type: {page.content_type}\r\n"
            f"content-length: {len(page.body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n"
        )
        shown = b"" if self._parser.get_method() == b"HEAD" else page.body
        self._transport.write(head.encode() + shown)
        self._transport.close()


async def listen(host: str, port: int, pages: Pages) -> asyncio.Server:
    """Raises OSError where the address is taken."""
    return await asyncio.get_running_loop().create_server(lambda: Admin(pages), host or None, port)
