"""Partners that sign their requests: what the contract may say of them, and what comes of it."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from contract_door import FILES, KEYS, SECRET, TEXT, changed, of_code, read_door, sources
from ostiary.contract.explain import explain_client
from ostiary.contract.mistakes import Code
from ostiary.contract.model import ClientRule, SignatureRule
from ostiary.contract.read import Reading
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding
from signed_world import jwk_of

SIGNER = "  partner:\n    kind: partner\n    credential: signature\n    jwks_file: robot.json\n"
BY_SECRET = SIGNER.replace("jwks_file: robot.json", "secret: ${env:SITE_SECRET}")


def door(client: str = SIGNER) -> str:
    """The contract, with one client more."""
    return TEXT.replace("  robot:", client + "  robot:")


def partner(reading: Reading) -> ClientRule:
    assert reading.contract is not None, reading.mistakes
    return reading.contract.clients[ClientId("partner")]


def test_a_partner_with_keys_signs() -> None:
    reading = read_door(door())
    assert reading.mistakes == ()
    rule = partner(reading)
    assert rule.signature == SignatureRule("ostiary", frozenset(), 60, KEYS, ())
    assert (rule.profile.binding, rule.jwks, rule.secret_hashes) == (Binding.SIGNATURE, None, ())
    assert not rule.profile.grants


def test_a_signature_may_count_for_as_long_as_the_kind_lets_it() -> None:
    assert read_door(door(SIGNER + "    signature: {max_age: 60s}\n")).mistakes == ()


def test_what_the_contract_adds_is_taken() -> None:
    reading = read_door(door(SIGNER + "    signature: {tag: acme orders, covers: [date, x-trace], max_age: 30s}\n"))
    assert reading.mistakes == ()
    assert partner(reading).signature == SignatureRule("acme orders", frozenset({b"date", b"x-trace"}), 30, KEYS, ())


def test_a_secret_is_the_key_of_hmac_and_stays_hidden() -> None:
    reading = read_door(door(BY_SECRET))
    assert reading.mistakes == ()
    rule = partner(reading)
    assert rule.signature is not None
    assert [secret.reveal() for secret in rule.signature.secrets] == [SECRET]
    assert (rule.signature.jwks, rule.secret_hashes) == (None, ())
    assert SECRET not in repr(reading.contract)


def test_keys_or_a_secret_say_that_a_partner_signs() -> None:
    unsaid = SIGNER.replace("    credential: signature\n", "")
    assert partner(read_door(door(unsaid))).profile.binding is Binding.SIGNATURE
    keyless = unsaid.replace("    jwks_file: robot.json\n", "")
    assert partner(read_door(door(keyless))).profile.binding is Binding.API_KEY


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (Code.CREDENTIAL_MISSING, "  »partner:\n    kind: partner\n    credential: signature\n"),
        (Code.SETTINGS_CONTRADICT, SIGNER + "    »secret: ${env:SITE_SECRET}\n"),
        (Code.CREDENTIAL_MISMATCH, SIGNER.replace("signature", "api-key").replace("partner:", "»partner:", 1)),
        (
            Code.CREDENTIAL_MISMATCH,
            "  partner:\n    kind: partner\n    credential: api-key\n    »signature: {tag: x}\n",
        ),
        (Code.WEAKER_THAN_PROFILE, SIGNER + "    signature: {max_age: »61s}\n"),
        (Code.WRONG_TYPE, SIGNER + "    signature: {covers: [»Date]}\n"),
        (Code.WRONG_TYPE, SIGNER + '    signature: {covers: [»"@method"]}\n'),
        (Code.WRONG_TYPE, SIGNER + "    signature: {covers: [»signature]}\n"),
        (Code.WRONG_TYPE, SIGNER + "    signature: {tag: »'a\"b'}\n"),
        (Code.WRONG_TYPE, SIGNER + '    signature: {tag: »""}\n'),
        (Code.UNKNOWN_KEY, SIGNER + "    signature: {»window: 60s}\n"),
        (Code.KEY_SET_INVALID, SIGNER.replace("jwks_file: robot", "jwks_file: »nowhere")),
        (Code.SECRET_WEAK, SIGNER.replace("jwks_file: robot.json", "secret: »${env:WEAK}")),
        (
            Code.SETTING_NOT_FOR_KIND,
            "  other:\n    kind: service\n    »signature: {tag: x}\n    jwks_file: robot.json\n",
        ),
    ],
)
def test_a_mistake_is_found_at_its_place(code: Code, wrong: str) -> None:
    text, place = changed(TEXT, "  robot:", wrong + "  robot:")
    reading = read_door(text, secrets=sources(WEAK="short"))
    assert place in of_code(reading.mistakes, code), reading.mistakes
    assert reading.contract is None


ED25519 = jwk_of(ed25519.Ed25519PrivateKey.generate())
RSA = jwk_of(rsa.generate_private_key(65537, 2048))


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        (ED25519, False),
        (jwk_of(ec.generate_private_key(ec.SECP256R1())), False),
        (RSA, False),
        (RSA | {"alg": "RS256"}, True),
        ({"kty": "oct", "k": "c2VjcmV0"}, True),
        (ED25519 | {"kid": "acme 1"}, False),
        (ED25519 | {"kid": 'a"b'}, True),
        (ED25519 | {"kid": "é"}, True),
        (ED25519 | {"kid": "a" * 129}, True),
    ],
)
def test_keys_are_those_that_signatures_can_name(key: dict[str, str], refused: bool) -> None:
    files = {**FILES, "acme.json": json.dumps({"keys": [key]})}
    reading = read_door(door(SIGNER.replace("robot.json", "acme.json")), files)
    assert bool(of_code(reading.mistakes, Code.KEY_SET_INVALID)) is refused
    assert (reading.contract is None) is refused


def test_a_secret_s_keyid_is_its_client_and_no_other_key_has_it() -> None:
    named = json.dumps({"keys": [json.loads(KEYS)["keys"][0] | {"kid": "partner"}]})
    text = door(BY_SECRET + "  other: {kind: partner, jwks_file: acme.json}\n")
    assert read_door(text, {**FILES, "acme.json": KEYS}).mistakes == ()
    reading = read_door(text, {**FILES, "acme.json": named})
    assert len(of_code(reading.mistakes, Code.KEYID_REPEATED)) == 1


def test_what_signatures_have_to_say_is_explained() -> None:
    reading = read_door(door(SIGNER + "    signature: {covers: [date]}\n"))
    assert reading.contract is not None and reading.draft is not None
    explained = explain_client(reading.draft, reading.contract, "partner")
    lines = {line.what: line for line in explained.lines}
    assert explained.not_served == ""
    assert lines["credential"].value == "signature"
    assert lines["token endpoint"].value == "none"
    assert lines["proof of possession"].value == "signature"
    assert "@target-uri, date;" in lines["signatures cover"].value
    assert lines["signatures cover"].source.startswith("door.yaml:")
    assert lines["signatures live"].source == "RFC 9421 section 7.2.2"
    assert 'tag="ostiary"' in lines["signatures carry"].value
