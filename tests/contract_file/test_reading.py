"""What no single change of the door's contract shows: the whole file, what lies beside it, all mistakes at once."""

from pathlib import Path

import pytest

from contract_door import FILES, MASTER, OPENAPI, SECRET, TEXT, Names, of_code, read_door, sources
from ostiary.contract.mistakes import Code, ContractBroken
from ostiary.contract.sources import SourceUnavailable
from ostiary.contract.yaml_text import MAX_BYTES
from ostiary.server.contract_file import MOST_SECRET_BYTES, EnvironmentSource, FileSource, read_contract_file

from .test_mistakes import CASES


def test_every_code_of_a_mistake_has_a_case() -> None:
    of_old_ways = {Code.BAD_DATE, Code.OLD_WAY_OVER, Code.OLD_WAY_REPEATED, Code.OLD_WAY_UNSENDABLE}
    elsewhere = {Code.UNREADABLE, Code.SECRET_WEAK, Code.OPERATION_WITHOUT_RULE} | of_old_ways
    assert {case[0] for case in CASES} | elsewhere == set(Code)


def test_a_file_that_is_not_utf_8_is_refused_in_its_line() -> None:
    text = TEXT.encode().replace(b"Use the chat", b"Use \xff the chat")
    line = TEXT[: TEXT.index("Use the chat")].count("\n") + 1
    assert of_code(read_door(text).mistakes, Code.UNREADABLE) == [(line, 1)]


def test_a_file_may_be_as_large_as_the_bound_and_no_larger() -> None:
    padded = (TEXT + "#").encode().ljust(MAX_BYTES, b"-")
    assert read_door(padded).mistakes == ()
    assert of_code(read_door(padded + b"-").mistakes, Code.UNREADABLE) == [(1, 1)]


def test_a_secret_that_could_be_found_by_trying_is_refused() -> None:
    line = TEXT[: TEXT.index("${env:SITE_SECRET}")].count("\n") + 1
    assert read_door(secrets=sources(SITE_SECRET=SECRET[:22])).mistakes == ()
    weak = read_door(secrets=sources(SITE_SECRET=SECRET[:21]))
    assert of_code(weak.mistakes, Code.SECRET_WEAK) == [(line, 13)]
    assert weak.contract is None


def test_an_operation_without_a_rule_is_found_in_its_own_document() -> None:
    grown = OPENAPI + "  /v1/refunds:\n    post: {}\n"
    mistake, *others = read_door(files={**FILES, "shop.yaml": grown}).mistakes
    assert others == []
    assert mistake.code is Code.OPERATION_WITHOUT_RULE
    assert (mistake.file, mistake.line, mistake.column) == ("shop.yaml", grown.count("\n"), 5)
    closed = TEXT.replace("closed: [DELETE /v1/orders]", "closed: [DELETE /v1/orders, POST /v1/refunds]")
    assert read_door(closed, files={**FILES, "shop.yaml": grown}).mistakes == ()


def test_what_is_no_regular_file_is_refused_as_that(tmp_path: Path) -> None:
    (tmp_path / "ostiary.yaml").mkdir()
    [folder] = read_contract_file(tmp_path / "ostiary.yaml").mistakes
    [absent] = read_contract_file(tmp_path / "absent.yaml").mistakes
    [device] = read_contract_file(Path("/dev/null")).mistakes
    assert {folder.code, absent.code, device.code} == {Code.UNREADABLE}
    assert folder.says == device.says != absent.says
    (tmp_path / "empty.yaml").touch()
    assert Code.UNREADABLE not in {mistake.code for mistake in read_contract_file(tmp_path / "empty.yaml").mistakes}


@pytest.mark.parametrize("wrong", [b"", b"\r\n", b"\xff", b"x" * (MOST_SECRET_BYTES + 1), None])
def test_a_file_with_no_secret_in_it_is_told_as_that(tmp_path: Path, wrong: bytes | None) -> None:
    right = b"x" * (MOST_SECRET_BYTES - 2)
    (tmp_path / "kept").write_bytes(right + b"\r\n")
    assert FileSource(tmp_path).read("kept").reveal() == right.decode()
    if wrong is not None:
        (tmp_path / "wrong").write_bytes(wrong)
    with pytest.raises(SourceUnavailable):
        FileSource(tmp_path).read("wrong")


def test_a_variable_that_is_empty_is_as_one_that_is_not_set() -> None:
    source = EnvironmentSource({"KEPT": "x", "EMPTY": ""})
    assert source.read("KEPT").reveal() == "x"
    for name in ("EMPTY", "UNSET"):
        with pytest.raises(SourceUnavailable):
            source.read(name)


def test_a_document_beside_the_contract_is_named_from_where_the_contract_is() -> None:
    grown = OPENAPI + "  /v1/refunds:\n    post: {}\n"
    reading = read_door(files={**FILES, "shop.yaml": grown}, name="etc/door.yaml")
    assert [mistake.file for mistake in reading.mistakes] == ["etc/shop.yaml"]


