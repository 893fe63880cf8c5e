"""`POST /session/logout`: a person signs out at the pages of a web client, and so everywhere."""

from contextlib import suppress

from ostiary.contract.model import ClientRule
from ostiary.http.same_origin import is_own
from ostiary.issuer import web_session as sessions
from ostiary.issuer.logout import lifetimes
from ostiary.issuer.web_login import require_client
from ostiary.keys.hashing import same
from ostiary.keys.session_cookie import csrf_token
from ostiary.model.errors import Forbidden, InvalidToken
from ostiary.model.reasons import Reason
from ostiary.people.sessions import Visitor, end
from ostiary.server.issuer import browser
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import NO_STORE, Answer, Incoming
from ostiary.server.session.cookies import no_session_cookie, session_value
from ostiary.server.session.found import Found, find


async def logout(desk: Desk, incoming: Incoming) -> Answer:
    """Ends the session, the sign-in at the issuer that it rests on, and with it every other session that does. Raises
    Forbidden for what does not come from the session's own pages (RFC 10017 section 6.1.3.3)."""
    client = require_client(desk.registry, incoming.query_parameters().get("client"))
    value = session_value(desk, incoming, client.id)
    _require_own_page(desk, incoming)
    if value is not None:
        _require_csrf_token(desk, incoming, client, value)
        with suppress(InvalidToken):  # nobody is signed in any more, which is what was asked for
            await _end(desk, await find(desk, client, value))
    return Answer(204, (NO_STORE, no_session_cookie(client.id), browser.no_session_cookie()))


def _require_own_page(desk: Desk, incoming: Incoming) -> None:
    own = desk.registry.issuer.encode()
    if not is_own(own, incoming.header(b"origin"), incoming.header(b"sec-fetch-site")):
        raise Forbidden(Reason.CSRF_ORIGIN)


def _require_csrf_token(desk: Desk, incoming: Incoming, client: ClientRule, value: bytes) -> None:
    expected = csrf_token(value, client.id, desk.web_key).encode()
    if not same(incoming.header(b"x-csrf-token") or b"", expected):
        raise Forbidden(Reason.CSRF_TOKEN)


async def _end(desk: Desk, found: Found) -> None:
    now, facts = int(desk.clock()), found.facts
    assert facts.person is not None
    assert facts.session is not None, "what is behind the session was checked"
    signed_in = Visitor(facts.person, facts.session)
    whole = sessions.end_session(found.web, now) + end(signed_in, found.client.id, now, lifetimes(desk.registry))
    await desk.store.commit(whole)
