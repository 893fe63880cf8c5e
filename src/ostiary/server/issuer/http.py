"""What came in and what goes out, as every endpoint of the issuer sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final
from urllib.parse import urlencode

from ostiary.issuer.form import Parameters, read_pairs, read_parameters, require_form
from ostiary.keys.certificate import ClientCertificate, heard
from ostiary.model.errors import InvalidRequest
from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName, Reference
from ostiary.model.reasons import Reason

Header = tuple[bytes, bytes]
Fields = Mapping[bytes, Sequence[bytes]]
"""The values of each field of a request, by its name in lower case."""

NO_STORE: Final[Header] = (b"cache-control", b"no-store")
"""On everything that may carry a token or a credential (RFC 6749 section 5.1)."""
MOST_QUERY: Final = 8000
"""Bytes of a request that goes with a person from page to page: it has to fit into a request line."""
PEER: Final = b"x-ostiary-peer"
REQUEST_ID: Final = b"x-request-id"
GATEWAY: Final = b"x-ostiary-gateway"
CLIENT_CERTIFICATE: Final = b"x-ostiary-client-certificate"
JSON: Final[Header] = (b"content-type", b"application/json")


def allow(methods: Sequence[str]) -> Header:
    """What the endpoint is called with (RFC 9110 section 10.2.1)."""
    return (b"allow", ", ".join(methods).encode())


@frozen
class Head:
    """What one client asks of one endpoint, but for the number and the body of each request. `peer` is the client's
    address: like what stands behind it from the gateway's own fields, since only the gateway reaches the issuer's
    socket."""

    method: str
    path: str
    query: bytes
    fields: Fields
    peer: str
    certificate: ClientCertificate | None = None
    """Of the client's connection."""
    gateway: GatewayName | None = None
    """The listener that it came to; None: the door."""
    note: Any = field(default=None, init=False, repr=False, compare=False)
    """As of the gateway's heads: what who reads it has found out."""

    def keep(self, note: object) -> None:
        self.note = note  # type: ignore[misc]  # the one thing here that changes

    @classmethod
    def of(cls, method: str, path: str, query: bytes, fields: Fields) -> "Head":
        """The gateway writes its own fields once, and lets none through that a client called like them."""
        peer, gateway, certificate = (fields.get(name, (None,))[-1] for name in (PEER, GATEWAY, CLIENT_CERTIFICATE))
        return cls(
            method,
            path,
            query,
            fields,
            "" if peer is None else peer.decode("latin-1"),
            None if certificate is None else heard(certificate),
            None if gateway is None else GatewayName(gateway.decode("latin-1")),
        )


@frozen
class Incoming:
    """One request, its body read whole: `ref` is the gateway's number of it, all else as in `Head`."""

    head: Head
    method: str
    path: str
    query: bytes
    fields: Fields
    body: bytes
    peer: str
    ref: Reference
    certificate: ClientCertificate | None
    gateway: GatewayName | None

    @classmethod
    def of(cls, head: Head, ref: Reference, body: bytes) -> "Incoming":
        fields, certificate = head.fields, head.certificate
        return cls(head, head.method, head.path, head.query, fields, body, head.peer, ref, certificate, head.gateway)

    def header(self, name: bytes) -> bytes | None:
        """The field's value. Raises InvalidRequest where the field stands twice."""
        found = self.fields.get(name)
        if found is None:
            return None
        if len(found) > 1:
            raise InvalidRequest(Reason.PARAMETER_REPEATED, name.decode("latin-1"))
        return found[0]

    def query_parameters(self) -> Parameters:
        """Raises InvalidRequest."""
        return read_parameters(self.query)

    def form(self) -> Parameters:
        """The body's parameters. Raises InvalidRequest unless it is a form."""
        require_form(self.header(b"content-type"))
        return read_parameters(self.body)

    def form_as_query(self) -> bytes:
        """The body's parameters as they stand, repeated ones too, written anew so that nothing else is in them. Raises
        InvalidRequest where they are no form, or too long for a request line."""
        require_form(self.header(b"content-type"))
        query = urlencode(read_pairs(self.body)).encode()
        if len(query) > MOST_QUERY:
            raise InvalidRequest(Reason.PARAMETER_INVALID, "too long")
        return query


@frozen
class Answer:
    """A whole response; the app adds its length and what CORS needs."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""

    def adding(self, headers: tuple[Header, ...]) -> "Answer":
        """The same with these behind its own."""
        return Answer(self.status, self.headers + headers, self.body) if headers else self
