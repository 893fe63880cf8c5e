"""What all connections of a worker share."""

import asyncio
import os
import ssl
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ostiary.audit.batch import reference
from ostiary.contract.model import Contract, ServiceRule
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.metrics import Counts
from ostiary.http import trace
from ostiary.http.fields import issuer_response_names, response_names
from ostiary.http.request import RequestHead
from ostiary.http.response import ResponseParser
from ostiary.model.ids import Reference, ServiceName
from ostiary.server.gateway.clockwork import Clockwork
from ostiary.server.gateway.pool import Pool
from ostiary.server.gateway.recorder import Recorder
from ostiary.server.gateway.sessions import Sessions
from ostiary.server.gateway.tls import client_context
from ostiary.server.gateway.uplink import Uplink
from ostiary.server.gateway.upstream import UpstreamConnection

if TYPE_CHECKING:
    from ostiary.server.gateway.connection import ClientConnection

_TRACES: Final = 128
"""As many are begun at once."""
ISSUER_STREAMS: Final = 64


class Door:
    """One worker's: the contract in force, the services' connections, numbers for requests."""

    def __init__(
        self, prefix: str, issuer_socket: str, recorder: Recorder, clockwork: Clockwork, counts: Counts
    ) -> None:
        self.recorder: Final = recorder
        self.clockwork: Final = clockwork
        self.counts: Final = counts
        self.connections: Final[set[ClientConnection]] = set()
        self.draining = False
        self.empty: Final = asyncio.Event()
        """While draining: no client is connected any more."""
        self.number = 0
        self._prefix: Final = prefix
        self.named: Final = b"x-request-id: %b-" % prefix.encode() + b"%d\r\n"
        """The field that names a request to its upstream and its client, as a line with a place for its number."""
        self._traces: list[bytes] = []
        self.uplink: Final = Uplink(issuer_socket)
        self.sessions: Final = Sessions(self, self.uplink)
        self._services: dict[ServiceName, ServiceRule] = {}
        self.pools: dict[ServiceName | None, Pool] = {}
        self.contract: Contract
        self.trust: Trust
        """Of the door itself: cookies are for no other listener."""
        self.idle_seconds = 0.0
        """For which a client may wait until its next request."""

    def adopt(self, contract: Contract, trust: Trust) -> None:
        """From the next request on. Connections to services that stay as they are stay open."""
        before = self.pools
        kept = {name for name, rule in contract.services.items() if self._services.get(name) == rule and name in before}
        pools: dict[ServiceName | None, Pool] = {
            name: before[name] if name in kept else self._pool_of(rule, contract)
            for name, rule in contract.services.items()
        }
        pools[None] = before.get(None) or self._pool_of_issuer(contract)
        for name, pool in before.items():
            if pools.get(name) is not pool:
                pool.close()
        self.idle_seconds = contract.timeouts.idle
        self.contract, self.trust, self.pools, self._services = contract, trust, pools, dict(contract.services)

    def left(self, one: "ClientConnection") -> None:
        """A client's connection is gone."""
        self.connections.discard(one)
        if self.draining and not self.connections:
            self.empty.set()

    def drain(self) -> None:
        """From now on each answer is the last one of its connection."""
        self.draining = True
        if not self.connections:
            self.empty.set()

    def recheck(self) -> None:
        """End what runs for those whose rights were revoked."""
        for one in tuple(self.connections):
            one.recheck()

    def close_idle(self) -> None:
        """Nobody may send another request."""
        for one in tuple(self.connections):
            one.close_idle()

    def abort(self) -> None:
        for one in tuple(self.connections):
            one.transport.abort()

    def traced(self, head: RequestHead) -> bytes:
        """The fields that tell an upstream which trace a request belongs to, as lines."""
        if not self._traces:
            self._traces = trace.begun(os.urandom(_TRACES * trace.ID_BYTES))
        fields, begun = head.fields, self._traces.pop()
        if b"traceparent" not in fields:
            return begun
        return trace.continued(fields[b"traceparent"], fields.get(b"tracestate"), begun)

    def reference(self, number: int) -> Reference:
        return reference(self._prefix, number)

    def _pool_of(self, rule: ServiceRule, contract: Contract) -> Pool:
        context = client_context() if rule.tls else None
        connect = partial(_connect, rule.host, rule.port, context)
        parser = ResponseParser(response_names())
        return Pool(connect, rule.connections, contract.timeouts.connect, parser, self.clockwork, self.counts)

    def _pool_of_issuer(self, contract: Contract) -> Pool:
        seconds, parser = contract.timeouts.connect, ResponseParser(issuer_response_names())
        return Pool(self.uplink.open, ISSUER_STREAMS, seconds, parser, self.clockwork, self.counts)


Make = Callable[[], UpstreamConnection]


async def _connect(host: str, port: int, context: ssl.SSLContext | None, make: Make) -> Any:
    return await asyncio.get_running_loop().create_connection(make, host, port, ssl=context)
