"""People that nobody should be, and people who are somebody else by now."""

from dataclasses import replace

import pytest

from issuer_world import GRACE, IssuerWorld, authorization, is_page, told
from ostiary.model.events.operators import PersonAdded, PersonChanged
from ostiary.model.feed import SubjectChanged
from ostiary.model.ids import Role, Secret, SessionId, Subject, TenantId, TokenHash
from ostiary.model.plan import Plan
from ostiary.people.accounts import Change, DetailInvalid, NewPerson, RoleUnknown, add_person, change_person
from ostiary.people.logins import LONGEST, LoginInvalid
from ostiary.people.passwords import PasswordRefused, require_acceptable
from ostiary.people.records import AddPerson, ChangePerson, Person, Session, TouchSession
from ostiary.people.sessions import touch, visitor

NOW = 1_800_000_000
KNOWN = frozenset({Role("customer"), Role("support")})
EVE = Person(Subject("eve"), "eve", "Eve", None, TenantId("acme"), frozenset({Role("customer")}), "hash")
SESSION = Session(SessionId("s"), TokenHash(b"h"), EVE.subject, NOW - 60, "pwd", ("pwd",), NOW - 10, NOW + 600)


def added(login: str = "eve", roles: frozenset[Role] = frozenset()) -> Plan:
    return add_person(NewPerson(login, "Eve", roles=roles), Subject("eve"), "hash", KNOWN, NOW)


@pytest.mark.parametrize("login", ["", " ", "a b", "a\u00a0b", "a\tb", "a\0", "a\u200eb", "\ue000", "e" * 255])
def test_a_login_that_two_people_could_take_for_another_is_none(login: str) -> None:
    """Spaces, control characters and marks that are not seen; and what no mail address is as long as."""
    with pytest.raises(LoginInvalid):
        added(login)


@pytest.mark.parametrize(
    ("login", "kept"),
    [("e", "e"), ("e" * LONGEST, "e" * LONGEST), (" \uff25ve ", "eve"), ("\u1d31ve", "eve")],
)
def test_a_login_is_kept_in_its_one_spelling(login: str, kept: str) -> None:
    [write] = added(login).writes
    assert isinstance(write, AddPerson) and write.person.login == kept


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (Change(name="Eve M\u00fcller"), Change(name="Eve\x1b[31m")),
        (Change(name="e" * 254), Change(name="e" * 255)),
        (Change(tenant=TenantId("north west")), Change(tenant=TenantId(""))),
        (Change(tenant=TenantId("north")), Change(tenant=TenantId("north\u202e"))),
        (Change(email="eve@north.example"), Change(email="eve@north.example\nbcc: all")),
        (Change(email="eve+1@north.example"), Change(email="eve")),
        (Change(email="e@n"), Change(email="e@n@w")),
    ],
)
def test_what_applications_would_misread_of_a_person_is_refused(good: Change, bad: Change) -> None:
    """A tenant without a name is what a variable leaves that was not set: everybody of it would share what it owns."""

    def make(said: Change) -> None:
        change_person(EVE, said, KNOWN, NOW, 600)
        new = NewPerson("eve", said.name or "Eve", said.email, said.tenant)
        add_person(new, Subject("eve"), "hash", KNOWN, NOW)

    make(good)
    with pytest.raises(DetailInvalid):
        change_person(EVE, bad, KNOWN, NOW, 600)
    with pytest.raises(DetailInvalid):
        add_person(NewPerson("eve", bad.name or "Eve", bad.email, bad.tenant), Subject("eve"), "hash", KNOWN, NOW)


@pytest.mark.parametrize(("length", "taken"), [(14, False), (15, True), (1024, True), (1025, False)])
def test_a_password_that_is_soon_guessed_or_never_read_is_refused(length: int, taken: bool) -> None:
    """NIST SP 800-63B-4 section 3.1.1.2, in characters and not in bytes."""
    for character in "a\u00e9":
        if taken:
            require_acceptable(Secret(character * length))
        else:
            with pytest.raises(PasswordRefused):
                require_acceptable(Secret(character * length))


def test_a_role_that_the_contract_has_not_is_given_to_nobody() -> None:
    """Neither to who is new nor to who was there."""
    admin = frozenset({Role("customer"), Role("admin")})
    with pytest.raises(RoleUnknown):
        added(roles=admin)
    with pytest.raises(RoleUnknown):
        change_person(EVE, Change(roles=admin), KNOWN, NOW, 600)
    assert [type(event) for event in added(roles=KNOWN).events] == [PersonAdded]
    [write] = change_person(EVE, Change(roles=KNOWN), KNOWN, NOW, 600).writes
    assert isinstance(write, ChangePerson) and write.person.roles == KNOWN


@pytest.mark.parametrize(
    ("change", "ends"),
    [
        (Change(roles=frozenset()), True),
        (Change(tenant=TenantId("other")), True),
        (Change(password_hash="other"), True),
        (Change(disabled=True), True),
        (Change(name="Eva"), False),
        (Change(email="eve@example.com"), False),
    ],
    ids=str,
)
def test_what_tokens_rest_on_ends_them_when_it_changes(change: Change, ends: bool) -> None:
    plan = change_person(EVE, change, KNOWN, NOW, 600)
    [write] = plan.writes
    assert isinstance(write, ChangePerson)
    assert write.person.changed_at == (NOW if ends else EVE.changed_at)
    assert plan.feed == ((SubjectChanged(EVE.subject, before=NOW, until=NOW + 600),) if ends else ())
    assert [type(event) for event in plan.events] == [PersonChanged]


def test_what_is_as_it_was_ends_nothing() -> None:
    assert change_person(EVE, Change(roles=EVE.roles, name="Eve"), KNOWN, NOW, 600) == Plan()
    assert change_person(EVE, Change(), KNOWN, NOW, 600) == Plan()


@pytest.mark.parametrize(
    ("person", "session"),
    [
        ({"disabled": True}, {}),
        ({"changed_at": NOW - 60}, {}),
        ({"subject": Subject("ada")}, {}),
        ({}, {"ended_at": NOW}),
        ({}, {"expires_at": NOW}),
        ({}, {"seen_at": NOW - 300}),
    ],
    ids=str,
)
def test_a_session_is_worth_nothing_once_its_person_or_its_time_is_another(
    person: dict[str, object], session: dict[str, object]
) -> None:
    def visiting(person: dict[str, object], session: dict[str, object]) -> bool:
        return visitor(replace(SESSION, **session), replace(EVE, **person), NOW, 300) is not None  # type: ignore[arg-type]  # of their fields

    assert not visiting(person, session)
    assert visiting({"changed_at": NOW - 61}, {"expires_at": NOW + 1, "seen_at": NOW - 299})


def test_a_session_that_is_much_used_writes_once_a_minute() -> None:
    visiting = visitor(SESSION, EVE, NOW, 300)
    assert visiting is not None
    due = SESSION.seen_at + 60
    assert touch(visiting, due - 1) == Plan()
    assert touch(visiting, due) == Plan(writes=(TouchSession(SESSION.id, due),))


@pytest.mark.parametrize(("change", "again"), [({"disabled": True}, True), ({"email": "g@example.com"}, False)])
def test_the_browser_of_who_was_disabled_is_asked_to_sign_in(
    issuer: IssuerWorld, change: dict[str, object], again: bool
) -> None:
    """Though what ends their tokens is still on its way."""
    browser = issuer.browser()
    assert told(browser.sign_in("site")).code
    issuer.change(replace(issuer.known(GRACE.subject), **change))  # type: ignore[arg-type]  # of its fields
    assert is_page(browser.open(authorization("site", state="again"))) is again
