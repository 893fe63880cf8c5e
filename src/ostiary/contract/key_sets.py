"""Public keys of clients: a JWK set in the contract or in a file beside it (RFC 7517 section 5)."""

import json
from typing import Any

from ostiary.contract.draft import ReadFile
from ostiary.contract.file_client import Client

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of private and symmetric keys (RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1)."""
_CURVES = {"P-256", "P-384", "P-521", "Ed25519"}
_MAX_BYTES = 64 * 1024


class KeySetInvalid(ValueError):
    """Not a JWK set of public keys that verify signatures. The message says what is wrong and has no key."""


class KeySetPrivate(KeySetInvalid):
    """A private or symmetric key is in the set."""


def key_set(client: Client, read_file: ReadFile) -> str | None:
    """The client's keys as JSON, or None where it has none. Raises `KeySetInvalid`, and `OSError` for its file."""
    if client.jwks is not None:
        return _checked(client.jwks)
    if client.jwks_file is None:
        return None
    text = read_file(client.jwks_file)
    if len(text) > _MAX_BYTES:
        raise KeySetInvalid("the file is larger than 64 KiB")
    try:
        return _checked(json.loads(text))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise KeySetInvalid("the file is not JSON") from None


def _checked(keys: Any) -> str:
    if not isinstance(keys, dict) or not isinstance(keys.get("keys"), list) or not keys["keys"]:
        raise KeySetInvalid("there is no list `keys`")
    for key in keys["keys"]:
        _check_key(key)
    return json.dumps({"keys": keys["keys"]}, separators=(",", ":"), sort_keys=True)


def _check_key(key: Any) -> None:
    if not isinstance(key, dict) or not all(isinstance(value, str | list) for value in key.values()):
        raise KeySetInvalid("a key is no JWK")
    if not _PRIVATE.isdisjoint(key):
        raise KeySetPrivate("a private or symmetric key is among them")
    if key.get("use", "sig") != "sig":
        raise KeySetInvalid("a key is not for signatures")
    match key.get("kty"):
        case "EC" | "OKP" if key.get("crv") in _CURVES:
            return
        case "RSA" if isinstance(key.get("n"), str) and len(key["n"]) >= 340:
            return
        case _:
            raise KeySetInvalid("a key is of a type, a curve or a size that is not served")
