"""Old ways of legacy clients: what the contract may say of them, and what comes of it."""

import pytest

from contract_door import SECRET, TEXT, changed, of_code, read_door, sources
from ostiary.contract.explain import explain_client
from ostiary.contract.mistakes import Code, Severity
from ostiary.contract.model import OldWay, OldWayRule
from ostiary.contract.quantities import day
from ostiary.contract.read import Reading
from ostiary.keys.hashing import token_hash
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding

NOW = day("2026-11-26") + 3600
OLD = "  old:\n    kind: legacy\n    deprecated: 2026-10-01\n    old_ways:\n"
BASIC = "      - {way: basic, name: printer, secret: '${env:OLD}', until: 2027-03-31}\n"
QUERY = "      - {way: query, name: api_key, secret: '${env:OLD}', until: 2027-03-31}\n"
BEARER = "      - {way: bearer, secret: '${env:OLD}', until: 2027-03-31}\n"
OTHER = "  other:\n    kind: legacy\n    deprecated: 2026-10-01\n    old_ways:\n"
OLD_SECRET = "dHdvIHdvcmRzIGFyZSBub3QgZW5vdWdo"
SECRETS = sources(
    OLD=OLD_SECRET, NEW=SECRET, WEAK="short", JWT=".".join([OLD_SECRET] * 3), SPACED="a b" * 12, BELL="a\x07" * 12
)


def door(client: str, now: float | None = NOW) -> Reading:
    """The contract with one client more."""
    return read_door(TEXT.replace("  robot:", client + "  robot:"), secrets=SECRETS, now=now)


def test_each_way_is_taken_with_its_end_and_the_hash_of_its_secret() -> None:
    reading = door(OLD + BASIC + QUERY + BEARER)
    assert reading.mistakes == ()
    assert reading.contract is not None
    client = reading.contract.clients[ClientId("old")]
    since, until = day("2026-10-01"), day("2027-04-01")
    assert client.old_ways == (
        OldWayRule(OldWay.BASIC, "printer", token_hash(OLD_SECRET), since, until),
        OldWayRule(OldWay.QUERY, "api_key", token_hash(OLD_SECRET), since, until),
        OldWayRule(OldWay.BEARER, "", token_hash(OLD_SECRET), since, until),
    )
    assert client.profile.binding is Binding.BEARER
    assert not client.profile.grants
    assert OLD_SECRET not in repr(reading.contract)


@pytest.mark.parametrize(
    ("until", "now"),
    [
        ("2026-10-01", day("2026-10-01")),
        ("2026-11-26", day("2026-11-27") - 1),
        ("2027-03-31", day("2027-03-31") - 2 * 366 * 86400),
    ],
)
def test_the_first_day_and_the_last_moment_of_a_way_are_its_own(until: str, now: float) -> None:
    """Within two years of now, until the end of its day."""
    assert door(OLD + BASIC.replace("2027-03-31", until), now).mistakes == ()


def test_a_way_is_over_when_its_day_is() -> None:
    reading = door(OLD + BASIC.replace("2027-03-31", "2026-11-26"), day("2026-11-27"))
    assert [mistake.code for mistake in reading.mistakes] == [Code.OLD_WAY_OVER]


