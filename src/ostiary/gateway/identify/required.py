"""A credential is required: found, recalled or verified, and still good for this request.

`SCHEMES` and `SOURCES` are the tables: one entry for each way in which clients bring a credential.
"""

from collections.abc import Callable, Mapping

from ostiary.contract.model import Contract
from ostiary.gateway.decision import Asked, Unloaded
from ostiary.gateway.identify import api_key, cookie, legacy, signature
from ostiary.gateway.identify.bearer import bearer
from ostiary.gateway.identify.dpop import dpop
from ostiary.gateway.identify.trust import Trust, is_revoked
from ostiary.gateway.remembered import Seen
from ostiary.model.errors import InvalidToken, MissingToken, Refusal, ServiceUnavailable
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

Identify = Callable[[Asked], Refusal | None]
"""Sets `asked.seen`, or refuses. Raises Unloaded."""
Read = Callable[[bytes, Asked, Trust], Seen]
"""Verifies what was brought. Raises Refusal, Unloaded."""


def _nothing(asked: Asked, trust: Trust) -> bytes:
    return b""


@frozen
class Source:
    """A way to bring a credential beside the Authorization field."""

    serves: Callable[[Contract], bool]
    """Whether a client of the contract uses it; where none does, it costs nothing."""
    find: Callable[[Asked, Trust], bytes | None]
    """The credential as it is remembered: it begins with NUL and a letter of the source's own, which no field value
    does, so that nothing in an Authorization field can pass for it. None where it was not brought."""
    read: Read
    asks: Callable[[Asked, Trust], bytes] = _nothing
    """What the answer says to who brought nothing at all, beside its challenge: lines."""


SCHEMES: Mapping[bytes, Read] = {b"bearer": bearer, b"dpop": dpop, b"basic": legacy.basic}
"""Of the Authorization field (RFC 9110 section 11.4), in lower case. What stands there decides alone."""
SOURCES: tuple[Source, ...] = (
    Source(api_key.serves, api_key.find, api_key.read),
    Source(signature.serves, signature.find, signature.signed, signature.asks),
    Source(cookie.serves, cookie.find, cookie.cookie),
    Source(legacy.serves, legacy.find, legacy.read),
)
"""Looked through in this order where there is no Authorization field."""


def required(audience: str, trust: Trust, bound: int) -> Identify:
    """A credential for this audience is required. `bound`: seconds for which the feed may be silent."""
    revocations, recall = trust.revocations, trust.remembered.get
    silence = bound * 1_000_000_000
    sources = tuple(source for source in SOURCES if source.serves(trust.contract))

    def identify(asked: Asked) -> Refusal | None:
        if asked.clock - revocations.heard_at > silence:
            return ServiceUnavailable(Reason.FEED_STALE)
        read: Read = _by_scheme
        credential = asked.head.fields.get(b"authorization")
        if credential is None:
            for source in sources:
                credential, read = source.find(asked, trust), source.read
                if credential is not None:
                    break
            else:
                asked.adds += b"".join(source.asks(asked, trust) for source in sources)
                return MissingToken(Reason.TOKEN_MISSING)
        seen = recall(credential)
        if seen is None:
            try:
                seen = read(credential, asked, trust)
            except Refusal as refused:
                return refused
            trust.remembered.add(credential, seen)
        asked.seen = seen
        seen.used = True
        if seen.says:
            asked.adds += seen.says
        if seen.expires_at <= asked.now:
            if seen.cookie is not None:
                raise Unloaded(seen.cookie)
            return InvalidToken(Reason.TOKEN_EXPIRED)
        if seen.version != revocations.version:
            if is_revoked(seen, revocations):
                return InvalidToken(Reason.TOKEN_REVOKED)
            seen.version = revocations.version
        if audience not in seen.audiences:
            return InvalidToken(Reason.TOKEN_AUDIENCE)
        return None if seen.prove is None else seen.prove(asked)

    return identify


def _by_scheme(credential: bytes, asked: Asked, trust: Trust) -> Seen:
    """Raises Refusal; what fails is not remembered."""
    scheme, _, rest = credential.partition(b" ")
    read = SCHEMES.get(scheme.lower())
    if read is None:
        raise InvalidToken(Reason.TOKEN_MALFORMED)
    return read(rest.lstrip(b" "), asked, trust)
