"""The page about the commands, from the commands themselves: `docs/commands.md`."""

from collections.abc import Container, Iterable, Iterator
from typing import Any, Final

import typer.main

from ostiary.cli.main import app

_HEAD: Final = """# The commands

`ostiary COMMAND --help` says the same. Each ends with 0 where it did what was asked, 1 where that is refused, broken or
not there, and 2 where it was called wrongly. What goes wrong is said on standard error. The contract is `ostiary.yaml`
in the current folder unless `-c` or `OSTIARY_CONTRACT` names another.

## Options that many commands have
"""


def reference() -> str:
    """Markdown. `reload` has just those options that many have."""
    whole: Any = typer.main.get_command(app)
    shared = whole.commands["reload"].params
    told = frozenset(each.help for each in shared)
    sections = (_section(name, command, told) for name, command in _leaves("ostiary", whole))
    return f"{_HEAD}{_table(shared)}{''.join(sections)}"


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command that is no group, by its full name."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for each, one in inner.items():
        yield from _leaves(f"{name} {each}", one)


def _section(name: str, command: Any, told: Container[str]) -> str:
    arguments = "".join(f" {each.metavar}" for each in command.params if each.param_type_name == "argument")
    own = [each for each in command.params if each.help and each.help not in told and each.name != "help"]
    return f"\n## {name}{arguments}\n\n{command.help}\n{_table(own)}"


def _table(parameters: Iterable[Any]) -> str:
    rows = "".join(f"| {_written(each)} | {each.help}{_default(each)} |\n" for each in parameters)
    return f"\n| | meaning |\n| --- | --- |\n{rows}" if rows else ""


def _written(parameter: Any) -> str:
    """As it is typed."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar}`"
    value = "" if parameter.is_flag else f" {parameter.metavar or _kind(parameter)}"
    return ", ".join(f"`{name}{value}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _default(parameter: Any) -> str:
    """Where the help does not say it and it is no path of this machine."""
    told = isinstance(parameter.default, int | str) and not parameter.is_flag and parameter.default != ""
    return f" By default `{parameter.default}`." if told else ""


def _kind(parameter: Any) -> str:
    return "NUMBER" if parameter.type_descriptor.annotation is int else "TEXT"
