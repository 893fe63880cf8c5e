"""`GET /session/login`: a page of a web client sends a person to sign in, or to sign in more strongly or anew."""

from urllib.parse import urlencode

from ostiary.issuer import flows
from ostiary.issuer.form import Parameters
from ostiary.issuer.pushed import Named
from ostiary.issuer.web_login import Wish, authorization_request, state_of
from ostiary.model import endpoints
from ostiary.model.fresh import fresh_name
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import see
from ostiary.server.session.cookies import login_cookie, set_login_cookie


async def login(desk: Desk, incoming: Incoming) -> Answer:
    """Raises OAuthError: what a page asked for wrongly is shown to the person."""
    wish = flows.web_wish(desk.registry, incoming.query_parameters())
    browser, now = login_cookie(incoming) or fresh_name(desk.fresh, 32), desk.clock()
    state = state_of(desk.web_key, browser, wish, now, desk.fresh)
    asked = authorization_request(desk.registry, desk.web_key, browser, wish, state)
    if wish.client.profile.pushed_requests:
        asked = await _pushed(desk, wish, asked, now)
    return see(endpoints.AUTHORIZE, urlencode(asked).encode(), (set_login_cookie(browser),))


async def _pushed(desk: Desk, wish: Wish, asked: Parameters, now: float) -> dict[str, str]:
    """What the browser takes along where the client's requests have to be pushed (RFC 9126 section 4)."""
    disabled_at = await desk.store.client_disabled_at(wish.client.id)
    who = flows.handled_client(desk.registry, wish.client.id, disabled_at)
    decided = flows.push(desk.registry, who, asked, desk.keys.at(now).published, now, desk.fresh)
    await desk.store.commit(decided.plan)
    named: Named = decided.answer
    return {"client_id": wish.client.id, "request_uri": named.request_uri.reveal()}
