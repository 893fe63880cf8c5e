"""The way of a request through parser, rules and forwarding, for any bytes: `make fuzz`, and briefly in the tests.

A request is refused in one of the known ways, or goes on as one that another parser (h11) reads in the same way; so
does a service's answer.
"""

import json
from typing import Final
from urllib.parse import unquote_to_bytes

import h11

from ostiary.contract.read import load
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Allow, Asked, Refuse, Reply
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.peer import peer_of
from ostiary.gateway.revocation import Revocations
from ostiary.http import syntax
from ostiary.http.body import ChunkedBody
from ostiary.http.fields import response_names
from ostiary.http.response import ResponseParser
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import HttpRefused
from ostiary.model.ids import Secret
from used_proofs import proofs

from .endless import fuzz

CONTRACT: Final = {
    "origin": "https://door.example",
    "insecure_plain_http": {"value": True, "because": "a fuzzer speaks no TLS"},
    "master_key": "${env:MASTER}",
    "services": {"api": {"url": "http://127.0.0.1:9"}},
    "scopes": {"things": "See things"},
    "roles": {"customer": ["things"]},
    "clients": {"page": {"kind": "spa", "redirect_uris": ["https://page.example/"], "scopes": ["things"]}},
    "routes": [
        {"on": "GET /public/{x}", "to": "api", "public": True},
        {"on": "POST /public/{x}", "to": "api", "public": True},
        {"on": "GET /things/{user}", "to": "api", "scope": "things", "owner": "user", "tenant": "query.t"},
    ],
}
SEEDS: Final = (
    b"GET /public/a?b=c HTTP/1.1\r\nHost: door.example\r\nCookie: a=b\r\nX-Ostiary-Subject: x\r\nConnection: close",
    b"POST https://door.example/public/%61 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nOrigin: https://a.b",
    b"GET /things/ada?t=1 HTTP/1.1\r\nHost: door.example\r\nAuthorization: Bearer a.b.c\r\ntraceparent: 00-a-b-01",
    b"OPTIONS /things/ada HTTP/1.0\r\nHost: door.example:443\r\nAccess-Control-Request-Method: GET\r\nOrigin: null",
)
ANSWER_SEEDS: Final = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: a=b\r\nConnection: close, X-Hop\r\nX-Hop: 1",
    b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/x\r\nTransfer-Encoding: chunked\r\nServer: x",
    b"HTTP/1.0 204\r\nSet-Cookie: __Host-ostiary-session=x\r\nAccess-Control-Allow-Origin: *\r\nX-Ostiary-A: b",
    b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\nAlt-Svc: h3\r\nContent-Security-Policy: x\r\nDate: y",
)
CHUNKED_SEEDS: Final = (
    b"3\r\nabc\r\n0\r\n\r\n",
    b"a;x=y\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
    b"0003\r\nabc\r\n00\r\n\r\n",
)


class _Environment:
    """One secret, which is none."""

    def read(self, name: str) -> Secret:
        return Secret("k" * 43)


def _gateway() -> Gateway:
    contract = load(json.dumps(CONTRACT).encode(), "ostiary.yaml", {"env": _Environment()}, lambda _: b"")
    revocations = Revocations()
    revocations.heard_at = 1 << 62
    trust = Trust.of(contract, KeySet({}), revocations, proofs(), ApiKeys())
    return Gateway(contract, Facts(trust, Table(memoryview(bytearray(1 << 16))), lambda claims: "signed"))


_GATEWAY: Final = _gateway()
_PEER: Final = peer_of("192.0.2.1", "door.example")


def head(data: bytes) -> None:
    """A head as the connection hands it over: everything before the first empty line."""
    raw = data.partition(syntax.HEAD_END)[0]
    try:
        parsed = _GATEWAY.parser.parse(raw)
    except HttpRefused:
        return
    decision = _GATEWAY.decide(parsed, _PEER, 1_800_000_000.0, 1)
    match decision:
        case Allow(asked):
            sent = asked.route.forward(asked, b"", b"")
            _require_same(sent, parsed.method, parsed.path, parsed.query)
        case Refuse() | Reply():
            pass


def _require_same(sent: bytes, method: bytes, path: bytes, query: bytes | None) -> None:
    """What goes to the upstream is one request, with one Host and nothing of ours that the client said."""
    reader = h11.Connection(h11.SERVER)
    reader.receive_data(sent)
    request = reader.next_event()
    assert isinstance(request, h11.Request), sent
    assert request.method == method, sent
    assert request.target == (path if query is None else path + b"?" + query), sent
    names = [name for name, _ in request.headers]
    assert names.count(b"host") == 1, sent
    assert not {b"x-ostiary-subject", b"authorization", b"transfer-encoding", b"upgrade"} & set(names), sent
    assert b".." not in unquote_to_bytes(path).split(b"/"), sent


def _asked() -> Asked:
    parsed = _GATEWAY.parser.parse(b"GET /public/a HTTP/1.1\r\nHost: door.example\r\nOrigin: https://page.example")
    decision = _GATEWAY.decide(parsed, _PEER, 1_800_000_000.0, 1)
    assert isinstance(decision, Allow)
    return decision.asked


_ANSWERS: Final = ResponseParser(response_names())
_ASKED: Final = _asked()


def answer(data: bytes) -> None:
    """The head of a service's answer, on its way to the client."""
    raw = data.partition(syntax.HEAD_END)[0]
    for method in (b"GET", b"HEAD"):
        try:
            parsed = _ANSWERS.parse(raw, method)
        except HttpRefused:
            continue
        told = _ASKED.route.answer(_ASKED, parsed, b"x-request-id: door-1\r\n")
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method=method, target="/", headers=[("host", "x")]))
        reader.receive_data(told)
        read = reader.next_event()
        assert isinstance(read, h11.Response | h11.InformationalResponse), told
        assert read.status_code == parsed.status, told
        fields = [(name, value.lower()) for name, value in read.headers]
        assert [value for name, value in fields if name == b"x-request-id"] == [b"door-1"], told
        assert [value for name, value in fields if name == b"x-content-type-options"] == [b"nosniff"], told
        cookies = [value.lstrip(syntax.NOT_TOKEN) for name, value in fields if name == b"set-cookie"]
        assert not [value for value in cookies if value.startswith(b"__host-ostiary-")], told


def chunked(data: bytes) -> None:
    """A chunked body, at once and in two halves: the same bytes, or refused both times."""
    assert _read(data, len(data)) == _read(data, len(data) // 2)


def _read(data: bytes, cut: int) -> bytes | None:
    body = ChunkedBody(1 << 20)
    try:
        got = body.feed(data[:cut])
        if not body.done:
            got += body.feed(data[cut:])
    except HttpRefused:
        return None
    return got


if __name__ == "__main__":
    fuzz(head, answer, chunked)
