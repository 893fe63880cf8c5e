"""An issuer whose contract has clients with certificates, and a listener that asks for them."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

import httpx
from cryptography import x509

from client_certificates import Authority, Issued, jwks_of, self_signed
from ostiary.keys.certificate import authorities, identified
from token_world import CONTRACT, TokenWorld

AUTHORITY: Final = Authority()
BEACON: Final = self_signed()
MUTUAL: Final = "https://mtls.api.example"
"""The listener's origin."""
NAMES: Final[Mapping[str, tuple[str, x509.GeneralName | None]]] = {
    "subject": ("CN=ledger,OU=Books,O=Example", None),
    "dns": ("ledger.internal.example", x509.DNSName("ledger.internal.example")),
    "uri": ("spiffe://example/ledger", x509.UniformResourceIdentifier("spiffe://example/ledger")),
    "ip": ("2001:db8::7", x509.IPAddress(ip_address("2001:db8::7"))),
    "email": ("ledger@example.com", x509.RFC822Name("ledger@example.com")),
}
"""By what a client is known: in the contract, and in its certificate."""


def service(**certificate: str) -> dict[str, Any]:
    return {"kind": "service", "scopes": ["orders.read"], "certificate": certificate}


CLIENTS: Final[Mapping[str, Any]] = {
    **{f"by-{kind}": service(**{kind: name}) for kind, (name, _) in NAMES.items()},
    "beacon": {
        "kind": "service",
        "scopes": ["orders.read"],
        "credential": "mtls",
        "jwks": jwks_of([BEACON]),
    },
    "scale": {"kind": "device", "scopes": ["orders.read"], "certificate": {"dns": "scale.example"}},
}
GATEWAYS: Final[Mapping[str, Any]] = {
    "services": {
        "listen": "127.0.0.1:9444",
        "origin": MUTUAL,
        "tls": {"certificate": "door.pem", "key": "door.key"},
        "client_certificates": {"authorities": "clients.pem"},
    },
    "partners": {"listen": "127.0.0.1:9445", "origin": "https://partners.api.example", "kinds": ["partner"]},
}


class CertificateWorld(TokenWorld):
    """The gateway tells the issuer of certificates as it does in life."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.adopt(files={"clients.pem": AUTHORITY.pem}, clients={**CONTRACT["clients"], **CLIENTS}, gateways=GATEWAYS)

    def by(self, certificate: Issued | None, gateway: str = "services") -> dict[str, str]:
        """The gateway's fields for a connection that was made with the certificate."""
        told = {"x_ostiary_gateway": gateway}
        if certificate is not None:
            known = identified(certificate.der, authorities(AUTHORITY.pem))
            told["x_ostiary_client_certificate"] = known.told.decode()
        return told

    def own(self, client: str, certificate: Issued | None, gateway: str = "services") -> httpx.Response:
        """The answer to a request for a token of its own."""
        form = {"grant_type": "client_credentials", "client_id": client}
        return self.post("/oauth/token", form, None, **self.by(certificate, gateway))
