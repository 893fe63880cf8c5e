"""`X-API-Key`: a partner's key, of which only the hash is known here (OWASP API Security API2:2023)."""

from typing import Final

from ostiary.contract.model import Contract
from ostiary.gateway.decision import Asked, Check
from ostiary.gateway.identify.itself import seen_of_client
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.keys.api_key import ApiKey, is_well_formed
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import InvalidToken, Refusal
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

FIELD: Final = b"x-api-key"
MARK: Final = b"\0K"


def serves(contract: Contract) -> bool:
    """Whether a client has API keys."""
    return any(client.api_keys for client in contract.clients.values())


def find(asked: Asked, trust: Trust) -> bytes | None:
    brought = asked.head.fields.get(FIELD)
    return None if brought is None else MARK + brought


def read(credential: bytes, asked: Asked, trust: Trust) -> Seen:
    """Whose key it is. Raises InvalidToken."""
    text = credential[len(MARK) :].decode("latin-1")
    if not is_well_formed(text):
        raise InvalidToken(Reason.API_KEY_MALFORMED)
    key = trust.api_keys.by_hash.get(token_hash(text))
    if key is None:
        raise InvalidToken(Reason.API_KEY_UNKNOWN)
    client = trust.contract.clients.get(key.client)
    if client is None or not client.api_keys:
        raise InvalidToken(Reason.CLIENT_UNKNOWN)
    if not key.lives(asked.now):
        raise InvalidToken(Reason.API_KEY_EXPIRED)
    scopes = key.scopes or None
    prove = _used(key, trust)
    return seen_of_client(client, Binding.API_KEY, key.token, trust, scopes, key.expires_at, prove)


def _used(key: ApiKey, trust: Trust) -> Check:
    """Nothing more is asked; when it was used last is remembered."""
    used, id = trust.api_keys.used, key.id

    def check(asked: Asked) -> Refusal | None:
        used[id] = asked.now
        return None

    return check
