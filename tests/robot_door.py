"""The program with one client that acts for itself, before an upstream that counts."""

import secrets
import threading
import time
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ostiary.cli.demo.front_door import Answer
from running import Up
from secrets_seen import secret

TOKEN = "/oauth/token"


class Origin:
    """Answers every request; `wait` seconds late."""

    def __init__(self) -> None:
        origin = self
        self.requests = 0
        self.wait = 0.0

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                origin.requests += 1
                time.sleep(origin.wait)
                self.send_response(200)
                self.send_header("content-length", "3")
                self.end_headers()
                self.wfile.write(b"ok\n")

            def log_message(self, *said: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Door(Up):
    """The program with one client that acts for itself, and what that client does."""

    def __init__(self, folder: Path, origin: Origin, **changes: Any) -> None:
        self.secret = secrets.token_urlsafe(24)
        contract = {
            "workers": 2,
            "timeouts": {"headers": "2s", "body": "2s", "connect": "1s", "first_byte": "1s", "idle": "3s"},
            "services": {"api": {"url": f"http://127.0.0.1:{origin.port}"}},
            "scopes": {"things.read": "See things"},
            "clients": {"robot": {"kind": "service", "secret": "${env:ROBOT}", "scopes": ["things.read"]}},
            "routes": [
                {"on": "GET /things", "to": "api", "scope": "things.read"},
                {"on": "GET /open", "to": "api", "public": True},
            ],
        }
        super().__init__(folder, {**contract, **changes}, {"ROBOT": self.secret})

    def ask_token(self) -> Answer:
        """A token by client credentials, on a connection of its own."""
        door = self.door()
        try:
            basic = secret(b64encode(f"robot:{self.secret}".encode()).decode())
            return door.post_form(TOKEN, {"grant_type": "client_credentials"}, {"authorization": f"Basic {basic}"})
        finally:
            door.close()

    def token(self) -> str:
        return access_token(self.ask_token())

    def things(self, token: str) -> Answer:
        return self.get("/things", {"authorization": f"Bearer {token}"})


def access_token(answer: Answer) -> str:
    assert answer.status == 200, answer
    return secret(str(answer.json()["access_token"]))
