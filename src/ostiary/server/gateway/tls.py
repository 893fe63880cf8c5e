"""TLS at the door and towards services (RFC 9325)."""

import ssl
from typing import Final

SUITES: Final = "ECDHE+AESGCM"
"""Of TLS 1.2, those that RFC 9325 section 4.2 recommends and no other (FAPI 2.0 Security Profile section 5.2.2): with
forward secrecy and authenticated encryption. TLS 1.3 has its own."""


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """TLS 1.2 and 1.3, HTTP/1.1 by ALPN. PEM files, the key not encrypted. Raises OSError, of which ssl.SSLError is
    one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SUITES)
    context.set_alpn_protocols(["http/1.1"])
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.load_cert_chain(certificate, key, password="")  # else OpenSSL would ask at the terminal
    return context


def require_certificates(context: ssl.SSLContext, authorities: str | None, *, required: bool) -> None:
    """Ask each client for its certificate, and take those of a PEM file's authorities. By TLS 1.3 alone: nobody on the
    way reads the certificate (RFC 8446 appendix E.1.2), and without tickets each connection shows it anew, which with
    TLS 1.2 could not be had. Raises OSError."""
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    if authorities is not None:
        context.load_verify_locations(authorities)


def client_context() -> ssl.SSLContext:
    """For services: their certificate must be one that this machine trusts, for the name in the contract."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context
