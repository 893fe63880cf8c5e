"""The tokens behind a session: signed, sealed for the store, and renewed by one at a time."""

from ostiary.issuer import access_token, flows
from ostiary.issuer import web_session as sessions
from ostiary.issuer.decision import Refused
from ostiary.issuer.refresh_token import written
from ostiary.issuer.token import RefreshRequest, Tokens
from ostiary.issuer.web_records import WebSession
from ostiary.issuer.web_session import Kept
from ostiary.keys.jwt import sign
from ostiary.keys.master import NONCE_BYTES
from ostiary.model.ids import Secret, TokenHash
from ostiary.model.plan import Committed
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.token import refresh_facts


def kept(desk: Desk, tokens: Tokens, now: float) -> Kept:
    """What the token endpoint would have handed out."""
    assert tokens.refresh is not None, "the kind has refresh tokens"
    signed = sign(tokens.access, desk.keys.at(now).signing, access_token.TYPE)
    return Kept(Secret(signed), written(tokens.refresh, desk.refresh_key), int(now) + tokens.expires_in)


def sealed(desk: Desk, tokens: Kept, hash: TokenHash) -> bytes:
    return sessions.seal(tokens, hash, desk.web_sealing, desk.fresh(NONCE_BYTES))


async def current(desk: Desk, web: WebSession, now: float) -> Kept:
    """The session's tokens, refreshed where it is time. The caller has the session's turn: tabs that ask at once do not
    race for the refresh token. Raises OAuthError, SealBroken."""
    tokens = sessions.unseal(web, desk.web_sealing)
    return await _refreshed(desk, web, tokens, now) if sessions.needs_refresh(tokens, now) else tokens


async def _refreshed(desk: Desk, web: WebSession, before: Kept, now: float) -> Kept:
    """Another process of the same store may be first: then this is decided anew, and gets the same successor."""
    who = flows.handled_client(desk.registry, web.client, await desk.store.client_disabled_at(web.client))
    request = RefreshRequest(before.refresh, None)
    while True:
        facts = await refresh_facts(desk, request)
        decision = flows.refresh_token(desk.registry, who, request, facts, now, desk.fresh)
        if isinstance(decision, Refused):
            await desk.store.commit(decision.plan)
            raise decision.error
        tokens = kept(desk, decision.answer, now)
        plan = decision.plan + sessions.keep(web, sealed(desk, tokens, web.hash))
        if isinstance(await desk.store.commit(plan), Committed):
            return tokens