def test_two_secrets_of_a_way_while_one_takes_the_place_of_the_other() -> None:
    assert door(OLD + BASIC + BASIC.replace("OLD", "NEW")).mistakes == ()


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        (Code.CREDENTIAL_MISSING, "  »old: {kind: legacy, deprecated: 2026-10-01}\n"),
        (Code.MISSING_KEY, (OLD + BASIC).replace("    deprecated: 2026-10-01\n", "").replace("old:", "»old:", 1)),
        (Code.MISSING_KEY, OLD + BASIC.replace("{way", "»{way").replace(", until: 2027-03-31", "")),
        (Code.MISSING_KEY, OLD + BASIC.replace("{way", "»{way").replace(" name: printer,", "")),
        (Code.MISSING_KEY, OLD + QUERY.replace("{way", "»{way").replace(" name: api_key,", "")),
        (Code.MISSING_KEY, OLD + BEARER.replace("{way", "»{way").replace(" secret: '${env:OLD}',", "")),
        (Code.SETTINGS_CONTRADICT, OLD + BEARER.replace("bearer,", "bearer, »name: x,")),
        (Code.SETTINGS_CONTRADICT, OLD + BASIC.replace("until: 2027-03-31", "until: »2026-09-30")),
        (Code.BAD_DATE, OLD + BASIC.replace("2027-03-31", "»2027-02-29")),
        (Code.BAD_DATE, OLD + BASIC.replace("2027-03-31", "»31.3.2027")),
        (Code.BAD_DATE, OLD + BASIC.replace("2027-03-31", "»2027-03-31T00:00:00Z")),
        (Code.BAD_DATE, (OLD + BASIC).replace("2026-10-01", "»90d")),
        (Code.OUT_OF_RANGE, OLD + BASIC.replace("2027-03-31", "»2028-12-01")),
        (Code.OLD_WAY_OVER, OLD + BASIC.replace("2027-03-31", "»2026-11-25")),
        (Code.BAD_NAME, OLD + BASIC.replace("name: printer", "name: »'pri:nter'")),
        (Code.BAD_NAME, OLD + QUERY.replace("name: api_key", "name: »'api key'")),
        (Code.BAD_NAME, OLD + QUERY.replace("name: api_key", "name: »'api&key'")),
        (Code.NOT_A_CHOICE, OLD + BASIC.replace("way: basic", "way: »digest")),
        (Code.SECRET_IN_CONTRACT, OLD + BASIC.replace("'${env:OLD}'", "»" + OLD_SECRET)),
        (Code.SECRET_WEAK, OLD + BASIC.replace("'${env:OLD}'", "»'${env:WEAK}'")),
        (Code.SECRET_UNREADABLE, OLD + BASIC.replace("'${env:OLD}'", "»'${env:NOWHERE}'")),
        (Code.OLD_WAY_UNSENDABLE, OLD + BEARER.replace("'${env:OLD}'", "»'${env:JWT}'")),
        (Code.OLD_WAY_UNSENDABLE, OLD + BEARER.replace("'${env:OLD}'", "»'${env:SPACED}'")),
        (Code.OLD_WAY_UNSENDABLE, OLD + BASIC.replace("'${env:OLD}'", "»'${env:BELL}'")),
        (Code.OLD_WAY_REPEATED, OLD + BASIC + OTHER + BASIC.replace("'${env:OLD}'", "»'${env:OLD}'")),
        (Code.OLD_WAY_REPEATED, OLD + BEARER + OTHER + BEARER.replace("'${env:OLD}'", "»'${env:OLD}'")),
        (Code.SETTING_NOT_FOR_KIND, "  other:\n    kind: partner\n    »deprecated: 2026-10-01\n"),
        (Code.SETTING_NOT_FOR_KIND, "  other:\n    kind: service\n    jwks_file: robot.json\n    »old_ways: []\n"),
        (Code.SETTING_NOT_FOR_KIND, OLD + BASIC + "    »secret: '${env:OLD}'\n"),
    ],
)
def test_a_mistake_is_found_at_its_place(code: Code, wrong: str) -> None:
    text, place = changed(TEXT, "  robot:", wrong + "  robot:")
    reading = read_door(text, secrets=SECRETS, now=NOW)
    assert of_code(reading.mistakes, code) == [place], reading.mistakes
    assert (reading.contract is None) is (code.severity is Severity.ERROR)


@pytest.mark.parametrize(
    "right",
    [
        BASIC,
        BASIC.replace("2027-03-31", "2026-11-26"),
        BASIC.replace("2027-03-31", "2028-11-26"),
        BASIC.replace("name: printer", "name: 'printer@old.example'"),
        BASIC.replace("OLD", "SPACED"),
        QUERY.replace("OLD", "JWT"),
        QUERY.replace("api_key", "access_token"),
        BASIC + OTHER + BASIC.replace("printer", "fax"),
        BASIC + OTHER + QUERY.replace("api_key", "printer"),
        BASIC + OTHER + BASIC.replace("OLD", "NEW"),
    ],
)
def test_what_differs_from_a_mistake_in_that_one_thing_is_taken(right: str) -> None:
    assert door(OLD + right).mistakes == ()


def test_without_a_clock_no_day_is_late() -> None:
    assert door(OLD + BASIC.replace("2027-03-31", "2031-01-01"), now=None).mistakes == ()


def test_old_ways_are_explained_with_their_ends() -> None:
    reading = door(OLD + BASIC + QUERY + BEARER)
    assert reading.contract is not None and reading.draft is not None
    explained = explain_client(reading.draft, reading.contract, "old")
    ways = [line for line in explained.lines if line.what == "old way"]
    assert [line.value for line in ways] == [
        "Basic as printer, until 2027-03-31",
        "the key in the query parameter api_key, until 2027-03-31",
        "a static bearer token, until 2027-03-31",
    ]
    assert all(line.source.startswith("door.yaml:") for line in ways)
    assert {line.what: line.value for line in explained.lines}["deprecated"] == "since 2026-10-01"
    assert explained.not_served == ""
