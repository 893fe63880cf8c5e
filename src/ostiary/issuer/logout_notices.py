"""Who is still to be told that a sign-in has ended (OpenID Connect Back-Channel Logout 1.0). Times are seconds since
the epoch.

The store writes a notice for each client that had a grant in the session, in the transaction in which the session ends,
whatever ended it: none is lost where the program stops in between."""

from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.issuer.registry import Registry
from ostiary.model.events.issuer import LogoutTold, LogoutUntold
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, SessionId, Subject
from ostiary.model.plan import Plan, Write

MOST_TRIES: Final = 8
FIRST_WAIT: Final = 5
"""Seconds until the second try; each wait is twice as long as the one before."""


@frozen
class LogoutNotice:
    """`tries`: how often telling has failed."""

    session: SessionId
    client: ClientId
    subject: Subject
    ended_at: int
    tries: int
    due_at: int


@frozen
class DelayLogoutNotice(Write):
    session: SessionId
    client: ClientId
    tries: int
    due_at: int


@frozen
class DropLogoutNotice(Write):
    session: SessionId
    client: ClientId


def listener(registry: Registry, notice: LogoutNotice) -> ClientRule | None:
    """The client, if it wants to be told."""
    client = registry.client(notice.client)
    return client if client is not None and client.backchannel_logout_uri is not None else None


def not_wanted(notice: LogoutNotice) -> Plan:
    return Plan((DropLogoutNotice(notice.session, notice.client),))


def told(notice: LogoutNotice, now: float) -> Plan:
    """The client has ended what it had (section 2.8)."""
    return not_wanted(notice) + Plan(events=(LogoutTold(at=now, client=notice.client, session=notice.session),))


def failed(notice: LogoutNotice, now: float) -> Plan:
    """The client did not answer, or with an error: it is told again, later each time, and not for ever."""
    tries = notice.tries + 1
    if tries >= MOST_TRIES:
        return not_wanted(notice) + Plan(events=(LogoutUntold(at=now, client=notice.client, session=notice.session),))
    due_at = int(now) + FIRST_WAIT * 2 ** (tries - 1)
    return Plan((DelayLogoutNotice(notice.session, notice.client, tries, due_at),))
