"""Signed requests before the running program: by the client of the documentation, and by one that others wrote."""

import json
import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from ostiary.keys import base64url
from running import until
from shop_running import RunningShop
from signed_world import jwk_of

PAGE = Path(__file__).parents[2] / "docs/kinds/partner-signatures.md"
KEY = ed25519.Ed25519PrivateKey.generate()
PATH = "/v1/deliveries"
DELIVERY = {"order": 1}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """Its carrier has two keys: the demo's own, and the one above."""
    running = RunningShop(tmp_path_factory.mktemp("shop"))
    file = running.folder / "acme.jwks.json"
    listed = json.loads(file.read_text())["keys"]
    file.write_text(json.dumps({"keys": [*listed, jwk_of(KEY) | {"kid": "acme-2026"}]}))
    with running.open():
        yield running


def documented() -> Callable[..., httpx.Client]:
    """The client that the page shows."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert len(code.splitlines()) <= 35
    names: dict[str, Any] = {}
    exec(code, names)
    made: Callable[..., httpx.Client] = names["client"]
    return made


def client(shop: RunningShop, key: ed25519.Ed25519PrivateKey = KEY) -> httpx.Client:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    tls = ssl.create_default_context(cafile=str(shop.ca_file))
    return documented()(shop.origin, pem, "acme-2026", verify=tls)


def grown_up(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """A door that has just started takes no signature yet."""
    return until(ask, lambda answer: answer.status_code != 503)


def test_the_client_of_the_page_gets_in(shop: RunningShop) -> None:
    with client(shop) as acme:
        answer = grown_up(lambda: acme.post(PATH, json=DELIVERY))
        assert (answer.status_code, answer.json()) == (201, {"order": 1, "carrier": "acme"})
    with client(shop, ed25519.Ed25519PrivateKey.generate()) as somebody:
        answer = somebody.post(PATH, json=DELIVERY)
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_signature")
        assert 'keyid="acme-2026";tag="ostiary"' in answer.headers["accept-signature"]


def test_a_client_that_others_wrote_gets_in(shop: RunningShop) -> None:
    """http-message-signatures, with the demo's key."""
    jwk = shop.client("acme").private_key
    assert jwk is not None
    private = ec.derive_private_key(int.from_bytes(base64url.decode(jwk["d"].encode()), "big"), ec.SECP256R1())
    keys = MappingKeyResolver(public_keys={}, private_keys={jwk["kid"]: private})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ECDSA_P256_SHA256, key_resolver=keys)
    body = json.dumps(DELIVERY).encode()

    def signed(acme: httpx.Client, number: int) -> httpx.Request:
        request = acme.build_request("POST", PATH, content=body, headers={"content-type": "application/json"})
        covered = ("@method", "@target-uri", "content-type")
        nonce = f"{number}-{id(request)}"
        signer.sign(request, key_id=jwk["kid"], nonce=nonce, tag="ostiary", covered_component_ids=covered, body=body)
        return request

    with client(shop) as acme:
        acme.auth = None
        numbers = iter(range(1000))
        assert grown_up(lambda: acme.send(signed(acme, next(numbers)))).status_code == 201
        changed = signed(acme, next(numbers))
        changed.headers["content-type"] = "text/plain"
        assert acme.send(changed).status_code == 401


def test_two_workers_take_a_signature_once(shop: RunningShop) -> None:
    """Each try on a connection of its own, so that both of them are asked."""
    made: list[httpx.Request] = []
    with client(shop) as acme:
        acme.event_hooks["request"] = [made.append]
        assert grown_up(lambda: acme.post(PATH, json=DELIVERY)).status_code == 201
    tls = ssl.create_default_context(cafile=str(shop.ca_file))
    again = httpx.Request("POST", made[-1].url, headers=made[-1].headers, content=made[-1].content)
    for _ in range(12):
        with httpx.Client(verify=tls) as somebody:
            assert somebody.send(again).status_code == 401


def test_the_token_endpoint_is_closed_to_it(shop: RunningShop) -> None:
    with client(shop) as acme:
        for grant in ("client_credentials", "authorization_code", "refresh_token"):
            answer = acme.post("/oauth/token", data={"grant_type": grant, "client_id": "acme", "code": "x"})
            assert answer.status_code in (400, 401)
            assert "access_token" not in answer.text


def explained(shop: RunningShop, *more: str) -> dict[str, Any]:
    said = shop.command("explain", "request", "POST", PATH, "--as", "acme", "--body", '{"order": 1}', "--json", *more)
    told: dict[str, Any] = json.loads(said.stdout)
    return told


def test_a_signed_request_is_explained(shop: RunningShop) -> None:
    """With a key that is made up; the digest is of the body that is given."""
    told = explained(shop)
    assert told["allowed"]
    assert told["identity"]["binding"] == "signature"
    other = "content-digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    assert explained(shop, "--header", other)["reason"] is not None


def status_or_cut(acme: httpx.Client) -> int | None:
    """None where the answer that was under way ended with the client."""
    try:
        return acme.post(PATH, json=DELIVERY).status_code
    except httpx.RemoteProtocolError:
        return None


def test_a_partner_that_is_revoked_is_out_within_a_second(shop: RunningShop) -> None:
    with client(shop) as acme:
        assert grown_up(lambda: acme.post(PATH, json=DELIVERY)).status_code == 201
        assert shop.command("revoke", "client", "acme").returncode == 0
        until(lambda: status_or_cut(acme), lambda status: status == 401)
    assert explained(shop)["reason"] == "client_disabled"
