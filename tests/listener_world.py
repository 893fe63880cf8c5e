"""The rules of the door, and of one listener beside it."""

from dataclasses import replace
from typing import Any

from certificate_world import AUTHORITY
from ostiary.gateway.certificates import Trusted
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Decision, Refuse
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.peer import Peer, peer_of
from ostiary.keys.certificate import authorities, identified
from ostiary.keys.keyset import KeySet
from ostiary.model.ids import GatewayName
from ostiary.model.reasons import Reason
from rules_world import ADDRESS, NOW, ORIGIN, Rules
from used_proofs import proofs

OWN = "own.example"
INSIDE = "10.1.2.3"
CERTIFICATE = identified(AUTHORITY.issue("CN=ledger").der, authorities(AUTHORITY.pem))
GATEWAYS = {
    "own": {
        "listen": "127.0.0.1:9444",
        "origin": f"https://{OWN}",
        "kinds": ["service", "web"],
        "routes": ["/v1", "GET /public"],
        "tls": {"certificate": "door.pem", "key": "door.key"},
        "client_certificates": {"authorities": "clients.pem", "required": False},
    }
}
ROUTES = [
    {"on": "GET /v1/things", "to": "api", "scope": "things"},
    {"on": "POST /v1/things", "to": "api", "scope": "things", "kinds": ["spa"]},
    {"on": "GET /v1/inside", "to": "api", "scope": "things", "expose": "internal"},
    {"on": "GET /public", "to": "api", "public": True},
    {"on": "GET /elsewhere", "to": "api", "public": True},
    {"on": "GET /inside/{x}", "to": "api", "public": True, "expose": "internal"},
]


class Listening(Rules):
    """The rules of the door and of one listener beside it."""

    trusted = Trusted(frozenset({CERTIFICATE.authority}))

    def __init__(self, listener: bool = True, **changes: Any) -> None:
        clients = {
            "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]},
            "pages": {"kind": "spa", "redirect_uris": ["https://pages.example/"], "scopes": ["things"]},
        }
        file = {"gateways": GATEWAYS, "routes": ROUTES, "internal_networks": ["10.0.0.0/8"], "clients": clients}
        super().__init__(files={"clients.pem": AUTHORITY.pem}, **{**file, **changes})
        self.host = "door.example"
        if listener:
            self.host = OWN
            rule = self.contract.gateways[GatewayName("own")]
            keys = KeySet({self.key.id: self.key.public})
            trust = Trust.of(self.contract, keys, self.revocations, proofs(), ApiKeys(), origin=rule.origin)
            facts = Facts(trust, Table(memoryview(bytearray(1 << 16))), self._sign, trusted=self.trusted)
            self.gateway = Gateway(self.contract, facts, listener=rule)

    def at(
        self, head: str, *fields: str, address: str = ADDRESS, certified: bool = False, now: float = NOW
    ) -> Decision:
        lines = "\r\n".join([f"{head} HTTP/1.1", f"Host: {self.host}", *fields])
        peer: Peer = peer_of(address, self.host)
        peer = replace(peer, certificate=CERTIFICATE) if certified else peer
        return self.gateway.decide(self.gateway.parser.parse(lines.encode()), peer, now, self.clock)

    def why(self, head: str, *fields: str, **circumstances: Any) -> tuple[int, Reason] | None:
        """Status and reason; None where it is let in."""
        decision = self.at(head, *fields, **circumstances)
        return (decision.error.status, decision.error.reason) if isinstance(decision, Refuse) else None
