"""The contracts under which Ostiary is measured; JSON is YAML, so they are written as JSON."""

from typing import Any

from bench.peers.gateway import Job, Limits
from bench.peers.issuer import REDIRECT_URI, SERVICE, WEB
from bench.tokens import CLIENTS, OTHER_ROLE, ROLES, SCOPE

Part = dict[str, Any]

SECRET = "${env:BENCH_SECRET}"
BEHIND_NOTHING = {"value": True, "because": "a benchmark on the loopback, beside peers without TLS"}


def gateway(job: Job, port: int, admin: int, *, tls: bool) -> Part:
    """The same checks as the peers': scope, role, tenant and owner of the path, a limit per person and per client."""
    person, client = (rate(count, job.limits) for count in (job.limits.person, job.limits.client))
    limits = [{"per": "person", **person}, {"per": "client", **client}]
    rule = {"to": "api", "scope": SCOPE, "roles": list(ROLES), "tenant": "tenant", "owner": "user", "limit": limits}
    service = {"url": f"http://127.0.0.1:{job.origin}", "audience": job.signer.audience, "identity": "headers"}
    return {
        **shell(job.signer.issuer, port, admin),
        **(
            {"tls": {"certificate": str(job.certificate.chain), "key": str(job.certificate.key)}}
            if tls
            else {"insecure_plain_http": BEHIND_NOTHING}
        ),
        "master_key": "${env:BENCH_MASTER_KEY}",
        "services": {"api": service},
        "scopes": {SCOPE: "See your orders"},
        "roles": {role: [SCOPE] for role in (*ROLES, OTHER_ROLE)},
        "clients": {name: web() for name in CLIENTS},
        "routes": [
            {"on": f"GET /v1/tenants/{{tenant}}/users/{{user}}/{what}", **rule} for what in ("orders", "archive")
        ],
    }


def issuer(origin: str, port: int, admin: int) -> Part:
    """The same clients and tokens as the peers'."""
    return {
        **shell(origin, port, admin),
        "insecure_plain_http": BEHIND_NOTHING,
        "services": {"api": {"url": "http://127.0.0.1:9", "audience": "https://api.example"}},
        "scopes": {SCOPE: "See your orders"},
        "roles": {"customer": [SCOPE]},
        "clients": {WEB: web(), SERVICE: {"kind": "service", "secret": SECRET, "scopes": [SCOPE]}},
        "routes": [{"on": "GET /orders", "to": "api", "scope": SCOPE}],
    }


def shell(origin: str, port: int, admin: int) -> Part:
    """One gateway worker on the loopback."""
    listen, observed = f"127.0.0.1:{port}", f"127.0.0.1:{admin}"
    return {"origin": origin, "listen": listen, "admin": observed, "workers": 1}


def web() -> Part:
    """A client that keeps a secret and acts for people."""
    return {"kind": "web", "secret": SECRET, "redirect_uris": [REDIRECT_URI], "scopes": [SCOPE]}


def rate(count: int, limits: Limits) -> Part:
    """`count` in so many seconds, all of them at once if they come so, as the contract writes it."""
    for unit, seconds in (("s", 1), ("m", 60), ("h", 3600)):
        if count * seconds >= limits.seconds:
            return {"rate": f"{count * seconds // limits.seconds}/{unit}", "burst": count}
    raise ValueError(f"{count} in {limits.seconds} s is less than one an hour")
