"""A partner exchanges its API key for a short access token (RFC 8693): a program that it runs elsewhere then needs not
have the key. The key itself proves the client."""

from ostiary.contract.model import ClientRule
from ostiary.issuer.access_token_claims import client_claims
from ostiary.issuer.decision import Decided
from ostiary.issuer.exchange_request import ACCESS_TOKEN, KeyRequest
from ostiary.issuer.holder import Holder
from ostiary.issuer.issue import issued_to_client
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import Target
from ostiary.issuer.token import Tokens, token_type
from ostiary.keys.api_key import ApiKey, TouchApiKey, is_well_formed
from ostiary.keys.hashing import same, token_hash
from ostiary.model.errors import InvalidRequest, InvalidScope, UnauthorizedClient
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason

SUBJECT = "subject_token"


@frozen
class KeyFacts:
    """The key that has the id which this text would have; None: there is none."""

    key: ApiKey | None


def require_api_keys(client: ClientRule) -> None:
    """Raise UnauthorizedClient unless the client proves itself by API keys."""
    if not client.api_keys:
        raise UnauthorizedClient(Reason.GRANT_TYPE_NOT_ALLOWED)


def require_known_key(request: KeyRequest, facts: KeyFacts) -> ApiKey:
    """Raise InvalidRequest unless it is one of ours (section 2.2.2)."""
    text = request.subject.reveal()
    if not is_well_formed(text):
        raise InvalidRequest(Reason.API_KEY_MALFORMED, SUBJECT)
    if facts.key is None or not same(facts.key.hash, token_hash(text)):
        raise InvalidRequest(Reason.API_KEY_UNKNOWN, SUBJECT)
    return facts.key


def require_key_of_client(key: ApiKey, client: ClientRule) -> None:
    """Raise InvalidRequest where another client was given it: the key is all that proves who asks."""
    if key.client != client.id:
        raise InvalidRequest(Reason.API_KEY_OF_ANOTHER_CLIENT, SUBJECT)


def require_living_key(key: ApiKey, now: float) -> None:
    """Raise InvalidRequest where it was revoked or is past its end."""
    if key.revoked_at is not None:
        raise InvalidRequest(Reason.API_KEY_UNKNOWN, SUBJECT)
    if not key.lives(now):
        raise InvalidRequest(Reason.API_KEY_EXPIRED, SUBJECT)


def require_key_scopes(asked: frozenset[Scope] | None, key: ApiKey, client: ClientRule) -> frozenset[Scope]:
    """The scopes asked for, or all that key and client have. Raises InvalidScope for one that either has not."""
    most = key.scopes & client.scopes if key.scopes else client.scopes
    scopes = most if asked is None else asked
    if not scopes or not scopes <= most:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    return scopes


def token_for_key(
    registry: Registry, key: ApiKey, client: ClientRule, holder: Holder | None, target: Target, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """An access token that ends with the key, and dies with it."""
    seconds = min(client.profile.access_token_seconds, key.expires_at - int(now))
    access = client_claims(registry, client, holder, target, int(now), fresh)
    access |= {"exp": int(now) + seconds, "api_key": key.id}
    event = issued_to_client(client, access, target, KeyRequest.grant_type, now)
    tokens = Tokens(access, seconds, type=token_type(holder), issued_type=ACCESS_TOKEN)
    return Decided(Plan((TouchApiKey(key.id, int(now)),), (event,)), tokens)
