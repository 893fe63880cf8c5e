"""Admit: what a route asks of the way in: which kinds, from where, how strongly bound."""

from collections.abc import Collection, Mapping

from ostiary.contract.builds import Builds
from ostiary.gateway.decision import Asked, Check
from ostiary.http.problem import APP_VERSION
from ostiary.http.request import HeadBounds
from ostiary.model.errors import (
    BadRequest,
    ContentTooLarge,
    Forbidden,
    HeadersTooLarge,
    InvalidToken,
    Refusal,
    UpgradeRequired,
    UriTooLong,
)
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding, Kind
from ostiary.model.reasons import Reason


def known_address(asked: Asked) -> Refusal | None:
    """The client calls from where the contract says it does, if it says."""
    seen = asked.seen
    if seen is not None and seen.networks and not asked.peer.within(seen.networks):
        return Forbidden(Reason.ADDRESS_NOT_ALLOWED)
    return None


def living_build(builds: Mapping[ClientId, Builds]) -> Check:
    """The build that the app states is not too old; one that is about to end is told so with whatever the answer is."""
    told = {client: _told(of) for client, of in builds.items()}

    def check(asked: Asked) -> Refusal | None:
        seen = asked.seen
        if seen is None or seen.principal.client not in builds:
            return None
        client = seen.principal.client
        try:
            if builds[client].require(asked.head.fields.get(APP_VERSION), asked.now):
                asked.adds += told[client]
        except UpgradeRequired as refused:
            return refused
        return None

    return check


def _told(builds: Builds) -> bytes:
    fields = () if builds.ending is None else builds.ending.fields()
    return b"".join(b"%b: %b\r\n" % field for field in fields)


def own_origin(own: bytes) -> Check:
    """A token of a client whose scripts may call across origins is used from one of its own, or from ours."""

    def check(asked: Asked) -> Refusal | None:
        origin = asked.head.fields.get(b"origin")
        seen = asked.seen
        if origin is None or origin == own or seen is None or seen.origins is None or origin in seen.origins:
            return None
        return Forbidden(Reason.ORIGIN_NOT_ALLOWED)

    return check


def one_of_kinds(kinds: Collection[Kind]) -> Check:
    """The client's kind is one of these."""

    def check(asked: Asked) -> Refusal | None:
        return None if asked.seen is not None and asked.seen.principal.kind in kinds else Forbidden(Reason.ROUTE_KIND)

    return check


def bound_by(least: Binding) -> Check:
    """The credential is bound at least so strongly."""

    def check(asked: Asked) -> Refusal | None:
        if asked.seen is not None and asked.seen.principal.binding >= least:
            return None
        return InvalidToken(Reason.BINDING_TOO_WEAK)

    return check


def head_within(bounds: HeadBounds) -> Check:
    """The head keeps the bounds of this route, which are narrower than the listener's."""

    def check(asked: Asked) -> Refusal | None:
        size = asked.head.size()
        if size.line > bounds.line:
            return UriTooLong(Reason.REQUEST_LINE_TOO_LONG)
        if size.block > bounds.block or size.fields > bounds.fields:
            return HeadersTooLarge(Reason.HEADERS_TOO_LARGE)
        return None

    return check


def body_within(most: int) -> Check:
    """The body that is announced is at most so many bytes; a chunked one is counted as it comes."""

    def check(asked: Asked) -> Refusal | None:
        length = asked.head.length
        return ContentTooLarge(Reason.BODY_TOO_LARGE) if length is not None and length > most else None

    return check


def no_token_in_query(asked: Asked) -> Refusal | None:
    """No access token stands in the URL, where logs would keep it (RFC 6750 sections 2.3 and 5.3)."""
    query = asked.head.query
    if query is not None and b"access_token=" in query:
        return BadRequest(Reason.TOKEN_REPEATED)
    return None


def no_upgrade(asked: Asked) -> Refusal | None:
    """The route does not change protocols (RFC 9110 section 7.8: an Upgrade may be ignored; a WebSocket is refused)."""
    wanted = asked.head.fields.get(b"upgrade")
    if wanted is not None and wanted.lower() == b"websocket":
        return BadRequest(Reason.UPGRADE_NOT_ALLOWED)
    return None
