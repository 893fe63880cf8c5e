"""What an operator revokes, as plans. Times are seconds since the epoch."""

from dataclasses import replace

from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.issuer.records import DisableClient, RevokeAccessToken
from ostiary.model.events.issuer import TokenRevocation
from ostiary.model.events.operators import ClientRevocation, PersonChanged
from ostiary.model.events.people import SignedOut
from ostiary.model.feed import ClientRevoked, SessionEnded, SubjectChanged, TokenRevoked
from ostiary.model.ids import ClientId, TokenId
from ostiary.model.plan import Plan
from ostiary.people.records import ChangePerson, EndSession, Person, Session

_FOR_GOOD = 100 * 365 * 86400
"""Seconds."""


def of_token(token: TokenId, now: int) -> Plan:
    until = now + LONGEST_ACCESS_TOKEN
    return Plan(
        writes=(RevokeAccessToken(token, until),),
        events=(TokenRevocation(at=now, client=None, token=token),),
        feed=(TokenRevoked(token, until),),
    )


def of_session(session: Session, now: int) -> Plan:
    """The session, and every token that names it."""
    return Plan(
        writes=(EndSession(session.id, now),),
        events=(SignedOut(at=now, subject=session.subject, session=session.id),),
        feed=(SessionEnded(session.id, until=now + LONGEST_ACCESS_TOKEN),),
    )


def of_client(client: ClientId, now: int) -> Plan:
    """Its tokens are dead, and it gets no new ones. A key of its own, with which it signs its requests, has no end: so
    gateways are told of it for good."""
    return Plan(
        writes=(DisableClient(client, now),),
        events=(ClientRevocation(at=now, client=client),),
        feed=(ClientRevoked(client, until=now + _FOR_GOOD),),
    )


def of_person(person: Person, now: int) -> Plan:
    """Every session and token from before; the person may sign in again."""
    return Plan(
        writes=(ChangePerson(replace(person, changed_at=now), person),),
        events=(PersonChanged(at=now, subject=person.subject, what=("sessions",)),),
        feed=(SubjectChanged(person.subject, before=now, until=now + LONGEST_ACCESS_TOKEN),),
    )
