"""Whatever bytes are sent as a device's statement, the answer is a refusal of a known kind, and soon."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from android_device import AndroidDevice, Google
from apple_device import Apple, AppleDevice
from ostiary.contract.model import AppleRule
from ostiary.issuer import apple_statement as apple
from ostiary.issuer.statement import Instance
from ostiary.keys import app_attest, cbor, der
from ostiary.keys.app_attest import assertion_of, attestation_of
from ostiary.keys.cbor import DEEPEST, NotStrictCbor, Value
from ostiary.keys.device_chain import below_root, read_chain, read_roots, require_path
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.key_description import KeyDescription, certified_key, description_of
from ostiary.model.errors import InvalidAttestation
from ostiary.model.ids import Thumbprint
from written_cbor import head, written
from written_der import length, tlv

NOW = 1_800_000_000.0
INSTANCE = Instance("phone", "challenge", {}, Thumbprint("key"))
APPLE = Apple(NOW)
ROOTS = read_roots(APPLE.root.pem)
DEVICE = AppleDevice(APPLE)
ATTESTATION = DEVICE.attestation(INSTANCE.client_data)
ASSERTION = DEVICE.assertion(INSTANCE.client_data)

plain = st.one_of(st.integers(-(2**64), 2**64 - 1), st.binary(max_size=40), st.text(max_size=20))
items: st.SearchStrategy[Value] = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 9) | st.text(max_size=3), inner),
    max_leaves=12,
)


def judged(statement: bytes) -> bool:
    """Whether it holds, by the checks of a first statement that look at its bytes."""
    try:
        found = attestation_of(statement)
        apple.require_certified(found, ROOTS, NOW)
        apple.require_asked(found, INSTANCE)
        apple.require_app(found.data, AppleRule(DEVICE.app, False, b""))
    except InvalidAttestation:
        return False
    return found.certified == found.credential.point


def depth(value: object) -> int:
    match value:
        case list():
            return 1 + max(map(depth, value), default=0)
        case dict():
            return 1 + max(map(depth, value.values()), default=0)
    return 0


@given(items)
def test_what_is_written_is_read_back_and_only_as_deep_as_it_may_be(value: Value) -> None:
    if depth(value) <= DEEPEST:
        assert cbor.parse(written(value)) == value
    else:
        with pytest.raises(NotStrictCbor):
            cbor.parse(written(value))


@given(st.binary(max_size=200))
def test_any_bytes_have_one_reading_or_none(data: bytes) -> None:
    """What is read, written again, gives the same bytes: there is no second spelling."""
    try:
        value = cbor.parse(data)
    except NotStrictCbor:
        return
    assert written(value) == data


@given(st.integers(2, 5), st.integers(0, 2**64 - 1), st.binary(max_size=30))
def test_no_length_is_believed_that_the_bytes_cannot_hold(major: int, count: int, rest: bytes) -> None:
    if count > len(rest):
        with pytest.raises(NotStrictCbor):
            cbor.parse(head(major, count) + rest)


def changes(whole: bytes) -> st.SearchStrategy[Callable[[bytes], bytes]]:
    """A few bytes changed, taken out or put in, anywhere."""
    at = st.integers(0, len(whole) - 1)
    changed = st.builds(lambda at, byte: lambda raw: raw[:at] + bytes([byte]) + raw[at + 1 :], at, st.integers(0, 255))
    cut = st.builds(lambda at, more: lambda raw: raw[:at] + raw[at + more :], at, st.integers(1, 300))
    put = st.builds(lambda at, more: lambda raw: raw[:at] + more + raw[at:], at, st.binary(min_size=1, max_size=40))
    return changed | cut | put


@given(st.lists(changes(ATTESTATION), min_size=1, max_size=4))
def test_a_changed_attestation_is_refused_or_says_the_same(made: list[Callable[[bytes], bytes]]) -> None:
    """What nobody reads, such as the receipt, may change."""
    statement = ATTESTATION
    for change in made:
        statement = change(statement)
    if judged(statement):
        right = attestation_of(ATTESTATION)
        found = attestation_of(statement)
        assert (found.data, found.credential) == (right.data, right.credential)


@given(st.lists(changes(ASSERTION), min_size=1, max_size=4))
def test_a_changed_assertion_is_refused_or_says_the_same(made: list[Callable[[bytes], bytes]]) -> None:
    statement = ASSERTION
    for change in made:
        statement = change(statement)
    try:
        found = assertion_of(statement)
        app_attest.require_signed(found, DEVICE.point, INSTANCE.client_data)
    except InvalidAttestation:
        return
    assert found.data == assertion_of(ASSERTION).data


@given(st.lists(changes(APPLE.authority.der), min_size=1, max_size=3), st.booleans())
def test_any_bytes_in_place_of_a_certificate_are_refused(made: list[Callable[[bytes], bytes]], first: bool) -> None:
    der = APPLE.authority.der
    for change in made:
        der = change(der)
    leaf = DEVICE.certificate(bytes(32)).der
    statement = DEVICE.attestation(b"", chain=[der, APPLE.authority.der] if first else [leaf, der])
    try:
        require_path(attestation_of(statement).chain, ROOTS, NOW, leaf_is_dated=True)
    except InvalidAttestation:
        return
    assert der == APPLE.authority.der


def test_the_statements_hold_unchanged() -> None:
    assert judged(ATTESTATION)


GOOGLE = Google(NOW)
GOOGLE_ROOTS = read_roots(GOOGLE.root.pem)
PHONE = AndroidDevice(GOOGLE, SigningPrivateKey.generate())
DESCRIPTION = PHONE.description(b"challenge")
LEAF = PHONE.leaf(DESCRIPTION)


def described(extension: bytes) -> KeyDescription | None:
    """What it says; None where it says nothing that can be read."""
    with suppress(InvalidAttestation):
        return description_of(read_chain([PHONE.leaf(extension).der]))
    return None


@given(st.lists(changes(DESCRIPTION), min_size=1, max_size=4))
@settings(max_examples=60)
def test_a_changed_description_is_refused_or_read(made: list[Callable[[bytes], bytes]]) -> None:
    """Nothing but a refusal is raised; what cannot be read is not guessed at."""
    extension = DESCRIPTION
    for change in made:
        extension = change(extension)
    said = described(extension)
    assert said is None or said.challenge in extension


@given(st.binary(max_size=120))
def test_any_bytes_are_der_in_one_form_or_none(data: bytes) -> None:
    """What is read, written again, gives the same bytes: there is no second spelling."""
    try:
        found = der.items(data)
    except der.NotStrictDer:
        return
    assert b"".join(tlv(item.tag.kind, item.content, item.tag.number) for item in found) == data


@given(st.integers(1, 2000), st.sampled_from([b"\x30", b"\x31", b"\xa1", b"\xbf\x85\x3d"]))
def test_nesting_costs_nothing(depth: int, tag: bytes) -> None:
    nested = b"\x05\x00"
    for _ in range(min(depth, 400)):
        nested = tag + length(len(nested)) + nested
    assert described(nested) is None


@given(st.lists(changes(LEAF.der), min_size=1, max_size=3))
def test_a_changed_certificate_of_a_key_is_refused(made: list[Callable[[bytes], bytes]]) -> None:
    raw = LEAF.der
    for change in made:
        raw = change(raw)
    try:
        chain = below_root(read_chain([raw, *PHONE.above(LEAF)[1:]]), GOOGLE_ROOTS)
        require_path(chain, GOOGLE_ROOTS, NOW, leaf_is_dated=False)
        description_of(chain)
        certified_key(chain)
    except InvalidAttestation:
        return
    assert raw == LEAF.der


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b"\x04\x81\x80" + bytes(128), b"\x04\x80" + bytes(128)),
        (b"\x04\x81\x80" + bytes(128), b"\x04\x82\x00\x80" + bytes(128)),
        (b"\x04\x7f" + bytes(127), b"\x04\x81\x7f" + bytes(127)),
        (b"\x04\x00", b"\x04\x85\x00\x00\x00\x00\x00"),
        (b"\xbf\x85\x3d\x00", b"\xbf\x80\x85\x3d\x00"),
        (b"\xbf\x81\x80\x01\x00", b"\xbf\x81\x80\x80\x81\x00"),
        (b"\xbf\x1f\x00", b"\xbf\x1e\x00"),
    ],
)
def test_der_has_one_spelling_of_each_length_and_tag(right: bytes, wrong: bytes) -> None:
    """X.690 sections 8.1.2.4 and 10.1: none without an end, none with a shorter form, none that nobody uses."""
    assert der.only(right)
    with pytest.raises(der.NotStrictDer):
        der.only(wrong)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (head(0, 1 << 16), b"\x1a\xff\xff\xff"),
        (head(2, 1 << 16) + bytes(1 << 16), b"\x5a\xff\xff\xff"),
        (written({1: 2, "1": 3}), b"\xa2\x01\x02\x01\x03"),
        (written({"a": 2}), b"\xa1\x41a\x02"),
        (written([1, 2]), b"\x83\x01\x02"),
    ],
)
def test_cbor_that_is_cut_off_or_has_keys_of_another_kind_is_none(right: bytes, wrong: bytes) -> None:
    cbor.parse(right)
    with pytest.raises(NotStrictCbor):
        cbor.parse(wrong)