MANY = {
    "feed_bound: 5s": "feet_bound: 5s",
    "body: 1MiB": "body: 1MB",
    "[https://site.example/callback]": "[https://*.site.example/callback]",
    "secret: ${env:SITE_SECRET}": "secret: hunter2hunter2hunter2hunter2",
    "kind: third-party": "kind: thirdparty",
    "support: [orders.read]": "support: [orders.reed]",
    "scope: orders.write, limit": "limit",
    "GET /v1/catalog/{item}": "GET /v1/catalogue/{item}",
    "to: chat, scope": "to: chats, scope",
}
"""One mistake of each family."""


def test_one_run_finds_the_mistakes_of_all_families_in_the_order_of_the_file() -> None:
    text = TEXT
    for right, wrong in MANY.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    reading = read_door(text)
    assert {mistake.code for mistake in reading.mistakes} == {
        Code.UNKNOWN_KEY,
        Code.BAD_SIZE,
        Code.REDIRECT_NOT_EXACT,
        Code.SECRET_IN_CONTRACT,
        Code.NOT_A_CHOICE,
        Code.UNKNOWN_SCOPE,
        Code.ROUTE_WITHOUT_RULE,
        Code.SCOPE_UNUSED,
        Code.RULE_WITHOUT_OPERATION,
        Code.OPERATION_WITHOUT_RULE,
        Code.UNKNOWN_SERVICE,
    }
    places = [(mistake.file, mistake.line, mistake.column) for mistake in reading.mistakes]
    assert places == sorted(places)
    assert "hunter2" not in repr(reading.mistakes)


ALSO = (
    TEXT.replace("scope: orders.write, limit", "scope: orders.rite, roles: [nobody], limit")
    .replace("[https://pages.example/]", "[https://*.pages.example/]")
    .replace("[orders.read, orders.write]\n    quota", "[orders.red]\n    quota")
)
"""With names that lead nowhere, and an address that is not exact."""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("on: POST /v1/orders,", "on: POST v1/orders,"),
        ("{on: POST /v1/orders, to: shop,", "{on: POST v1/orders, to: 7,"),
        ("{on: POST /v1/orders, ", "{"),
        ("kind: spa", "kind: browser"),
        ("kind: spa", "kind: sp"),
        ("kind: spa", "# no kind"),
    ],
)
def test_an_entry_that_cannot_be_read_hides_none_of_its_other_mistakes(right: str, wrong: str) -> None:
    assert ALSO.count(right) == 1
    codes = (Code.UNKNOWN_SCOPE, Code.UNKNOWN_ROLE, Code.REDIRECT_NOT_EXACT)
    before, after = read_door(ALSO).mistakes, read_door(ALSO.replace(right, wrong)).mistakes
    lines = [[line for line, _ in of_code(mistakes, code)] for mistakes in (before, after) for code in codes]
    assert lines[:3] == lines[3:]
    assert all(lines)
    assert before != after


def test_an_entry_with_two_mistakes_takes_no_other_with_it() -> None:
    text = TEXT.replace("{on: POST /v1/orders, to: shop,", "{on: POST v1/orders, to: 7,")
    text = text.replace("public: true, limit", "public: true, owner: item, limit")
    codes = [mistake.code for mistake in read_door(text).mistakes]
    assert {Code.BAD_ROUTE, Code.WRONG_TYPE, Code.PUBLIC_WITH_RULE} <= set(codes)


def test_a_client_of_almost_a_kind_is_checked_as_one_of_it() -> None:
    text = TEXT.replace("kind: service", "kind: servce").replace(
        "roles: [support]\n", "origins: []\n    roles: [support]\n"
    )
    codes = [mistake.code for mistake in read_door(text).mistakes]
    assert codes == [Code.NOT_A_CHOICE, Code.SETTING_NOT_FOR_KIND]


def test_every_mistake_says_what_is_wrong_and_how_to_mend_it() -> None:
    for _, right, wrong in CASES:
        for mistake in read_door(TEXT.replace(right, wrong.replace("»", ""))).mistakes:
            assert mistake.says.endswith(".")
            assert mistake.mend.endswith(".")
            assert SECRET not in mistake.says + mistake.mend


def test_a_section_that_is_a_list_by_mistake_is_one_mistake() -> None:
    listed = TEXT.replace("  orders.read: See your orders\n", "").replace(
        "{says: Place orders, step_up: {acr: pwd, max_age: 5m}}", "x"
    )
    listed = listed.replace(
        "  orders.write: x\n  chat.use: Use the chat\n", "  [orders.read, orders.write, chat.use]\n"
    )
    assert [mistake.code for mistake in read_door(listed).mistakes] == [Code.WRONG_TYPE]


