"""Signed requests, as a partner makes them (RFC 9421, RFC 9530)."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar

from ostiary.cli.demo.folder import ClientOfDemo
from ostiary.cli.demo.front_door import Answer
from ostiary.cli.signing import digest_of, signature_fields
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey

Fields = Mapping[str, str]
TOO_EARLY: Final = 503
"""Of a door that has just started: it takes no signature that could have been used before."""
_TRIES: Final = 10


class Answered(Protocol):
    """What came of asking."""

    @property
    def answer(self) -> Answer: ...


T = TypeVar("T", bound=Answered)


class Signer:
    """One client's key, for requests to one origin."""

    def __init__(self, origin: str, client: ClientOfDemo) -> None:
        key = client.private_key or {}
        self._origin: Final = origin
        self._keyid: Final = key["kid"]
        self._key: Final = SigningPrivateKey.from_scalar(base64url.decode(key["d"].encode()))

    def fields(self, method: str, path: str, body: bytes) -> Fields:
        """The fields of a request with a JSON body, signed now."""
        sent = {"content-type": "application/json", "content-digest": digest_of(body)}
        lines = {"@method": method, "@target-uri": self._origin + path, **sent}
        stated = f'created={int(time.time())};keyid="{self._keyid}";nonce="{secrets.token_urlsafe(16)}";tag="ostiary"'
        return {**sent, **signature_fields(self._key.sign, lines, stated)}

    def send(self, method: str, path: str, body: bytes, ask: Callable[[Fields], T]) -> tuple[T, Fields]:
        """Ask, and sign anew for as long as the door is too young; what came of it, and the fields that it came of."""
        for _ in range(_TRIES):
            fields = self.fields(method, path, body)
            got = ask(fields)
            if got.answer.status != TOO_EARLY:
                break
            time.sleep(float(got.answer.headers.get("retry-after", "1")))
        return got, fields
