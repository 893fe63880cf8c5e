"""What a person answers on the consent page."""

from ostiary.issuer import consent as consents
from ostiary.issuer.form_token import Purpose
from ostiary.issuer.interaction import AskConsent
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden
from ostiary.model.plan import Plan
from ostiary.pages.views import Problem
from ostiary.server.issuer.asked import Asked, ToClient, read
from ostiary.server.issuer.authorize import consent_page, next_step, shown_on
from ostiary.server.issuer.browser import require_token
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Incoming
from ostiary.server.issuer.page import see
from ostiary.server.issuer.refusal import record
from ostiary.server.issuer.telling import finish, tell_error

ALLOW = "allow"


async def consent(desk: Desk, incoming: Incoming) -> Answer:
    """Whatever else is to be asked first, or has been answered meanwhile, leads back to the authorization endpoint.
    Raises OAuthError."""
    if incoming.method != "POST":
        return see(endpoints.AUTHORIZE, incoming.query)
    try:
        asked = await read(desk, incoming)
        step = next_step(desk, asked)
    except ToClient as failed:
        return await tell_error(desk, incoming, failed)
    if not isinstance(step, AskConsent):
        return see(endpoints.AUTHORIZE, asked.whole)
    form = incoming.form()
    try:
        require_token(desk, asked.browser, Purpose.CONSENT, asked.query, form, *shown_on(asked, step))
    except Forbidden as refused:
        await record(desk, incoming, incoming.path, refused, asked.request.address.client.id, Plan())
        return consent_page(desk, asked, step, Problem.OUT_OF_DATE)
    if form.get("answer") == ALLOW:
        return await _allowed(desk, asked, step)
    return await _refused(desk, incoming, asked, step)


async def _allowed(desk: Desk, asked: Asked, step: AskConsent) -> Answer:
    subject, client, now = step.visitor.person.subject, asked.request.address.client, int(desk.clock())
    granted = consents.granted(subject, client, step.question, asked.visit.consent, now)
    return await finish(desk, asked, step.visitor, step.scopes, granted)


async def _refused(desk: Desk, incoming: Incoming, asked: Asked, step: AskConsent) -> Answer:
    address = asked.request.address
    plan, error = consents.refused(step.visitor.person.subject, address.client.id, int(desk.clock()))
    return await tell_error(desk, incoming, ToClient(address, error), plan)
