"""Clients that others wrote come in by a certificate; listeners beside the door, and one of them alone."""

import json
import secrets
import signal
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from client_certificates import Authority, Issued, self_signed
from ostiary.cli.demo.front_door import FrontDoor
from ostiary.keys.certificate import thumbprint_of
from ostiary.keys.devca import development_tls
from running import Up, free_ports, until
from secrets_seen import secret
from shop_running import RunningShop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Authlib would rather have httpx's successor
    from authlib.integrations.httpx_client import OAuth2Client

AUTHORITY = Authority()
LEDGER = AUTHORITY.issue("CN=ledger", x509.DNSName("ledger.example"))
OTHER = AUTHORITY.issue("CN=other", x509.DNSName("other.example"))
BEACON, BUOY, STRANGER = self_signed("CN=beacon"), self_signed("CN=buoy"), self_signed("CN=beacon")


def trusting(ca_file: Path, certificate: tuple[str, str] | None = None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(ca_file))
    if certificate is not None:
        made.load_cert_chain(*certificate)
    return made


def test_authlib_gets_a_token_by_its_certificate_and_calls_the_api(shop: RunningShop) -> None:
    known = shop.client("warehouse")
    tls = trusting(shop.ca_file, (known.certificate or "", known.certificate_key or ""))
    server: dict[str, Any] = httpx.get(f"{shop.origin}/.well-known/openid-configuration", verify=tls).json()
    aliases = server["mtls_endpoint_aliases"]
    assert server["tls_client_certificate_bound_access_tokens"] is True
    assert "tls_client_auth" in server["token_endpoint_auth_methods_supported"]
    with OAuth2Client("warehouse", scope="reports.read", token_endpoint_auth_method="none", verify=tls) as client:
        token = client.fetch_token(aliases["token_endpoint"], grant_type="client_credentials")
    bearer = {"authorization": f"Bearer {secret(token['access_token'])}"}
    path = "/v1/reports/sales"
    with httpx.Client(verify=tls) as http:
        assert http.get(shop.demo.services + path, headers=bearer).status_code == 200
        asked = {"token": token["access_token"], "client_id": "warehouse"}
        told = http.post(aliases["introspection_endpoint"], data=asked)
        der = ssl.PEM_cert_to_DER_cert(Path(known.certificate or "").read_text())
        assert told.json()["cnf"] == {"x5t#S256": thumbprint_of(der)}
        refused = http.get(shop.origin + path, headers=bearer)
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
        assert http.get(shop.demo.services + "/v1/catalog").status_code == 404
        assert http.get(shop.demo.services + "/oauth/authorize").status_code == 404
    with closing(FrontDoor(shop.demo.services, shop.ca_file)) as door, pytest.raises((ssl.SSLError, ConnectionError)):
        door.get(path, bearer)


