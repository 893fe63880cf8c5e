"""`GET /session/callback`: the answer to a sign-in comes back, and becomes a session with a new cookie."""

from ostiary.issuer import flows
from ostiary.issuer import web_session as sessions
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.form import Parameters, require
from ostiary.issuer.token import CodeRequest
from ostiary.issuer.web_login import Begun, return_with_error
from ostiary.keys.hashing import token_hash
from ostiary.keys.session_cookie import new_value
from ostiary.model import endpoints
from ostiary.model.plan import Committed, Plan
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import redirect
from ostiary.server.issuer.token import code_facts
from ostiary.server.session.cookies import login_cookie, set_session_cookie
from ostiary.server.session.tokens import kept, sealed


async def callback(desk: Desk, incoming: Incoming) -> Answer:
    """Raises Forbidden and OAuthError: whoever did not begin this learns nothing and gets no cookie."""
    parameters, now = incoming.query_parameters(), desk.clock()
    begun = flows.web_answer(desk.registry, desk.web_key, login_cookie(incoming), parameters, now)
    if "error" in parameters:
        return redirect(return_with_error(begun, parameters["error"]))
    return await _exchanged(desk, begun, parameters, now)


async def _exchanged(desk: Desk, begun: Begun, parameters: Parameters, now: float) -> Answer:
    """Who loses a race for the code is decided anew, and sees it spent."""
    client = begun.client
    uri = desk.registry.issuer + endpoints.SESSION_CALLBACK
    request = CodeRequest(token_hash(require(parameters, "code")), uri, begun.verifier.reveal())
    who = flows.handled_client(desk.registry, client.id, await desk.store.client_disabled_at(client.id))
    while True:
        facts = await code_facts(desk.store, request)
        decision = flows.web_tokens(desk.registry, who, begun, request, facts, now, desk.fresh)
        cookie = new_value(client.id, desk.web_key, desk.fresh)
        tokens = sealed(desk, kept(desk, decision.answer, now), token_hash(cookie.reveal()))
        plan = await _start(desk, begun, facts, cookie.reveal(), tokens, now)
        if isinstance(await desk.store.commit(decision.plan + plan), Committed):
            return redirect(begun.return_to, (set_session_cookie(client.id, cookie),))


async def _start(desk: Desk, begun: Begun, facts: CodeFacts, cookie: str, tokens: bytes, now: float) -> Plan:
    assert facts.session is not None, "its checks are passed"
    before = await desk.store.web_sessions_of(facts.session.id)
    return sessions.start(desk.registry, begun.client, facts, token_hash(cookie), tokens, before, int(now))
