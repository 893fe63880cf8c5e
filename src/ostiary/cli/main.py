"""The `ostiary` command."""

from typing import Annotated

import typer

from ostiary import __version__
from ostiary.cli import admin_token, api_key, audit, client, explain, keys, person, pins, registration, report, revoke
from ostiary.cli.check import check_command
from ostiary.cli.client_config import client_config_command
from ostiary.cli.demo.command import demo
from ostiary.cli.explain_client import explain_client_command
from ostiary.cli.explain_request import explain_request_command
from ostiary.cli.reload import reload
from ostiary.cli.up import up
from ostiary.contract.schema import schema_text

app = typer.Typer(
    name="ostiary",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(up)
app.command()(reload)
app.command()(demo)
app.command("check")(check_command)
app.command("client-config")(client_config_command)
explain.app.command("client")(explain_client_command)
explain.app.command("request")(explain_request_command)
app.add_typer(explain.app, name="explain")
app.add_typer(person.app, name="person")
app.add_typer(revoke.app, name="revoke")
app.add_typer(keys.app, name="keys")
app.add_typer(api_key.app, name="api-key")
app.add_typer(registration.app, name="registration")
app.add_typer(admin_token.app, name="admin-token")
app.add_typer(client.app, name="client")
app.add_typer(report.app, name="report")
app.add_typer(pins.app, name="pins")
app.add_typer(audit.app, name="audit")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def _version_asked(asked: bool) -> None:
    if asked:
        version()
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[
        bool, typer.Option("--version", callback=_version_asked, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The front door of an API that many kinds of clients use."""


@app.command()
def schema() -> None:
    """Print the JSON Schema of the contract, for editors."""
    typer.echo(schema_text(), nl=False)
