"""OAuth clients as the demo needs them: code with PKCE, device flow, client credentials, refresh, revocation."""

import hashlib
import json
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from ostiary.cli.demo.browser import Browser, Lost
from ostiary.cli.demo.folder import ClientOfDemo
from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.cli.demo.prover import Prover
from ostiary.http.problem import APP_VERSION
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign
from ostiary.model import endpoints
from ostiary.model.frozen import frozen

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
PROVING = ("spa", "mobile", "device")
"""Kinds whose tokens are bound to a key."""
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@frozen
class Tokens:
    """`prover`: of the key that they are bound to; None: they are bearer tokens."""

    access: str
    refresh: str | None
    prover: Prover | None = None


class Client:
    """One client of the contract, with what it proves itself with."""

    def __init__(
        self, door: FrontDoor, known: ClientOfDemo, prover: Prover | None = None, attestation: str | None = None
    ) -> None:
        """`attestation`: of an instance with the prover's key."""
        self._door = door
        self._known = known
        self._prover = prover or (Prover(door.origin) if known.kind in PROVING else None)
        self._attested = {} if attestation is None else {"oauth-client-attestation": attestation}

    def sign_in(self, browser: Browser, scope: str) -> Tokens:
        """The authorization code flow (RFC 6749 section 4.1) with PKCE (RFC 7636). Raises Lost."""
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        redirect = self._known.redirect_uri
        back = browser.follow(self._pushed(authorization(self._known, scope, state, verifier)), redirect)
        answered = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        if answered.get("state") != state or answered.get("iss") != self._door.origin or "code" not in answered:
            raise Lost(f"the authorization response has no code for us: {answered.get('error', 'another state')}")
        granted = {"code": answered["code"], "redirect_uri": redirect, "code_verifier": verifier}
        return self._tokens("authorization_code", granted)

    def _pushed(self, asked: Mapping[str, str]) -> str:
        """Push the request; where the person's browser goes with its name (RFC 9126). Raises Lost."""
        answer = self._post(endpoints.PAR, asked)
        said: dict[str, Any] = answer.json()
        if answer.status != 201:
            raise Lost(f"the pushed request was answered {answer.status} {json.dumps(said.get('error'))}")
        named = {"client_id": self._known.client_id, "request_uri": said["request_uri"]}
        return f"{endpoints.AUTHORIZE}?{urlencode(named)}"

    def let_in(self, browser: Browser, scope: str, name: str) -> Tokens:
        """The device flow (RFC 8628), with a person at once who confirms the code. Raises Lost."""
        asked = self._post(endpoints.DEVICE_AUTHORIZATION, {"scope": scope, "device_name": name}).json()
        codes = {"device_code": str(asked.get("device_code"))}
        waits = self._post(endpoints.TOKEN, {"grant_type": DEVICE_GRANT, **codes}).json().get("error")
        if waits != "authorization_pending":
            raise Lost(f"a device that nobody has confirmed was told {waits}")
        browser.let_in(str(asked["verification_uri_complete"]).removeprefix(self._door.origin))
        return self._tokens(DEVICE_GRANT, codes)

    def for_itself(self, scope: str) -> Tokens:
        """Client credentials (RFC 6749 section 4.4)."""
        return self._tokens("client_credentials", {"scope": scope})

    def refresh(self, tokens: Tokens) -> Tokens:
        return self._tokens("refresh_token", {"refresh_token": tokens.refresh or ""})

    def revoke(self, tokens: Tokens) -> Answer:
        """RFC 7009: the access token."""
        return self._post(endpoints.REVOKE, {"token": tokens.access, "token_type_hint": "access_token"})

    def _tokens(self, grant: str, fields: Mapping[str, str]) -> Tokens:
        answer = self._post(endpoints.TOKEN, {"grant_type": grant, **fields})
        said: dict[str, Any] = answer.json()
        if answer.status != 200:
            raise Lost(f"the token endpoint answered {answer.status} {json.dumps(said.get('error'))}")
        return Tokens(said["access_token"], said.get("refresh_token"), self._prover)

    def _post(self, path: str, fields: Mapping[str, str]) -> Answer:
        if self._prover is None:
            return self._authenticated(path, fields, {})
        return self._prover.send("POST", path, None, lambda proof: self._authenticated(path, fields, proof))

    def _authenticated(self, path: str, fields: Mapping[str, str], proof: Mapping[str, str]) -> Answer:
        headers, parameters = self._credentials()
        return self._door.post_form(path, {**fields, **parameters}, {**headers, **proof})

    def _credentials(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """What the client authenticates with: header fields, and parameters."""
        id, secret, key = self._known.client_id, self._known.secret, self._known.private_key
        if key is not None:
            return {}, {"client_assertion_type": ASSERTION, "client_assertion": self._assertion(key)}
        if secret is not None:
            basic = b64encode(f"{quote(id, '')}:{quote(secret, '')}".encode()).decode()
            return {"authorization": f"Basic {basic}"}, {}
        return {**build_of(self._known), **self._attested}, {"client_id": id}

    def _assertion(self, key: Mapping[str, str]) -> str:
        """RFC 7523 section 3; its audience is the issuer and nothing else."""
        now, id = int(time.time()), self._known.client_id
        claims = {
            "iss": id,
            "sub": id,
            "aud": self._door.origin,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        private = SigningPrivateKey.from_scalar(base64url.decode(key["d"].encode()))
        return sign(claims, private, "JWT")


def build_of(client: ClientOfDemo) -> Mapping[str, str]:
    """The field in which an app states its build; of other clients there is none."""
    return {} if client.build is None else {APP_VERSION.decode(): client.build}


def authorization(client: ClientOfDemo, scope: str, state: str, verifier: str) -> dict[str, str]:
    """An authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3)."""
    return {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": scope,
        "state": state,
        "code_challenge": base64url.encode(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
