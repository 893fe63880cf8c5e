"""Authorize: scope, role, tenant, owner, and how the person signed in."""

from collections.abc import Collection, Mapping

from ostiary.contract.model import Fact, StepUp
from ostiary.gateway.decision import Asked, Check, Inspection
from ostiary.gateway.facts import Read, Unreadable, text_at
from ostiary.model.errors import Forbidden, InsufficientScope, InsufficientUserAuthentication, Refusal
from ostiary.model.ids import Role, Scope
from ostiary.model.reasons import Reason

STRENGTH = ("pwd", "mfa")
"""Of `acr` values, the weakest first."""


def scopes(needed: frozenset[Scope]) -> Check:
    """The token carries all of these scopes."""

    def check(asked: Asked) -> Refusal | None:
        if asked.seen is not None and needed <= asked.seen.principal.scopes:
            return None
        return InsufficientScope(Reason.SCOPE_MISSING, sorted(needed))

    return check


def roles(wanted: Collection[Role]) -> Check:
    """The principal has one of these roles."""
    allowed = frozenset(wanted)

    def check(asked: Asked) -> Refusal | None:
        if asked.seen is None or allowed.isdisjoint(asked.seen.principal.roles):
            return Forbidden(Reason.ROLE_MISSING)
        return None

    return check


def tenant(read: Read) -> Check:
    """The request is about the principal's own tenant."""

    def check(asked: Asked) -> Refusal | None:
        try:
            about = read(asked)
        except Unreadable:
            return Forbidden(Reason.FACT_UNREADABLE)
        own = asked.seen.principal.tenant if asked.seen is not None else None
        return None if about == own else Forbidden(Reason.TENANT_MISMATCH)

    return check


def owner(read: Read) -> Check:
    """The request is about something of the person who asks."""

    def check(asked: Asked) -> Refusal | None:
        try:
            about = read(asked)
        except Unreadable:
            return Forbidden(Reason.FACT_UNREADABLE)
        own = asked.seen.principal.subject if asked.seen is not None else None
        return None if about == own else Forbidden(Reason.OWNER_MISMATCH)

    return check


def step_up(asks: StepUp) -> Check:
    """The person signed in strongly and freshly enough (RFC 9470)."""
    enough = _at_least(asks.acr)

    def _strong(acr: str | None) -> bool:
        return enough is None or acr in enough

    def check(asked: Asked) -> Refusal | None:
        principal = asked.seen.principal if asked.seen is not None else None
        if principal is not None and _strong(principal.acr) and _fresh(principal.auth_time, asks.max_age, asked.now):
            return None
        return InsufficientUserAuthentication(Reason.STEP_UP_NEEDED, asks.acr, asks.max_age)

    return check


def _at_least(acr: str | None) -> tuple[str, ...] | None:
    if acr is None:
        return None
    return STRENGTH[STRENGTH.index(acr) :] if acr in STRENGTH else (acr,)


def _fresh(auth_time: int | None, max_age: int | None, now: float) -> bool:
    return max_age is None or (auth_time is not None and now - auth_time <= max_age)


def tenant_in_body(fact: Fact) -> Inspection:
    """As `tenant`, where the body says what the request is about."""

    def inspect(asked: Asked, body: Mapping[str, object]) -> Refusal | None:
        own = asked.seen.principal.tenant if asked.seen is not None else None
        return None if _text(body, fact) == own else Forbidden(Reason.TENANT_MISMATCH)

    return inspect


def owner_in_body(fact: Fact) -> Inspection:
    """As `owner`, where the body says what the request is about."""

    def inspect(asked: Asked, body: Mapping[str, object]) -> Refusal | None:
        own = asked.seen.principal.subject if asked.seen is not None else None
        return None if _text(body, fact) == own else Forbidden(Reason.OWNER_MISMATCH)

    return inspect


def _text(body: Mapping[str, object], fact: Fact) -> str:
    return text_at(body, fact.path)
