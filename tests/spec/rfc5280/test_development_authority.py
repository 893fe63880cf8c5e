"""The certificates of a developer's machine, as a strict verifier sees them."""

import secrets
import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from ostiary.keys.devca import VALID_DAYS, DevelopmentTls, development_tls, serves

NOW = 1_790_000_000
HOSTS = ("localhost", "127.0.0.1", "::1")


@pytest.fixture
def made() -> DevelopmentTls:
    return development_tls(HOSTS, NOW, secrets.token_bytes)


@pytest.mark.parametrize(("host", "trusted"), [("localhost", True), ("127.0.0.1", True), ("example.com", False)])
def test_4_2_1_6_the_certificate_is_for_the_names_it_was_made_for(tmp_path: Path, host: str, trusted: bool) -> None:
    tls = development_tls(HOSTS, int(time.time()), secrets.token_bytes)
    assert (_handshake(tls, tmp_path, host) == "TLSv1.3") is trusted


def _handshake(tls: DevelopmentTls, place: Path, host: str) -> str | None:
    (place / "certificate.pem").write_bytes(tls.certificate)
    (place / "key.pem").write_bytes(tls.key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(place / "certificate.pem", place / "key.pem")
    client = ssl.create_default_context(cadata=tls.ca.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=_serve, args=(server, theirs))
    thread.start()
    try:
        with client.wrap_socket(ours, server_hostname=host) as connection:
            return connection.version()
    except ssl.SSLCertVerificationError:
        return None
    finally:
        ours.close()
        thread.join()


def _serve(context: ssl.SSLContext, end: socket.socket) -> None:
    try:
        context.wrap_socket(end, server_side=True).close()
    except (ssl.SSLError, OSError):
        end.close()


def test_a_certificate_serves_its_hosts_until_a_day_before_its_end(made: DevelopmentTls) -> None:
    assert serves(made.certificate, HOSTS, NOW)
    assert serves(made.certificate, HOSTS, NOW + (VALID_DAYS - 2) * 86400)
    assert not serves(made.certificate, HOSTS, NOW + (VALID_DAYS - 1) * 86400)
    assert not serves(made.certificate, ("localhost", "example.com"), NOW)


def test_the_authority_signs_for_no_other_name(made: DevelopmentTls) -> None:
    assert b"BEGIN CERTIFICATE" in made.ca
    assert b"PRIVATE" not in made.ca + made.certificate
    assert "PRIVATE" not in repr(made)
