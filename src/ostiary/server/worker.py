"""`python -m ostiary.server.worker ROLE FD`: one child of the supervisor, `issuer` or `gateway`.

Everything else comes through the inherited socket FD, so that neither `ps` nor /proc/PID/environ shows a secret.
"""

import signal
import socket
import sys
from collections.abc import Callable
from pkgutil import resolve_name

import uvloop

from ostiary.server.channel import Setup
from ostiary.server.child import Service, live

ROLES = {
    "issuer": "ostiary.server.issuer.process:IssuerProcess",
    "gateway": "ostiary.server.gateway.worker:GatewayWorker",
}


def maker(role: str) -> Callable[[Setup], Service]:
    """Only the role's own room is imported: a gateway worker carries no pages, an issuer no gateway."""
    if role not in ROLES:
        raise SystemExit(f"no such role: {role}")
    made: Callable[[Setup], Service] = resolve_name(ROLES[role])
    return made


def main() -> None:
    role, descriptor = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    uvloop.run(live(socket.socket(fileno=int(descriptor)), maker(role)))


if __name__ == "__main__":
    main()
