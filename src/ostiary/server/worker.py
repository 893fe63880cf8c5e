"""`python -m ostiary.server.worker ROLE FD`: one child of the supervisor, `issuer` or `gateway`.

Everything else comes through the inherited socket FD, so that neither `ps` nor /proc/PID/environ shows a secret.
"""

import signal
import socket
import sys
from collections.abc import Callable

import uvloop

from ostiary.server.channel import Setup
from ostiary.server.child import Service, live


def maker(role: str) -> Callable[[Setup], Service]:
    """Only the role's own room is imported: a gateway worker carries no pages, an issuer no gateway."""
    match role:
        case "issuer":
            from ostiary.server.issuer.process import IssuerProcess

            return IssuerProcess
        case "gateway":
            from ostiary.server.gateway.worker import GatewayWorker

            return GatewayWorker
        case _:
            raise SystemExit(f"no such role: {role}")


def main() -> None:
    role, descriptor = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    uvloop.run(live(socket.socket(fileno=int(descriptor)), maker(role)))


if __name__ == "__main__":
    main()
