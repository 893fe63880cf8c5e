"""Loads what decides whether a token lives."""

from ostiary.issuer.access_token import AccessToken, TokenFacts
from ostiary.issuer.api_key_exchange import KeyFacts
from ostiary.issuer.exchange_grant import SubjectFacts, read_subject_token
from ostiary.issuer.exchange_request import ActRequest, KeyRequest
from ostiary.issuer.family import GrantFacts
from ostiary.issuer.presented import Presented, is_jwt, read_signed
from ostiary.issuer.records import RefreshToken
from ostiary.issuer.refresh_token import read
from ostiary.keys.api_key import id_of
from ostiary.keys.hashing import token_hash
from ostiary.model.ids import Secret
from ostiary.server.issuer.desk import Desk
from ostiary.store.interface import Store

NOTHING = TokenFacts(revoked=False, client_disabled=False, grant=None, session=None, person=None)


async def presented(desk: Desk, text: str, now: float) -> Presented:
    """Which token this is, if any."""
    if is_jwt(text):
        return read_signed(text, desk.keys.at(now).published, desk.registry.issuer, now)
    token, _ = await refresh_token(desk, Secret(text))
    return token or text


async def refresh_token(desk: Desk, text: Secret) -> tuple[RefreshToken | None, GrantFacts]:
    """The one that this is, with what stands behind it."""
    name = read(text, desk.refresh_key)
    number, key = (0, token_hash(text.reveal())) if name is None else (name.number, name.grant)
    family, behind = await desk.store.refresh_family(key)
    return None if family is None else RefreshToken(family, number), behind


async def facts_of(store: Store, token: Presented) -> TokenFacts:
    """What stands behind the token."""
    match token:
        case AccessToken():
            return await access_token_facts(store, token)
        case RefreshToken():
            behind = await store.grant_facts(token.family.grant)
            return TokenFacts(False, False, behind.grant, behind.session, behind.person)
        case str():
            return NOTHING


async def access_token_facts(store: Store, token: AccessToken) -> TokenFacts:
    revoked = await store.access_token_revoked(token.id)
    disabled = any([await store.client_disabled_at(each) is not None for each in token.clients])
    if token.grant is None:
        key = None if token.api_key is None else await store.api_key(token.api_key)
        return TokenFacts(revoked, disabled, None, None, None, key)
    behind = await store.grant_facts(token.grant)
    return TokenFacts(revoked, disabled, behind.grant, behind.session, behind.person)


async def subject_facts(desk: Desk, request: ActRequest, now: float) -> SubjectFacts:
    token = read_subject_token(request, desk.keys.at(now).published, desk.registry.issuer, now)
    if not isinstance(token, AccessToken):
        return SubjectFacts(token, NOTHING)
    return SubjectFacts(token, await access_token_facts(desk.store, token))


async def key_facts(store: Store, request: KeyRequest) -> KeyFacts:
    return KeyFacts(await store.api_key(id_of(token_hash(request.subject.reveal()))))
