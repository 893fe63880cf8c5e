"""What the README and the pages show works as it stands: contracts, commands, links."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML
from typer.testing import CliRunner

from ostiary.cli.demo.folder import lay_out
from ostiary.cli.main import app
from ostiary.contract.mistakes import Code, Severity
from ostiary.server.contract_file import read_contract_file

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "bench/README.md"]
OF_THIS_MACHINE = {Code.SECRET_UNREADABLE, Code.TLS_MISSING, Code.MASTER_KEY_MISSING, Code.KEY_SET_INVALID}
"""What a fragment of a contract may lack here."""


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def first_contract() -> str:
    [contract] = blocks(ROOT / "README.md", "yaml")
    return contract


def test_the_first_contract_has_ten_lines_and_no_mistake(tmp_path: Path) -> None:
    assert len(first_contract().splitlines()) <= 10
    (tmp_path / "ostiary.yaml").write_text(first_contract())
    checked = CliRunner().invoke(app, ["check", "--json", "-c", str(tmp_path / "ostiary.yaml")])
    assert checked.exit_code == 0
    assert read_contract_file(tmp_path / "ostiary.yaml").mistakes == ()
    explained = CliRunner().invoke(app, ["explain", "client", "desk", "-c", str(tmp_path / "ostiary.yaml")])
    assert explained.exit_code == 0


def base_of(page: Path, folder: Path) -> str:
    """What a page's contract is a part of: the pages about kinds go on with the shop's, all others with the first."""
    if page.parent.name != "kinds":
        return first_contract()
    lay_out(folder, 8443, 9443, 8444, "http://127.0.0.1:9001")
    return (folder / "ostiary.yaml").read_text()


def with_part(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """Its clients are added, its routes take the place of those that they are about; all else replaces."""
    told = {route["on"] for route in part.get("routes", ())}
    kept = [route for route in whole["routes"] if route["on"] not in told]
    clients = whole["clients"] | part.get("clients", {})
    return whole | part | {"clients": clients, "routes": kept + list(part.get("routes", ()))}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "yaml")], ids=lambda page: page.name)
def test_contracts_and_their_parts_are_taken(page: Path, tmp_path: Path) -> None:
    file = tmp_path / "ostiary.yaml"
    (tmp_path / "android-status.json").write_text('{"entries": {}}')
    for shown in blocks(page, "yaml"):
        whole = with_part(YAML(typ="safe").load(base_of(page, tmp_path)), YAML(typ="safe").load(shown))
        YAML().dump(whole, file)
        mistakes = read_contract_file(file).mistakes
        assert [one for one in mistakes if one.severity is Severity.ERROR and one.code not in OF_THIS_MACHINE] == []


def commands() -> list[tuple[str, str]]:
    """Every line of a page that begins with the command, but for those that show how it is called."""
    shown = [(page.name, re.findall(r"^ {4}(?:\$ )?(ostiary .*)$", page.read_text(), re.MULTILINE)) for page in PAGES]
    inline = [(page.name, re.findall(r"`(ostiary [a-z][^`]*)`", page.read_text())) for page in PAGES]
    return [(name, line) for name, lines in shown + inline for line in lines if "[OPTIONS]" not in line]


@pytest.mark.parametrize(("page", "line"), sorted(set(commands())))
def test_every_command_that_is_shown_is_one(page: str, line: str) -> None:
    command, arguments = typer.main.get_command(app), shlex.split(line, comments=True)[1:]
    context = command.make_context("ostiary", list(arguments), resilient_parsing=False)
    while hasattr(command, "resolve_command"):
        name, command, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        if hasattr(command, "resolve_command") or rest:
            context = command.make_context(name, list(rest), parent=context)
        else:
            return


LINKS = [(page, link) for page in PAGES for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text())]


@pytest.mark.parametrize(("page", "link"), LINKS, ids=lambda value: getattr(value, "name", value))
def test_every_link_leads_somewhere(page: Path, link: str) -> None:
    if "://" in link:
        return
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    assert target.is_file()
    if anchor:
        headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
