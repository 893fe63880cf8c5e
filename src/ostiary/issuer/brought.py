"""How an authorization request came: its parameters, and what vouches for them."""

from collections.abc import Sequence
from dataclasses import field
from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.model.errors import InvalidRequest
from ostiary.model.frozen import frozen
from ostiary.model.ids import TokenHash
from ostiary.model.reasons import Reason

LONGEST_VISIT: Final = 1800
"""Seconds that a person has, who came with a pushed or signed request in time, to sign in and say yes: its pages can be
reloaded until then (RFC 9126 section 4)."""


@frozen
class Brought:
    """`pairs`: as they were sent, none counted yet. `pushed`: from the client itself, by RFC 9126."""

    pairs: Sequence[tuple[str, str]] = field(repr=False)
    pushed: bool = False
    signed: bool = False
    """From a request object of RFC 9101 that holds."""
    spends: TokenHash | None = None
    """The pushed request that is used up when the code is issued; None where it is only being made, too."""

    @property
    def ends(self) -> bool:
        """Whether it can be too late to bring it."""
        return self.signed or self.spends is not None


def require_pushed(brought: Brought, client: ClientRule) -> None:
    """Raise InvalidRequest where the client's profile wants its requests pushed, and this one came by the browser
    (RFC 9126 section 4)."""
    if client.profile.pushed_requests and not brought.pushed:
        raise InvalidRequest(Reason.REQUEST_NOT_PUSHED, "request_uri")


def require_signed(brought: Brought, client: ClientRule) -> None:
    """Raise InvalidRequest where the client's profile wants its requests signed (FAPI 2.0 Message Signing section
    5.3.1)."""
    if client.profile.signed_requests and not brought.signed:
        raise InvalidRequest(Reason.REQUEST_NOT_SIGNED, "request")
