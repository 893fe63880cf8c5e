"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

import orjson

from ostiary.issuer import flows
from ostiary.issuer.access_token import require_access_token
from ostiary.issuer.bearer import read_bearer
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming
from ostiary.server.issuer.token_facts import access_token_facts


async def userinfo(desk: Desk, incoming: Incoming) -> Answer:
    """Raises InvalidRequest, TokenRefused and StoreUnavailable."""
    form = incoming.form() if incoming.body else {}
    jwt = read_bearer(incoming.header(b"authorization"), form, incoming.query_parameters())
    now = desk.clock()
    token = require_access_token(jwt, desk.keys.at(now).published, desk.registry.issuer, now)
    facts = await access_token_facts(desk.store, token)
    return Answer(200, (JSON, NO_STORE), orjson.dumps(flows.user_info(desk.registry, token, facts, now)))
