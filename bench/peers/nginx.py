"""nginx, proxying with kept-alive connections and no checks: the floor."""

import subprocess

from bench import processes
from bench.peers.gateway import Door, Job, Running

CONF = """
daemon off; worker_processes 1; pid {place}/nginx.pid; error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  access_log off; server_tokens off; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 1h;
  client_body_temp_path {place}/n1; proxy_temp_path {place}/n2; fastcgi_temp_path {place}/n3;
  uwsgi_temp_path {place}/n4; scgi_temp_path {place}/n5;
  proxy_buffers 8 16k; proxy_max_temp_file_size 0;
  upstream origin {{
    server 127.0.0.1:{origin}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 1h;
  }}
  server {{
    listen 127.0.0.1:{plain} backlog=4096;
    listen 127.0.0.1:{tls} ssl backlog=4096;
    ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;
    location / {{ proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


class Nginx:
    """One worker process; its master is counted too, and does nothing."""

    name = "nginx"
    checks = False

    def version(self) -> str:
        told = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True)
        return told.stderr.strip().removeprefix("nginx version: nginx/")

    def start(self, job: Job) -> Running:
        plain, tls = processes.free_ports(2)
        conf = job.place / "nginx.conf"
        files = {"chain": job.certificate.chain, "key": job.certificate.key}
        conf.write_text(CONF.format(place=job.place, origin=job.origin, plain=plain, tls=tls, **files))
        argv = ["nginx", "-p", job.place, "-c", conf, "-e", "stderr"]
        program = processes.start(argv, job.place / "nginx.log", processes.SERVED_CPU)
        program.wait_for(plain)
        return Running([program], Door(plain, program.pids), Door(tls, program.pids), job.signer)
