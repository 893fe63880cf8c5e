"""HAProxy with the same checks by its own means: jwt_verify, ACLs, a file of revoked ids, stick tables."""

import subprocess
from pathlib import Path

from bench import processes
from bench.peers.gateway import HEADERS, Door, Job, Running
from bench.tokens import ROLES, SCOPE

TEMPLATE = Path(__file__).parent / "haproxy.cfg"


class HAProxy:
    """One process with one thread."""

    name = "haproxy"
    checks = True

    def version(self) -> str:
        told = subprocess.run(["haproxy", "-v"], capture_output=True, text=True, check=True)
        return told.stdout.split()[2]

    def start(self, job: Job) -> Running:
        plain, tls, metrics = processes.free_ports(3)
        log = job.place / "haproxy.log"
        argv = ["haproxy", "-db", "-f", configure(job, plain, tls, metrics)]
        program = processes.start(argv, log, processes.SERVED_CPU)
        program.wait_for(plain)
        return Running(
            [program],
            Door(plain, program.pids),
            Door(tls, program.pids),
            job.signer,
            metrics=(metrics, "/metrics"),
            record=lambda: "GET /v1/" in log.read_text(),
        )


def configure(job: Job, plain: int, tls: int, metrics: int) -> Path:
    """Write the configuration and the files it names."""
    pem, revoked, conf = (job.place / name for name in ("issuer.pem", "revoked.lst", "haproxy.cfg"))
    pem.write_bytes(job.signer.public_pem())
    revoked.write_text("".join(f"{one}\n" for one in job.revoked))
    words = {
        "plain": plain,
        "tls": tls,
        "metrics": metrics,
        "origin": job.origin,
        "certificate": job.certificate.both,
        "issuer_key": pem,
        "issuer": job.signer.issuer,
        "audience": job.signer.audience,
        "revoked": revoked,
        "scope": SCOPE,
        "roles": "|".join(ROLES),
        "person_limit": job.limits.person,
        "client_limit": job.limits.client,
        "seconds": job.limits.seconds,
        "headers": "\n".join(f'  http-response set-header {name} "{value}"' for name, value in HEADERS.items()),
    }
    conf.write_text(TEMPLATE.read_text().format(**words))
    return conf