def test_what_the_door_answers_by_itself_needs_no_rule() -> None:
    lone = OPENAPI.replace("    get: {}\n", "    get: {}\n    head: {}\n    options: {}\n    trace: {}\n", 1)
    assert read_door(files={**FILES, "shop.yaml": lone}).mistakes == ()
    other = OPENAPI + "  /v1/refunds:\n    head: {}\n    options: {}\n"
    codes = [mistake.code for mistake in read_door(files={**FILES, "shop.yaml": other}).mistakes]
    assert codes == [Code.OPERATION_WITHOUT_RULE] * 2


def test_routes_that_no_request_fits_both_are_taken() -> None:
    to_chat = ", to: chat, scope: chat.use}\n"
    more = f'  - {{on: "GET /{{x}}/things/{{y}}"{to_chat}  - {{on: "GET /{{x}}/things"{to_chat}'
    assert read_door(TEXT + more).mistakes == ()


def test_a_path_may_have_as_many_segments_as_the_bound() -> None:
    assert read_door(TEXT.replace("on: GET /v1/chat,", f"on: GET {'/a' * 64},")).mistakes == ()


@pytest.mark.parametrize(
    ("state", "key", "together"),
    [
        ("state", "state/master", True),
        ("state", "states/master", False),
        (".", "master", True),
        (".", "../master", False),
        (".", "/etc/master", False),
        ("/srv/state", "/srv/state/deep/master", True),
        ("/srv/state", "/srv/master", False),
    ],
)
def test_a_master_key_in_the_state_folder_is_found_however_it_is_written(state: str, key: str, together: bool) -> None:
    text = TEXT.replace("state: state", f"state: {state}").replace("/etc/ostiary/master", key)
    reading = read_door(text, secrets={**sources(), "file": Names({key: MASTER})})
    assert (Code.MASTER_KEY_IN_STATE in {mistake.code for mistake in reading.mistakes}) is together


def test_an_absolute_and_a_relative_path_may_be_the_same_folder() -> None:
    text = TEXT.replace("/etc/ostiary/master", "/srv/door/state/master")
    secrets = {**sources(), "file": Names({"/srv/door/state/master": MASTER})}
    inside = read_door(text, secrets=secrets, folder="/srv/door")
    assert [mistake.code for mistake in inside.mistakes] == [Code.MASTER_KEY_IN_STATE]
    assert read_door(text, secrets=secrets, folder="/srv/other").mistakes == ()


def test_a_contract_whose_secret_cannot_be_read_passes_a_check_elsewhere_and_does_not_run() -> None:
    reading = read_door(secrets={**sources(), "env": Names({})})
    assert reading.contract is not None
    with pytest.raises(ContractBroken) as broken:
        reading.in_force()
    assert [mistake.code for mistake in broken.value.mistakes] == [Code.SECRET_UNREADABLE]
    assert read_door().in_force()[0] == read_door().contract


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        (Code.BAD_ROUTE, "on: POST /v1/orders,", "on: POST v1/orders,"),
        (Code.NOT_A_CHOICE, "kind: third-party", "kind: thirdparty"),
        (Code.NOT_A_CHOICE, "kind: service", "kind: robot"),
        (Code.NOT_A_CHOICE, "kind: web", "kind: website"),
        (
            Code.REDIRECT_NOT_EXACT,
            "  site:\n",
            "  shop: {kind: web, redirect_uris: [http://shop.example/]}\n  site:\n",
        ),
        (Code.BAD_URL, "url: http://127.0.0.1:9001/base", "url: 9001/base"),
        (Code.WRONG_TYPE, "scopes: [chat.use]", "scopes: chat.use"),
        (Code.WRONG_TYPE, "tenant: acme", "tenant: 7"),
        (Code.WRONG_TYPE, "customer: [orders.read, orders.write]", "customer: orders.read"),
        (Code.SCOPE_NOBODY_GRANTS, "customer: [orders.read, orders.write]", "customer: [orders.read]"),
        (Code.WRONG_TYPE, "redirect_uris: [https://pages.example/]", "redirect_uris: https://pages.example/"),
        (Code.WRONG_TYPE, "scope: orders.write, limit", "scope: 7, limit"),
        (Code.BAD_ORIGIN, "origin: https://api.example", "origin: http://api.example"),
        (Code.WRONG_TYPE, "tls: {certificate: door.pem, key: door.key}", "tls: door.pem"),
        (Code.SECRET_IN_CONTRACT, "secret: ${env:SITE_SECRET}", "secret: site-secret"),
        (Code.SECRET_IN_CONTRACT, "master_key: ${file:/etc/ostiary/master}", "master_key: master"),
        (Code.SECRET_IN_CONTRACT, "url: http://127.0.0.1:9002", "url: http://door:pass@127.0.0.1:9002"),
        (Code.SECRET_IN_CONTRACT, "state: state", "store: postgresql://door:pass@db.example/door"),
    ],
)
def test_one_mistake_is_told_once_and_brings_no_others(code: Code, right: str, wrong: str) -> None:
    assert TEXT.count(right) == 1
    assert [mistake.code for mistake in read_door(TEXT.replace(right, wrong)).mistakes] == [code]