@contextmanager
def upstream() -> Iterator[int]:
    """A service that says yes."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *said: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class Listeners(Up):
    """A door, a listener for services that asks for certificates, and one for partners that does not."""

    def __init__(self, folder: Path, service: int) -> None:
        self.services_port, self.partners_port = free_ports(2)
        contract = {
            "services": {"api": {"url": f"http://127.0.0.1:{service}"}},
            "scopes": {"things": "See things"},
            "clients": {
                "ledger": {"kind": "service", "scopes": ["things"], "certificate": {"dns": "ledger.example"}},
                "beacon": {"kind": "service", "scopes": ["things"], "certificate": {"file": "beacon.pem"}},
                "buoy": {"kind": "service", "scopes": ["things"], "certificate": {"file": "buoy.pem"}},
            },
            "routes": [
                {"on": "GET /v1/things", "to": "api", "scope": "things"},
                {"on": "GET /v1/books", "to": "api", "scope": "things", "bound": "mtls", "expose": "internal"},
                {"on": "GET /v2/hello", "to": "api", "public": True},
            ],
            "gateways": {
                "services": {
                    "listen": f"127.0.0.1:{self.services_port}",
                    "origin": f"https://localhost:{self.services_port}",
                    "kinds": ["service"],
                    "routes": ["/v1"],
                    "client_certificates": {"authorities": "clients.pem", "revoked": ["clients.crl"]},
                },
                "partners": {
                    "listen": f"127.0.0.1:{self.partners_port}",
                    "origin": f"https://localhost:{self.partners_port}",
                    "routes": ["GET /v2/hello"],
                },
            },
        }
        super().__init__(folder, contract)
        (folder / "clients.pem").write_bytes(AUTHORITY.pem)
        (folder / "clients.crl").write_bytes(AUTHORITY.list_of())
        (folder / "beacon.pem").write_bytes(BEACON.pem)
        (folder / "buoy.pem").write_bytes(BUOY.pem)

    def at(self, port: int, shown: Issued | None = None) -> FrontDoor:
        files = None if shown is None else shown.written(self.folder / "client", str(shown.certificate.serial_number))
        return FrontDoor(f"https://localhost:{port}", self.ca_file, files)

    def token(self, shown: Issued, client: str = "ledger") -> tuple[int, str]:
        with closing(self.at(self.services_port, shown)) as door:
            form = {"grant_type": "client_credentials", "client_id": client}
            answer = door.post_form("/oauth/token", form)
            return answer.status, secret(answer.json()["access_token"]) if answer.status == 200 else ""

    def status(self, port: int, path: str, shown: Issued | None = None, token: str = "") -> int:
        with closing(self.at(port, shown)) as door:
            return door.get(path, {"authorization": f"Bearer {token}"} if token else {}).status


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listeners]:
    with upstream() as service:
        made = Listeners(tmp_path_factory.mktemp("listeners"), service)
        try:
            yield made.start("--workers", "1")
        finally:
            assert made.stop() == 0


def test_each_listener_has_its_own_routes(listeners: Listeners) -> None:
    status, token = listeners.token(LEDGER)
    assert status == 200
    door, services, partners = listeners.port, listeners.services_port, listeners.partners_port
    assert listeners.status(services, "/v1/books", LEDGER, token) == 200
    assert listeners.status(services, "/v2/hello", LEDGER, token) == 404
    assert [listeners.status(port, "/v2/hello") for port in (door, partners)] == [200, 200]
    assert listeners.status(partners, "/v1/things", token=token) == 404
    assert listeners.status(door, "/v1/books", token=token) == 404
    assert listeners.status(door, "/v1/things", token=token) == 401


def test_the_client_of_another_certificate_is_refused(listeners: Listeners) -> None:
    assert listeners.token(OTHER)[0] == 401
    _, token = listeners.token(LEDGER)
    assert listeners.status(listeners.services_port, "/v1/books", OTHER, token) == 401
    with pytest.raises((ssl.SSLError, ConnectionError)):
        listeners.status(listeners.services_port, "/v1/books")


def test_authlib_gets_a_token_by_the_certificate_it_made_itself_and_calls_the_api(listeners: Listeners) -> None:
    tls = trusting(listeners.ca_file, BEACON.written(listeners.folder / "client", "beacon"))
    services = f"https://localhost:{listeners.services_port}"
    server: dict[str, Any] = httpx.get(f"{listeners.origin}/.well-known/openid-configuration", verify=tls).json()
    aliases = server["mtls_endpoint_aliases"]
    assert "self_signed_tls_client_auth" in server["token_endpoint_auth_methods_supported"]
    with OAuth2Client("beacon", scope="things", token_endpoint_auth_method="none", verify=tls) as client:
        token = client.fetch_token(aliases["token_endpoint"], grant_type="client_credentials")
    bearer = {"authorization": f"Bearer {secret(token['access_token'])}"}
    with httpx.Client(verify=tls) as http:
        asked = {"token": token["access_token"], "client_id": "beacon"}
        told = http.post(aliases["introspection_endpoint"], data=asked).json()
        assert (told["client_id"], told["cnf"]) == ("beacon", {"x5t#S256": thumbprint_of(BEACON.der)})
        assert http.get(f"{services}/v1/books", headers=bearer).status_code == 200
        refused = http.get(f"{listeners.origin}/v1/things", headers=bearer)
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")


def test_another_certificate_that_a_client_made_itself_is_refused(listeners: Listeners) -> None:
    port = listeners.services_port
    status, token = listeners.token(BEACON, "beacon")
    assert status == 200
    assert listeners.token(BUOY, "buoy")[0] == 200
    assert listeners.token(BUOY, "beacon")[0] == 401
    assert listeners.status(port, "/v1/books", BEACON, token) == 200
    for shown in (BUOY, LEDGER):
        assert listeners.status(port, "/v1/books", shown, token) == 401
    for nobody in (STRANGER, None):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            listeners.status(port, "/v1/books", nobody, token)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        listeners.token(STRANGER, "beacon")


def test_a_revocation_takes_hold_while_it_runs(listeners: Listeners) -> None:
    revoked = AUTHORITY.issue("CN=ledger", x509.DNSName("ledger.example"))
    assert listeners.token(revoked)[0] == 200
    (listeners.folder / "clients.crl").write_bytes(AUTHORITY.list_of(revoked))
    until(lambda: listeners.token(revoked)[0], lambda status: status == 403)
    assert listeners.token(LEDGER)[0] == 200


def test_a_reload_keeps_the_listeners_and_one_that_is_gone_refuses_it(listeners: Listeners) -> None:
    written = json.loads(listeners.contract.read_text())
    smaller = {**written, "gateways": {"services": {**written["gateways"]["services"], "routes": ["GET /v1/things"]}}}
    listeners.write(smaller)
    assert listeners.command("reload").returncode != 0
    assert listeners.status(listeners.partners_port, "/v2/hello") == 200
    smaller["gateways"]["partners"] = written["gateways"]["partners"]
    listeners.write(smaller)
    assert listeners.command("reload").returncode == 0
    _, token = listeners.token(LEDGER)
    assert listeners.status(listeners.services_port, "/v1/things", LEDGER, token) == 200
    assert listeners.status(listeners.services_port, "/v1/books", LEDGER, token) == 404
    listeners.write(written)
    assert listeners.command("reload").returncode == 0


def test_a_reload_takes_renewed_certificates_and_a_broken_one_is_told(listeners: Listeners) -> None:
    written = json.loads(listeners.contract.read_text())
    own = written["gateways"]["services"] | {"tls": {"certificate": "own.pem", "key": "own.key"}}
    renewed = {**written, "gateways": {**written["gateways"], "services": own}}
    made = development_tls(("localhost",), int(time.time()), secrets.token_bytes)
    (listeners.folder / "own.pem").write_bytes(made.certificate)
    (listeners.folder / "own.key").write_bytes(b"no key")
    with closing(listeners.at(listeners.services_port, LEDGER)) as open_one:
        assert open_one.get("/v1/none").status == 404
        listeners.write(renewed)
        broken = listeners.command("reload")
        assert broken.returncode == 1
        assert "own.key" in broken.stderr
        assert listeners.token(LEDGER)[0] == 200
        (listeners.folder / "own.key").write_bytes(made.key)
        listeners.process.send_signal(signal.SIGHUP)
        trusted = listeners.folder / "own.ca"
        trusted.write_bytes(made.ca)
        files = LEDGER.written(listeners.folder / "client", "ledger")
        until(lambda: _served(listeners.services_port, trusting(trusted, files)), bool)
        assert open_one.get("/v1/none").status == 404
    listeners.write(written)
    assert listeners.command("reload").returncode == 0
    assert listeners.token(LEDGER)[0] == 200


def _served(port: int, context: ssl.SSLContext) -> bool:
    try:
        return httpx.get(f"https://localhost:{port}/v1/none", verify=context).status_code == 404
    except httpx.ConnectError:
        return False


def test_one_gateway_runs_alone(tmp_path: Path) -> None:
    with upstream() as service:
        alone = Listeners(tmp_path / "alone", service)
        alone.start("--workers", "1", "--gateway", "services")
        try:
            status, token = alone.token(LEDGER)
            assert status == 200
            assert alone.status(alone.services_port, "/v1/books", LEDGER, token) == 200
            for port in (alone.port, alone.partners_port):
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", port), 5)
        finally:
            assert alone.stop() == 0
        nowhere = alone.command("up", "--gateway", "nowhere")
        assert nowhere.returncode == 1
        assert "nowhere" in nowhere.stderr
