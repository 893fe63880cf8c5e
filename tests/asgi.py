"""The issuer's application as httpx calls applications in this process."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import httpx

from ostiary.server.issuer.app import IssuerApp
from ostiary.server.issuer.http import REQUEST_ID, Fields, Head, Header
from ostiary.server.issuer.wire import MOST_BODY

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def by_name(headers: Iterable[Header]) -> Fields:
    fields: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        fields.setdefault(name, []).append(value)
    return fields


def client(app: IssuerApp, origin: str) -> httpx.AsyncClient:
    async def called(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        whole = body if len(body) <= MOST_BODY else None
        fields = by_name(scope["headers"])
        head = Head.of(scope["method"], scope["path"], scope["query_string"], fields)
        answer = await app.answer(head, fields.get(REQUEST_ID, (None,))[-1], whole)
        headers = [*answer.headers, (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    return httpx.AsyncClient(transport=httpx.ASGITransport(called), base_url=origin)
