"""Every event has bytes, the bytes give the event again, and they hold declared fields and nothing else."""

from dataclasses import asdict, fields
from importlib import import_module
from pkgutil import iter_modules
from typing import get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.audit.encode import CUT, EVENT_TYPES, MOST_CHARACTERS, RecordUnreadable, decode, encode
from ostiary.model import events as vocabulary
from ostiary.model.events import Event
from ostiary.model.events.gateway import RequestsAllowed
from ostiary.model.events.issuer import CodeIssued, IssuerRefused, TokensIssued
from ostiary.model.events.program import KeyCreated
from ostiary.model.ids import ClientId, GrantId, KeyId, Reference, RouteId, Scope, SessionId, Subject, TokenId
from ostiary.model.reasons import Reason

ALLOWED = {
    "account",
    "acr",
    "active",
    "actors",
    "admin",
    "at",
    "because",
    "change",
    "client",
    "configuration",
    "contract",
    "count",
    "details",
    "device",
    "endpoint",
    "error",
    "expires_at",
    "gateway",
    "grade",
    "grant",
    "grant_type",
    "instance",
    "key",
    "most",
    "near",
    "peer",
    "platform",
    "prefix",
    "previous",
    "reason",
    "ref",
    "requests",
    "rights",
    "route",
    "scopes",
    "seconds",
    "session",
    "setting",
    "status",
    "subject",
    "tenant",
    "token",
    "use",
    "version",
    "what",
    "where",
    "who",
}
"""Every member that a record may have, beside `type`. What is added here has to be no secret and nothing personal."""

TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=40).filter(str.isprintable)
NUMBER = st.integers(min_value=0, max_value=2**53)
TIME = st.one_of(NUMBER, st.floats(min_value=0, max_value=2e9))
BATCH = {
    "who": st.lists(st.tuples(TEXT, st.none() | TEXT, st.none() | TEXT), max_size=3).map(tuple),
    "requests": st.lists(st.tuples(*[NUMBER] * 5), max_size=3).map(tuple),
}


def a_value(name: str, hint: object) -> st.SearchStrategy[object]:
    if name in BATCH:
        return BATCH[name]
    plain = getattr(hint, "__supertype__", hint)
    if plain is float:
        return TIME
    if plain is Reason:
        return st.sampled_from(Reason)
    known = {str: TEXT, int: NUMBER, bool: st.booleans()}
    if plain in known:
        return known[plain]
    return st.none() | TEXT if type(None) in getattr(hint, "__args__", ()) else st.lists(TEXT, max_size=3).map(tuple)


