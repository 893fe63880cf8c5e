"""Asks services that have a `health` path whether they are well, so that a sick one is not waited for."""

import asyncio
import ssl
from contextlib import suppress
from typing import Final

from ostiary.contract.model import ServiceRule
from ostiary.server.gateway.door import Door
from ostiary.server.gateway.pool import Pool
from ostiary.server.gateway.tls import client_context

WITHIN_SECONDS: Final = 2.0
FAILURES: Final = 2
"""In a row make a service sick; one answer makes it well."""
_WELL: Final = b"HTTP/1.1 200 "


class Checkup:
    """Of all services of the contract in force."""

    def __init__(self, door: Door) -> None:
        self._door: Final = door
        self._context: ssl.SSLContext | None = None

    async def look(self) -> None:
        """Ask each once."""
        rules = [rule for rule in self._door.contract.services.values() if rule.health_path is not None]
        await asyncio.gather(*(self._check(rule, self._door.pools[rule.name]) for rule in rules))

    async def _check(self, rule: ServiceRule, pool: Pool) -> None:
        """The pool is of this rule, and nobody's any more once another one is in force."""
        well = await self._is_well(rule)
        pool.failures = 0 if well else pool.failures + 1
        if well or pool.failures >= FAILURES:
            pool.judge(healthy=well)

    async def _is_well(self, rule: ServiceRule) -> bool:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
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
    return f"GET {path} HTTP/1.1\r\nhost: {rule.authority}\r\nconnection: close\r\n\r\n".encode()
