"""The admin listener: `/healthz`, `/readyz` and `/metrics`, as plain HTTP on an address of its own.

It closes after each answer. Below `/v1/` it hands the whole request to the admin API, where the contract opens that.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, replace
from http import HTTPStatus
from typing import Final

import httptools

from ostiary.model.frozen import frozen

SECONDS_FOR_A_REQUEST: Final = 5.0
BYTES_OF_A_REQUEST: Final = 16 * 1024
BYTES_FOR_THE_API: Final = 64 * 1024
API: Final = b"/v1/"
_log = logging.getLogger("ostiary.admin")
_TEXT: Final = "text/plain; charset=utf-8"
_PHRASES: Final = {status.value: status.phrase for status in HTTPStatus}


@frozen
class Page:
    """`shown`: whether its body is sent, which an answer to HEAD does not have."""

    status: int
    body: bytes
    content_type: str = _TEXT
    fields: tuple[tuple[str, str], ...] = ()
    shown: bool = True


@frozen
class Asked:
    """A request for the admin API, whole."""

    method: str
    path: str
    query: str
    fields: Mapping[bytes, bytes] = field(repr=False)
    body: bytes = field(repr=False)

    def field(self, name: bytes) -> bytes | None:
        return self.fields.get(name)


Api = Callable[[Asked], Awaitable[Page]]
Pages = Mapping[bytes, Callable[[], Page]]


class Admin(asyncio.Protocol):
    """One connection, one answer."""

    def __init__(self, pages: Pages, api: Api | None) -> None:
        self._pages = pages
        self._api = api
        self._fields: dict[bytes, bytes] = {}
        self._headed = False
        self._body = b""
        self._answering: asyncio.Task[None] | None = None
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
            if self._seen > (BYTES_OF_A_REQUEST if self._api is None else BYTES_FOR_THE_API):
                raise httptools.HttpParserError
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._answer(Page(400, b"bad request\n"))

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One that comes twice says nothing certain, so both are wrong. What the parser tells behind the head is a
        trailer, and none of its fields (RFC 9110 section 6.5.1)."""
        if self._headed:
            return
        lowered = name.lower()
        self._fields[lowered] = value if lowered not in self._fields else b""

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._api is not None and self._target.startswith(API) and self._answering is None:
            path, _, query = self._target.decode("latin-1").partition("?")
            asked = Asked(self._parser.get_method().decode(), path, query, dict(self._fields), self._body)
            self._answering = asyncio.get_running_loop().create_task(self._hand_on(self._api, asked))

    async def _hand_on(self, api: Api, asked: Asked) -> None:
        """Who asks waits as long as it takes; who does not read the answer is left after the time for a request."""
        self._limit.cancel()
        try:
            page = await api(asked)
            self._answer(page if asked.method != "HEAD" else replace(page, shown=False))
        except Exception as error:  # noqa: BLE001  # whatever nobody expected is refused
            _log.error("unexpected %s in the admin API", type(error).__name__)
            self._answer(Page(500, b"unexpected\n"))

    def on_headers_complete(self) -> None:
        self._headed = True
        if self._api is not None and self._target.startswith(API):
            return
        if self._parser.get_method() not in (b"GET", b"HEAD"):
            self._answer(Page(405, b"only GET\n"))
            return
        found = self._pages.get(self._target.partition(b"?")[0])
        page = found() if found else Page(404, b"nothing here\n")
        self._answer(page if self._parser.get_method() == b"GET" else replace(page, shown=False))

    def _answer(self, page: Page) -> None:
        if self._transport.is_closing():
            return
        self._limit.cancel()
        self._limit = asyncio.get_running_loop().call_later(SECONDS_FOR_A_REQUEST, self._transport.abort)
        head = (
            f"HTTP/1.1 {page.status} {_PHRASES[page.status]}\r\ncontent-type: {page.content_type}\r\n"
            f"content-length: {len(page.body)}\r\ncache-control: no-store\r\nconnection: close\r\n"
        )
        head += "".join(f"{name}: {value}\r\n" for name, value in page.fields) + "\r\n"
        self._transport.write(head.encode() + (page.body if page.shown else b""))
        self._transport.close()


async def listen(host: str, port: int, pages: Pages, api: Api | None = None) -> asyncio.Server:
    """Raises OSError where the address is taken."""
    return await asyncio.get_running_loop().create_server(lambda: Admin(pages, api), host or None, port)
