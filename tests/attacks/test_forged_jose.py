"""Every way to forge a JWT, tried at each place that takes one from outside and is not tried elsewhere: by the very key
that is believed there, but for what is forged."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from exchange_world import CLIENTS as ACTING
from exchange_world import exchange, persons_token
from forged_jose import FAMILIES, Bends, Forge, Genuine, bent
from issuer_world import CLIENTS, IssuerWorld
from ostiary.issuer.logout_token import EVENT, logout_claims
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.strict_json import parse_object
from ostiary.model import endpoints
from ostiary.model.events.issuer import WebSessionStarted
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from rules_world import Rules
from secrets_seen import secret
from token_world import CONTRACT, ORIGIN, TokenWorld, refused
from used_proofs import nonce
from web_world import WebWorld

ATTESTER: Final = SigningPrivateKey.generate()
TEXT: Final = (7, None, True, ["a"], {})
WHOLE: Final = ("7", None, True, 7.5, [7])
DATE: Final = ("7", None, True, [7], {})
"""Another party's may have a fraction."""
ACCESS_TOKEN: Final[Bends] = {
    **dict.fromkeys(("iss", "sub", "client_id", "jti", "scope"), TEXT),
    **dict.fromkeys(("iat", "exp"), WHOLE),
    "aud": (7, None, ["a", 7], {}),
}
UNSIGNED: Final = frozenset({Reason.TOKEN_MALFORMED, Reason.TOKEN_ALGORITHM, Reason.TOKEN_SIGNATURE})


@dataclass(frozen=True, slots=True)
class Door:
    """A place that takes a JWT."""

    genuine: Callable[[], Genuine]
    judged: Callable[[str], Reason | None]
    """Why it is refused; None where it is taken."""
    reasons: frozenset[Reason]
    needed: Bends
    optional: Bends

    def let_in(self, forgeries: Mapping[str, Forge]) -> list[str]:
        """Those that are not refused as what they are."""
        return [name for name, forge in forgeries.items() if self.judged(forge(self.genuine())) not in self.reasons]


def gateway() -> Door:
    rules = Rules(routes=[{"on": "GET /things", "to": "api", "scope": "things"}], limit=[])

    def genuine() -> Genuine:
        claims = rules.token().rpartition(".")[0].rpartition(".")[2]
        made = parse_object(base64url.decode(claims.encode())) | {"jti": secrets.token_urlsafe(8)}
        return Genuine({"alg": "ES256", "kid": rules.key.id, "typ": "at+jwt"}, made, rules.key)

    optional: Bends = {
        **dict.fromkeys(("tenant", "sid", "grant_id", "acr", "api_key"), TEXT),
        **dict.fromkeys(("nbf", "auth_time"), WHOLE),
        "roles": (7, None, [7]),
    }

    def judged(token: str) -> Reason | None:
        return rules.reason("GET /things", f"Authorization: Bearer {token}")

    return Door(genuine, judged, UNSIGNED, ACCESS_TOKEN, optional)


def subject_token(world: TokenWorld) -> Door:
    world.adopt(clients=ACTING)
    claims = world.claims(persons_token(world))

    def genuine() -> Genuine:
        own = world.desk.keys.at(world.now).signing
        return Genuine({"alg": "ES256", "kid": own.id, "typ": "at+jwt"}, claims, own)

    def judged(token: str) -> Reason | None:
        answer = exchange(world, token)
        return None if answer.status_code == 200 else refused(world, answer)[2]

    return Door(genuine, judged, UNSIGNED, ACCESS_TOKEN, dict.fromkeys(("sid", "grant_id", "api_key"), TEXT))


def logout_token(web: WebWorld) -> Door:
    """Each ends a session of its own: taken is what ends it."""
    pages = web.pages()
    pages.sign_in()
    [started] = web.events_of(WebSessionStarted)

    def genuine() -> Genuine:
        own, registry = web.desk.keys.at(web.now).signing, web.desk.registry
        now, front = int(web.now), ClientId("front")
        claims = logout_claims(registry, front, started.subject, started.session, now, secrets.token_bytes)
        return Genuine({"alg": "ES256", "kid": own.id, "typ": "logout+jwt"}, claims, own)

    def judged(token: str) -> Reason | None:
        answer = web.post(endpoints.SESSION_BACKCHANNEL_LOGOUT, {"logout_token": token}, None)
        return None if answer.status_code == 200 else refused(web, answer)[2]

    needed: Bends = {
        **dict.fromkeys(("iss", "sid", "jti"), TEXT),
        **dict.fromkeys(("iat", "exp"), WHOLE),
        "aud": (7, None, [], ["front", "back"], {"front": 1}),
        "events": (7, None, EVENT, [EVENT], {EVENT: None}, {EVENT: "yes"}, {EVENT: []}, {EVENT.upper(): {}}),
    }
    return Door(genuine, judged, frozenset({Reason.LOGOUT_TOKEN_INVALID}), needed, {"nonce": ("n", None)})


