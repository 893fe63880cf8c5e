"""Structured fields, as far as signatures and digests need them (RFC 9651)."""

import pytest

from ostiary.http.structured import NotStructured, byte_sequence, byte_sequences, inner_lists, strings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"()", ()),
        (b'("a")', ((b"a", {}),)),
        (b'("a" "b")', ((b"a", {}), (b"b", {}))),
        (b'("a";x;y=1;z="q" "b")', ((b"a", {b"x": True, b"y": 1, b"z": "q"}), (b"b", {}))),
        (b'("@query-param";name="a)b")', ((b"@query-param", {b"name": "a)b"}),)),
        (b'("";*a.b-c_9)', ((b"", {b"*a.b-c_9": True}),)),
    ],
)
def test_4_1_1_1_inner_lists_are_read_as_they_are_serialised(text: bytes, expected: tuple[object, ...]) -> None:
    assert strings(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b'( "a")',
        b'("a" )',
        b'("a"  "b")',
        b'("a""b")',
        b'("a","b")',
        b'("a"; x)',
        b'("a";X)',
        b'("a";)',
        b'("a";9)',
        b'("a";x;x)',
        b'("a";x=?1)',
        b'("a";x=tok)',
        b'("a";x=:YQ==:)',
        b'("a";x=1.5)',
        b'("a";x=-1)',
        b'("a";x=01)',
        b'("a";x=)',
        b'("a";x=1234567890123456)',
        b'("a\\"b")',
        b'("a\\\\b")',
        b'("\x7f")',
        b'("\xc3\xa9")',
        b'("\t")',
        b"(a)",
        b'(xa")',
        b'("a" xb")',
        b"(1)",
        b'("a)',
    ],
)
def test_4_2_what_is_spelled_in_another_way_is_refused(text: bytes) -> None:
    with pytest.raises(NotStructured):
        strings(text)


def test_4_2_2_a_dictionary_of_inner_lists() -> None:
    field = b'sig1=("a" "b");created=1618884473;keyid="x;y, z=(\'" ,\t*b=();tag="t"'
    first, second = inner_lists(field, strings).items()
    assert first[0] == b"sig1"
    assert first[1].items == ((b"a", {}), (b"b", {}))
    assert first[1].parameters == {b"created": 1618884473, b"keyid": "x;y, z=('"}
    assert first[1].text == b'("a" "b");created=1618884473;keyid="x;y, z=(\'"'
    assert second == (b"*b", second[1])
    assert (second[1].items, second[1].parameters, second[1].text) == ((), {b"tag": "t"}, b'();tag="t"')


def test_4_2_1_2_a_parenthesis_in_a_string_ends_no_list() -> None:
    (member,) = inner_lists(b'a=("x)" "y";z=")");w=")"', strings).values()
    assert member.items == ((b"x)", {}), (b"y", {b"z": ")"}))
    assert member.parameters == {b"w": ")"}
    with pytest.raises(NotStructured):
        inner_lists(b'a=("x") "y";z=")");w=")"', strings)


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"a",
        b"a=1",
        b"a=:YQ==:",
        b"=()",
        b"A=()",
        b"1a=()",
        b"a=(",
        b'a=(")',
        b"a=(),",
        b"a=(), ",
        b"a=(),,b=()",
        b"a=() b=()",
        b"a=()b=()",
        b"a=() ;b=()",
        b"a=() xb=()",
        b"a=(), a=()",
        b" a=()",
        b"a=() ",
        b"a=();x=1x",
        b'a=();x="q"r',
        b"a =()",
        b"a= ()",
        b"a=()\x0b, b=()",
        b"a=(),\x0cb=()",
        b"a=())",
        b"a=();X=1",
        b"a=();=1",
        b'a=();9="q"',
        b'a=();x="',
        b'a=();x="q"r"',
        b'a=();x="q" "r"',
        b'a:("b")',
        b'a=x"b")',
    ],
)
def test_4_2_2_other_dictionaries_are_refused(field: bytes) -> None:
    assert inner_lists(b"a=(), b=();x=1", strings)
    with pytest.raises(NotStructured):
        inner_lists(field, strings)


def test_4_2_7_a_dictionary_of_byte_sequences() -> None:
    assert byte_sequences(b"a=:YWI=:,b=::\t, *c=:AAEC:") == {b"a": b"ab", b"b": b"", b"*c": b"\x00\x01\x02"}


@pytest.mark.parametrize(
    "field",
    [
        b"",
        b"a",
        b"a=",
        b"a=:",
        b"a=YWI=",
        b"a=:YWI:",
        b"a=:YWJ=:",
        b"a=:YW I=:",
        b"a=:YWI=:;x",
        b"a=:YWI==:",
        b"a=:-_8=:",
        b"a=::, a=::",
        b"a=::,",
        b"a=::\x0b, b=::",
        b"A=::",
        b"aB=::",
        b"a b=::",
        b"9=::",
        b"=::",
        b"a=()",
    ],
)
def test_4_2_7_other_spellings_are_refused(field: bytes) -> None:
    with pytest.raises(NotStructured):
        byte_sequences(field)


@pytest.mark.parametrize("text", [b"xQUJD:", b":QUJDx", b"QUJD", b":", b":QUJD", b"QUJD:", b""])
def test_4_2_7_a_byte_sequence_stands_between_colons(text: bytes) -> None:
    with pytest.raises(NotStructured):
        byte_sequence(text)
    assert byte_sequence(b":QUJD:") == b"ABC"
    assert byte_sequence(b"::") == b""


@pytest.mark.parametrize("text", [b"a=:QUJD:;b=::", b"a=:QUJD: b=::", b"a=:QUJD:,", b"a=:QUJD:, ", b",a=:QUJD:"])
def test_4_2_2_a_comma_stands_between_members_and_nowhere_else(text: bytes) -> None:
    with pytest.raises(NotStructured):
        byte_sequences(text)
    assert byte_sequences(b"a=:QUJD: ,\tb=::") == {b"a": b"ABC", b"b": b""}
