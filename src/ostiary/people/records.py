"""What is known of people, and the writes that change it. Times are seconds since the epoch."""

from enum import StrEnum

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Role, Scope, SessionId, Subject, TenantId, TokenHash
from ostiary.model.plan import Spend, Write


@frozen
class Person:
    """`login` is compared after NFKC and case folding. `changed_at`: what rests on a sign-in up to then is dead; 0 for
    never."""

    subject: Subject
    login: str
    name: str
    email: str | None
    tenant: TenantId | None
    roles: frozenset[Role]
    password_hash: str
    """argon2id in PHC string form."""
    changed_at: int = 0
    disabled: bool = False


@frozen
class Session:
    """A sign-in at the issuer. `hash` is of the cookie's secret; `seen_at` moves the idle timeout."""

    id: SessionId
    hash: TokenHash
    subject: Subject
    auth_time: int
    acr: str
    amr: tuple[str, ...]
    seen_at: int
    expires_at: int
    ended_at: int | None = None


@frozen
class Consent:
    subject: Subject
    client: ClientId
    scopes: frozenset[Scope]
    granted_at: int
    about: str | None = None
    """What the client looked like then, where that is its own word."""


@frozen
class Failures:
    """Wrong passwords in a row for one account or one address (`key`: a keyed hash), and until when tries wait."""

    key: bytes
    count: int
    until: float


@frozen
class AddPerson(Write):
    """Fails with `LoginTaken` if the login exists."""

    person: Person


@frozen
class ChangePerson(Spend):
    """The whole record replaces `before`. Fails where that is not what is there any more: whoever changed it meanwhile
    may have shut the person out."""

    person: Person
    before: Person


@frozen
class StartSession(Write):
    session: Session


@frozen
class RenewSession(Spend):
    """The same person signed in anew in the same browser. The whole record replaces the one with the same id, with a
    new secret: the old cookie is dead, while what other clients got in this session lives on. Fails where the session
    ended meanwhile: nothing brings back what ended with it."""

    session: Session


@frozen
class TouchSession(Write):
    id: SessionId
    seen_at: int


@frozen
class EndSession(Write):
    id: SessionId
    at: int


@frozen
class PutConsent(Write):
    """Replaces what the person consented to for this client."""

    consent: Consent


class Counted(StrEnum):
    """Whose failures are counted together."""

    ACCOUNT = "account"
    ADDRESS = "address"
    USER_CODES = "user codes"
    """Wrong codes of devices, of an account or an address."""
    DEVICES = "devices"
    """Devices that ask for codes from one address, each a failure until somebody answers."""
    STATEMENTS = "statements"
    """Statements of devices that did not hold, from one address."""


@frozen
class CountFailure(Write):
    """One more failure for `key`, counted in the store so that tries at the same time all count:
    `people.delays.one_more` makes the new record from the one before."""

    key: bytes
    now: float
    per: Counted


@frozen
class ForgetFailures(Write):
    key: bytes
