"""Pushed authorization requests (RFC 9126): a client tells its request to the issuer, and the browser carries only the
request's name."""

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Final
from urllib.parse import urlencode

from ostiary.contract.model import ClientRule
from ostiary.issuer.authorize import given_once
from ostiary.issuer.brought import LONGEST_VISIT, Brought
from ostiary.issuer.decision import Decided
from ostiary.issuer.form import Parameters, pairs_of, read_pairs
from ostiary.issuer.holder import Holder
from ostiary.issuer.records import AddPushedRequest, PushedRequest
from ostiary.keys.hashing import token_hash
from ostiary.keys.once import seal, unseal
from ostiary.model.errors import InvalidProof, InvalidRequest, InvalidRequestUri
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.model.plan import Plan
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
NAME_BYTES: Final = 32
LIFETIME: Final = 60
"""Seconds from the push until a browser has opened the request (section 2.2 suggests 5 to 600)."""
MOST_BYTES: Final = 16 * 1024
_OF_AUTHENTICATION: Final = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
_PURPOSE: Final = b"pushed request"
_SIGNED: Final = b"s"
_PLAIN: Final = b"-"
"""Before the parameters: whether they came in a request object."""


@frozen
class Named:
    """What the client gets for its request (section 2.2)."""

    request_uri: Secret
    expires_in: int = LIFETIME


def own_parameters(form: Parameters, client: ClientRule) -> Brought:
    """The request of a push, without what authenticates the client; where it is signed, who signs need not be said
    again (section 3). Raises InvalidRequest for the name of another request (section 2.1)."""
    if "request_uri" in form:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "request_uri")
    pairs = [(name, value) for name, value in pairs_of(form) if name not in _OF_AUTHENTICATION]
    unsaid = "request" in form and "client_id" not in form
    return Brought([*pairs, ("client_id", client.id)] if unsaid else pairs, pushed=True)


def named_key(brought: Brought, holder: Holder | None) -> Brought:
    """A proof that comes with the push names the key as `dpop_jkt` does. Raises InvalidProof where they name two (RFC
    9449 section 10.1)."""
    if holder is None or holder.binding is not Binding.DPOP:
        return brought
    named = given_once(brought.pairs).get("dpop_jkt")
    if named is None:
        return replace(brought, pairs=[*brought.pairs, ("dpop_jkt", holder.thumbprint)])
    if named != holder.thumbprint:
        raise InvalidProof(Reason.PROOF_KEY)
    return brought


def keep(brought: Brought, client: ClientRule, now: float, fresh: Fresh) -> Decided[Named]:
    """Store the request under a name that nobody can guess; the store can neither tell the name nor read the request.

    Raises InvalidRequest where it is too long. There is no event: nothing is granted before a person has answered.
    """
    query = (_SIGNED if brought.signed else _PLAIN) + urlencode(brought.pairs).encode()
    if len(query) > MOST_BYTES:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "too long")
    uri = Secret(PREFIX + fresh_name(fresh, NAME_BYTES))
    kept = PushedRequest(
        hash=token_hash(uri.reveal()),
        client=client.id,
        sealed=seal(query, uri, _PURPOSE),
        issued_at=int(now),
        expires_at=int(now) + LIFETIME,
    )
    return Decided(Plan((AddPushedRequest(kept),)), Named(uri))


@frozen
class PushedFacts:
    """A name that the browser brought, and what the store has by it. `opened`: this browser had opened it in time."""

    uri: Secret = field(repr=False)
    request: PushedRequest | None
    opened: bool


def name_of(pairs: Sequence[tuple[str, str]]) -> Secret | None:
    """The name that a request has instead of its parameters. Any other `request_uri` is left to the checks of the
    request, and is never fetched."""
    uri = given_once(pairs).get("request_uri", "")
    return Secret(uri) if uri.startswith(PREFIX) else None


def require_known(facts: PushedFacts) -> PushedRequest:
    """Raise InvalidRequestUri where there is none."""
    if facts.request is None:
        raise InvalidRequestUri(Reason.REQUEST_URI_UNKNOWN)
    return facts.request


def require_of_client(request: PushedRequest, once: Parameters) -> None:
    """Raise InvalidRequestUri where another client pushed it (section 2.2: it is bound to the client)."""
    if request.client != once.get("client_id"):
        raise InvalidRequestUri(Reason.REQUEST_URI_OF_ANOTHER_CLIENT)


def require_unspent(request: PushedRequest) -> None:
    """Raise InvalidRequestUri where it has led to a code (section 4: one use)."""
    if request.spent_at is not None:
        raise InvalidRequestUri(Reason.REQUEST_URI_SPENT)


def require_in_time(request: PushedRequest, facts: PushedFacts, now: float) -> None:
    """Raise InvalidRequestUri where it is past its end (section 4). Who opened it before may still finish."""
    end = request.expires_at + LONGEST_VISIT if facts.opened else request.expires_at
    if now >= end:
        raise InvalidRequestUri(Reason.REQUEST_URI_EXPIRED)


def brought_by(request: PushedRequest, facts: PushedFacts) -> Brought:
    """What was pushed, and nothing of what stands beside the name (RFC 9101 section 6.3)."""
    query = unseal(request.sealed, facts.uri, _PURPOSE)
    signed = query.startswith(_SIGNED)
    return Brought(read_pairs(query[1:]), pushed=True, signed=signed, spends=request.hash)
