"""Tries to type the code of a device: wrong ones count for the address, and for the account where somebody is signed in
(RFC 8628 section 5.1)."""

import hmac

from ostiary.keys.hashing import pseudonym
from ostiary.model.events.people import UserCodeRefused
from ostiary.model.frozen import frozen
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import Counted, CountFailure
from ostiary.people.sessions import Visitor
from ostiary.people.sign_in import household


@frozen
class Tried:
    """What a try counts for: keyed hashes. The first is the address's."""

    keys: tuple[bytes, ...]
    peer_name: str
    account_name: str | None


def tried(peer: str, visitor: Visitor | None, key: bytes) -> Tried:
    """`peer`: the browser's address. `key`: the one for pseudonyms."""
    address = hmac.digest(key, b"user codes of address " + household(peer).encode(), "sha256")
    if visitor is None:
        return Tried((address,), pseudonym(key, peer), None)
    account = hmac.digest(key, b"user codes of account " + visitor.person.subject.encode(), "sha256")
    return Tried((address, account), pseudonym(key, peer), pseudonym(key, visitor.person.login))


def failed(tried: Tried, reason: Reason, now: float) -> Plan:
    """A code that led nowhere, whatever the reason: the page tells none."""
    counted = tuple(CountFailure(key, now, Counted.USER_CODES) for key in tried.keys)
    return Plan(writes=counted, events=(refused(tried, reason, now),))


def refused(tried: Tried, reason: Reason, now: float) -> UserCodeRefused:
    """A try that was not heard leaves only its record."""
    return UserCodeRefused(at=now, peer=tried.peer_name, reason=reason, account=tried.account_name)
