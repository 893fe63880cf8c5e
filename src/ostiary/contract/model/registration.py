"""What clients may be that register themselves, and from where things are fetched because they say so."""

from ostiary.contract.model.kinds import Profile
from ostiary.contract.model.listeners import Network
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, TokenHash


@frozen
class FetchRule:
    """Where things are fetched from because a client that registers says so: by https from public addresses."""

    networks: tuple[Network, ...] = ()
    """Reached beside those."""
    ports: frozenset[int] = frozenset()
    """Beside 443."""
    authorities: str | None = None
    """PEM: who may vouch for such servers beside whom this machine trusts."""


@frozen
class RegistrationRule:
    """What clients may be that register themselves (RFC 7591)."""

    tokens: tuple[TokenHash, ...]
    """Of the initial access tokens; empty: nobody new registers."""
    scopes: frozenset[Scope]
    """The most that one gets, beside those of OpenID Connect."""
    profile: Profile
    """That of third-party clients."""
    most: int
    """So many clients at once."""
    fetch: FetchRule = FetchRule()
