"""Proof of possession, as a client makes it: a key of its own, and the nonce that the server gave last (RFC 9449)."""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final

from ostiary.cli.demo.front_door import Answer
from ostiary.keys.dpop import Request, make_proof, token_digest
from ostiary.keys.es256 import SigningPrivateKey

Fields = Mapping[str, str]


class Prover:
    """One client's key."""

    def __init__(self, origin: str) -> None:
        self._origin: Final = origin
        self._key: Final = SigningPrivateKey.generate()
        self._nonce: str | None = None

    @property
    def members(self) -> Mapping[str, str]:
        """Of its public half, as a JWK."""
        return self._key.public.members

    def send(self, method: str, path: str, token: str | None, ask: Callable[[Fields], Answer]) -> Answer:
        """Ask with a proof; once more where the answer is that it needs a nonce (sections 8 and 9)."""
        answer = self._ask(method, path, token, ask)
        return self._ask(method, path, token, ask) if _needs_nonce(answer) else answer

    def _ask(self, method: str, path: str, token: str | None, ask: Callable[[Fields], Answer]) -> Answer:
        about = Request(method, self._origin + path, None if token is None else token_digest(token))
        proof = make_proof(self._key, about, self._nonce, secrets.token_urlsafe(12), time.time())
        answer = ask({"dpop": proof, **({} if token is None else {"authorization": f"DPoP {token}"})})
        self._nonce = answer.headers.get("dpop-nonce", self._nonce)
        return answer


def _needs_nonce(answer: Answer) -> bool:
    said = answer.json()
    return "use_dpop_nonce" in (said.get("error"), said.get("code"))
