"""Adding people and changing them. Times are seconds since the epoch."""

import re
from collections.abc import Collection
from dataclasses import fields, replace
from typing import Final
from unicodedata import category

from ostiary.model.events.operators import PersonAdded, PersonChanged
from ostiary.model.feed import SubjectChanged
from ostiary.model.frozen import frozen
from ostiary.model.ids import Role, Subject, TenantId
from ostiary.model.plan import Plan
from ostiary.people.logins import require_login
from ostiary.people.records import AddPerson, ChangePerson, Person

LONGEST: Final = 254
"""Characters of a name, an e-mail address and a tenant."""


class DetailInvalid(ValueError):
    """A name, an e-mail address or a tenant that is none; the text says why."""


class RoleUnknown(ValueError):
    """The contract has no role of this name."""


@frozen
class NewPerson:
    """What an operator says of somebody new."""

    login: str
    name: str
    email: str | None = None
    tenant: TenantId | None = None
    roles: frozenset[Role] = frozenset()


@frozen
class Change:
    """What is to change; None leaves it as it is."""

    name: str | None = None
    email: str | None = None
    tenant: TenantId | None = None
    roles: frozenset[Role] | None = None
    password_hash: str | None = None
    disabled: bool | None = None


ENDS_TOKENS = frozenset({"tenant", "roles", "password_hash", "disabled"})
"""What tokens and sessions rest on: when it changes, those from before are dead."""


def add_person(new: NewPerson, subject: Subject, password_hash: str, known: Collection[Role], now: float) -> Plan:
    """Raises LoginInvalid, DetailInvalid and RoleUnknown. The store raises LoginTaken where somebody has the login."""
    login = require_login(new.login)
    _require_details(new)
    require_roles(new.roles, known)
    person = Person(subject, login, new.name, new.email, new.tenant, new.roles, password_hash)
    return Plan(
        writes=(AddPerson(person),),
        events=(PersonAdded(at=now, subject=subject, tenant=new.tenant),),
    )


def change_person(person: Person, change: Change, known: Collection[Role], now: int, token_seconds: int) -> Plan:
    """Raises DetailInvalid and RoleUnknown; an empty plan where nothing changes. `token_seconds`: how long an access
    token lives at most, so that gateways know until when to refuse the old ones."""
    _require_details(change)
    require_roles(change.roles or frozenset(), known)
    new = {f.name: value for f in fields(Change) if (value := getattr(change, f.name)) is not None}
    what = tuple(sorted(name for name, value in new.items() if getattr(person, name) != value))
    if not what:
        return Plan()
    ends = not ENDS_TOKENS.isdisjoint(what)
    changed = replace(person, **new, changed_at=now if ends else person.changed_at)
    return Plan(
        writes=(ChangePerson(changed, person),),
        events=(PersonChanged(at=now, subject=person.subject, what=what),),
        feed=(SubjectChanged(person.subject, before=now, until=now + token_seconds),) if ends else (),
    )


def _require_details(said: NewPerson | Change) -> None:
    """Raise DetailInvalid for what applications and services could not take as it is, or would take for nothing."""
    for what, text in {"name": said.name, "tenant": said.tenant, "e-mail address": said.email}.items():
        if text is None:
            continue
        if not 0 < len(text) <= LONGEST or any(category(character)[0] == "C" for character in text):
            raise DetailInvalid(f"the {what} has to have 1 to {LONGEST} characters, and none that is not printed")
        if what == "e-mail address" and not re.fullmatch(r"[^\s@]+@[^\s@]+", text):
            raise DetailInvalid("the e-mail address has to be written as name@domain")


def require_roles(roles: Collection[Role], known: Collection[Role]) -> None:
    """Raise RoleUnknown for a role that the contract does not have."""
    for role in sorted(roles):
        if role not in known:
            raise RoleUnknown(role)
