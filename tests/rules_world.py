"""The rules of a gateway without its sockets: bytes of a head in, a decision out, at any time."""

import secrets
import time
from typing import Any, Final

from gateway_world import AUDIENCE, ORIGIN, contract, request
from ostiary.gateway.certificates import Trusted
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Allow, Asked, Decision, Refuse
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.peer import peer_of
from ostiary.gateway.revocation import Revocations
from ostiary.http.fields import response_names
from ostiary.http.response import ResponseHead, ResponseParser
from ostiary.keys import jwt
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import Refusal
from ostiary.model.reasons import Reason
from secrets_seen import secret
from used_proofs import proofs

SECOND: Final = 1_000_000_000
NOW: Final = int(time.time())
WEB_KEY: Final = secrets.token_bytes(32)
ADDRESS: Final = "192.0.2.1"


class Rules:
    """One contract, as `gateway_world.contract` writes it with these changes. `clock` is the monotonic one."""

    trusted = Trusted()
    """Whose client certificates are taken."""

    def __init__(self, **changes: Any) -> None:
        self.key = SigningPrivateKey.generate()
        self.signed: list[Any] = []
        self.contract = contract(9, **changes)
        self.revocations = Revocations()
        self.clock = 10 * SECOND
        self.revocations.heard_at = self.clock
        keys = KeySet({self.key.id: self.key.public})
        trust = Trust.of(self.contract, keys, self.revocations, proofs(), ApiKeys(), WEB_KEY)
        table = Table(memoryview(bytearray(1 << 16)))
        self.gateway = Gateway(self.contract, Facts(trust, table, self._sign, trusted=self.trusted))

    def _sign(self, claims: Any) -> str:
        self.signed.append(claims)
        return f"identity-{len(self.signed)}"

    def token(self, subject: str = "ada", **claims: Any) -> str:
        """The Authorization field of a token that the issuer could have made; a claim that is None is left out."""
        said = {
            "iss": ORIGIN,
            "aud": AUDIENCE,
            "sub": subject,
            "client_id": "site",
            "iat": NOW,
            "exp": NOW + 600,
            "jti": f"{subject}-{sorted(claims.items(), key=str)}",
            "scope": "things",
            "roles": ["customer"],
        } | claims
        stated = {name: value for name, value in said.items() if value is not None}
        return f"Authorization: Bearer {secret(jwt.sign(stated, self.key, 'at+jwt'))}"

    def decide(self, head: str, *fields: str, address: str = ADDRESS, now: float = NOW) -> Decision:
        """`head` as `GET /path`. Raises HttpRefused for what is no request."""
        parsed = self.gateway.parser.parse(request(head, *fields)[:-4])
        return self.gateway.decide(parsed, peer_of(address, "door.example"), now, self.clock)

    def refusal(self, head: str, *fields: str, **circumstances: Any) -> Refusal | None:
        decision = self.decide(head, *fields, **circumstances)
        return decision.error if isinstance(decision, Refuse) else None

    def reason(self, head: str, *fields: str, **circumstances: Any) -> Reason | None:
        """Why it is refused; None where it is not."""
        refused = self.refusal(head, *fields, **circumstances)
        return None if refused is None else refused.reason

    def refused(self, head: str, *fields: str, **circumstances: Any) -> Asked:
        """The refused request."""
        decision = self.decide(head, *fields, **circumstances)
        assert isinstance(decision, Refuse), decision
        assert decision.asked is not None
        return decision.asked

    def allowed(self, head: str, *fields: str, **circumstances: Any) -> Asked:
        decision = self.decide(head, *fields, **circumstances)
        assert isinstance(decision, Allow), decision
        return decision.asked

    def sent(self, head: str, *fields: str, **circumstances: Any) -> list[str]:
        """The lines of the head that the upstream gets."""
        asked = self.allowed(head, *fields, **circumstances)
        return asked.route.forward(asked, b"", b"").decode().split("\r\n")

    def answered(self, asked: Asked, *lines: str, status: str = "200 OK") -> list[str]:
        """The lines of the head that the client gets where the upstream answers so."""
        return asked.route.answer(asked, answer(*lines, status=status), b"").decode().split("\r\n")


def answer(*lines: str, status: str = "200 OK", method: bytes = b"GET") -> ResponseHead:
    """An upstream's answer, parsed."""
    return ResponseParser(response_names()).parse("\r\n".join([f"HTTP/1.1 {status}", *lines]).encode(), method)


def fields_of(lines: list[str], name: str) -> list[str]:
    """The values of a field."""
    return [line.partition(": ")[2] for line in lines if line.lower().startswith(f"{name}: ")]
