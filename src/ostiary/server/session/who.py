"""`GET /session`: who is signed in at the pages of a web client. No token is in the answer."""

import orjson

from ostiary.http.same_origin import is_foreign
from ostiary.issuer import flows
from ostiary.issuer import web_session as sessions
from ostiary.issuer.web_login import require_client
from ostiary.model.errors import Forbidden, InvalidClient, InvalidToken
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming
from ostiary.server.session.cookies import session_value
from ostiary.server.session.found import find

_VARY = (b"vary", b"cookie")
_NOBODY = orjson.dumps({"signed_in": False})


async def who(desk: Desk, incoming: Incoming) -> Answer:
    """Raises Forbidden for pages of other origins, and OAuthError where nobody knows which client is meant."""
    own = desk.registry.issuer.encode()
    if is_foreign(own, incoming.header(b"origin"), incoming.header(b"sec-fetch-site")):
        raise Forbidden(Reason.CSRF_ORIGIN)
    client = require_client(desk.registry, incoming.query_parameters().get("client"))
    value = session_value(desk, incoming, client.id)
    if value is None:
        return _told(_NOBODY)
    try:
        found = await find(desk, client, value)
        flows.handled_client(desk.registry, client.id, await desk.store.client_disabled_at(client.id))
    except (InvalidToken, InvalidClient):  # as the gateway refuses what comes with the cookie
        return _told(_NOBODY)
    return _told(
        orjson.dumps(sessions.who_am_i(desk.registry, client, found.web, found.facts, found.csrf, desk.clock()))
    )


def _told(body: bytes) -> Answer:
    return Answer(200, (JSON, NO_STORE, _VARY), body)
