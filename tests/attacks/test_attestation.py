"""attest_jwt_client_auth: who is not the app, or not the instance that was vouched for, does not come in
(draft-ietf-oauth-attestation-based-client-auth-11).

Attestations and proofs are made with joserfc, as the draft shows them: without a `kid`.
"""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from joserfc import jwt as peer
from joserfc.jwk import ECKey, OctKey

from issuer_world import CLIENTS, IssuerWorld
from ostiary.issuer.app_configuration import PublishAppConfiguration
from ostiary.issuer.attestation import attester_of, require_attested
from ostiary.issuer.holder import Holder
from ostiary.issuer.pkce import challenge_of
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.model import endpoints
from ostiary.model.errors import InvalidClient
from ostiary.model.ids import ClientId, Secret, Thumbprint
from ostiary.model.plan import Plan
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import CONTRACT, ORIGIN, REDIRECT, VERIFIER, read, refused
from used_proofs import nonce, proofs

ATTESTER, STRANGER = SigningPrivateKey.generate(), SigningPrivateKey.generate()
PHONE = {**CONTRACT["clients"]["phone"], "attester": "shop"}
OTHER = {**PHONE, "redirect_uris": ["com.example.other:/callback"]}
ATTESTERS = {
    "shop": {"jwks": {"keys": [ATTESTER.public.to_jwk()]}, "max_age": "1d"},
    "elsewhere": {"jwks": {"keys": [STRANGER.public.to_jwk()]}},
}
FIRST = "openid offline_access orders.read"


def as_peer(key: SigningPrivateKey) -> ECKey:
    return ECKey.import_key({**key.public.members, "d": base64url.encode(key.scalar())})


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: SigningPrivateKey | OctKey) -> str:
    """A claim or member that is None is left out."""
    kept = [{name: value for name, value in part.items() if value is not None} for part in (header, claims)]
    signing = key if isinstance(key, OctKey) else as_peer(key)
    return secret(peer.encode(kept[0], kept[1], signing, algorithms=["ES256", "HS256", "none"]))


class App:
    """One instance of the app, with a key of its own."""

    def __init__(self, issuer: IssuerWorld) -> None:
        self.issuer = issuer
        self.key = SigningPrivateKey.generate()

    def attestation(self, by: SigningPrivateKey | OctKey = ATTESTER, header: Any = None, **claims: Any) -> str:
        now = int(self.issuer.now)
        said = {"sub": "phone", "iat": now, "exp": now + 3600, "cnf": {"jwk": dict(self.key.public.members)}}
        head = {"typ": "oauth-client-attestation+jwt", "alg": "ES256", **(header or {})}
        return signed(head, said | claims, by)

    def instance(self, by: SigningPrivateKey | OctKey | None = None, header: Any = None, **claims: Any) -> str:
        now = self.issuer.now
        said = {"aud": ORIGIN, "jti": secrets.token_urlsafe(12), "iat": int(now), "challenge": nonce(now)}
        head = {"typ": "oauth-client-attestation-pop+jwt", "alg": "ES256", **(header or {})}
        return signed(head, said | claims, by or self.key)

    def fields(self, attestation: str | None = None, instance: str | None = None) -> dict[str, str]:
        """With a proof of its own."""
        return {
            "oauth_client_attestation": attestation or self.attestation(),
            "oauth_client_attestation_pop": instance or self.instance(),
        }

    def combined(self, path: str = endpoints.TOKEN, **more: str) -> dict[str, str]:
        """With its DPoP proof alone (section 5.2)."""
        return {"oauth_client_attestation": self.attestation(), "dpop": self.issuer.proof(self.key, path), **more}

    def ask(self, fields: Mapping[str, str], form: Mapping[str, str] | None = None) -> httpx.Response:
        """Something that only an authenticated client is told to be wrong: an unknown refresh token."""
        asked = form or {"grant_type": "refresh_token", "refresh_token": "unknown"}
        return self.issuer.post(endpoints.TOKEN, asked, "phone", **fields)

    def reason(self, fields: Mapping[str, str]) -> Reason:
        return refused(self.issuer, self.ask(fields))[2]


IN = Reason.REFRESH_TOKEN_UNKNOWN
"""Why the request is refused of who has come in."""


@pytest.fixture
def app(issuer: IssuerWorld) -> Iterator[App]:
    issuer.adopt(clients={**CONTRACT["clients"], **CLIENTS, "phone": PHONE, "other-app": OTHER}, attesters=ATTESTERS)
    yield App(issuer)


def test_5_1_an_instance_that_is_vouched_for_comes_in_by_its_own_proof(app: App) -> None:
    assert app.reason(app.fields()) is IN


def test_5_2_it_comes_in_by_its_dpop_proof_too(app: App) -> None:
    assert app.reason(app.combined()) is IN


