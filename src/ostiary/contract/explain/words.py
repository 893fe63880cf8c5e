"""Parts of a profile in words."""

from typing import Final

from ostiary.contract.model import ClientAuth, Limit, Profile
from ostiary.contract.profiles import Sheet
from ostiary.contract.quantities import in_words

_NOBODY_S: Final = frozenset({ClientAuth.NONE, ClientAuth.HANDLED, ClientAuth.ATTESTATION})
"""Ways of clients that ask nothing about tokens: whoever has the app could ask in its name."""


def wanted(value: bool, sheet: Sheet) -> str:
    """What a profile wants of authorization requests."""
    if value:
        return "required"
    return "allowed" if sheet.signs_people_in else "none"


def introspected(profile: Profile) -> str:
    """How a client of the profile is told of a token. Public clients are told nothing (RFC 7662 section 2.1)."""
    if profile.auth_methods <= _NOBODY_S:
        return "none"
    return "required" if profile.signed_introspection else "allowed"


def refreshed(profile: Profile) -> str:
    """What happens to a refresh token at its use."""
    if profile.refresh_idle_seconds is None:
        return "none"
    return "rotated at each use" if profile.rotates_refresh else "kept"


def limit_in_words(limit: Limit) -> str:
    """For people."""
    rate = limit.rate
    return f"{rate.count} in {in_words(rate.seconds)} per {limit.per}, {rate.burst} at once"
