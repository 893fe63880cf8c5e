"""`ostiary person`: who can sign in."""

import secrets
import sys
import time
from typing import Annotated, Any

import typer

from ostiary.cli.opened import with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder
from ostiary.cli.said import fail, fail_unknown, print_json, print_rows
from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.model.fresh import fresh_name
from ostiary.model.ids import Role, Secret, Subject, TenantId
from ostiary.model.plan import Committed
from ostiary.people.accounts import Change, DetailInvalid, NewPerson, RoleUnknown, add_person, change_person
from ostiary.people.logins import LoginInvalid
from ostiary.people.passwords import SALT_BYTES, PasswordRefused, hash_password, require_acceptable
from ostiary.people.records import Person
from ostiary.server.place import Place
from ostiary.store.interface import LoginTaken, Store

app = typer.Typer(no_args_is_help=True, help="People who can sign in: add, change, list.")

PASSWORD_BYTES = 15

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="What the person types to sign in.")]
Tenant = Annotated[str | None, typer.Option(help="The tenant the person belongs to.", show_default=False)]
Roles = Annotated[list[str] | None, typer.Option("--role", help="A role of the contract; may be repeated.")]
Email = Annotated[str | None, typer.Option(help="Their address, as applications learn it.", show_default=False)]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def add(
    login: Login,
    name: Annotated[
        str | None, typer.Option(help="As pages show it; by default the login.", show_default=False)
    ] = None,
    email: Email = None,
    tenant: Tenant = None,
    role: Roles = None,
    password_stdin: FromStdin = False,
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Add a person. Without `--password-stdin` a password is made, and shown only now."""
    new = NewPerson(login, name or login, email, _tenant(tenant), frozenset(map(Role, role or ())))

    async def work(place: Place, store: Store) -> None:
        password, subject = _password(password_stdin), Subject(fresh_name(secrets.token_bytes))
        try:
            hashed = _hashed(password)
            await store.commit(add_person(new, subject, hashed, place.contract.roles, time.time()))
        except RoleUnknown as error:
            fail_unknown("role", str(error), place.contract.roles)
        except LoginTaken:
            fail("somebody has this login already; `ostiary person set` changes them")
        except (LoginInvalid, DetailInvalid) as error:
            fail(str(error))
        _show_added(subject, None if password_stdin else password, as_json)

    with_store(contract, state, work)


@app.command("set")
def set_person(
    login: Login,
    name: Annotated[str | None, typer.Option(help="As pages show it.", show_default=False)] = None,
    email: Email = None,
    tenant: Tenant = None,
    role: Roles = None,
    no_roles: Annotated[bool, typer.Option("--no-roles", help="Take all roles away.")] = False,
    disable: Annotated[
        bool | None, typer.Option("--disable/--enable", help="Shut the person out, or let them in again.")
    ] = None,
    new_password: Annotated[bool, typer.Option("--new-password", help="Make a new password and print it.")] = False,
    password_stdin: FromStdin = False,
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
) -> None:
    """Change a person. `--role` names all the roles that they then have. A change of roles, tenant, password or access
    ends their sessions and tokens."""

    if role and no_roles:
        raise typer.BadParameter("--role and --no-roles exclude each other")
    if new_password and password_stdin:
        raise typer.BadParameter("--new-password and --password-stdin exclude each other")
    if disable is None and not (role or no_roles or new_password or password_stdin) and name == email == tenant is None:
        raise typer.BadParameter("say what to change, such as --role or --disable")

    async def work(place: Place, store: Store) -> None:
        await _person(store, login)
        password = _password(password_stdin) if new_password or password_stdin else None
        change = Change(
            name=name,
            email=email,
            tenant=_tenant(tenant),
            roles=frozenset(map(Role, role or ())) if role or no_roles else None,
            password_hash=_hashed(password) if password else None,
            disabled=disable,
        )
        await _change(place, store, login, change)
        if password and not password_stdin:
            typer.echo(f"password: {password.reveal()}")

    with_store(contract, state, work)


@app.command("list")
def list_people(contract: ContractFile = DEFAULT_CONTRACT, state: StateFolder = None, as_json: AsJson = False) -> None:
    """List everybody who has an account."""

    async def work(place: Place, store: Store) -> None:
        people = [_shown(person) for person in await store.people()]
        line = "{login:20} {subject:24} {tenant:12} {roles} {state}"
        print_rows(people, lambda one: line.format(**one | _words(one)), as_json=as_json)

    with_store(contract, state, work)


async def _change(place: Place, store: Store, login: str, change: Change) -> None:
    """Who is changed meanwhile is read anew, so that neither change is lost."""
    while True:
        person, now = await _person(store, login), int(time.time())
        try:
            plan = change_person(person, change, place.contract.roles, now, LONGEST_ACCESS_TOKEN)
        except RoleUnknown as error:
            fail_unknown("role", str(error), place.contract.roles)
        except DetailInvalid as error:
            fail(str(error))
        if isinstance(await store.commit(plan), Committed):
            return


async def _person(store: Store, login: str) -> Person:
    found = await store.person_by_login(login)
    if found is None:
        fail(f"there is nobody with the login {login}")
    return found


def _password(from_stdin: bool) -> Secret:
    return Secret(
        sys.stdin.readline().rstrip("\r\n") if from_stdin else fresh_name(secrets.token_bytes, PASSWORD_BYTES)
    )


def _hashed(password: Secret) -> str:
    try:
        require_acceptable(password)
    except PasswordRefused as error:
        fail(str(error))
    return hash_password(password, secrets.token_bytes(SALT_BYTES))


def _tenant(named: str | None) -> TenantId | None:
    return None if named is None else TenantId(named)


def _show_added(subject: Subject, password: Secret | None, as_json: bool) -> None:
    shown = {"subject": subject} | ({"password": password.reveal()} if password else {})
    if as_json:
        print_json(shown)
    for name, value in () if as_json else shown.items():
        typer.echo(f"{name}: {value}")


def _shown(person: Person) -> dict[str, Any]:
    return {
        "login": person.login,
        "subject": person.subject,
        "name": person.name,
        "email": person.email,
        "tenant": person.tenant,
        "roles": sorted(person.roles),
        "disabled": person.disabled,
    }


def _words(person: dict[str, Any]) -> dict[str, str]:
    return {
        "tenant": person["tenant"] or "-",
        "roles": ",".join(person["roles"]) or "-",
        "state": "disabled" if person["disabled"] else "",
    }
