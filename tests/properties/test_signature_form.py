"""A signature that is read by the form of the one before says what it says by itself, or is refused as it is."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ostiary.http.signature import LONGEST_INPUT, LONGEST_SIGNATURE, Signed, read
from ostiary.http.signature_form import Forms
from ostiary.model.errors import InvalidSignature
from ostiary.model.reasons import Reason

LISTS: Final = (
    b'sig=("@method" "@target-uri")',
    b'sig=("@method" "@path" "@query-param";name="a;b")',
    b'sig=("@method" "@query-param";name="nonce")',
    b'other=("@method" "@target-uri")',
    b'sig=("@method" "@method")',
    b"sig=()",
)
PIECES: Final = (
    b"created=1",
    b"created=1790000000",
    b"created=01",
    b"created=" + b"9" * 16,
    b"created",
    b'created="1"',
    b"expires=2",
    b'nonce="a"',
    b'nonce=""',
    b'nonce="b',
    b'nonce="b\\c"',
    b'nonce="b;created=2"',
    b'nonce="a" ',
    b"nonce=3",
    b'nonce="' + b"n" * LONGEST_INPUT + b'"',
    b'keyid="k"',
    b'tag="t"',
    b'tag="t;nonce=x"',
    b'alg="ed25519"',
    b"b=1",
)
SIGNATURES: Final = (
    b"sig=:AA==:",
    b"sig=:AQ==:",
    b"sig=:AB==:",
    b"sig=:AA==:, o=:AA==:",
    b"other=:AA==:",
    b"sig=AA",
    b"",
)
SIGNATURE: Final = b"=:AA==:"


def readable(signature_input: bytes) -> bool:
    try:
        read(signature_input, signature_input.partition(b"=")[0] + SIGNATURE)
    except InvalidSignature:
        return False
    return True


inputs = st.tuples(
    st.sampled_from([each for each in LISTS if readable(each)]),
    st.lists(
        st.sampled_from([each for each in PIECES if readable(LISTS[0] + b";" + each)]),
        max_size=6,
        unique_by=lambda piece: piece.partition(b"=")[0],
    ),
).map(lambda parts: b";".join((parts[0], *parts[1])))
"""Of signatures that hold, as of which alone a form is taken."""
USUAL: Final = b'sig=("@method" "@target-uri");created=1790000000;keyid="k";nonce="a";tag="t"'


@st.composite
def pairs(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two inputs, the second much like the first."""
    first = draw(inputs)
    pieces = first.split(b";")
    for _ in range(draw(st.integers(0, 2))):
        pieces[draw(st.integers(0, len(pieces) - 1))] = draw(st.sampled_from(PIECES + LISTS))
    return first, b";".join(pieces)


def judged(forms: Forms, signature_input: bytes, signature: bytes) -> Signed | Reason:
    try:
        return replace(forms.read(signature_input, signature), formed=False)
    except InvalidSignature as refused:
        return refused.reason


@given(pairs(), st.sampled_from(SIGNATURES))
@example((USUAL, USUAL.replace(b'"a"', b'"b"')), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b"created=1790000000", b"created=01")), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b"created", b"expires")), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b'"a"', b'"' + b"a" * LONGEST_INPUT + b'"')), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b'"a"', b'"')), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b'"a"', b'a"')), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b'"a"', b'"a')), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b'"a"', b'"\\"')), b"sig=:AQ==:")
@example((USUAL, USUAL.replace(b'"t"', b'"u"')), b"sig=:AQ==:")
@example((USUAL, USUAL[: USUAL.index(b";")]), b"sig=:AQ==:")
@example((USUAL, USUAL + b';alg="ed25519"'), b"sig=:AQ==:")
@example((USUAL, USUAL), b"sig=:" + b"A" * LONGEST_SIGNATURE + b":")
@example((USUAL, USUAL), b"six=:AA==:")
def test_a_signature_in_a_form_says_what_it_says_alone(both: tuple[bytes, bytes], another: bytes) -> None:
    first, second = both
    forms = Forms()
    forms.add(first, read(first, first.partition(b"=")[0] + SIGNATURE))
    assert judged(forms, second, another) == judged(Forms(), second, another)


def test_the_form_is_found_again() -> None:
    """Else the property above would prove nothing."""
    forms = Forms()
    assert not forms.read(USUAL, b"sig=:AA==:").formed
    forms.add(USUAL, read(USUAL, b"sig=:AA==:"))
    again = forms.read(USUAL.replace(b'"a"', b'"other"').replace(b"=17", b"=18"), b"sig=:AQ==:")
    assert again.formed
    assert (again.created, again.nonce, again.signature) == (1_890_000_000, "other", b"\1")


def test_there_are_few_forms() -> None:
    forms = Forms()
    inputs = [USUAL.replace(b"@target-uri", b"x-%d" % number) for number in range(9)]
    for signature_input in inputs:
        forms.add(signature_input, read(signature_input, b"sig=:AA==:"))
    assert [forms.read(one, b"sig=:AA==:").formed for one in inputs] == [False] * 8 + [True]


@pytest.mark.parametrize("text", (b'tag="a;nonce=1"', b'tag="a;created=1;b"'))
def test_a_semicolon_in_a_string_ends_nothing(text: bytes) -> None:
    """What looks like a nonce there is a part of the tag."""
    forms, plain = Forms(), USUAL.replace(b'tag="t"', text)
    forms.add(plain, read(plain, b"sig=:AA==:"))
    assert not forms.read(plain, b"sig=:AA==:").formed
