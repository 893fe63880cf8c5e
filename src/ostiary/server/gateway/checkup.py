"""Asks services that have a `health` path whether they are well, so that a sick one is not waited for."""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from typing import Final

from ostiary.contract.model import ServiceRule
from ostiary.server.gateway.door import Door
from ostiary.server.gateway.tls import client_context

WITHIN_SECONDS: Final = 2.0
FAILURES: Final = 2
"""In a row make a service sick; one answer makes it well."""
_WELL: Final = b"HTTP/1.1 200 "


class Checkup:
    """Of all services of the contract in force."""

    def __init__(self, door: Door) -> None:
        self._door: Final = door
        self._failed: Final[Counter[ServiceRule]] = Counter()
        self._context: ssl.SSLContext | None = None

    async def look(self) -> None:
        """Ask each once."""
        rules = [rule for rule in self._door.contract.services.values() if rule.health_path is not None]
        await asyncio.gather(*map(self._check, rules))

    async def _check(self, rule: ServiceRule) -> None:
        well = await self._is_well(rule)
        self._failed[rule] = 0 if well else self._failed[rule] + 1
        pool = self._door.pools.get(rule.name)
        if pool is not None and (well or self._failed[rule] >= FAILURES):
            pool.judge(healthy=well)

    async def _is_well(self, rule: ServiceRule) -> bool:
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            async with asyncio.timeout(WITHIN_SECONDS):
                reader, writer = await asyncio.open_connection(rule.host, rule.port, ssl=self._tls(rule))
                try:
                    writer.write(_question(rule))
                    return (await reader.readexactly(len(_WELL))).replace(b"/1.0", b"/1.1") == _WELL
                finally:
                    writer.close()
        return False

    def _tls(self, rule: ServiceRule) -> ssl.SSLContext | None:
        if rule.tls and self._context is None:
            self._context = client_context()
        return self._context if rule.tls else None


def _question(rule: ServiceRule) -> bytes:
    path = f"{rule.base_path}{rule.health_path}"
    return f"GET {path} HTTP/1.1\r\nhost: {rule.host}:{rule.port}\r\nconnection: close\r\n\r\n".encode()
