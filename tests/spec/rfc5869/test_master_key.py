"""Sealing at rest: AES-256-GCM under a key derived for nothing else (NIST SP 800-38D, RFC 5869)."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.keys import once
from ostiary.keys.master import KEY_BYTES, MasterKey, MasterKeyInvalid, SealBroken
from ostiary.model.ids import Secret

MASTER = MasterKey(bytes(range(32)))
TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
NONCE = bytes(12)


@given(st.binary(max_size=100), st.binary(max_size=40), st.binary(min_size=12, max_size=12))
def test_what_was_sealed_is_opened_in_its_context(plaintext: bytes, context: bytes, nonce: bytes) -> None:
    sealed = MASTER.seal(plaintext, context, nonce)
    assert MASTER.open(sealed, context) == plaintext
    with pytest.raises(SealBroken):
        MASTER.open(sealed, context + b"x")
    with pytest.raises(SealBroken):
        MasterKey(bytes(32)).open(sealed, context)


@given(st.binary(min_size=1, max_size=40), st.data())
def test_one_changed_bit_breaks_the_seal(plaintext: bytes, data: st.DataObject) -> None:
    sealed = bytearray(MASTER.seal(plaintext, b"c", NONCE))
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(SealBroken):
        MASTER.open(bytes(sealed), b"c")


@pytest.mark.parametrize("length", [0, 1, 11, 12, 27])
def test_a_seal_that_was_cut_is_broken(length: int) -> None:
    with pytest.raises(SealBroken):
        MASTER.open(MASTER.seal(b"", b"c", NONCE)[:length], b"c")


@pytest.mark.parametrize("nonce", [b"", bytes(11), bytes(13)])
def test_a_nonce_has_twelve_bytes(nonce: bytes) -> None:
    with pytest.raises(ValueError, match="12 bytes"):
        MASTER.seal(b"x", b"c", nonce)


def test_purposes_share_no_key() -> None:
    purposes = ["seal", "refresh", "audit", "pseudonym", "forms"]
    keys = {MASTER.derive(purpose) for purpose in purposes}
    assert len(keys) == len(purposes)
    assert all(len(key) == KEY_BYTES and key != bytes(range(32)) for key in keys)
    assert MASTER.derive("seal") == MasterKey(bytes(range(32))).derive("seal")


def test_derivation_is_hkdf_as_another_program_would_do_it() -> None:
    """RFC 5869 section 2, without a salt."""
    extracted = hmac.digest(bytes(32), bytes(range(32)), hashlib.sha256)
    assert MASTER.derive("audit") == hmac.digest(extracted, b"ostiary audit\x01", hashlib.sha256)


@pytest.mark.parametrize("text", [TEXT, TEXT + "=", TEXT + "\n", f" {TEXT}=\n"])
def test_a_master_key_is_read_as_tools_write_it(text: str) -> None:
    assert MasterKey.from_text(Secret(text)).derive("x") == MASTER.derive("x")
    assert MasterKey.from_text(Secret(text)).to_text().reveal() == TEXT


@pytest.mark.parametrize(
    "text", ["", "AA", TEXT + "AA", TEXT[:-1], TEXT.replace("A", "+", 1), "é" * 43, TEXT[:-1] + "9"]
)
def test_anything_else_is_no_master_key(text: str) -> None:
    with pytest.raises(MasterKeyInvalid) as refused:
        MasterKey.from_text(Secret(text))
    assert not text or text not in str(refused.value)


def test_a_master_key_does_not_show_itself() -> None:
    assert TEXT not in repr(MASTER) + repr(MASTER.to_text()) + str(MASTER)
    assert not hasattr(MASTER, "__dict__")


@given(st.binary(max_size=100), st.text(min_size=1, max_size=40))
def test_what_is_sealed_once_opens_with_its_secret_and_for_its_purpose_alone(plaintext: bytes, name: str) -> None:
    sealed = once.seal(plaintext, Secret(name), b"purpose")
    assert once.unseal(sealed, Secret(name), b"purpose") == plaintext
    for other, purpose in ((name + "x", b"purpose"), (name, b"another")):
        with pytest.raises(SealBroken):
            once.unseal(sealed, Secret(other), purpose)
    with pytest.raises(SealBroken):
        once.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), Secret(name), b"purpose")
