"""`python -m shop --port 9001 --origin https://localhost:8443 --ca-file dev-ca.pem`."""

import argparse
import socket

import uvicorn

from .app import build
from .identity import Gateway


def main() -> None:
    parser = argparse.ArgumentParser(prog="shop", description="The example API behind Ostiary.")
    parser.add_argument("--port", type=int, default=9001, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--fd", type=int, help="an inherited socket that listens already, in place of --port")
    parser.add_argument("--origin", default="https://localhost:8443", help="the gateway's origin")
    parser.add_argument("--audience", help="the audience the gateway names; by default ORIGIN/shop")
    parser.add_argument("--ca-file", help="the certificate authority of the gateway's certificate")
    said = parser.parse_args()
    gateway = Gateway(said.origin, said.audience or f"{said.origin}/shop", said.ca_file)
    listener = socket.create_server(("127.0.0.1", said.port)) if said.fd is None else socket.socket(fileno=said.fd)
    print(f"the shop listens on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(build(gateway), access_log=False, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
