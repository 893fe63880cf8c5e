"""The upstream that every gateway proxies to: nginx with a 75-byte answer and a 64-KiB file."""

import socket
from dataclasses import dataclass
from pathlib import Path

from bench import processes

SMALL = '{"orders":[{"id":"o-101","state":"sent","total":"42.00","currency":"EUR"}]}'  # 75 bytes
LARGE = 64 * 1024

CONF = """
daemon off; master_process off; pid {place}/origin.pid; error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off; server_tokens off; default_type application/json; sendfile on; tcp_nodelay on;
  open_file_cache max=10 inactive=1h; keepalive_requests 1000000000; keepalive_timeout 1h;
  client_header_timeout 1h; client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
  uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 '{small}'; }}
    location ~ /archive$ {{ alias {place}/archive.json; }}
    location = /count {{ stub_status; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """The running upstream; `control` is a connection kept open to ask it how much it served."""

    program: processes.Program
    port: int
    control: socket.socket

    def count(self) -> int:
        """Requests served so far, this one included (ngx_http_stub_status_module)."""
        self.control.sendall(b"GET /count HTTP/1.1\r\nHost: origin\r\n\r\n")
        answer = self.control.recv(4096)
        return int(answer.split(b"requests\n")[1].split()[2])


def start(place: Path) -> Origin:
    """Start the upstream on the CPU of the load."""
    (port,) = processes.free_ports(1)
    (place / "archive.json").write_bytes(b"x" * LARGE)
    conf = place / "origin.conf"
    conf.write_text(CONF.format(place=place, port=port, small=SMALL))
    argv = ["nginx", "-p", place, "-c", conf, "-e", "stderr"]
    program = processes.start(argv, place / "origin.log", processes.LOAD_CPU)
    program.wait_for(port)
    return Origin(program, port, socket.create_connection(("127.0.0.1", port)))
