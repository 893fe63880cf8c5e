"""Clients with a certificate: the load speaks plain HTTP, and a tunnel beside it makes the TLS connections.

wrk has no client certificates. The tunnel is HAProxy on the CPU of the load, with a way that shows the certificate and
one that shows none, to the same listener: so both kinds of requests pay for TLS alike.
"""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from bench import processes
from bench.peers.tls import Certificate
from bench.processes import Program
from ostiary.keys.certificate import thumbprint_of
from ostiary.keys.devca import development_client

HOST = "bound.example"
NAME = "ledger.example"
CONF = """
global
  nbthread 1
defaults
  mode tcp
  timeout connect 5s
  timeout client 1h
  timeout server 1h
listen bound
  bind 127.0.0.1:{bound}
  server door 127.0.0.1:{door} ssl verify none crt {client}
listen unbound
  bind 127.0.0.1:{unbound}
  server door 127.0.0.1:{door} ssl verify none
"""


@dataclass(frozen=True, slots=True)
class Mutual:
    """A listener that asks for certificates, and where the two ways to it begin. `bound`: with the certificate."""

    place: Path
    door: int
    bound: int
    unbound: int
    thumbprint: str

    def listener(self, server: Certificate) -> dict[str, Any]:
        """As it stands in the contract."""
        return {
            "listen": f"127.0.0.1:{self.door}",
            "origin": f"https://{HOST}",
            "tls": {"certificate": str(server.chain), "key": str(server.key)},
            "client_certificates": {"authorities": str(self.place / "clients.pem"), "required": False},
        }

    def tunnel(self) -> Program:
        """Running, once the listener does."""
        conf = self.place / "tunnel.cfg"
        ports = {"door": self.door, "bound": self.bound, "unbound": self.unbound}
        conf.write_text(CONF.format(client=self.place / "client.pem", **ports))
        program = processes.start(["haproxy", "-db", "-f", conf], self.place / "tunnel.log", processes.LOAD_CPU)
        program.wait_for(self.bound)
        return program


def create(place: Path) -> Mutual:
    """Write a new authority and the one certificate that it issued into `place`."""
    made = development_client(NAME, int(time.time()), secrets.token_bytes)
    (place / "clients.pem").write_bytes(made.ca)
    (place / "client.pem").write_bytes(made.certificate + made.key)
    der = x509.load_pem_x509_certificate(made.certificate).public_bytes(Encoding.DER)
    return Mutual(place, *processes.free_ports(3), thumbprint_of(der))
