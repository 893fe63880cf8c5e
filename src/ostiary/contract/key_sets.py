"""Public keys of clients: a JWK set in the contract or in a file beside it (RFC 7517 section 5)."""

import json

from ostiary.contract.draft import ReadFile
from ostiary.contract.file_attest import AttesterOf
from ostiary.contract.file_client import Client
from ostiary.keys import message_signature
from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.keyset import KeySet
from ostiary.model.principal import Kind

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of private and symmetric keys (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1)."""


def key_set(client: Client, read_file: ReadFile) -> str | None:
    """The client's keys as JSON, or None where it has none: a partner's verify signed requests, the others' client
    assertions. Raises `JwkInvalid`, and `OSError` for its file."""
    if client.jwks is None and client.jwks_file is None:
        return None
    try:
        text = json.dumps(client.jwks) if client.jwks_file is None else read_file(client.jwks_file).decode()
    except ValueError:
        raise JwkInvalid("the file is not UTF-8") from None
    if client.kind is Kind.PARTNER:
        message_signature.from_jwks(text)
    else:
        KeySet.from_jwks(text)
    return text


def attester_keys(attester: AttesterOf, read_file: ReadFile) -> str:
    """Its keys as JSON. Raises `JwkInvalid`, and `OSError` for its file."""
    try:
        text = json.dumps(attester.jwks) if attester.jwks_file is None else read_file(attester.jwks_file).decode()
    except ValueError:
        raise JwkInvalid("the file is not UTF-8") from None
    KeySet.from_jwks(text)
    return text


def holds_private_keys(client: Client | AttesterOf) -> bool:
    """Whether a private or symmetric key is written into the contract itself."""
    keys = (client.jwks or {}).get("keys")
    return isinstance(keys, list) and any(isinstance(key, dict) and not _PRIVATE.isdisjoint(key) for key in keys)