def test_the_name_alone_is_not_enough(app: App) -> None:
    assert app.reason({}) is Reason.CLIENT_AUTH_METHOD
    assert app.reason({"dpop": app.issuer.proof(app.key)}) is Reason.CLIENT_AUTH_METHOD
    assert app.reason({"oauth_client_attestation": app.attestation()}) is Reason.ATTESTATION_PROOF
    assert app.reason({"oauth_client_attestation_pop": app.instance()}) is Reason.CLIENT_AUTH_METHOD


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": 0}, Reason.ATTESTATION_OLD),
        ({"iat": -86401}, Reason.ATTESTATION_OLD),
        ({"iat": -86400}, IN),
        ({"iat": 11}, Reason.ATTESTATION_INVALID),
        ({"nbf": 11}, Reason.ATTESTATION_INVALID),
        ({"nbf": 10}, IN),
        ({"exp": 1}, IN),
    ],
)
def test_7_1_an_attestation_that_has_ended_or_is_too_old_is_refused(
    app: App, claims: dict[str, int], reason: Reason
) -> None:
    """Claims are given from now on."""
    dated = {name: int(app.issuer.now) + value for name, value in claims.items()}
    answer = app.ask(app.fields(app.attestation(**dated)))
    assert refused(app.issuer, answer)[2] is reason
    assert (read(answer)["error"] == "use_fresh_attestation") is (reason is Reason.ATTESTATION_OLD)


@pytest.mark.parametrize("missing", ["sub", "iat", "exp", "cnf"])
def test_4_every_claim_is_needed(app: App, missing: str) -> None:
    assert app.reason(app.fields(app.attestation(**{missing: None}))) in (
        Reason.ATTESTATION_INVALID,
        Reason.ASSERTION_INVALID,
    )
    assert app.reason(app.fields()) is IN


def test_another_client_s_attestation_is_refused(app: App) -> None:
    """The attester vouches for an instance of another app of the same people."""
    theirs = app.attestation(sub="other-app")
    assert app.reason(app.fields(theirs)) is Reason.ATTESTATION_OF_ANOTHER_CLIENT
    assert app.reason(app.fields(app.attestation(sub="phone"))) is IN


def test_another_attester_is_refused_and_so_is_the_app_itself(app: App) -> None:
    """One that the contract has, and that vouches for nobody here; the key of the instance; a shared secret."""
    public = OctKey.import_key(str(ATTESTER.public.to_jwk()["x"]).encode())
    for by, header in ((STRANGER, {}), (app.key, {}), (public, {"alg": "HS256"})):
        assert app.reason(app.fields(app.attestation(by, header))) is Reason.ATTESTATION_INVALID
    assert app.reason(app.fields(app.attestation(ATTESTER))) is IN


def unsigned(jwt: str) -> str:
    """With `none` for its algorithm and no signature (RFC 8725 section 2.1)."""
    head = base64url.encode(b'{"typ":"oauth-client-attestation+jwt","alg":"none"}')
    return f"{head}.{jwt.split('.')[1]}."


def test_what_nobody_signed_is_refused(app: App) -> None:
    attestation = app.attestation()
    head, claims, signature = attestation.split(".")
    tampered = f"{head}.{claims}.{signature[:-4]}AAAA"
    for wrong in (unsigned(attestation), f"{head}.{claims}.", tampered, f"{attestation};a=b", "x"):
        answer = app.ask(app.fields(wrong))
        assert answer.status_code == 401, wrong
    assert app.reason(app.fields(attestation)) is IN


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": None}, {"typ": "oauth-client-attestation-pop+jwt"}])
def test_a_jwt_of_another_type_is_no_attestation(app: App, header: dict[str, Any]) -> None:
    assert app.reason(app.fields(app.attestation(header=header))) is Reason.ATTESTATION_INVALID


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_an_attestation_does_not_bring_its_attester_s_key(app: App, member: str) -> None:
    """RFC 8725 section 3.10: signed by a stranger who says how to verify it."""
    brought: Any = {"jwk": dict(STRANGER.public.members), "x5c": ["AAAA"]}.get(member, "https://evil.example/keys")
    attestation = app.attestation(STRANGER, {member: brought})
    assert app.reason(app.fields(attestation)) is Reason.ATTESTATION_INVALID
    assert app.reason(app.fields(app.attestation(ATTESTER))) is IN


def test_7_1_a_private_key_is_nobody_s(app: App) -> None:
    private = {**app.key.public.members, "d": secret(base64url.encode(app.key.scalar()))}
    both = {"jwk": dict(app.key.public.members), "kid": "1"}
    for confirmed in ({"jwk": private}, both, {"jkt": "x" * 43}, {"jwk": {"kty": "oct", "k": "AAAA"}}, "x"):
        assert app.reason(app.fields(app.attestation(cnf=confirmed))) is Reason.ATTESTATION_INVALID


