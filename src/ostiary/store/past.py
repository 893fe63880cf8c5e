"""What is past its end is removed."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Table, bindparam, delete, exists

from ostiary.issuer.brought import LONGEST_VISIT
from ostiary.model.plan import Write
from ostiary.store import schema
from ostiary.store.statements import Statement, Steps

REPLAY_SECONDS: Final = 86400
"""For so long after its end a code is remembered, so that its second use revokes what the first one issued."""
CLOCK_SECONDS: Final = 3600
"""For so long after its end an assertion is remembered, so that a clock that is set back does not let it in again."""
UNANSWERED_SECONDS: Final = 600
"""For so long after its end a device learns that nobody answered; then the address that it asked from goes as well."""
API_KEY_SECONDS: Final = 30 * 86400
"""An API key that has ended is shown as such for so long."""
OLD_USE_SECONDS: Final = 400 * 86400
"""For more than a year, so that a client that calls once a year is seen."""
UNTOLD_SECONDS: Final = 86400
"""Whoever could not be told of a sign-out for so long has ended the session by itself."""
FAILURE_SECONDS: Final = 7 * 86400
"""No count of failures outlives this."""
GRANT_SECONDS: Final = 7 * 86400
"""A grant whose code and refresh tokens are gone is kept for its access tokens, which live shorter than this."""


def _until(table: Table, column: str) -> Statement:
    return Statement(lambda _: delete(table).where(table.c[column] <= bindparam("now")))


def _grants() -> Statement:
    grants, codes, tokens = schema.grants, schema.codes, schema.refresh_tokens
    used = exists().where(codes.c.grant == grants.c.id) | exists().where(tokens.c.grant == grants.c.id)
    return Statement(lambda _: delete(grants).where(grants.c.issued_at <= bindparam("now"), ~used))


def _unanswered() -> Statement:
    devices = schema.device_requests
    answered = devices.c.grant.is_not(None) | devices.c.denied_at.is_not(None)
    return Statement(lambda _: delete(devices).where(devices.c.expires_at <= bindparam("now"), ~answered))


_PAST: Final = (
    (_until(schema.feed, "until"), 0),
    (_until(schema.revoked_access_tokens, "until"), 0),
    (_until(schema.spent_assertions, "expires_at"), CLOCK_SECONDS),
    (_until(schema.sessions, "expires_at"), 0),
    (_until(schema.logout_notices, "ended_at"), UNTOLD_SECONDS),
    (_until(schema.web_sessions, "expires_at"), 0),
    (_until(schema.refresh_tokens, "expires_at"), 0),
    (_until(schema.api_keys, "expires_at"), API_KEY_SECONDS),
    (_until(schema.old_uses, "day"), OLD_USE_SECONDS),
    (_until(schema.pushed_requests, "expires_at"), LONGEST_VISIT),
    (_until(schema.codes, "expires_at"), REPLAY_SECONDS),
    (_unanswered(), UNANSWERED_SECONDS),
    (_until(schema.device_requests, "expires_at"), REPLAY_SECONDS),
    (_until(schema.failures, "until"), FAILURE_SECONDS),
    (_grants(), GRANT_SECONDS),
)


@dataclass(frozen=True, slots=True)
class Forget(Write):
    """`now`: seconds since the epoch."""

    now: int


def forget(write: Forget) -> Steps[None]:
    for statement, kept in _PAST:
        yield statement, {"now": write.now - kept}
