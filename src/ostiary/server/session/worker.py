"""What gateway workers ask on the issuer's own socket: which access token stands behind a cookie, and that it is used.

These paths are below none that the gateway forwards, so no request from outside comes here.
"""

from typing import Final

import orjson

from ostiary.contract.model import ClientRule
from ostiary.issuer import web_session as sessions
from ostiary.issuer.web_login import require_client
from ostiary.keys.hashing import token_hash
from ostiary.keys.master import SealBroken
from ostiary.keys.session_cookie import is_ours
from ostiary.model.errors import InvalidToken, OAuthError, TemporarilyUnavailable
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming
from ostiary.server.session.found import find
from ostiary.server.session.tokens import current

_HEADERS: Final = (JSON, NO_STORE)


async def session(desk: Desk, incoming: Incoming) -> Answer:
    """The body is the client's name and its cookie's value; 401 where the session does not hold any more. Raises
    InvalidToken for a cookie that the worker should not have asked for."""
    name, value = _read(incoming.body)
    client = require_client(desk.registry, name)
    if not is_ours(value, client.id, desk.web_key):
        raise InvalidToken(Reason.COOKIE_FORGED)
    async with desk.web_turns.of(token_hash(value.decode("latin-1"))):
        try:
            return await _told(desk, client, value)
        except InvalidToken:  # the worker refuses the request, and that is on record
            return Answer(401, (NO_STORE,))


async def _told(desk: Desk, client: ClientRule, value: bytes) -> Answer:
    found, now = await find(desk, client, value), desk.clock()
    try:
        tokens = await current(desk, found.web, now)
    except TemporarilyUnavailable:
        raise
    except (OAuthError, SealBroken):
        await desk.store.commit(sessions.end_session(found.web, int(now)))
        raise InvalidToken(Reason.WEB_SESSION_ENDED) from None
    touched = sessions.touch(found.web, int(now))
    if touched != Plan():
        await desk.store.commit(touched)
    ends_at = sessions.ends_at(desk.registry, found.web)
    body = {"access_token": tokens.access.reveal(), "ends_at": ends_at}
    return Answer(200, _HEADERS, orjson.dumps(body))


async def seen(desk: Desk, incoming: Incoming) -> Answer:
    """The body names sessions whose cookies came lately, a line each."""
    for line in incoming.body.splitlines():
        _, value = _read(line)
        web = await desk.store.web_session(token_hash(value.decode("latin-1")))
        touched = Plan() if web is None else sessions.touch(web, int(desk.clock()))
        if touched != Plan():
            await desk.store.commit(touched)
    return Answer(204, (NO_STORE,))


def _read(line: bytes) -> tuple[ClientId, bytes]:
    name, _, value = line.partition(b" ")
    return ClientId(name.decode("latin-1")), value
