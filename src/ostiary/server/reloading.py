"""What a reload takes over of how a contract runs on this machine, and what waits for a new start."""

from dataclasses import replace
from typing import Final

from ostiary.contract.deployment import Deployment, GatewayListener

FIXED: Final = ("listen", "admin", "workers", "state", "store", "plain_http")
"""What only a new start changes."""


def need_restart(new: Deployment, running: Deployment) -> list[str]:
    """The settings that differ and stay as they are."""
    fixed = [name for name in FIXED if getattr(new, name) != getattr(running, name)]
    return fixed if _addresses(new) == _addresses(running) else [*fixed, "gateways"]


def _addresses(deployment: Deployment) -> dict[str, object]:
    return {each.name: each.listen for each in deployment.gateways}


def kept(new: Deployment, running: Deployment) -> Deployment:
    """What runs from now on: the listeners of before, with the certificates of now."""
    if new.plain_http != running.plain_http:
        return running
    of_now = {each.name: each for each in new.gateways}
    gateways = tuple(_kept(each, of_now.get(each.name, each)) for each in running.gateways)
    return replace(running, tls=new.tls, gateways=gateways)


def _kept(running: GatewayListener, new: GatewayListener) -> GatewayListener:
    return replace(running, tls=new.tls, certificates=new.certificates)