def test_a_stolen_attestation_is_worth_nothing_without_its_key(app: App) -> None:
    """Other key, both ways of proof."""
    thief = App(app.issuer)
    attestation = app.attestation()
    assert app.reason(thief.fields(attestation)) is Reason.ATTESTATION_PROOF
    stolen = {"oauth_client_attestation": attestation, "dpop": app.issuer.proof(thief.key)}
    assert app.reason(stolen) is Reason.ATTESTATION_KEY
    assert app.reason(app.combined()) is IN


def test_a_dpop_proof_beside_is_by_the_attested_key_as_well(app: App) -> None:
    """Else a thief of nothing but tokens would bind them to a key that nobody vouches for."""
    for by, reason in ((STRANGER, Reason.ATTESTATION_KEY), (app.key, IN)):
        assert app.reason({**app.fields(), "dpop": app.issuer.proof(by)}) is reason


def test_a_certificate_beside_is_no_proof_of_the_attested_key(app: App) -> None:
    """Nor does it stand against one: the listener may ask every client for a certificate."""
    certificate = Holder(Binding.MTLS, Thumbprint("x" * 43))
    client = app.issuer.desk.registry.client("phone")
    assert client is not None
    registry, own = app.issuer.desk.registry, KeySet.of([])
    given = (client, attester_of(client, registry, own), registry, proofs(), app.issuer.now)
    with pytest.raises(InvalidClient) as refusal:
        require_attested(Secret(app.attestation()), None, certificate, *given)
    assert refusal.value.reason is Reason.ATTESTATION_PROOF
    holder = require_attested(Secret(app.attestation()), Secret(app.instance()), certificate, *given)
    assert (holder.binding, holder.thumbprint) == (Binding.DPOP, app.key.public.id)


def test_nobody_is_told_a_configuration_that_was_not_published(app: App) -> None:
    answer = app.issuer.post(endpoints.APP_CONFIGURATION, {}, "phone", **app.fields())
    assert refused(app.issuer, answer) == (503, "temporarily_unavailable", Reason.APP_CONFIGURATION_MISSING)
    published = PublishAppConfiguration(ClientId("phone"), "{}", int(app.issuer.now))
    app.issuer.commit(Plan(writes=(published,)))
    assert app.issuer.post(endpoints.APP_CONFIGURATION, {}, "phone", **app.fields()).status_code == 200


def test_12_1_a_proof_is_good_once(app: App) -> None:
    """With another attestation, too."""
    once = app.instance()
    assert app.reason(app.fields(instance=once)) is IN
    assert app.reason(app.fields(instance=once)) is Reason.ATTESTATION_REPLAYED
    assert app.reason(app.fields(app.attestation(more=1), once)) is Reason.ATTESTATION_REPLAYED
    assert app.reason(app.fields(instance=app.instance())) is IN


def test_who_is_refused_for_something_else_has_not_used_the_proof_of_another(app: App) -> None:
    """A thief of an attestation cannot use up the `jti` of its instance."""
    thief = App(app.issuer)
    assert app.reason(thief.fields(app.attestation(), thief.instance(jti="the-same"))) is Reason.ATTESTATION_PROOF
    assert app.reason(app.fields(instance=app.instance(jti="the-same"))) is IN


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example"},
        {"aud": [ORIGIN, "https://elsewhere.example"]},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 257},
        {"iat": None},
        {"iat": 0},
        {"iat": 1 << 40},
    ],
)
def test_7_2_a_proof_is_for_this_issuer_and_of_now(app: App, claims: dict[str, Any]) -> None:
    assert app.reason(app.fields(instance=app.instance(**claims))) is Reason.ATTESTATION_PROOF
    assert app.reason(app.fields()) is IN


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"iat": -300}, IN),
        ({"iat": -301}, Reason.ATTESTATION_PROOF),
        ({"iat": 300}, IN),
        ({"iat": 301}, Reason.ATTESTATION_PROOF),
        ({"nbf": 300}, IN),
        ({"nbf": 301}, Reason.ATTESTATION_PROOF),
        ({"exp": -300}, IN),
        ({"exp": -301}, Reason.ATTESTATION_PROOF),
        ({"nbf": -60, "exp": 60}, IN),
    ],
)
def test_7_2_a_proof_says_when_it_begins_and_ends_by_a_clock_that_may_be_off(
    app: App, claims: dict[str, int], reason: Reason
) -> None:
    """Claims are given from now on."""
    dated = {name: int(app.issuer.now) + value for name, value in claims.items()}
    assert app.reason(app.fields(instance=app.instance(**dated))) is reason


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "dpop+jwt"}, {"typ": "oauth-client-attestation+jwt"}])
def test_5_1_a_jwt_of_another_type_is_no_proof(app: App, header: dict[str, Any]) -> None:
    assert app.reason(app.fields(instance=app.instance(header=header))) is Reason.ATTESTATION_PROOF


