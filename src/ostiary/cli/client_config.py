"""`ostiary client-config NAME`: what an app has to know, for its build."""

import json
import time
from pathlib import Path
from typing import Annotated, Final

import typer

from ostiary.cli.accepted import accepted_contract, require_client
from ostiary.cli.options import DEFAULT_CONTRACT, ContractFile
from ostiary.cli.pins import InUse, pin_in_use
from ostiary.cli.said import expected_errors, fail, print_json
from ostiary.contract.app_config import PinSet, android, app_config, apple, pin_set
from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import ContractBroken
from ostiary.contract.model import Contract
from ostiary.contract.pins import PinsUnfit, require_in_force
from ostiary.issuer.app_configuration import configuration_key
from ostiary.keys.master import MasterKeyInvalid
from ostiary.model.principal import Kind
from ostiary.server.development import has_master_key
from ostiary.server.place import find_place

_WITHOUT_KEY: Final = "the master key is not at hand: `configuration_key`, for what the app fetches later, stays empty"


def client_config_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The app, as the contract names it.")],
    contract: ContractFile = DEFAULT_CONTRACT,
    to: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write files into this folder instead.", show_default=False)
    ] = None,
    in_use: InUse = None,
) -> None:
    """Print what an app needs as JSON: endpoints, names, pins. With `--to` it is written as `ostiary.json`; where the
    contract has `pins`, with Android's `network_security_config.xml` and Apple's `NSPinnedDomains.plist` beside it."""
    draft, accepted = accepted_contract(contract)
    client = require_client(accepted, name)
    if client.profile.kind is not Kind.MOBILE:
        fail(f"{name} is a client of kind {client.profile.kind}; apps are of kind mobile")
    pinned = _pinned(contract, draft, accepted, in_use)
    config = app_config(accepted, client, pinned, _configuration_key(contract))
    if config["configuration_endpoint"] is not None and config["configuration_key"] is None:
        typer.echo(_WITHOUT_KEY, err=True)
    if to is None:
        print_json(config)
        return
    with expected_errors():
        to.mkdir(parents=True, exist_ok=True)
        files = {"ostiary.json": json.dumps(config, indent=2, ensure_ascii=False).encode() + b"\n"}
        if pinned is not None:
            files |= {"network_security_config.xml": android(pinned).encode(), "NSPinnedDomains.plist": apple(pinned)}
        for each, content in files.items():
            (to / each).write_bytes(content)
            typer.echo(f"{to / each}")


def _configuration_key(contract: Path) -> dict[str, str] | None:
    """None where the master key that it is derived from is not at hand."""
    try:
        place = find_place(contract)
        if place.deployment.master_key is None and not has_master_key(place.state.path):
            return None
        return configuration_key(place.master_key()).public.to_jwk()
    except (ContractBroken, MasterKeyInvalid):
        return None


def _pinned(contract: Path, draft: Draft, accepted: Contract, in_use: Path | None) -> PinSet | None:
    """None where the contract pins nothing. That pins do harm is said, and ends the command with 1."""
    if accepted.pins is None:
        return None
    try:
        return pin_set(accepted, require_in_force(accepted.pins, pin_in_use(contract, draft, in_use), time.time()))
    except PinsUnfit as unfit:
        fail(str(unfit))
