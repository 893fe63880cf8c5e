"""The userinfo endpoint (OpenID Connect Core section 5.3)."""

import orjson

from ostiary.issuer import flows
from ostiary.issuer.access_token import require_access_token
from ostiary.issuer.bearer import Brought, read_token, require_bound_as_brought
from ostiary.issuer.holder import Holder
from ostiary.keys.dpop import token_digest
from ostiary.model.errors import InvalidDpopProof, InvalidProof, NonceNeeded, UseDpopNonce
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.holder import shown_holder
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Header, Incoming
from ostiary.server.issuer.token_facts import access_token_facts


async def userinfo(desk: Desk, incoming: Incoming) -> Answer:
    """Raises InvalidRequest, TokenRefused and StoreUnavailable."""
    form = incoming.form() if incoming.body else {}
    brought = read_token(incoming.header(b"authorization"), form, incoming.query_parameters())
    now = desk.clock()
    token = require_access_token(brought.token, desk.keys.at(now).published, desk.registry.issuer, now)
    holder, nonce = _holder(desk, incoming, brought, now)
    require_bound_as_brought(brought.scheme, token, holder)
    facts = await access_token_facts(desk.store, token)
    return Answer(200, (JSON, NO_STORE, *nonce), orjson.dumps(flows.user_info(desk.registry, token, facts, now)))


def _holder(desk: Desk, incoming: Incoming, brought: Brought, now: float) -> tuple[Holder | None, tuple[Header, ...]]:
    """Raises InvalidDpopProof, UseDpopNonce: here the issuer is a resource (RFC 9449 section 7)."""
    try:
        return shown_holder(desk, incoming, now, token_digest(brought.token))
    except NonceNeeded as needed:
        raise UseDpopNonce(needed.reason, needed.nonce) from None
    except InvalidProof as invalid:
        raise InvalidDpopProof(invalid.reason) from None
