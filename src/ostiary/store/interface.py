"""What the shell asks of a store. SQLite and PostgreSQL answer alike; one contract suite runs over both."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ostiary.issuer.records import AuthorizationCode, Grant, RefreshToken
from ostiary.keys.records import SigningKey
from ostiary.model.feed import Numbered
from ostiary.model.ids import ClientId, GrantId, SessionId, Subject, TokenHash, TokenId
from ostiary.model.plan import Outcome, Plan
from ostiary.people.records import Consent, Failures, Person, Session


class StoreUnavailable(Exception):
    """The store could not be read or written; nothing of the plan is in it."""


class LoginTaken(Exception):
    """`AddPerson` or `ChangePerson` names a login that another person has."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the audit log as stored. `body` is the event as canonical JSON; `hash` chains `previous` to it."""

    position: int
    body: bytes
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The log's end, sealed with a key, so that a cut-off tail is noticed."""

    position: int
    hash: bytes
    seal: bytes


class Store(Protocol):
    """Every method may raise `StoreUnavailable`."""

    async def commit(self, plan: Plan) -> Outcome:
        """Write the whole plan with its events and feed in one transaction that is on disk when this returns, or
        nothing. Plans that wait together share a transaction; each still succeeds or fails alone."""
        ...

    async def person(self, subject: Subject) -> Person | None: ...
    async def person_by_login(self, login: str) -> Person | None: ...
    async def people(self) -> Sequence[Person]: ...
    async def session(self, id: SessionId) -> Session | None: ...
    async def session_by_hash(self, hash: TokenHash) -> Session | None: ...
    async def consent(self, subject: Subject, client: ClientId) -> Consent | None: ...
    async def failures(self, keys: Sequence[bytes]) -> Sequence[Failures]: ...
    async def code(self, hash: TokenHash) -> AuthorizationCode | None: ...
    async def grant(self, id: GrantId) -> Grant | None: ...
    async def refresh_token(self, hash: TokenHash) -> RefreshToken | None: ...
    async def access_token_revoked(self, token: TokenId) -> bool: ...
    async def client_disabled_at(self, client: ClientId) -> int | None: ...
    async def signing_keys(self) -> Sequence[SigningKey]: ...

    async def feed_since(self, position: int) -> Sequence[Numbered]:
        """Events after `position`, in order. 0: everything that is not forgotten yet."""
        ...

    async def forget(self, now: int) -> None:
        """Remove what is past its end: codes, spent assertions, feed events past `until`, ended sessions."""
        ...

    def records(self, after: int = 0) -> AsyncIterator[Record]:
        """The audit log in order, from the record after position `after`."""
        ...

    async def head(self) -> Head | None: ...

    async def close(self) -> None: ...
