"""Access tokens that a thief made for a client of each kind that has them: the header chooses nothing (RFC 8725)."""

import hmac
from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest

from by_hand import compact
from client_certificates import jwks_of, self_signed
from gateway_world import ORIGIN
from ostiary.keys import base64url
from ostiary.keys.dpop import key_thumbprint
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.reasons import Reason
from rules_world import NOW, Rules
from used_proofs import proof

OWN, STRANGER = SigningPrivateKey.generate(), SigningPrivateKey.generate()
BACK: Final = {"redirect_uris": ["https://client.example/"], "scopes": ["things"]}
CLIENTS: Final[dict[str, Any]] = {
    "web": {"kind": "web", "secret": "${env:S}", **BACK},
    "spa": {"kind": "spa", **BACK},
    "mobile": {"kind": "mobile", **BACK},
    "partner": {"kind": "partner", "scopes": ["things"]},
    "third-party": {"kind": "third-party", "secret": "${env:S}", **BACK},
    "service": {"kind": "service", "secret": "${env:S}", "scopes": ["things"]},
    "device": {"kind": "device", "name": "Till", "scopes": ["things"]},
}
BOUND: Final = ("spa", "mobile", "device")
ITSELF: Final = ("partner", "service")
HEAD: Final = "GET /things"
Sign = Callable[[bytes], bytes]
FORGED: Final = (Reason.TOKEN_ALGORITHM, Reason.TOKEN_SIGNATURE)


@pytest.fixture(scope="module")
def rules() -> Rules:
    routes = [{"on": HEAD, "to": "api", "scope": "things"}]
    return Rules(clients=CLIENTS, routes=routes, limit=[])


def genuine(rules: Rules, kind: str) -> str:
    claims: dict[str, Any] = {"cnf": {"jkt": key_thumbprint(OWN.public)}} if kind in BOUND else {}
    if kind in ITSELF:
        claims |= {"roles": None}
    field = rules.token(kind if kind in ITSELF else "ada", client_id=kind, **claims)
    return field.rpartition(" ")[2]


def judged(rules: Rules, kind: str, token: str) -> Reason | None:
    """With what the client of that kind shows beside its token."""
    if kind not in BOUND:
        return rules.reason(HEAD, f"Authorization: Bearer {token}")
    return rules.reason(
        HEAD, f"Authorization: DPoP {token}", f"DPoP: {proof(OWN, 'GET', f'{ORIGIN}/things', NOW, token)}"
    )


def forged(rules: Rules, kind: str, sign: Sign, **members: object) -> str:
    """The claims of a token that is let in, under another header."""
    claims = base64url.decode(genuine(rules, kind).split(".")[1].encode())
    header = {"alg": "ES256", "kid": rules.key.id, "typ": "at+jwt", **members}
    return compact(header, claims, sign)


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("alg", ["none", "None"])
def test_a_token_that_nobody_signed_is_none(rules: Rules, kind: str, alg: str) -> None:
    assert judged(rules, kind, forged(rules, kind, lambda _: b"", alg=alg)) is Reason.TOKEN_ALGORITHM
    assert judged(rules, kind, genuine(rules, kind)) is None


@pytest.mark.parametrize("kind", CLIENTS)
def test_the_public_key_is_no_secret_to_sign_with(rules: Rules, kind: str) -> None:
    published = orjson.dumps(rules.key.public.to_jwk())
    confused = forged(rules, kind, lambda signed: hmac.digest(published, signed, "sha256"), alg="HS256")
    assert judged(rules, kind, confused) is Reason.TOKEN_ALGORITHM
    assert judged(rules, kind, genuine(rules, kind)) is None


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("member", ["jku", "x5u", "jwk", "x5c"])
@pytest.mark.parametrize("named", ["ours", "theirs"])
def test_a_token_does_not_say_where_its_key_is(rules: Rules, kind: str, member: str, named: str) -> None:
    """Signed by a stranger, under the name of our key or of theirs; what says such a thing is not read further."""
    places: dict[str, object] = {"jwk": STRANGER.public.to_jwk(), "x5c": ["MIIB"]}
    key = {"ours": rules.key, "theirs": STRANGER}[named]
    brought = {member: places.get(member, "https://evil.example/keys"), "kid": key.id}
    assert judged(rules, kind, forged(rules, kind, STRANGER.sign, **brought)) in FORGED
    assert judged(rules, kind, forged(rules, kind, rules.key.sign, **brought)) is Reason.TOKEN_ALGORITHM
    assert judged(rules, kind, genuine(rules, kind)) is None


def test_a_client_with_a_certificate_is_not_let_in_by_a_lesser_proof() -> None:
    """Whoever has a token that is bound to a key has not shown the certificate that its client always shows."""
    certificate = {"credential": "mtls", "jwks": jwks_of([self_signed("CN=robot")])}
    for credential, reason in ((certificate, Reason.BINDING_TOO_WEAK), ({"secret": "${env:S}"}, None)):
        robot = {"kind": "service", "scopes": ["things"], **credential}
        door = Rules(clients={"robot": robot}, routes=[{"on": HEAD, "to": "api", "scope": "things"}], limit=[])
        field = door.token("robot", client_id="robot", cnf={"jkt": key_thumbprint(OWN.public)}, roles=None)
        token = field.rpartition(" ")[2]
        shown = proof(OWN, "GET", f"{ORIGIN}/things", NOW, token)
        assert door.reason(HEAD, f"Authorization: DPoP {token}", f"DPoP: {shown}") is reason
