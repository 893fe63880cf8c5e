"""YAML that surprises: it is read as YAML 1.2's core schema says, or refused at its place, and in bounded time."""

import pytest

from contract_door import TEXT, changed, of_code, read_door
from ostiary.contract.mistakes import Code

ODD = [
    ("merge keys are no part of YAML 1.2", Code.UNKNOWN_KEY, "keys: {rotate: 90d}", "keys: {»<<: {rotate: 90d}}"),
    ("a tab does not indent", Code.SYNTAX, "  support: [orders.read]", "»\tsupport: [orders.read]"),
    ("a language's own tag", Code.YAML_FEATURE, "state: state", "state: »!!python/object/apply:os.system [id]"),
    ("a tag of one's own", Code.YAML_FEATURE, "state: state", "state: »!env STATE"),
    ("a second document", Code.YAML_FEATURE, "state: state", "»---\nstate: state"),
    ("a number is no name", Code.WRONG_TYPE, "state: state", "state: »1e3"),
    ("a number of any size", Code.OUT_OF_RANGE, "burst: 100", "burst: »999999999999"),
    ("a number that no machine holds", Code.WRONG_TYPE, "burst: 100", "burst: »" + "9" * 4000),
    ("no number", Code.WRONG_TYPE, "burst: 100", "burst: ».nan"),
    ("no end", Code.WRONG_TYPE, "burst: 100", "burst: ».inf"),
    ("octal is not for counts", Code.WRONG_TYPE, "burst: 100", "burst: »0o144"),
    ("truth is no count", Code.WRONG_TYPE, "burst: 100", "burst: »true"),
    ("yes is text", Code.WRONG_TYPE, "public: true", "public: »yes"),
    ("on is text", Code.WRONG_TYPE, "public: true", "public: »on"),
    ("nothing is no list", Code.WRONG_TYPE, "redirect_uris: [https://pages.example/]", "»redirect_uris:"),
    ("an alias of its own", Code.SYNTAX, "state: state", "state: &it [»*it]"),
]


@pytest.mark.parametrize(("code", "right", "wrong"), [odd[1:] for odd in ODD], ids=[odd[0] for odd in ODD])
def test_an_oddity_is_refused_at_its_place(code: Code, right: str, wrong: str) -> None:
    text, place = changed(TEXT, right, wrong)
    reading = read_door(text)
    assert place in of_code(reading.mistakes, code)
    assert reading.contract is None


TAKEN = [
    ("a byte order mark", lambda text: "\ufeff" + text),
    ("line ends of Windows", lambda text: text.replace("\n", "\r\n")),
    ("no line end at the end", lambda text: text.rstrip("\n")),
    ("a document's marks", lambda text: f"%YAML 1.2\n---\n{text}...\n"),
    ("anchors", lambda text: text.replace("[orders.read, openid]", "[&read orders.read, openid]")),
    ("a country that is a word for no", lambda text: text.replace("tenant: acme", "tenant: no")),
    ("a date", lambda text: text.replace("tenant: acme", "tenant: 2026-11-24")),
    ("a comment at each line", lambda text: text.replace("\n", " # why\n")),
    ("words in any script", lambda text: text.replace("Use the chat", "Чат 聊天 💬")),
    ("a repeated list as an alias", lambda text: text.replace("{rotate: 90d}", "&empty {}\nbounds: *empty", 1)),
]


@pytest.mark.parametrize("change", [taken[1] for taken in TAKEN], ids=[taken[0] for taken in TAKEN])
def test_what_yaml_means_is_taken(change) -> None:
    text = change(TEXT if change is not TAKEN[-1][1] else TEXT.replace("bounds: {body: 1MiB}\n", ""))
    assert text != TEXT
    assert read_door(text).mistakes == ()


def test_places_are_right_behind_a_byte_order_mark_and_windows_line_ends() -> None:
    text, place = changed(TEXT, "feed_bound: 5s", "feed_bound: »5")
    assert place in of_code(read_door("\ufeff" + text.replace("\n", "\r\n")).mistakes, Code.BAD_DURATION)


def test_a_country_stays_text_and_is_not_false() -> None:
    contract = read_door(TEXT.replace("tenant: acme", "tenant: no")).contract
    assert contract is not None
    assert {client.tenant for client in contract.clients.values()} == {None, "no"}


def test_aliases_that_unfold_without_end_are_refused() -> None:
    laughs = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    assert [mistake.code for mistake in read_door(f"a0: &a0 ha\n{laughs}").mistakes] == [Code.TOO_MUCH]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_without_end_is_refused(opening: str) -> None:
    codes = {mistake.code for mistake in read_door("state: " * (opening in "[{a: ") + opening * 50_000).mistakes}
    assert codes & {Code.TOO_MUCH, Code.SYNTAX}


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "~\n", "[]\n", "origin\n", "\x00", "\x07"])
def test_what_is_no_contract_at_all_is_one_mistake(text: str) -> None:
    assert len(read_door(text).mistakes) == 1
    assert read_door(text).contract is None


def test_the_same_mistake_everywhere_is_told_in_bounded_time() -> None:
    many = "".join(f"  c{n}: {{kind: web, colour: red, redirect_uris: [x]}}\n" for n in range(2_000))
    mistakes = read_door(f"origin: https://api.example\nclients:\n{many}").mistakes
    assert mistakes[0].code is Code.TOO_MUCH
    assert {mistake.code for mistake in mistakes[1:]} == {Code.UNKNOWN_KEY}