class App:
    """An instance that an attester vouches for."""

    def __init__(self, issuer: IssuerWorld) -> None:
        phone = {**CONTRACT["clients"]["phone"], "attester": "shop"}
        attesters = {"shop": {"jwks": {"keys": [ATTESTER.public.to_jwk()]}}}
        issuer.adopt(clients={**CONTRACT["clients"], **CLIENTS, "phone": phone}, attesters=attesters)
        self.issuer, self.key = issuer, SigningPrivateKey.generate()

    def attestation(self) -> Genuine:
        now = int(self.issuer.now)
        claims = {"sub": "phone", "iat": now, "exp": now + 3600, "cnf": {"jwk": dict(self.key.public.members)}}
        return Genuine({"alg": "ES256", "typ": "oauth-client-attestation+jwt"}, claims, ATTESTER)

    def proof(self) -> Genuine:
        now = self.issuer.now
        claims = {"aud": ORIGIN, "jti": secrets.token_urlsafe(12), "iat": int(now), "challenge": nonce(now)}
        return Genuine({"alg": "ES256", "typ": "oauth-client-attestation-pop+jwt"}, claims, self.key)

    def judged(self, attestation: str, proof: str) -> Reason | None:
        """Who has come in is told that its refresh token is not known."""
        form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
        fields = {"oauth_client_attestation": attestation, "oauth_client_attestation_pop": proof}
        reason = refused(self.issuer, self.issuer.post(endpoints.TOKEN, form, "phone", **fields))[2]
        return None if reason is Reason.REFRESH_TOKEN_UNKNOWN else reason


def attestation(issuer: IssuerWorld) -> Door:
    app = App(issuer)
    public = dict(app.key.public.members)
    needed: Bends = {
        "sub": TEXT,
        **dict.fromkeys(("iat", "exp"), DATE),
        "cnf": (7, None, [], {}, public, {"jwk": None}, {"jwk": [public]}, {"jwk": public, "jku": "https://a.example"}),
    }
    return Door(
        app.attestation,
        lambda token: app.judged(token, app.proof().token()),
        frozenset({Reason.ATTESTATION_INVALID}),
        needed,
        {"nbf": DATE},
    )


def proof(issuer: IssuerWorld) -> Door:
    app = App(issuer)
    needed: Bends = {"aud": (7, None, [], [ORIGIN], {}), "jti": (*TEXT, ""), "iat": DATE}
    return Door(
        app.proof,
        lambda token: app.judged(secret(app.attestation().token()), token),
        frozenset({Reason.ATTESTATION_PROOF}),
        needed,
        {"challenge": TEXT, **dict.fromkeys(("exp", "nbf"), DATE)},
    )


DOORS: Final[Mapping[str, Callable[[pytest.FixtureRequest], Door]]] = {
    "access token": lambda request: gateway(),
    "subject token": lambda request: subject_token(request.getfixturevalue("world")),
    "logout token": lambda request: logout_token(request.getfixturevalue("web")),
    "attestation": lambda request: attestation(request.getfixturevalue("issuer")),
    "proof of an instance": lambda request: proof(request.getfixturevalue("issuer")),
}


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> Door:
    return DOORS[request.param](request)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_forged_is_taken_nowhere(door: Door, family: str) -> None:
    assert door.let_in(FAMILIES[family]) == []
    assert door.judged(secret(door.genuine().token())) is None


def test_a_claim_that_is_no_value_of_it_is_taken_nowhere(door: Door) -> None:
    """Though signed by who is believed."""
    assert door.let_in(bent(door.needed, door.optional)) == []
    assert door.judged(secret(door.genuine().token())) is None


BOUND_TO: Final = (None, {}, [], "x", {"x5t#S256": 7}, {"jkt": "x", "x5t#S256": "x"}, {"jkt": 7}, {"kid": "x"})


@pytest.mark.parametrize("confirmed", BOUND_TO, ids=str)
def test_a_token_that_is_bound_to_something_is_no_bearer_token_whatever_it_is(confirmed: object) -> None:
    """A confirmation that nobody here understands confirms nothing (RFC 7800 section 3.1)."""
    door = gateway()
    assert door.judged(door.genuine().claiming("cnf", confirmed)) is Reason.BINDING_TOO_WEAK
    assert door.judged(secret(door.genuine().token())) is None


@pytest.mark.parametrize("confirmed", BOUND_TO, ids=str)
def test_a_token_that_is_bound_to_something_is_not_exchanged(world: TokenWorld, confirmed: object) -> None:
    door = subject_token(world)
    assert door.judged(door.genuine().claiming("cnf", confirmed)) is Reason.SUBJECT_TOKEN_BOUND
    assert door.judged(secret(door.genuine().token())) is None
