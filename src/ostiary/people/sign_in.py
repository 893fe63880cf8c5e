"""Signing in with a login and a password: one answer for an unknown login, a wrong password and a disabled person.

The shell loads the person and the failures, checks the password in a thread (against `passwords.NOBODYS` where there is
no person, so that it takes as long), and commits what is planned here. Times are seconds since the epoch.
"""

import hmac
from ipaddress import IPv4Address, ip_address

from ostiary.keys.hashing import pseudonym
from ostiary.model.events.people import SignInRefused
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.logins import Login
from ostiary.people.records import Counted, CountFailure, ForgetFailures, Person
from ostiary.people.sessions import Lifetimes, Visitor, start

ACR = "pwd"
AMR = ("pwd",)
"""RFC 8176 section 2."""


@frozen
class Tried:
    """What a try counts for: keyed hashes, so that neither the store nor the log holds a login or an address."""

    account: bytes
    address: bytes
    account_name: str
    peer_name: str

    @property
    def keys(self) -> tuple[bytes, bytes]:
        return self.account, self.address


def tried(login: Login, peer: str, key: bytes) -> Tried:
    """`peer`: the client's address. `key`: the one for pseudonyms."""
    return Tried(
        account=hmac.digest(key, b"account " + login.encode("utf-8", "surrogatepass"), "sha256"),
        address=hmac.digest(key, b"address " + household(peer).encode(), "sha256"),
        account_name=pseudonym(key, login.encode("utf-8", "replace").decode()),
        peer_name=pseudonym(key, peer),
    )


def household(peer: str) -> str:
    """Whose addresses count as one: an IPv4 address, or the 64-bit prefix that one IPv6 customer has at least."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or address.exploded[:19])


def failed(tried: Tried, reason: Reason, now: float) -> Plan:
    """A wrong try: it counts for the account and for the address."""
    return Plan(
        writes=(
            CountFailure(tried.account, now, Counted.ACCOUNT),
            CountFailure(tried.address, now, Counted.ADDRESS),
        ),
        events=(refused(tried, reason, now),),
    )


def refused(tried: Tried, reason: Reason, now: float) -> SignInRefused:
    """A try that was not heard leaves only its record."""
    return SignInRefused(at=now, account=tried.account_name, peer=tried.peer_name, reason=reason)


def why_not(person: Person | None, right: bool) -> Reason | None:
    """Why this does not sign in, for the record alone; None where it does. `right`: whether the password was."""
    if person is None or not right:
        return Reason.CREDENTIALS_WRONG
    return Reason.PERSON_DISABLED if person.disabled else None


def succeeded(
    person: Person, before: Visitor | None, tried: Tried, now: int, lives: Lifetimes, fresh: Fresh
) -> tuple[Visitor, Secret, Plan]:
    """The new session, its cookie's secret and the plan. The account's failures are forgotten; the address's fade by
    themselves, or whoever has one account could try others' for ever."""
    visitor, secret, plan = start(person, before, ACR, AMR, tried.peer_name, now, lives, fresh)
    return visitor, secret, plan + Plan(writes=(ForgetFailures(tried.account),))
