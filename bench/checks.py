"""The test before the benchmark: each gateway lets one request in and refuses one for each check.

A refused request differs from the accepted one in the one thing that its check is for.
"""

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import client, tokens
from bench.peers.gateway import HEADERS, Limits, Running
from bench.tokens import OTHER_ROLE, Person, Signer

LIMITS = Limits(person=5, client=8)
"""The limits of the gateway that is tested; the measured one has the same limits, out of reach."""

NO_TOKEN, NOT_ALLOWED, TOO_MANY = {401, 403}, {403, 404}, {429}


class NotEnforced(RuntimeError):
    """A gateway does not do the work it is measured for."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request and the statuses that show that the check is there."""

    check: str
    request: bytes
    expected: set[int]


def cases(signer: Signer, revoked: str) -> Iterator[Case]:
    """One case for each check, as different people so that no limit interferes."""
    crowd, clients = iter(tokens.people(100, first=900)), iter(tokens.CLIENTS[4:])
    stranger = Signer(signer.issuer, signer.audience, signer.kid)

    def case(check: str, expected: set[int], path: Callable[[Person], str] | None = None, **claims: object) -> Case:
        one = next(crowd)
        where = path(one) if path else one.path("orders")
        token = signer.token(one, str(claims.pop("jti", f"check-{check}")), client_id=next(clients), **claims)
        return Case(check, tokens.request(where, token), expected)

    yield case("accepted", {200})
    yield case("accepted, large", {200}, lambda one: one.path("archive"))
    yield Case("token", tokens.request(next(crowd).path("orders"), None), NO_TOKEN)
    yield Case("signature", tokens.request(next(crowd).path("orders"), stranger.token(next(crowd), "x")), NO_TOKEN)
    yield case("exp", NO_TOKEN, exp=1_700_000_000)
    yield case("iss", NO_TOKEN, iss="https://elsewhere.example")
    yield case("aud", NO_TOKEN, aud="https://elsewhere.example")
    yield case("revocation", NO_TOKEN, jti=revoked)
    yield case("scope", NOT_ALLOWED, scope="profile orders.reader")
    yield case("role", NOT_ALLOWED, roles=[OTHER_ROLE])
    yield case("tenant", NOT_ALLOWED, lambda one: Person(one.subject, "elsewhere").path("orders"))
    yield case("owner", NOT_ALLOWED, lambda one: Person("person-000000", one.tenant).path("orders"))
    yield case("route", NOT_ALLOWED, lambda one: one.path("secrets"))


def enforce(gateway: Running, revoked: str, tls: ssl.SSLContext) -> None:
    """Raise NotEnforced unless every check, both limits, headers, metrics and record are there."""
    for case in cases(gateway.signer, revoked):
        for port, context in ((gateway.plain.port, None), (gateway.tls.port, tls)):
            answer = client.ask(port, case.request, context)
            if answer.status not in case.expected:
                raise NotEnforced(f"{case.check}: {answer.status}, expected {case.expected}: {answer.body[:300]!r}")
    limited(gateway)
    headed(gateway)
    observed(gateway)


def limited(gateway: Running) -> None:
    """A person is stopped by the person's limit, the next one of that client by the client's, a third one by none."""
    first, second, third = tokens.people(3, first=800)
    alone = statuses(gateway, first, tokens.CLIENTS[1], LIMITS.person + 1)
    shared = statuses(gateway, second, tokens.CLIENTS[1], LIMITS.person)
    other = statuses(gateway, third, tokens.CLIENTS[2], 1)
    if alone != [200] * LIMITS.person + [429] or shared[0] != 200 or shared[-1] != 429 or other != [200]:
        raise NotEnforced(f"limits: one person {alone}, the same client {shared}, another client {other}")


def statuses(gateway: Running, one: Person, client_id: str, count: int) -> list[int]:
    token = gateway.signer.token(one, f"limit-{one.subject}", client_id=client_id)
    return [client.ask(gateway.plain.port, tokens.request(one.path("orders"), token)).status for _ in range(count)]


def headed(gateway: Running) -> None:
    """The answer carries every security header."""
    (one,) = tokens.people(1, first=700)
    token = gateway.signer.token(one, "headers", client_id=tokens.CLIENTS[3])
    head = client.ask(gateway.plain.port, tokens.request(one.path("orders"), token)).head.decode().lower()
    missing = [name for name in HEADERS if f"\r\n{name}:" not in head]
    if missing:
        raise NotEnforced(f"security headers missing: {missing}")


def observed(gateway: Running) -> None:
    """Metrics are served and requests are recorded."""
    if gateway.metrics is None or gateway.record is None:
        raise NotEnforced("no metrics or no record")
    port, path = gateway.metrics
    metrics = client.read_all(port, path)
    if b"# TYPE" not in metrics or not gateway.record():
        raise NotEnforced(f"metrics {metrics[:100]!r}, record {gateway.record()}")
