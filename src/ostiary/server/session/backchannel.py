"""`POST /session/backchannel-logout`: the token handler is told that a sign-in has ended (OpenID Connect Back-Channel
Logout 1.0 sections 2.5 to 2.8)."""

from ostiary.issuer import flows
from ostiary.issuer import web_session as sessions
from ostiary.model.errors import InvalidRequest
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import NO_STORE, Answer, Incoming


async def backchannel_logout(desk: Desk, incoming: Incoming) -> Answer:
    """Ends the client's sessions that rest on that sign-in, at every gateway. Raises InvalidRequest."""
    now, form = desk.clock(), incoming.form()
    logout = flows.backchannel_logout(desk.registry, form, desk.keys.at(now).published, now)
    plan = Plan((logout.spends,))
    for web in await desk.store.web_sessions_of(logout.session):
        if web.client == logout.client.id:
            plan += sessions.end_session(web, int(now))
    if isinstance(await desk.store.commit(plan), AlreadySpent):
        raise InvalidRequest(Reason.LOGOUT_TOKEN_INVALID, "logout_token")
    return Answer(200, (NO_STORE,))
