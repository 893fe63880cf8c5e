"""What is past its end is removed."""

from typing import Final

from ostiary.issuer.brought import LONGEST_VISIT
from ostiary.model.frozen import frozen
from ostiary.model.plan import Write
from ostiary.store import of_logout
from ostiary.store.statements import Statement, Steps

REPLAY_SECONDS: Final = 86400
"""For so long after its end a code is remembered, so that its second use revokes what the first one issued."""
CLOCK_SECONDS: Final = 3600
"""For so long after its end an assertion is remembered, so that a clock that is set back does not let it in again."""
UNANSWERED_SECONDS: Final = 600
"""For so long after its end a device learns that nobody answered; then the address that it asked from goes as well."""
API_KEY_SECONDS: Final = 30 * 86400
"""An API key or initial access token that has ended is shown as such for so long."""
ATTESTED_SECONDS: Final = 400 * 86400
"""A device's key that nobody has vouched for by for so long is attested anew."""
OLD_USE_SECONDS: Final = 400 * 86400
"""For more than a year, so that a client that calls once a year is seen."""
UNTOLD_SECONDS: Final = 86400
"""Whoever could not be told of a sign-out for so long has ended the session by itself."""
FAILURE_SECONDS: Final = 7 * 86400
"""No count of failures outlives this."""
GRANT_SECONDS: Final = 7 * 86400
"""A grant whose code, refresh tokens and session are gone is kept for its access tokens, which live shorter."""


def _until(table: str, column: str = "expires_at", unless: str = "") -> Statement:
    return Statement(f"DELETE FROM {table} WHERE {column} <= :now{unless}")


_UNUSED: Final = "".join(
    f" AND NOT EXISTS (SELECT 1 FROM {table} WHERE {table}.{column} = grants.{own})"
    for table, column, own in (
        ("codes", '"grant"', "id"),
        ("refresh_families", '"grant"', "id"),
        ("sessions", "id", "session"),
    )
)
_UNSHOWN: Final = Statement(
    "DELETE FROM logos WHERE NOT EXISTS (SELECT 1 FROM registered_clients WHERE registered_clients.logo = logos.id)"
)
_PAST: Final = (
    (_until("feed", "until"), 0),
    (_until("revoked_access_tokens", "until"), 0),
    (_until("spent_assertions"), CLOCK_SECONDS),
    (_until("sessions"), 0),
    (_until("logout_notices", "ended_at"), UNTOLD_SECONDS),
    (_until("web_sessions"), 0),
    (_until("refresh_families"), 0),
    (_until("api_keys"), API_KEY_SECONDS),
    (_until("initial_access_tokens"), API_KEY_SECONDS),
    (_UNSHOWN, 0),
    (_until("attested_keys", "used_at"), ATTESTED_SECONDS),
    (_until("spent_challenges"), CLOCK_SECONDS),
    (_until("old_uses", "day"), OLD_USE_SECONDS),
    (_until("pushed_requests"), LONGEST_VISIT),
    (_until("codes"), REPLAY_SECONDS),
    (_until("device_requests", unless=' AND "grant" IS NULL AND denied_at IS NULL'), UNANSWERED_SECONDS),
    (_until("device_requests"), REPLAY_SECONDS),
    (_until("failures", "until"), FAILURE_SECONDS),
    (_until("grants", "issued_at", _UNUSED), GRANT_SECONDS),
)


@frozen
class Forget(Write):
    """`now`: seconds since the epoch."""

    now: int


def forget(write: Forget) -> Steps[None]:
    """Who was signed in until now by a session that is over is told so first."""
    yield from of_logout.write_notices_of_expired(write.now)
    for statement, kept in _PAST:
        yield statement, {"now": write.now - kept}