def an_event(event_class: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(event_class)
    return st.builds(event_class, **{each.name: a_value(each.name, hints[each.name]) for each in fields(event_class)})


ANY_EVENT = st.sampled_from(sorted(EVENT_TYPES.values(), key=lambda each: each.__name__)).flatmap(an_event)


def test_the_vocabulary_is_every_event_of_the_model() -> None:
    modules = [import_module(f"{vocabulary.__name__}.{module.name}") for module in iter_modules(vocabulary.__path__)]
    declared = {each for module in modules for each in vars(module).values() if isinstance(each, type)}
    assert set(EVENT_TYPES.values()) == {each for each in declared if issubclass(each, Event)} - {Event}


def test_no_event_has_a_field_that_is_not_on_the_list() -> None:
    declared = {each.name for event_class in EVENT_TYPES.values() for each in fields(event_class)}
    assert declared == ALLOWED


@given(ANY_EVENT)
def test_what_is_written_is_read_again(event: Event) -> None:
    body = encode(event)
    assert asdict(decode(body)) == asdict(event)
    assert encode(decode(body)) == body
    members = orjson.loads(body)
    assert EVENT_TYPES[members.pop("type")] is type(event)
    assert members.keys() <= {each.name for each in fields(type(event))}


@pytest.mark.parametrize("at", [5, 5.0, 5.25])
def test_a_whole_second_is_read_as_any_other_time(at: float) -> None:
    event = KeyCreated(at=at, key=KeyId("k"), use="issuer")
    assert decode(encode(event)) == event


@given(st.text())
def test_a_text_from_outside_cannot_steer_a_terminal_or_fake_a_line(text: str) -> None:
    event = KeyCreated(at=1.0, key=KeyId("k"), use=text)
    body = encode(event)
    read = decode(body)
    assert isinstance(read, KeyCreated)
    assert read.use.isprintable()
    assert b"\n" not in body
    batch = RequestsAllowed(at=1.0, prefix=text, who=((text, None, text),), where=(RouteId(text),), requests=())
    within = decode(encode(batch))
    assert isinstance(within, RequestsAllowed)
    assert f"{within.prefix}{within.who[0][0]}{within.who[0][2]}{within.where[0]}".isprintable()


@pytest.mark.parametrize("use", ["half \ud800", "\udfff", "\ud83d \ude00"])
def test_half_of_a_surrogate_pair_does_not_keep_an_event_out_of_the_log(use: str) -> None:
    read = decode(encode(KeyCreated(at=1.0, key=KeyId("k"), use=use)))
    assert isinstance(read, KeyCreated)
    assert read.use.count("\N{REPLACEMENT CHARACTER}") == sum("\ud800" <= each <= "\udfff" for each in use)
    whole = KeyCreated(at=1.0, key=KeyId("k"), use="whole \U0001f600")
    assert decode(encode(whole)) == whole


@pytest.mark.parametrize("count", [MOST_CHARACTERS, MOST_CHARACTERS + 1, MOST_CHARACTERS * 1000])
def test_a_text_is_bounded(count: int) -> None:
    read = decode(encode(KeyCreated(at=1.0, key=KeyId("k"), use="x" * count)))
    assert isinstance(read, KeyCreated)
    assert len(read.use) == MOST_CHARACTERS
    assert read.use.endswith(CUT) is (count > MOST_CHARACTERS)


def test_a_class_that_is_not_of_the_vocabulary_cannot_be_written() -> None:
    class Other(Event):
        pass

    with pytest.raises(KeyError):
        encode(Other(at=1.0))


REFUSED = IssuerRefused(
    at=1.5,
    endpoint="/oauth/token",
    error="invalid_grant",
    reason=Reason.CODE_EXPIRED,
    ref=Reference("r-1"),
    peer="0123456789abcdef",
    client=ClientId("site"),
)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body[:-1] + b',"password":"x"}',
        lambda body: body[:-1] + b',"at":1.5}',
        lambda body: body.replace(b'"at":1.5,', b""),
        lambda body: body.replace(b":1.5", b": 1.5"),
        lambda body: body.replace(b"issuer_refused", b"issuer_forgave"),
        lambda body: body.replace(b"code_expired", b"code_invented"),
        lambda body: body.replace(b'"site"', b"7"),
        lambda body: body.replace(b'"site"', b"null"),
        lambda body: b"[" + body + b"]",
        lambda body: body[:-1],
        lambda body: b"",
    ],
)
def test_bytes_that_encode_did_not_write_are_not_read(change) -> None:  # type: ignore[no-untyped-def]  # a lambda
    body = encode(REFUSED)
    assert decode(body) == REFUSED
    with pytest.raises(RecordUnreadable):
        decode(change(body))


def test_members_that_have_their_default_are_left_out() -> None:
    event = TokensIssued(
        at=1.0, client=ClientId("a"), grant_type="client_credentials", token=TokenId("t"), scopes=(Scope("s"),)
    )
    assert orjson.loads(encode(event)).keys() == {"type", "at", "client", "grant_type", "token", "scopes"}
    told = CodeIssued(
        at=1.0,
        subject=Subject("p"),
        client=ClientId("a"),
        grant=GrantId("g"),
        session=SessionId("s"),
        scopes=(),
    )
    assert orjson.loads(encode(told))["scopes"] == []