@pytest.mark.parametrize("challenge", [None, "made-up", ""])
def test_6_1_a_proof_needs_a_challenge_and_gets_it_with_the_answer(app: App, challenge: str | None) -> None:
    answer = app.ask(app.fields(instance=app.instance(challenge=challenge)))
    assert refused(app.issuer, answer) == (400, "use_attestation_challenge", Reason.ATTESTATION_CHALLENGE)
    given = answer.headers["oauth-client-attestation-challenge"]
    assert app.reason(app.fields(instance=app.instance(challenge=given))) is IN


def test_6_an_old_challenge_is_refused(app: App) -> None:
    prepared = app.instance()
    app.issuer.later(200)
    assert app.reason(app.fields(instance=prepared)) is Reason.ATTESTATION_CHALLENGE


def test_6_3_the_challenge_endpoint_gives_what_both_ways_of_proof_need(app: App) -> None:
    metadata = read(app.issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert metadata["challenge_endpoint"] == ORIGIN + endpoints.CHALLENGE
    methods = {"attest_jwt_client_auth", "attest_jwt_client_auth_dpop"}
    assert methods <= set(metadata["token_endpoint_auth_methods_supported"])
    assert "ES256" in metadata["client_attestation_pop_signing_alg_values_supported"]
    answer = app.issuer.ask("POST", endpoints.CHALLENGE)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    challenge = read(answer)["attestation_challenge"]
    assert answer.headers["dpop-nonce"] == challenge
    assert app.reason(app.fields(instance=app.instance(challenge=challenge))) is IN
    assert app.issuer.ask("GET", endpoints.CHALLENGE).status_code == 405


def test_a_field_that_stands_twice_is_refused(app: App) -> None:
    head = ("content-type", "application/x-www-form-urlencoded")
    twice = [("oauth-client-attestation", app.attestation()) for _ in range(2)]
    proof = ("oauth-client-attestation-pop", app.instance())
    body = b"client_id=phone&grant_type=refresh_token&refresh_token=unknown"
    assert app.issuer.ask("POST", endpoints.TOKEN, body, [head, *twice, proof]).status_code == 400
    assert refused(app.issuer, app.issuer.ask("POST", endpoints.TOKEN, body, [head, twice[0], proof]))[2] is IN


def test_no_other_client_comes_in_by_an_attestation(app: App) -> None:
    for client in ("reader", "tab"):
        form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
        answer = app.issuer.post(endpoints.TOKEN, form, client, **app.fields(app.attestation(sub=client)))
        assert refused(app.issuer, answer)[2] is Reason.CLIENT_AUTH_METHOD


def test_an_attestation_beside_another_credential_is_two_methods(app: App) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    answer = app.issuer.post(endpoints.TOKEN, form, "site", **app.fields(app.attestation(sub="site")))
    assert refused(app.issuer, answer)[2] is Reason.CLIENT_AUTH_REPEATED


def pushed(app: App, fields: Mapping[str, str]) -> httpx.Response:
    asked = {
        "response_type": "code",
        "redirect_uri": REDIRECT["phone"],
        "scope": FIRST,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    return app.issuer.post(endpoints.PAR, asked, "phone", **fields)


def test_requests_are_pushed_by_attested_instances_alone(app: App) -> None:
    assert pushed(app, {}).status_code == 401
    assert pushed(app, app.fields()).status_code == 201
    assert pushed(app, app.combined(endpoints.PAR)).status_code == 201


def exchanged(app: App, fields: Mapping[str, str]) -> httpx.Response:
    form = app.issuer.code_form(app.issuer.code("phone", FIRST), "phone")
    return app.ask(fields, form)


@pytest.mark.parametrize("own", [True, False])
def test_10_3_tokens_are_bound_to_the_key_that_was_vouched_for(app: App, own: bool) -> None:
    tokens = read(exchanged(app, app.fields() if own else app.combined()))
    assert tokens["token_type"] == "DPoP"
    assert app.issuer.claims(tokens["access_token"])["cnf"]["jkt"] == app.key.public.id


def test_10_3_another_instance_cannot_refresh_and_the_same_can(app: App) -> None:
    """Though an attester vouches for it just as well."""
    other = App(app.issuer)
    for who, status in ((app, 200), (other, 400)):
        token = read(exchanged(app, app.fields()))["refresh_token"]
        answer = who.ask(who.fields(), {"grant_type": "refresh_token", "refresh_token": token})
        assert answer.status_code == status
    assert app.issuer.last_refusal().reason is Reason.PROOF_KEY
