"""A refusal of the issuer: recorded first, then told."""

from collections.abc import Mapping

import orjson

from ostiary.http import problem
from ostiary.issuer.records import SpendAssertion
from ostiary.model.algorithms import PROVING
from ostiary.model.errors import (
    BEARER,
    DPOP,
    AuthorizationPending,
    InsufficientScope,
    InvalidClient,
    InvalidRequest,
    InvalidSignature,
    MethodNotAllowed,
    MissingToken,
    NonceNeeded,
    OAuthError,
    Refusal,
    TemporarilyUnavailable,
    TokenRefused,
    UseAttestationChallenge,
    UseDpopNonce,
)
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.ids import ClientId, Reference
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Header, Incoming, allow

RETRY_AFTER = b"1"
"""Seconds."""
BASIC: Header = (b"www-authenticate", b'Basic realm="ostiary", charset="UTF-8"')
"""In each 401, however the client tried (RFC 9110 section 15.5.2): the one way of HTTP's own that is served."""


async def refuse(
    desk: Desk,
    incoming: Incoming,
    endpoint: str,
    error: Refusal,
    client: ClientId | None = None,
    plan: Plan = Plan(),  # noqa: B008  # frozen and empty
) -> Answer:
    """Commit what the refusal changes with the record of it, and answer. Raises StoreUnavailable."""
    return render(desk, incoming, await record(desk, incoming, endpoint, error, client, plan))


async def record(
    desk: Desk, incoming: Incoming, endpoint: str, error: Refusal, client: ClientId | None, plan: Plan
) -> Refusal:
    """Commit the plan and the event; past the flood bound the event is counted instead. What is refused in the end:
    an assertion that was spent before is refused as that, and changes nothing else. Raises StoreUnavailable."""
    committing = plan + _event(desk, incoming, endpoint, error, client)
    if committing == Plan():
        return error
    outcome = await desk.store.commit(committing)
    if isinstance(outcome, AlreadySpent) and isinstance(outcome.spend, SpendAssertion):
        replayed = InvalidClient(Reason.ASSERTION_REPLAYED)
        return await record(desk, incoming, endpoint, replayed, client, Plan())
    return error


def _event(desk: Desk, incoming: Incoming, endpoint: str, error: Refusal, client: ClientId | None) -> Plan:
    if isinstance(error, AuthorizationPending):  # what every device hears a hundred times is no news
        return Plan()
    now, peer = desk.clock(), desk.pseudonym(incoming.peer)
    if not desk.refusals.lists(now, error.reason, None, client, peer):
        return Plan()
    return Plan(
        events=(
            IssuerRefused(
                at=now,
                endpoint=endpoint,
                error=error.code,
                reason=error.reason,
                ref=incoming.ref,
                peer=peer,
                client=client,
            ),
        )
    )


def render(desk: Desk, incoming: Incoming, error: Refusal) -> Answer:
    """The public part: RFC 6749 section 5.2, RFC 6750 section 3, RFC 9457. The reference leads to the rest."""
    match error:
        case OAuthError():
            return _oauth(error, incoming.ref)
        case TokenRefused():
            return _challenge(error, incoming.ref)
        case _:
            return _problem(error, incoming.ref)


def render_at_resource(desk: Desk, incoming: Incoming, error: Refusal) -> Answer:
    """As `render`: and who brings a token in a way that is none is told how they come (RFC 6750 section 3)."""
    answer = render(desk, incoming, error)
    return answer.adding((_bearer(error),)) if isinstance(error, InvalidRequest) else answer


def _bearer(error: Refusal) -> Header:
    challenge = f'{BEARER} realm="ostiary", error="{error.code}", error_description="{error.public}"'
    return (b"www-authenticate", challenge.encode())


def _oauth(error: OAuthError, ref: Reference) -> Answer:
    headers: tuple[Header, ...] = (JSON, NO_STORE)
    if isinstance(error, InvalidClient):
        headers += (BASIC,)
    if isinstance(error, NonceNeeded):
        headers += ((b"dpop-nonce", error.nonce.encode()),)
    if isinstance(error, UseAttestationChallenge):
        headers += ((b"oauth-client-attestation-challenge", error.challenge.encode()),)
    if isinstance(error, TemporarilyUnavailable):
        headers += ((b"retry-after", RETRY_AFTER),)
    return Answer(error.status, headers, _body(error, ref))


def _challenge(error: TokenRefused, ref: Reference) -> Answer:
    """RFC 6750 section 3: no error code where no token came."""
    challenge = f'{error.scheme} realm="ostiary"'.encode()
    if error.scheme == DPOP:
        challenge += f', algs="{" ".join(PROVING)}"'.encode()
    if not isinstance(error, MissingToken | InvalidSignature):
        challenge += f', error="{error.code}", error_description="{error.public}"'.encode()
    if isinstance(error, InsufficientScope):
        challenge += f', scope="{" ".join(error.needed)}"'.encode()
    headers: tuple[Header, ...] = (JSON, NO_STORE, (b"www-authenticate", challenge))
    if isinstance(error, UseDpopNonce):
        headers += ((b"dpop-nonce", error.nonce.encode()),)
    return Answer(error.status, headers, _body(error, ref))


def _problem(error: Refusal, ref: Reference) -> Answer:
    headers: tuple[Header, ...] = ((b"content-type", b"application/problem+json"), NO_STORE)
    if isinstance(error, MethodNotAllowed):
        headers += (allow(error.allowed),)
    return Answer(error.status, headers, problem.body(error, ref))


def _body(error: Refusal, ref: Reference) -> bytes:
    description = f"{error.public} ({error.detail})" if error.detail else error.public
    members: Mapping[str, str] = {"error": error.code, "error_description": description, "ref": ref}
    return orjson.dumps(members)
