"""Signed requests: what is changed, kept, replayed or signed by somebody else does not get in (RFC 9421 section 7)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from ostiary.gateway.decision import Allow
from ostiary.gateway.identify.signature_checks import AHEAD, LONGEST_NONCE
from ostiary.gateway.refusal import rendered
from ostiary.keys.replays import BLOCK_SLOTS, FIRST
from ostiary.model.errors import BadRequest, InvalidSignature, ServiceUnavailable
from ostiary.model.feed import Numbered
from ostiary.model.ids import ClientId, Reference, Scope
from ostiary.model.principal import Binding, Kind
from ostiary.model.reasons import Reason
from ostiary.server.revocation import of_client
from rules_world import NOW, Rules, fields_of
from signed_world import ORIGIN, Client, PrivateKey, jwk_of
from used_proofs import proofs

SECRET = b"k" * 43
KEYS: dict[str, PrivateKey] = {
    "acme-ed": ed25519.Ed25519PrivateKey.generate(),
    "acme-ec": ec.generate_private_key(ec.SECP256R1()),
    "acme-rsa": rsa.generate_private_key(65537, 2048),
    "other": ed25519.Ed25519PrivateKey.generate(),
    "hushed": SECRET,
    ";tag=": ed25519.Ed25519PrivateKey.generate(),
}
ACME = Client(KEYS["acme-ed"], "acme-ed")
OTHER = Client(KEYS["other"], "other")
GET = "GET /orders/7?full=yes"
POST = "POST /orders"
BODY = b'{"item": 7}'
JSON = "Content-Type: application/json"
LENGTH = f"Content-Length: {len(BODY)}"


def partner(*names: str, **more: object) -> dict[str, object]:
    jwks = {"keys": [jwk_of(KEYS[name]) | {"kid": name} for name in names]}
    return {"kind": "partner", "credential": "signature", "jwks": jwks, "scopes": ["things"], **more}


def made(**more: object) -> Rules:
    """`more`: settings of the client acme."""
    clients = {
        "acme": partner("acme-ed", "acme-ec", "acme-rsa", tenant="north", roles=["customer"], **more),
        "other": partner("other"),
        "odd": partner(";tag="),
        "hushed": {"kind": "partner", "credential": "signature", "secret": "${env:S}", "scopes": ["things"]},
        "site": {"kind": "web", "secret": "${env:S}", "redirect_uris": [f"{ORIGIN}/"], "scopes": ["things"]},
    }
    routes = [
        {"on": "GET /orders/{id}", "to": "api", "scope": "things"},
        {"on": "PUT /orders/{id}", "to": "api", "scope": "things"},
        {"on": "POST /orders", "to": "api", "scope": "things"},
        {"on": "POST /refunds", "to": "api", "scope": "things"},
        {"on": "GET /public", "to": "api", "public": True},
    ]
    return Rules(clients=clients, routes=routes)


@pytest.fixture(scope="module")
def rules() -> Rules:
    """For tests that change nothing but nonces."""
    return made()


@pytest.mark.parametrize("name", ["acme-ed", "acme-ec", "acme-rsa", "other", "hushed"])
def test_a_signed_request_is_its_client_s(rules: Rules, name: str) -> None:
    asked = rules.allowed(GET, *Client(KEYS[name], name).fields(GET, now=NOW))
    assert asked.seen is not None
    who = asked.seen.principal
    assert (who.client, who.kind, who.binding) == (name.partition("-")[0], Kind.PARTNER, Binding.SIGNATURE)
    assert (who.scopes, who.subject) == ({Scope("things")}, None)
    assert who.tenant == ("north" if who.client == "acme" else None)


def test_the_upstream_learns_who_signed(rules: Rules) -> None:
    lines = rules.sent(GET, *ACME.fields(GET, now=NOW))
    assert fields_of(lines, "x-ostiary-identity")
    told = rules.signed[-1]
    assert (told["client_id"], told["kind"], told["binding"], told["sub"]) == ("acme", "partner", "signature", "acme")


Change = Callable[[list[str]], tuple[str, list[str]]]


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: (GET.replace("GET", "PUT"), fields),
        lambda fields: (GET.replace("/7", "/8"), fields),
        lambda fields: (GET.replace("yes", "no"), fields),
        lambda fields: (GET.partition("?")[0], fields),
        lambda fields: (GET + "&as=admin", fields),
        lambda fields: (GET, [field.replace("tag=", "tag =") for field in fields]),
        lambda fields: (GET, [field.replace('keyid="acme-ed"', 'keyid="acme-ec"') for field in fields]),
        lambda fields: (GET, [field.replace('keyid="acme-ed"', 'keyid="other"') for field in fields]),
        lambda fields: (GET, [field.replace('keyid="acme-ed"', 'keyid="hushed"') for field in fields]),
        lambda fields: (GET, [field.replace('nonce="', 'nonce="x') for field in fields]),
        lambda fields: (GET, [field.replace("created=", "expires=9999999999;created=") for field in fields]),
        lambda fields: (GET, [field.replace(f"created={NOW}", f"created={NOW + 1}") for field in fields]),
        lambda fields: (GET, [field.replace("sig=(", 'sig=("date" ') for field in [*fields, "Date: today"]]),
    ],
    ids=[
        *("method", "path", "query", "no query", "more query", "malformed", "key of the same client"),
        *("another client's key", "a shared secret's keyid", "nonce", "expires", "created", "more components"),
    ],
)
def test_what_was_signed_cannot_be_changed(rules: Rules, change: Change) -> None:
    fields = ACME.fields(GET, now=NOW)
    head, changed = change(fields)
    refused = rules.refusal(head, *changed)
    assert isinstance(refused, InvalidSignature)
    assert refused.reason in (Reason.SIGNATURE_WRONG, Reason.SIGNATURE_MALFORMED)
    assert rules.refusal(GET, *fields) is None


def test_a_signature_for_another_host_is_refused(rules: Rules) -> None:
    for origin, expected in ((ORIGIN, None), ("https://door.example.org", Reason.SIGNATURE_WRONG)):
        assert rules.reason(GET, *replace(ACME, origin=origin).fields(GET, now=NOW)) is expected
    parts = ("@method", "@authority", "@path", "@query")
    for origin, expected in ((ORIGIN, None), ("https://door.example.org", Reason.SIGNATURE_WRONG)):
        fields = replace(ACME, origin=origin, covers=parts).fields(GET, now=NOW)
        assert rules.reason(GET, *fields) is expected


@pytest.mark.parametrize(
    "covers",
    [
        (),
        ("@method",),
        ("@target-uri",),
        ("@method", "@path", "@query"),
        ("@method", "@authority", "@query"),
        ("@method", "@authority", "@path"),
        ("@authority", "@path", "@query"),
    ],
)
def test_method_and_target_are_covered(rules: Rules, covers: tuple[str, ...]) -> None:
    for enough in (("@method", "@target-uri"), ("@query", "@method", "@path", "@authority", "@scheme")):
        assert rules.reason(GET, *ACME.fields(GET, now=NOW, covers=enough)) is None
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, covers=covers)) is Reason.SIGNATURE_COVERS_LITTLE


@pytest.mark.parametrize("left_out", ["content-digest", "content-type", "content-encoding"])
@pytest.mark.parametrize("framed", [LENGTH, "Transfer-Encoding: chunked"])
def test_content_and_how_it_is_read_are_covered(rules: Rules, left_out: str, framed: str) -> None:
    covers = ("@method", "@target-uri", "content-digest", "content-type", "content-encoding")
    headers = (JSON, "Content-Encoding: identity", framed)
    assert rules.reason(POST, *ACME.fields(POST, *headers, body=BODY, now=NOW, covers=covers)) is None
    less = tuple(name for name in covers if name != left_out)
    fields = ACME.fields(POST, *headers, body=BODY, now=NOW, covers=less)
    assert rules.reason(POST, *fields) is Reason.SIGNATURE_COVERS_LITTLE


def test_a_body_without_a_digest_is_refused(rules: Rules) -> None:
    assert rules.reason(POST, *ACME.fields(POST, JSON, LENGTH, body=BODY, now=NOW)) is None
    assert rules.reason(POST, *ACME.fields(POST, JSON, "Content-Length: 0", now=NOW)) is None
    undigested = ACME.fields(POST, JSON, LENGTH, now=NOW)
    assert rules.reason(POST, *undigested) is Reason.SIGNATURE_COVERS_LITTLE


def test_the_digest_of_a_representation_is_none_of_the_content(rules: Rules) -> None:
    """Repr-Digest says nothing of what this very request carries (RFC 9530 section 3)."""
    headers = ("Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", LENGTH)
    covers = ("@method", "@target-uri", "repr-digest")
    assert rules.reason(POST, *ACME.fields(POST, *headers, now=NOW, covers=covers)) is Reason.SIGNATURE_COVERS_LITTLE
    both = ACME.fields(POST, *headers, body=BODY, now=NOW, covers=(*covers, "content-digest"))
    assert rules.reason(POST, *both) is None


def test_a_list_may_be_sent_in_other_lines_but_not_as_another_list(rules: Rules) -> None:
    """Without `sf` only the space around lines is evened out, and folded lines are refused (RFC 9421 section 2.1)."""
    covers = ("@method", "@target-uri", "x-list")
    for lines, expected in (
        (["X-List: a, b"], None),
        (["X-List:a\t", "x-list: \tb"], None),
        (["X-List: b", "X-List: a"], Reason.SIGNATURE_WRONG),
        (["X-List: a,b"], Reason.SIGNATURE_WRONG),
        (["X-List: a", "X-List:", "X-List: b"], Reason.SIGNATURE_WRONG),
    ):
        _, *signed = ACME.fields(GET, "X-List: a, b", now=NOW, covers=covers)
        assert rules.reason(GET, *lines, *signed) is expected
    with pytest.raises(BadRequest):
        rules.reason(GET, "X-List: a,\r\n b", *signed)


def test_a_body_that_was_added_is_refused(rules: Rules) -> None:
    fields = ACME.fields(POST, JSON, now=NOW)
    assert rules.reason(POST, *fields, LENGTH) is Reason.SIGNATURE_COVERS_LITTLE
    assert rules.reason(POST, *fields, "Transfer-Encoding: chunked") is Reason.SIGNATURE_COVERS_LITTLE
    assert rules.reason(POST, *fields) is None


@pytest.mark.parametrize("digest", ["md5=:Sd/dVLAcvNLSq16eXua5uQ==:", "sha-256=X48E9q==", "sha-256=::, sha-256=::"])
def test_a_digest_that_proves_nothing_is_refused(rules: Rules, digest: str) -> None:
    covers = ("@method", "@target-uri", "content-digest")
    whole = ACME.fields(POST, LENGTH, body=BODY, now=NOW)
    assert rules.reason(POST, *whole) is None
    fields = ACME.fields(POST, LENGTH, f"Content-Digest: {digest}", now=NOW, covers=covers)
    assert rules.reason(POST, *fields) is Reason.DIGEST_INVALID


def test_a_digest_without_a_body_is_that_of_nothing(rules: Rules) -> None:
    covers = ("@method", "@target-uri", "content-digest")
    empty = "Content-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
    assert rules.reason(GET, *ACME.fields(GET, empty, now=NOW, covers=covers)) is None
    fields = ACME.fields(GET, body=BODY, now=NOW, covers=covers)
    assert rules.reason(GET, *fields) is Reason.DIGEST_MISMATCH


def test_a_covered_field_that_was_dropped_or_repeated_is_noticed(rules: Rules) -> None:
    covers = ("@method", "@target-uri", "date")
    fields = ACME.fields(GET, "Date: today", now=NOW, covers=covers)
    assert rules.reason(GET, *fields[1:]) is Reason.SIGNATURE_COMPONENT
    assert rules.reason(GET, *fields, "Date: tomorrow") is Reason.SIGNATURE_WRONG
    assert rules.reason(GET, "Date: tomorrow", *fields[1:]) is Reason.SIGNATURE_WRONG
    assert rules.reason(GET, *fields) is None


@pytest.mark.parametrize("connection", ["x-trace", "close, X-Trace", "keep-alive ,\tx-trace"])
def test_a_covered_field_cannot_be_taken_away_from_the_service(rules: Rules, connection: str) -> None:
    """A field that Connection names does not go on. Whoever adds one to a signed request would take away what it
    vouches for; its client may say so, and signs it."""
    covers = ("@method", "@target-uri", "x-trace")
    fields = ACME.fields(GET, "X-Trace: 1", now=NOW, covers=covers)
    assert rules.reason(GET, *fields, f"Connection: {connection}") is Reason.SIGNATURE_COVERS_LITTLE
    assert fields_of(rules.sent(GET, *fields, "Connection: close, x-other"), "x-trace") == ["1"]
    own = ACME.fields(GET, "X-Trace: 1", "Connection: x-trace", now=NOW, covers=(*covers, "connection"))
    assert not fields_of(rules.sent(GET, *own), "x-trace")
    hops = ACME.fields(GET, "TE: trailers", "Upgrade: h2c", now=NOW, covers=("@method", "@target-uri", "te", "upgrade"))
    assert rules.reason(GET, *hops, "Connection: te, upgrade") is None


def test_a_component_that_stands_twice_is_refused(rules: Rules) -> None:
    twice = ("@method", "@target-uri", "@method")
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, covers=twice)) is Reason.SIGNATURE_COMPONENT
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None


def test_two_signatures_are_refused(rules: Rules) -> None:
    ours, theirs = ACME.fields(GET, now=NOW), [field.replace("sig=", "b=") for field in OTHER.fields(GET, now=NOW)]
    for both in (ours + theirs, theirs + ours):
        assert rules.reason(GET, *both) is Reason.SIGNATURE_REPEATED
    assert rules.reason(GET, *ours) is None


@pytest.mark.parametrize("parameter", ["created", "keyid", "nonce", "tag"])
def test_every_parameter_is_needed(rules: Rules, parameter: str) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None
    without = ACME.fields(GET, now=NOW, **{parameter: None})
    expected = {"keyid": Reason.SIGNATURE_KEY_UNKNOWN, "tag": Reason.SIGNATURE_TAG}
    assert rules.reason(GET, *without) is expected.get(parameter, Reason.SIGNATURE_COVERS_LITTLE)


def test_a_nonce_has_its_bounds(rules: Rules) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, nonce="n" * LONGEST_NONCE)) is None
    for nonce in ("", "n" * (LONGEST_NONCE + 1)):
        assert rules.reason(GET, *ACME.fields(GET, now=NOW, nonce=nonce)) is Reason.SIGNATURE_COVERS_LITTLE


@pytest.mark.parametrize("parameter", ["only", "jku", "x5u", "jwk"])
def test_a_parameter_that_nobody_knows_is_refused(rules: Rules, parameter: str) -> None:
    """Nor does one say where the key is."""
    said = {parameter: "https://evil.example/keys"}
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, **said)) is Reason.SIGNATURE_MALFORMED
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None


def test_a_signature_for_somebody_else_is_refused(rules: Rules) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, tag="web-bot-auth")) is Reason.SIGNATURE_TAG
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, tag="ostiary")) is None


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (0, None),
        (60, None),
        (61, Reason.SIGNATURE_TOO_OLD),
        (-AHEAD, None),
        (-AHEAD - 1, Reason.SIGNATURE_NOT_YET_VALID),
        (1_000_000_000, Reason.SIGNATURE_TOO_OLD),
    ],
)
def test_a_signature_is_young(rules: Rules, age: int, expected: Reason | None) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW - age)) is expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [(1, None), (0, Reason.SIGNATURE_TOO_OLD), (-1_000_000_000, Reason.SIGNATURE_TOO_OLD)],
)
def test_an_expired_signature_is_refused(rules: Rules, left: int, expected: Reason | None) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, expires=NOW + left)) is expected


def test_a_replay_is_refused_for_as_long_as_the_signature_would_be_good() -> None:
    rules = made()
    fields = ACME.fields(GET, now=NOW)
    assert rules.reason(GET, *fields) is None
    for later in (0, 1, 60):
        assert rules.reason(GET, *fields, now=NOW + later) is Reason.SIGNATURE_REPLAYED
    assert rules.reason(GET, *fields, now=NOW + 61) is Reason.SIGNATURE_TOO_OLD
    ahead = ACME.fields(GET, now=NOW + AHEAD)
    assert rules.reason(GET, *ahead) is None
    assert rules.reason(GET, *ahead, now=NOW + AHEAD + 60) is Reason.SIGNATURE_REPLAYED
    assert rules.reason(GET, *ahead, now=NOW + AHEAD + 61) is Reason.SIGNATURE_TOO_OLD


def test_a_nonce_is_used_up_with_its_own_key_only() -> None:
    rules = made()
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, nonce="n")) is None
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, nonce="n")) is Reason.SIGNATURE_REPLAYED
    assert rules.reason(GET, *OTHER.fields(GET, now=NOW, nonce="n")) is None
    assert rules.reason(GET, *Client(KEYS["acme-ec"], "acme-ec").fields(GET, now=NOW, nonce="n")) is None


def test_nobody_else_can_use_a_nonce_up() -> None:
    rules = made()
    good = ACME.fields(GET, now=NOW, nonce="n")
    forged = replace(ACME, key=KEYS["other"]).fields(GET, now=NOW, nonce="n")
    assert rules.reason(GET, *forged) is Reason.SIGNATURE_WRONG
    assert rules.reason(GET, *good) is None


def test_what_was_made_before_the_memory_of_nonces_began_is_refused() -> None:
    rules = made()
    rules.gateway.trust.proofs.replays.since = NOW - 10
    early = rules.refusal(GET, *ACME.fields(GET, now=NOW - 10 + AHEAD))
    assert isinstance(early, ServiceUnavailable)
    assert early.reason is Reason.SIGNATURE_TOO_EARLY
    assert rules.refusal(GET, *ACME.fields(GET, now=NOW - 10 + AHEAD + 1)) is None


def test_what_cannot_be_remembered_is_not_taken() -> None:
    rules, memory = made(), proofs(blocks=1).replays
    rules.gateway.trust.proofs.replays = memory
    for number in range(1, BLOCK_SLOTS):
        assert memory.use(number, NOW + 60, NOW) is FIRST
    full = rules.refusal(GET, *ACME.fields(GET, now=NOW))
    assert isinstance(full, ServiceUnavailable)
    assert full.reason is Reason.PROOF_MEMORY_FULL
    assert rules.refusal(GET, *ACME.fields(GET, now=NOW + 61), now=NOW + 61) is None


@pytest.mark.parametrize("stated", ["hmac-sha256", "ecdsa-p256-sha256", "rsa-pss-sha512", "none", ""])
def test_the_message_does_not_choose_the_algorithm(rules: Rules, stated: str) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, alg="ed25519")) is None
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, alg=stated)) is Reason.SIGNATURE_ALGORITHM


@pytest.mark.parametrize("algorithm", [None, "hmac-sha256"])
def test_a_public_key_is_no_secret(rules: Rules, algorithm: str | None) -> None:
    """HMAC with what everybody knows of a key."""
    key = KEYS["acme-ed"]
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    public = key.public_key().public_bytes_raw()
    confused = replace(ACME, key=public).fields(GET, now=NOW, alg=algorithm)
    assert rules.reason(GET, *confused) in (Reason.SIGNATURE_WRONG, Reason.SIGNATURE_ALGORITHM)
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None


@pytest.mark.parametrize("keyid", ["acme", "ACME-ED", "acme-ed ", "nobody", "site"])
def test_a_key_that_nobody_has_is_refused(rules: Rules, keyid: str) -> None:
    assert rules.reason(GET, *replace(ACME, keyid=keyid).fields(GET, now=NOW)) is Reason.SIGNATURE_KEY_UNKNOWN
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None


@pytest.mark.parametrize("keyid", [None, 7])
def test_a_keyid_that_is_no_string_names_nobody(rules: Rules, keyid: int | None) -> None:
    assert rules.reason(GET, *ACME.fields(GET, now=NOW, keyid=keyid)) is Reason.SIGNATURE_KEY_UNKNOWN
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None


def test_a_second_keyid_misleads_nobody(rules: Rules) -> None:
    """The key is looked up by what looks like a `keyid`; what is read strictly has to agree."""
    ours = OTHER.fields(GET, now=NOW)
    assert rules.reason(GET, *ours) is None
    beside = [line.replace("sig=(", 'a=();keyid="acme-ed", sig=(') for line in OTHER.fields(GET, now=NOW)]
    assert rules.reason(GET, *beside) is Reason.SIGNATURE_REPEATED
    inside = [line.replace("sig=(", 'sig=("x";keyid="acme-ed" ') for line in OTHER.fields(GET, now=NOW)]
    assert rules.reason(GET, *inside) is Reason.SIGNATURE_COMPONENT
    twice = [line.replace(";created", ';keyid="acme-ed";created') for line in OTHER.fields(GET, now=NOW)]
    assert rules.reason(GET, *twice) is Reason.SIGNATURE_MALFORMED


def test_a_keyid_inside_another_parameter_is_none(rules: Rules) -> None:
    odd = Client(KEYS[";tag="], ";tag=")
    assert rules.reason(GET, *odd.fields(GET, now=NOW)) is None
    without = odd.fields(GET, now=NOW, keyid=None, nonce=";keyid=")
    assert rules.reason(GET, *without) is Reason.SIGNATURE_KEY_UNKNOWN


@pytest.mark.parametrize("line", ["Signature-Input: ", "Signature: "])
def test_half_a_signature_is_none(rules: Rules, line: str) -> None:
    whole = ACME.fields(GET, now=NOW)
    half = [field for field in whole if not field.startswith(line)]
    assert rules.reason(GET, *half) in (Reason.TOKEN_MISSING, Reason.SIGNATURE_MALFORMED)
    assert rules.reason(GET, *whole) is None


def test_a_token_beside_a_signature_decides_alone(rules: Rules) -> None:
    """Whoever adds an Authorization field to a signed request gets in by that token, or not at all."""
    fields = ACME.fields(GET, now=NOW)
    assert rules.reason(GET, *fields, "Authorization: Bearer x") is Reason.TOKEN_MALFORMED
    asked = rules.allowed(GET, *fields, rules.token())
    assert asked.seen is not None and asked.seen.principal.client == "site"
    assert rules.reason(GET, *fields) is None


def test_oversized_fields_are_refused(rules: Rules) -> None:
    long = ACME.fields(GET, now=NOW, covers=("@method", "@target-uri"), tag="t" * 3000)
    assert rules.reason(GET, *long) is Reason.SIGNATURE_MALFORMED
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None


def test_what_the_contract_asks_beside_is_asked() -> None:
    rules = made(signature={"tag": "acme", "covers": ["date", "x-trace"], "max_age": "10s"})
    client = replace(ACME, tag="acme", covers=("@method", "@target-uri", "x-trace", "date"))
    headers = ("Date: today", "X-Trace: 1")
    assert rules.reason(GET, *client.fields(GET, *headers, now=NOW - 10)) is None
    assert rules.reason(GET, *client.fields(GET, *headers, now=NOW - 11)) is Reason.SIGNATURE_TOO_OLD
    assert rules.reason(GET, *client.fields(GET, *headers, now=NOW, tag="ostiary")) is Reason.SIGNATURE_TAG
    less = ("@method", "@target-uri", "x-trace")
    assert rules.reason(GET, *client.fields(GET, *headers, now=NOW, covers=less)) is Reason.SIGNATURE_COVERS_LITTLE


def test_an_address_that_the_client_does_not_call_from_is_refused() -> None:
    rules = made(allow_ips=["192.0.2.0/24"])
    assert rules.reason(GET, *ACME.fields(GET, now=NOW), address="192.0.2.7") is None
    assert rules.reason(GET, *ACME.fields(GET, now=NOW), address="198.51.100.7") is Reason.ADDRESS_NOT_ALLOWED


def test_a_revoked_client_stays_out_for_good() -> None:
    rules, later = made(), NOW + 365 * 86400
    assert rules.reason(GET, *ACME.fields(GET, now=NOW)) is None
    (event,) = of_client(ClientId("acme"), NOW).feed
    rules.revocations.apply([Numbered(1, event)])
    for now in (NOW, later):
        rules.revocations.forget(now)
        assert rules.reason(GET, *ACME.fields(GET, now=now), now=now) is Reason.TOKEN_REVOKED
        assert rules.reason(GET, *OTHER.fields(GET, now=now), now=now) is None


def test_what_fails_is_nobody_s(rules: Rules) -> None:
    """Everybody can name a key: what does not hold is not put on the record of the client that has it."""
    decision = rules.decide(GET, *replace(ACME, key=KEYS["other"]).fields(GET, now=NOW))
    assert not isinstance(decision, Allow)
    assert decision.asked.seen is None


def test_public_routes_read_no_signature(rules: Rules) -> None:
    assert rules.allowed("GET /public", "Signature-Input: x", "Signature: y").seen is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), b'accept-signature: sig=("@method" "@target-uri");created;tag="ostiary"\r\n'),
        (
            (LENGTH, JSON),
            b'accept-signature: sig=("@method" "@target-uri" "content-digest" "content-type");created;tag="ostiary"',
        ),
        (
            ('Signature-Input: sig=();keyid="acme-ed"', "Signature: sig=::"),
            b'accept-signature: sig=("@method" "@target-uri");created;keyid="acme-ed";tag="ostiary"\r\n',
        ),
        (
            ('Signature-Input: sig=();keyid="nobody"', "Signature: sig=::"),
            b'accept-signature: sig=("@method" "@target-uri");created;tag="ostiary"\r\n',
        ),
    ],
    ids=["nothing", "with a body", "too little", "unknown key"],
)
def test_the_answer_says_how_to_sign(rules: Rules, fields: tuple[str, ...], expected: bytes) -> None:
    decision = rules.decide(POST, *fields)
    assert not isinstance(decision, Allow)
    answer = rendered(decision.error, Reference("r"), decision.asked, rules.contract, b"", bodiless=False)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert expected in answer
    assert b'www-authenticate: Bearer resource_metadata="' in answer


def test_the_answer_names_each_component_once() -> None:
    """A signature that lists one twice is refused, so none is asked for; one as it is asked for gets in."""
    rules = made(signature={"covers": ["content-type", "date"]})
    headers = (JSON, LENGTH, "Date: today")
    refused = rules.refused(POST, *ACME.fields(POST, *headers, body=BODY, now=NOW))
    listed = refused.adds.partition(b"(")[2].partition(b")")[0].decode()
    assert listed == '"@method" "@target-uri" "content-digest" "content-type" "date"'
    covers = tuple(name.strip('"') for name in listed.split(" "))
    assert rules.reason(POST, *ACME.fields(POST, *headers, body=BODY, now=NOW, covers=covers)) is None


def test_the_answer_names_a_tag_where_it_is_everybody_s() -> None:
    """Else who is not known yet is asked for none; who is named, for its own."""
    rules = made(signature={"tag": "acme"})
    assert b";tag=" not in rules.refused(GET).adds
    for name, tag in (("acme-ed", b'tag="acme"'), ("other", b'tag="ostiary"')):
        assert tag in rules.refused(GET, *Client(KEYS[name], name, tag="x").fields(GET, now=NOW)).adds
    assert b';tag="ostiary"' in made().refused(GET).adds
