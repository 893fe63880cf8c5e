"""What token, revocation, introspection and push endpoint share: a client proves who it is, something is decided for
it, and what was decided is committed before it is answered."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from ostiary.contract.model import ClientAuth
from ostiary.issuer import flows
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.credentials import Credentials, read_credentials
from ostiary.issuer.decision import Decision, Refused
from ostiary.issuer.form import Parameters
from ostiary.issuer.records import SpendAssertion
from ostiary.issuer.token import require_no_query
from ostiary.keys.dpop import IAT_WINDOW
from ostiary.model.errors import InvalidClient, OAuthError, Refusal
from ostiary.model.plan import Committed, Plan
from ostiary.model.reasons import Reason
from ostiary.server.issuer.build import build_fields
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.holder import shown_holder
from ostiary.server.issuer.http import Answer, Header, Incoming
from ostiary.server.issuer.refusal import refuse

A = TypeVar("A")
_ASKED_AGAIN = frozenset({"grant_type", "scope", "resource", "authorization_details"})
_ATTESTED = (b"oauth-client-attestation", b"oauth-client-attestation-pop")
_NOTHING: tuple[Header, ...] = ()
Decide = Callable[[Desk, AuthenticatedClient, Parameters, float], Awaitable[Decision[A]]]
"""Loads the facts that the request is about, and decides. Raises OAuthError."""
Render = Callable[[Desk, A, float], Answer]


async def for_client(
    desk: Desk, incoming: Incoming, decide: Decide[A], render: Render[A], *, any_build: bool = False
) -> Answer:
    """Authenticate, decide, commit, answer. `any_build`: an app that is too old may still do this.

    Raises StoreUnavailable, and OAuthError where no client is named yet.
    """
    form, credentials = _read(incoming)
    now, told = desk.clock(), _NOTHING
    try:
        who, nonce = await _authenticate(desk, incoming, credentials, now)
        told = _NOTHING if any_build else build_fields(incoming, who.rule, now)
    except Refusal as error:
        named = desk.registry.client(credentials.client)
        refused = await refuse(desk, incoming, incoming.path, error, None if named is None else named.id)
        return refused.adding(told)
    answer = await _decide_and_commit(desk, incoming, who, form, decide, render, now)
    return answer.adding(told + nonce)


def _read(incoming: Incoming) -> tuple[Parameters, Credentials]:
    """What the request asks and who it says it is of: the same for the same head and body. Where nothing in the body is
    secret or good once, that is kept with the head, since clients that act for themselves ask the same again and again.
    Raises OAuthError."""
    before = incoming.head.note
    if before is not None and before[0] == incoming.body:
        return before[1], before[2]
    require_no_query(incoming.query)
    form = incoming.form()
    attested = map(incoming.header, _ATTESTED) if _ATTESTED[0] in incoming.fields else ()
    credentials = read_credentials(incoming.header(b"authorization"), form, *attested)
    if incoming.certificate is not None or incoming.gateway is not None:
        credentials = replace(credentials, certificate=incoming.certificate, gateway=incoming.gateway)
    if form.keys() <= _ASKED_AGAIN:
        incoming.head.keep((incoming.body, form, credentials))
    return form, credentials


async def _authenticate(
    desk: Desk, incoming: Incoming, brought: Credentials, now: float
) -> tuple[AuthenticatedClient, tuple[Header, ...]]:
    """Who it is; and the nonce for its next proof, where it is time."""
    named = desk.registry.client(brought.client)
    disabled_at = None if named is None else await desk.store.client_disabled_at(named.id)
    if named is not None and disabled_at is None and brought.method is ClientAuth.PRIVATE_KEY_JWT:
        await desk.freshen_keys(named, brought.proof.reveal(), now)
    ahead = IAT_WINDOW if named is None else named.profile.proof_ahead_seconds
    holder, nonce = shown_holder(desk, incoming, now, ahead=ahead)
    credentials = brought if holder is None else replace(brought, holder=holder)
    own = desk.keys.at(now).published
    who = flows.authenticate_client(desk.registry, credentials, disabled_at, incoming.peer, own, desk.proofs, now)
    return who, nonce


async def _decide_and_commit(
    desk: Desk,
    incoming: Incoming,
    client: AuthenticatedClient,
    form: Parameters,
    decide: Decide[A],
    render: Render[A],
    now: float,
) -> Answer:
    """The client's assertion is spent with whatever happens. Who loses a race is decided anew: what was spent is seen
    as spent then, so this ends."""
    proof = Plan(client.spends)
    while True:
        try:
            decision = await decide(desk, client, form, now)
        except OAuthError as error:
            decision = Refused(Plan(), error)
        if isinstance(decision, Refused):
            return await refuse(desk, incoming, incoming.path, decision.error, client.rule.id, proof + decision.plan)
        outcome = await desk.store.commit(proof + decision.plan)
        if isinstance(outcome, Committed):
            return render(desk, decision.answer, now)
        if isinstance(outcome.spend, SpendAssertion):
            replayed = InvalidClient(Reason.ASSERTION_REPLAYED)
            return await refuse(desk, incoming, incoming.path, replayed, client.rule.id)
