"""Tells clients that a sign-in has ended (OpenID Connect Back-Channel Logout 1.0 section 2.5)."""

import asyncio
import ssl
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlencode, urlsplit

from ostiary.issuer import logout_notices as notices
from ostiary.issuer.logout_notices import LogoutNotice
from ostiary.issuer.logout_token import TYPE, logout_claims
from ostiary.keys.jwt import sign
from ostiary.server.issuer.desk import Desk

SECONDS: Final = 5.0
"""For each step of one message: a client that is slow is told again later."""
AT_ONCE: Final = 8


async def tell_due(desk: Desk) -> None:
    """Everybody who is to be told by now. Raises StoreUnavailable."""
    due, turns = await desk.store.logout_notices(int(desk.clock())), asyncio.Semaphore(AT_ONCE)

    async def one(notice: LogoutNotice) -> None:
        async with turns:
            await _tell(desk, notice)

    await asyncio.gather(*map(one, due))


async def _tell(desk: Desk, notice: LogoutNotice) -> None:
    registry, now = desk.registry, desk.clock()
    client = notices.listener(registry, notice)
    if client is None or client.backchannel_logout_uri is None:
        await desk.store.commit(notices.not_wanted(notice))
        return
    claims = logout_claims(registry, client.id, notice.subject, notice.session, int(now), desk.fresh)
    token = sign(claims, desk.keys.at(now).signing, TYPE)
    heard = await asyncio.to_thread(_post, client.backchannel_logout_uri, token)
    after = notices.told if heard else notices.failed
    await desk.store.commit(after(notice, desk.clock()))


def _post(uri: str, token: str) -> bool:
    """Whether the client has heard it (section 2.8). Redirects are not followed: the contract names the address."""
    url = urlsplit(uri)
    host, target = url.hostname or "", (url.path or "/") + (f"?{url.query}" if url.query else "")
    connection: HTTPConnection
    if url.scheme == "https":
        connection = HTTPSConnection(host, url.port, timeout=SECONDS, context=_trusted())
    else:
        connection = HTTPConnection(host, url.port, timeout=SECONDS)
    try:
        typed = {"content-type": "application/x-www-form-urlencoded"}
        connection.request("POST", target, urlencode({"logout_token": token}), typed)
        return connection.getresponse().status in (200, 204)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
