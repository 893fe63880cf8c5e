"""The session that a request's cookie stands for, with what is behind it."""

from ostiary.contract.model import ClientRule
from ostiary.issuer import flows
from ostiary.issuer.family import NO_GRANT, GrantFacts
from ostiary.issuer.web_records import WebSession
from ostiary.keys.hashing import token_hash
from ostiary.keys.session_cookie import csrf_token
from ostiary.model.frozen import frozen
from ostiary.server.issuer.desk import Desk


@frozen
class Found:
    """Every check is passed. `csrf`: what its pages have to send beside the cookie."""

    client: ClientRule
    web: WebSession
    facts: GrantFacts
    csrf: str


async def find(desk: Desk, client: ClientRule, value: bytes) -> Found:
    """Raises InvalidToken where the session does not hold any more."""
    web = await desk.store.web_session(token_hash(value.decode("latin-1")))
    facts = NO_GRANT if web is None else await desk.store.grant_facts(web.grant)
    living = flows.web_session(desk.registry, web, client, facts, desk.clock())
    return Found(client, living, facts, csrf_token(value, client.id, desk.web_key))
