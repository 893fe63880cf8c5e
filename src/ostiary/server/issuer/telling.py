"""Back to the client: with its code, or with what failed."""

from ostiary.issuer import answer as answers
from ostiary.issuer.answer import AuthorizationAnswer
from ostiary.issuer.authorize import POSTED_MODES
from ostiary.issuer.jarm import signed_where_asked
from ostiary.issuer.redirect_uris import origin_of
from ostiary.model.errors import InvalidRequestUri
from ostiary.model.ids import Scope
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.pages.views import FormPostView
from ostiary.people.sessions import Visitor, touch
from ostiary.server.issuer.asked import Asked, ToClient
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import page, redirect
from ostiary.server.issuer.refusal import record


async def finish(desk: Desk, asked: Asked, visitor: Visitor, scopes: frozenset[Scope], before: Plan) -> Answer:
    """Issue the code, and go back to the client with it. `before`: what is committed with it. Raises InvalidRequestUri
    where the pushed request led to another code meanwhile."""
    now = desk.clock()
    decided = answers.issue_code(desk.registry, asked.request, visitor, scopes, int(now), desk.fresh)
    outcome = await desk.store.commit(before + touch(visitor, int(now)) + decided.plan)
    if isinstance(outcome, AlreadySpent):
        raise InvalidRequestUri(Reason.REQUEST_URI_SPENT)
    return _tell(desk, decided.answer)


def _tell(desk: Desk, decided: AuthorizationAnswer) -> Answer:
    """Send the browser back to the client (OAuth 2.0 Form Post Response Mode section 2, JARM section 2.3)."""
    now = desk.clock()
    answer = signed_where_asked(desk.registry, decided, desk.keys.at(now).signing, now)
    address = answer.address
    if address.mode not in POSTED_MODES:
        return redirect(answers.location(answer))
    uri = address.redirect_uri
    view = FormPostView(address.client.name, uri, answer.fields, sends_to=(origin_of(uri),))
    return page(desk, view)


async def tell_error(desk: Desk, incoming: Incoming, failed: ToClient, plan: Plan = Plan()) -> Answer:  # noqa: B008  # frozen and empty
    """Record what failed, and tell the client."""
    await record(desk, incoming, incoming.path, failed.error, failed.address.client.id, plan)
    return _tell(desk, answers.error_answer(desk.registry, failed.address, failed.error))
