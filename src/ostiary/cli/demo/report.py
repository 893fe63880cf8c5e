"""The tour as a table and as JSON: who asked for what, with which proof, allowed or refused, by which rule."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ostiary.cli.demo.asking import Stop
from ostiary.cli.demo.folder import ClientOfDemo, Demo
from ostiary.cli.demo.oauth import PROVING
from ostiary.cli.references import Recorded
from ostiary.model.frozen import frozen


@frozen
class Line:
    """One request of the tour. `rule` is the route that judged it, `reason` empty where it was allowed."""

    client: str
    kind: str
    proof: str
    person: str
    method: str
    path: str
    status: int
    expected: int
    rule: str
    reason: str

    @property
    def as_it_should(self) -> bool:
        return self.status == self.expected


def line(stop: Stop, recorded: Mapping[str, Recorded]) -> Line:
    """A stop with what the audit log says of it; the service's own answer where no door was asked."""
    known = recorded.get(stop.ref)
    rule, reason = stop.past_the_door, str(stop.answer.json().get("error", ""))
    if not rule:
        rule = known.route or "no route" if known else "not in the audit log"
        reason = known.reason.value if known and known.reason else ""
    return Line(
        stop.client,
        stop.kind,
        stop.proof,
        stop.person,
        stop.method,
        stop.path,
        stop.answer.status,
        stop.expected,
        rule,
        reason,
    )


def write(lines: Iterable[Line], file: Path | None) -> None:
    """As a list of objects."""
    if file is not None:
        file.write_text(json.dumps([asdict(each) for each in lines], indent=2) + "\n")


def _credential(client: ClientOfDemo) -> str:
    """What it proves itself with."""
    shown = client.secret or client.api_key
    if shown is not None:
        return shown
    if client.private_key is not None:
        return "a private key, in demo.json"
    if client.attested:
        return "what a simulated device says of it"
    if client.certificate is not None:
        return f"a certificate, {client.certificate}"
    return "a key that it makes itself" if client.kind in PROVING else "a cookie, from the door"


def print_tour(out: Console, demo: Demo, lines: Iterable[Line]) -> None:
    table = Table("Who", "With which proof", "Asked for", "Answer", "By which rule", box=None, pad_edge=False)
    for each in lines:
        table.add_row(_who(each), Text(each.proof), Text(_named(demo, f"{each.method} {each.path}")), *_outcome(each))
    out.print(table)


def print_household(out: Console, demo: Demo) -> None:
    """People and clients, with what they prove themselves by: it is shown here and in `demo.json`, nowhere else."""
    people = Table("Person", "Password", "Tenant", "Roles", box=None, pad_edge=False)
    for person in demo.people.values():
        people.add_row(person.login, Text(person.password), person.tenant, ", ".join(person.roles))
    clients = Table("Client", "Kind", "Credential", box=None, pad_edge=False)
    for client in demo.clients.values():
        clients.add_row(client.client_id, client.kind, Text(_credential(client)))
    out.print(people, "", clients, sep="\n")


def _who(each: Line) -> Text:
    if each.client == "-":
        return Text("anybody")
    who = f"{each.person}, by " if each.person != "-" else ""
    return Text.assemble(who, (each.client, "bold"), (f" ({each.kind})", "dim"))


def _outcome(each: Line) -> tuple[Text, Text]:
    allowed = each.status < 400
    answer = Text(f"{each.status} {'allowed' if allowed else 'refused'}", "green" if allowed else "red")
    if not each.as_it_should:
        answer.append(f", expected {each.expected}", "bold yellow")
    rule = Text(each.rule)
    if each.reason:
        rule.append(f": {each.reason}", "bold")
    return answer, rule


def _named(demo: Demo, text: str) -> str:
    """With people's names for their identifiers, which mean nothing to a reader."""
    for person in demo.people.values():
        text = text.replace(person.subject, f"<{person.login}>")
    return text
