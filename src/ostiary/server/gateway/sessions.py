"""Asks the issuer's process what stands behind cookies, and tells it which are used.

The one issuer process serialises refreshes, so that tabs and workers that ask at once do not race for them.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import orjson

from ostiary.gateway.decision import Cookie
from ostiary.gateway.identify.cookie import Loaded, remember
from ostiary.model import endpoints
from ostiary.model.errors import InvalidToken, Refusal, ServiceUnavailable
from ostiary.model.reasons import Reason
from ostiary.server.gateway.uplink import Uplink

if TYPE_CHECKING:
    from ostiary.server.gateway.door import Door

SECONDS: Final = 5.0
"""In which the issuer has to answer."""
AT_ONCE: Final = 16
MOST_WAITING: Final = 1024
"""Cookies that are asked for; requests with the same one wait together."""
MOST_TOLD: Final = 256
"""Cookies in one message."""
_LONGEST: Final = 64 * 1024
_ENDED: Final = 401
_STATUS: Final = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")
_LOG: Final = logging.getLogger("ostiary.gateway")

Tell = Callable[[Refusal | None], None]
"""Called once, never at once: with None when the pipeline may decide again."""


class NoAnswer(Exception):
    """What the issuer sent says nothing about what it was asked."""


class Sessions:
    """Of one worker."""

    def __init__(self, door: "Door", uplink: Uplink) -> None:
        self._door: Final = door
        self._uplink: Final = uplink
        self._waiting: Final[dict[bytes, list[Tell]]] = {}
        self._asking: Final[set[asyncio.Task[None]]] = set()
        self._turns: Final = asyncio.Semaphore(AT_ONCE)

    def load(self, cookie: Cookie, tell: Tell) -> None:
        """Find out what stands behind the cookie."""
        waiting = self._waiting.get(cookie.credential)
        if waiting is not None:
            waiting.append(tell)
        elif len(self._waiting) >= MOST_WAITING:
            asyncio.get_running_loop().call_soon(tell, ServiceUnavailable(Reason.SESSION_UNREADABLE))
        else:
            self._waiting[cookie.credential] = [tell]
            task = asyncio.create_task(self._load(cookie))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _load(self, cookie: Cookie) -> None:
        refused: Refusal | None = ServiceUnavailable(Reason.SESSION_UNREADABLE)
        try:
            async with asyncio.timeout(SECONDS), self._turns:
                loaded = await self._loaded(cookie)
            remember(cookie, loaded, self._door.trust, time.time())
            refused = None
        except Refusal as error:
            refused = error
        except NoAnswer as error:
            _LOG.error("what stands behind a cookie is not known: %s", error)
        except (OSError, TimeoutError):
            pass  # the issuer is away or busy
        finally:
            for tell in self._waiting.pop(cookie.credential):
                tell(refused)

    async def _loaded(self, cookie: Cookie) -> Loaded:
        """Raises Refusal, OSError, NoAnswer."""
        status, body = await self._ask(endpoints.WORKER_SESSION, _line(cookie))
        if status == _ENDED:
            raise InvalidToken(Reason.WEB_SESSION_ENDED)
        if status != 200:
            raise ServiceUnavailable(Reason.SESSION_UNREADABLE)
        return _told(body)

    async def tell_used(self) -> None:
        """Tell the issuer which sessions are used. What cannot be told now is told with the session's next use."""
        used = self._door.trust.web.used
        while used:
            lines = [_line(used.pop()) for _ in range(min(len(used), MOST_TOLD))]
            with suppress(OSError, TimeoutError, NoAnswer):
                async with asyncio.timeout(SECONDS):
                    await self._ask(endpoints.WORKER_SEEN, b"\n".join(lines))

    async def _ask(self, path: str, body: bytes) -> tuple[int, bytes]:
        """A POST on a stream of its own: status and body. Raises OSError, NoAnswer."""
        reader = asyncio.StreamReader(limit=_LONGEST)
        stream, _ = await self._uplink.open(lambda: asyncio.StreamReaderProtocol(reader))
        try:
            head = f"POST {path} HTTP/1.1\r\nhost: issuer\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
            stream.write(head.encode() + body)
            return _status(await reader.readuntil(b"\r\n\r\n")), await reader.read()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            raise NoAnswer("a head without end") from None
        finally:
            stream.close()


def _status(head: bytes) -> int:
    found = _STATUS.match(head)
    if found is None:
        raise NoAnswer("a head without status")
    return int(found[1])


def _told(body: bytes) -> Loaded:
    with suppress(orjson.JSONDecodeError):
        match orjson.loads(body):
            case {"access_token": str(token), "ends_at": int(ends_at)}:
                return Loaded(token.encode(), ends_at)
    raise NoAnswer("a body without token")


def _line(cookie: Cookie) -> bytes:
    return cookie.client.encode() + b" " + cookie.value
