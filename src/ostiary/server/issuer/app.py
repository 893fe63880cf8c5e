"""The issuer as an application: one table of endpoints, one way in, one way out."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from ostiary.model import endpoints
from ostiary.model.errors import (
    ContentTooLarge,
    MethodNotAllowed,
    NotFound,
    Refusal,
    ServerError,
    TemporarilyUnavailable,
)
from ostiary.model.fresh import fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import Reference
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.server.chores import where
from ostiary.server.issuer.app_configuration import app_configuration
from ostiary.server.issuer.attest import attest
from ostiary.server.issuer.challenge import challenge
from ostiary.server.issuer.cors import preflight, shared_with
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.device_authorization import device_authorization
from ostiary.server.issuer.documents import document, gateway_jwks, jwks
from ostiary.server.issuer.http import Answer, Head, Incoming, allow
from ostiary.server.issuer.introspect import introspect
from ostiary.server.issuer.par import par
from ostiary.server.issuer.refusal import record, render, render_at_resource
from ostiary.server.issuer.registration import registration
from ostiary.server.issuer.revoke import revoke
from ostiary.server.issuer.token import token
from ostiary.server.issuer.userinfo import userinfo
from ostiary.store.interface import StoreUnavailable

_log = logging.getLogger("ostiary.issuer")


@frozen
class Endpoint:
    """`cors`: scripts of other origins may call it. `show`: how a refusal is told."""

    answer: Callable[[Desk, Incoming], Awaitable[Answer]]
    methods: tuple[str, ...]
    cors: bool = False
    show: Callable[[Desk, Incoming, Refusal], Answer] = render

    @property
    def allowed(self) -> tuple[str, ...]:
        """What `Allow` lists (RFC 9110 section 10.2.1)."""
        return (*self.methods, "OPTIONS") if self.cors else self.methods


READ: Final = ("GET", "HEAD")
DOCUMENT: Final = Endpoint(document, READ, cors=True)

ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    endpoints.PAR: Endpoint(par, ("POST",), cors=True),
    endpoints.REGISTER: Endpoint(registration, (*READ, "POST", "PUT", "DELETE")),
    endpoints.TOKEN: Endpoint(token, ("POST",), cors=True),
    endpoints.DEVICE_AUTHORIZATION: Endpoint(device_authorization, ("POST",)),
    endpoints.REVOKE: Endpoint(revoke, ("POST",), cors=True),
    endpoints.INTROSPECT: Endpoint(introspect, ("POST",)),
    endpoints.CHALLENGE: Endpoint(challenge, ("POST",)),
    endpoints.ATTEST: Endpoint(attest, ("POST",)),
    endpoints.APP_CONFIGURATION: Endpoint(app_configuration, ("POST",)),
    endpoints.USERINFO: Endpoint(userinfo, (*READ, "POST"), cors=True, show=render_at_resource),
    endpoints.JWKS: Endpoint(jwks, READ, cors=True),
    endpoints.GATEWAY_JWKS: Endpoint(gateway_jwks, READ),
}


class IssuerApp:
    """`pages`: the endpoints that people meet in a browser."""

    def __init__(self, desk: Desk, pages: Mapping[str, Endpoint]) -> None:
        self._desk = desk
        self._endpoints = {**pages, **ENDPOINTS}

    async def answer(self, head: Head, number: bytes | None, body: bytes | None) -> Answer:
        """`number`: the gateway's; where it has none, one is made up. `body`: whole, or None where it was longer than
        anything that is read here."""
        ref = Reference(fresh_name(self._desk.fresh, 12) if number is None else number.decode("latin-1"))
        incoming = Incoming.of(head, ref, body or b"")
        endpoint = self._endpoints.get(head.path, DOCUMENT)
        try:
            answer = await self._try(endpoint, incoming, too_large=body is None)
        except StoreUnavailable:
            answer = endpoint.show(self._desk, incoming, TemporarilyUnavailable(Reason.STORE_UNAVAILABLE))
        return answer.adding(shared_with(self._desk, incoming)) if endpoint.cors else answer

    async def _try(self, endpoint: Endpoint, incoming: Incoming, *, too_large: bool) -> Answer:
        try:
            if endpoint is DOCUMENT and incoming.path not in self._desk.documents:
                raise NotFound(Reason.ROUTE_UNKNOWN)
            if incoming.method == "OPTIONS" and endpoint.cors:
                return preflight(self._desk, incoming, endpoint.methods).adding((allow(endpoint.allowed),))
            if incoming.method not in endpoint.methods:
                raise MethodNotAllowed(Reason.METHOD_NOT_ALLOWED, endpoint.allowed)
            if too_large:
                raise ContentTooLarge(Reason.BODY_TOO_LARGE)
            return await endpoint.answer(self._desk, incoming)
        except Refusal as error:
            return await self._refuse(endpoint, incoming, error)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # whatever nobody expected is refused and recorded
            _report(error, incoming.ref)
            return await self._refuse(endpoint, incoming, ServerError(Reason.UNEXPECTED))

    async def _refuse(self, endpoint: Endpoint, incoming: Incoming, error: Refusal) -> Answer:
        told = await record(self._desk, incoming, self._name(incoming), error, None, Plan())
        return endpoint.show(self._desk, incoming, told)

    def _name(self, incoming: Incoming) -> str:
        """The endpoint in records, where only what we named ourselves may stand."""
        known = incoming.path in self._endpoints or incoming.path in self._desk.documents
        return incoming.path if known else "unknown"


def _report(error: Exception, ref: Reference) -> None:
    _log.error("unexpected %s, reference %s\n%s", type(error).__name__, ref, where(error))
