"""What old clients still do, each let in by name until its day: Basic (RFC 7617), a bearer token that is always the
same, a key in the query.

None of it is better than a bearer token, whoever sees one request can make the next. So the way ends, every answer says
when, and its use is counted.
"""

import binascii
from typing import Final

from ostiary.contract.model import Contract, OldWay
from ostiary.gateway.decision import Asked, Check
from ostiary.gateway.identify.itself import seen_of_client
from ostiary.gateway.identify.old_ways import Known
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.query_keys import QueryKeys, text_of
from ostiary.gateway.remembered import Seen
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import Forbidden, InvalidToken, Refusal
from ostiary.model.ids import TokenId
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

MARK: Final = b"\0Q"


def basic(credential: bytes, asked: Asked, trust: Trust) -> Seen:
    """User name and password (RFC 7617 section 2), in the one spelling of base64. Raises InvalidToken."""
    if not trust.old_ways.by_secret:
        raise InvalidToken(Reason.TOKEN_MALFORMED)
    try:
        pair = binascii.a2b_base64(credential)
        user, colon, password = pair.decode().partition(":")
    except ValueError:
        raise InvalidToken(Reason.LEGACY_MALFORMED) from None
    if not colon or binascii.b2a_base64(pair, newline=False) != credential:
        raise InvalidToken(Reason.LEGACY_MALFORMED)
    return _seen(OldWay.BASIC, user, password, trust)


def static_bearer(token: bytes, trust: Trust) -> Seen:
    """A token that is no JWT (RFC 6750 section 2.1). Raises InvalidToken."""
    return _seen(OldWay.BEARER, "", token.decode("latin-1"), trust)


def serves(contract: Contract) -> bool:
    """Whether a client has its key in the query."""
    return bool(QueryKeys(contract).names)


def find(asked: Asked, trust: Trust) -> bytes | None:
    """All that could be read as a key, as it came."""
    query = asked.head.query
    found = [] if query is None else trust.old_ways.in_query.parted(query)[0]
    return MARK + b"&".join(found) if found else None


def read(credential: bytes, asked: Asked, trust: Trust) -> Seen:
    """Whose key it is. Raises InvalidToken, also where more than one parameter could be read as a key."""
    name, _, value = credential[len(MARK) :].partition(b"=")
    if b"&" in value or name not in trust.old_ways.in_query.names:
        raise InvalidToken(Reason.LEGACY_MALFORMED)
    try:
        key = text_of(value)
    except ValueError:
        raise InvalidToken(Reason.LEGACY_MALFORMED) from None
    return _seen(OldWay.QUERY, name.decode(), key, trust)


def _seen(way: OldWay, name: str, secret: str, trust: Trust) -> Seen:
    known = trust.old_ways.by_secret.get((way, name, token_hash(secret)))
    if known is None:
        raise InvalidToken(Reason.LEGACY_UNKNOWN)
    credential = TokenId(f"{way} of {known.client.id}")
    return seen_of_client(known.client, Binding.BEARER, credential, trust, prove=_until(known, trust), says=known.says)


def _until(known: Known, trust: Trust) -> Check:
    """Each request is counted, also those that come too late: they tell who still calls the old way."""
    uses, client, rule = trust.old_uses, known.client.id, known.rule

    def check(asked: Asked) -> Refusal | None:
        uses.count(client, rule.way, int(asked.now))
        return Forbidden(Reason.LEGACY_OVER) if rule.until <= asked.now else None

    return check
