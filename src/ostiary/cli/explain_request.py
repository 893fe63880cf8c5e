"""`ostiary explain request METHOD PATH`: what would happen to a request, and which rule decides it."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final

import typer

from ostiary.cli.accepted import accepted_contract, require_client
from ostiary.cli.made import with_whoever
from ostiary.cli.opened import has_store, with_store
from ostiary.cli.options import DEFAULT_CONTRACT, AsJson, ContractFile, StateFolder, duration
from ostiary.cli.said import expected_errors, fail, fail_unknown, print_json
from ostiary.cli.trial import attempt
from ostiary.cli.trial_arrival import Arrival, NoSuchListener, arrival_of
from ostiary.cli.trial_request import Request
from ostiary.cli.trial_shown import as_values, print_trial
from ostiary.cli.trial_token import Visitor
from ostiary.contract.draft import Draft
from ostiary.contract.model import ClientRule, Contract, GrantType
from ostiary.keys.certificate import CertificateInvalid
from ostiary.model.ids import ClientId, Role, Scope, Subject, TenantId
from ostiary.people.records import Person
from ostiary.server.place import Place
from ostiary.store.interface import Store

PERSON = "{person}"
"""In a path it stands for the person's identifier, which nobody knows by heart."""


def explain_request_command(
    method: Annotated[str, typer.Argument(metavar="METHOD")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="With its query; {person} is the person's identifier.")],
    client: Annotated[
        str | None, typer.Option("--as", metavar="CLIENT", help="The client that asks. By default nobody.")
    ] = None,
    person: Annotated[
        str | None, typer.Option(metavar="LOGIN", help="The person: of the store, or made up by --role and --tenant.")
    ] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role of a made-up person; may be repeated.")] = None,
    tenant: Annotated[str | None, typer.Option(help="The tenant of a made-up person.", show_default=False)] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help="A scope to ask for; may be repeated. By default all that it may.")
    ] = None,
    signed_in: Annotated[
        int | None,
        typer.Option(parser=duration, metavar="DURATION", help="How long ago the person signed in, such as `10m`."),
    ] = None,
    header: Annotated[list[str] | None, typer.Option("-H", "--header", help="`Name: value`; may be repeated.")] = None,
    body: Annotated[str, typer.Option(help="A JSON body, for rules that read it.", show_default=False)] = "",
    gateway: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The listener. By default the door, or the one that takes its certificate."),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A client certificate as PEM. By default its own, or one made up."),
    ] = None,
    address: Annotated[str, typer.Option("--from", metavar="ADDRESS", help="The client's address.")] = "127.0.0.1",
    contract: ContractFile = DEFAULT_CONTRACT,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Try a request step by step, as this client and person. Ends with 1 where it is refused.

    The issuer's and the gateway's own code decides. Nothing is sent, stored or counted.
    """
    draft, accepted = accepted_contract(contract) if client is None else with_whoever(contract, state, client)
    rule = None if client is None else require_client(accepted, client)
    for unknown in [each for each in role or () if Role(each) not in accepted.roles]:
        fail_unknown("role", unknown, accepted.roles)
    made_up = None if role is None and tenant is None else (role or [], tenant)
    known, disabled_at = _stored(contract, state, None if made_up else person, client)
    who = _made_up(person, *made_up) if person is not None and made_up is not None else known
    asked = None if scope is None else frozenset(map(Scope, scope))
    visitor = None if rule is None else _visitor(rule, who, asked, signed_in or 0, disabled_at)
    wanted = path.replace(PERSON, who.subject) if who is not None else path
    request = Request(method, wanted, [*_fields(header or (), body)], body.encode(), _address(address))
    trial = attempt(accepted, request, visitor, _arrival(draft, accepted, rule, gateway, certificate))
    if as_json:
        print_json(as_values(draft, accepted, trial))
    else:
        print_trial(draft, accepted, trial)
    raise typer.Exit(0 if trial.refusal is None else 1)


def _arrival(
    draft: Draft, contract: Contract, client: ClientRule | None, gateway: str | None, certificate: Path | None
) -> Arrival:
    try:
        with expected_errors():
            shown = None if certificate is None else certificate.read_bytes()
            return arrival_of(draft, contract, client, gateway, shown)
    except NoSuchListener as none:
        fail_unknown("gateway", str(none), contract.gateways)
    except CertificateInvalid as unusable:
        fail(f"a certificate or revocation list cannot be used: {unusable}")


def _stored(
    contract: Path, state: Path | None, login: str | None, client: str | None
) -> tuple[Person | None, int | None]:
    """The person with this login, and when the client was revoked. Without a store there are neither."""

    async def work(place: Place, store: Store) -> tuple[Person | None, int | None]:
        found = None if login is None else await store.person_by_login(login)
        return found, None if client is None else await store.client_disabled_at(ClientId(client))

    person, disabled_at = with_store(contract, state, work) if has_store(contract, state) else (None, None)
    if login is not None and person is None:
        fail(f"there is nobody with the login {login}; with --role or --tenant somebody is made up")
    return person, disabled_at


def _made_up(login: str, roles: Sequence[str], tenant: str | None) -> Person:
    """Nobody's account; the login is the identifier too."""
    belongs = None if tenant is None else TenantId(tenant)
    return Person(Subject(login), login, login, None, belongs, frozenset(map(Role, roles)), "")


_FOR_PEOPLE: Final = frozenset({GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE})


def _visitor(
    client: ClientRule, person: Person | None, scopes: frozenset[Scope] | None, ago: int, disabled_at: int | None
) -> Visitor:
    acts_for_itself = client.profile.grants.isdisjoint(_FOR_PEOPLE)
    if acts_for_itself and person is not None:
        raise typer.BadParameter(f"{client.id} acts for itself: leave out --person")
    if not acts_for_itself and person is None:
        raise typer.BadParameter(f"{client.id} acts for people: say for whom with --person")
    return Visitor(client, person, scopes, ago, disabled_at)


def _fields(given: Sequence[str], body: str) -> Iterator[tuple[str, str]]:
    if body and not any(field.lower().startswith("content-type:") for field in given):
        yield "content-type", "application/json"
    for field in given:
        name, colon, value = field.partition(":")
        if not colon or not name:
            raise typer.BadParameter("write --header 'Name: value'")
        yield name, value.strip()


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise typer.BadParameter(f"{text} is not an IP address") from None
