"""How an upstream learns who asks: a JWT that the gateway signs for it, or plain fields. Never the client's token."""

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import orjson

from ostiary.contract.model import Identity, ServiceRule
from ostiary.gateway.remembered import Seen
from ostiary.model.actors import act_of
from ostiary.model.principal import Principal

TYPE: Final = "ostiary-identity+jwt"
LIFETIME: Final = 60
REUSED_FOR: Final = 30
"""Seconds: how long a JWT lives, and for how long the same one goes with requests of the same credential."""

Sign = Callable[[Mapping[str, object]], str]
"""Signs claims as a JWT of `TYPE` with the gateway's key of now."""
Line = Callable[[Seen, float], bytes]
"""The identity fields for a request now, as lines."""


def line(service: ServiceRule, issuer: str, sign: Sign) -> Line:
    """How this service is told."""
    name = service.name
    make = _signed(service, issuer, sign) if service.identity is Identity.JWT else _plain

    def made(seen: Seen, now: float) -> bytes:
        known = seen.identities.get(name)
        if known is not None and known[0] > now:
            return known[1]
        fields = make(seen.principal, now)
        seen.identities[name] = (now + REUSED_FOR, fields)
        return fields

    return made


def _signed(service: ServiceRule, issuer: str, sign: Sign) -> Callable[[Principal, float], bytes]:
    def made(principal: Principal, now: float) -> bytes:
        return b"x-ostiary-identity: %b\r\n" % sign(claims(principal, issuer, service.audience, int(now))).encode()

    return made


def claims(principal: Principal, issuer: str, audience: str, now: int) -> dict[str, object]:
    """What the JWT says. `sub` is the person, or the client where it acts for itself."""
    known = {
        "tenant": principal.tenant,
        "roles": sorted(principal.roles) or None,
        "acr": principal.acr,
        "auth_time": principal.auth_time,
        "act": act_of(principal.actors),
        "authorization_details": None if principal.details is None else orjson.loads(principal.details),
    }
    return {
        "iss": issuer,
        "aud": audience,
        "sub": principal.subject or principal.client,
        "client_id": principal.client,
        "kind": principal.kind.value,
        "binding": principal.binding.name.lower(),
        "scope": " ".join(sorted(principal.scopes)),
        "iat": now,
        "exp": now + LIFETIME,
    } | {name: value for name, value in known.items() if value is not None}


def _plain(principal: Principal, now: float) -> bytes:
    """Plain fields, for an upstream that only the gateway reaches. Values are percent-encoded where they need it."""
    values = {
        "subject": principal.subject,
        "client": principal.client,
        "actor": principal.actors[0] if principal.actors else None,
        "kind": principal.kind.value,
        "tenant": principal.tenant,
        "roles": " ".join(sorted(principal.roles)) or None,
        "scope": " ".join(sorted(principal.scopes)),
    }
    return "".join(
        f"x-ostiary-{name}: {quote(value, safe=_PLAIN)}\r\n" for name, value in values.items() if value
    ).encode()


_PLAIN: Final = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"
