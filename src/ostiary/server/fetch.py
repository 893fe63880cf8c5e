"""Fetches what a stranger's URL names, without being led anywhere else (docs/adr/0021).

The name is resolved once; each of its addresses has to be one that may be reached, and the connection is made to one
of these. Redirects, proxies, cookies, credentials and content codings do not exist here.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Final

from ostiary.contract.model import FetchRule
from ostiary.http.addresses import is_reachable
from ostiary.http.body import ChunkedBody, LengthBody
from ostiary.http.fetchable import HTTPS, Place, read_place
from ostiary.http.fields import Names, Read
from ostiary.http.framing import CHUNKED
from ostiary.http.response import ResponseHead, ResponseParser
from ostiary.model.errors import ContentTooLarge, HttpRefused
from ostiary.model.frozen import frozen

SECONDS: Final = 5.0
"""For all of it, from the name to the last byte."""
MOST_HEAD: Final = 16 * 1024
"""Bytes."""
MOST_ADDRESSES: Final = 16
AT_ONCE: Final = 8
_READ: Final = 16 * 1024
_FIELDS: Final = {
    **{
        name: Read(name)
        for name in (b"content-length", b"transfer-encoding", b"content-type", b"content-encoding", b"connection")
    },
    b"cache-control": Read(b"cache-control", repeated=None),
}

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, as texts. Raises OSError."""


class Why(StrEnum):
    """Why something could not be fetched. Nobody outside learns it: it would tell what is where."""

    URL = "url"
    UNRESOLVED = "unresolved"
    ADDRESS = "address"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    LATE = "late"
    MALFORMED = "malformed"
    STATUS = "status"
    TYPE = "type"
    CODING = "coding"
    SIZE = "size"


class FetchFailed(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@frozen
class Fetched:
    """`type`: of the content, without parameters, in lower case. `cache_control`: as it came."""

    body: bytes
    type: str
    cache_control: str


async def resolve(host: str, port: int) -> Sequence[str]:
    """As this machine does. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class Fetcher:
    """`seconds`: for all of one fetch."""

    def __init__(self, rule: FetchRule, resolve: Resolve, seconds: float = SECONDS) -> None:
        self.rule: Final = rule
        self._resolve: Final = resolve
        self._seconds: Final = seconds
        self._turns: Final = asyncio.Semaphore(AT_ONCE)
        self._context: ssl.SSLContext | None = None

    async def get(self, uri: str, types: frozenset[str], most: int) -> Fetched:
        """What is there, of one of these types, at most so many bytes. Raises FetchFailed."""
        place = read_place(uri, self.rule.ports)
        if place is None:
            raise FetchFailed(Why.URL)
        try:
            async with asyncio.timeout(self._seconds), self._turns:
                return await self._get(place, types, most)
        except TimeoutError:
            raise FetchFailed(Why.LATE) from None

    async def _get(self, place: Place, types: frozenset[str], most: int) -> Fetched:
        reader, writer = await self._connect(place)
        try:
            writer.write(_request(place, types))
            head = await _head(reader)
            type = _require(head, types)
            body = await _body(reader, head, most)
        except ContentTooLarge:
            raise FetchFailed(Why.SIZE) from None
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, HttpRefused):
            raise FetchFailed(Why.MALFORMED) from None
        finally:
            writer.transport.abort()
        return Fetched(body, type, head.fields.get(b"cache-control", b"").decode("latin-1"))

    async def _connect(self, place: Place) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """To the first address that takes the connection; nothing is resolved again."""
        for address in await self._addresses(place):
            try:
                return await asyncio.open_connection(
                    address, place.port, ssl=self._trusted(), server_hostname=place.host, limit=MOST_HEAD
                )
            except ssl.SSLError:
                raise FetchFailed(Why.CERTIFICATE) from None
            except OSError:
                continue
        raise FetchFailed(Why.UNREACHABLE)

    async def _addresses(self, place: Place) -> Sequence[str]:
        """All of the name's. One that may not be reached is enough to reach none: such a name means no good."""
        try:
            found = list(dict.fromkeys(await self._resolve(place.host, place.port)))
        except (OSError, UnicodeError):
            raise FetchFailed(Why.UNRESOLVED) from None
        if not 0 < len(found) <= MOST_ADDRESSES:
            raise FetchFailed(Why.UNRESOLVED)
        if not all(is_reachable(address, self.rule.networks) for address in found):
            raise FetchFailed(Why.ADDRESS)
        return found

    def _trusted(self) -> ssl.SSLContext:
        if self._context is None:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["http/1.1"])
            if self.rule.authorities is not None:
                context.load_verify_locations(cadata=self.rule.authorities)
            self._context = context
        return self._context


def _request(place: Place, types: frozenset[str]) -> bytes:
    host = place.host if place.port == HTTPS else f"{place.host}:{place.port}"
    lines = (
        f"GET {place.target} HTTP/1.1",
        f"host: {host}",
        f"accept: {', '.join(sorted(types))}",
        "accept-encoding: identity",
        "user-agent: ostiary",
        "connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


async def _head(reader: asyncio.StreamReader) -> ResponseHead:
    head = await reader.readuntil(b"\r\n\r\n")
    return ResponseParser(Names(_FIELDS, ())).parse(head[:-4], b"GET")


def _require(head: ResponseHead, types: frozenset[str]) -> str:
    """The type. Raises FetchFailed unless it is a plain 200 of one of the types, as it is: nothing is unpacked."""
    if head.status != 200:
        raise FetchFailed(Why.STATUS)
    if head.fields.get(b"content-encoding", b"identity").lower() != b"identity":
        raise FetchFailed(Why.CODING)
    type = head.fields.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
    if type not in types:
        raise FetchFailed(Why.TYPE)
    return type


async def _body(reader: asyncio.StreamReader, head: ResponseHead, most: int) -> bytes:
    """Raises FetchFailed for one byte more than `most`, IncompleteReadError where the connection ends before it."""
    if head.length > most:
        raise FetchFailed(Why.SIZE)
    framed = ChunkedBody(most) if head.length == CHUNKED else LengthBody(head.length) if head.length >= 0 else None
    found = b""
    while framed is None or not framed.done:
        data = await reader.read(_READ)
        if not data and framed is not None:
            raise asyncio.IncompleteReadError(found, None)
        if not data:
            break
        found += data if framed is None else framed.feed(data)
        if len(found) > most:
            raise FetchFailed(Why.SIZE)
    return found
