"""What a profile consists of: lines, each with its value, why it is that, and the text that it rests on."""

from dataclasses import fields
from enum import StrEnum
from typing import Generic, TypeVar

from ostiary.contract.file_client import Credential
from ostiary.contract.model import ClientAuth, GrantType, Limit, Profile
from ostiary.keys.dpop import IAT_WINDOW
from ostiary.model.frozen import frozen
from ostiary.model.principal import Binding, Kind

T_co = TypeVar("T_co", covariant=True)
CODE, REFRESH = GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN


class Carrier(StrEnum):
    """Where the requests of a kind carry what they prove themselves by."""

    HEADER = "the Authorization field"
    KEY = "the X-API-Key field"
    COOKIE = "a cookie"
    NAMED = "where the contract names it"


@frozen
class Chosen(Generic[T_co]):
    """A line of a profile: the value, why it is that, and where that is written."""

    value: T_co
    why: str
    source: str


_MAY_SIGN = Chosen(
    False, "Taken from clients whose keys are known here; a pushed request needs none.", "RFC 9101 section 10.1"
)
_MAY_HAVE_SIGNED = Chosen(
    False, "Whoever asks for a signed answer gets one: it needs the issuer's key alone.", "JARM section 2.3"
)
_MAY_ASK_SIGNED = Chosen(False, "A client that may ask about tokens may want the answer signed.", "RFC 9701 section 4")
_ROTATES = Chosen(
    True, "Two who hold the same token cannot both go on: the second use ends the family.", "RFC 9700 section 4.14.2"
)
_ANY_CLOCK = Chosen(
    IAT_WINDOW, "A proof's nonce tells its age; people's clocks are off by minutes.", "RFC 9449 section 11.1"
)


@frozen
class Sheet:
    """A kind's whole profile, with reasons."""

    says: str
    """What the kind is for."""
    credentials: Chosen[tuple[Credential, ...]]
    """What a client of the kind may prove itself with; the first is taken where nothing else is said."""
    grants: Chosen[frozenset[GrantType]]
    auth_methods: Chosen[frozenset[ClientAuth]]
    binding: Chosen[Binding]
    access_token_seconds: Chosen[int]
    refresh_idle_seconds: Chosen[int | None]
    refresh_absolute_seconds: Chosen[int | None]
    asks_consent: Chosen[bool]
    pushed_requests: Chosen[bool]
    cors: Chosen[bool]
    carried: Chosen[Carrier]
    limit: Chosen[Limit]
    sees_unnamed: Chosen[bool]
    signed_requests: Chosen[bool] = _MAY_SIGN
    signed_answers: Chosen[bool] = _MAY_HAVE_SIGNED
    signed_introspection: Chosen[bool] = _MAY_ASK_SIGNED
    rotates_refresh: Chosen[bool] = _ROTATES
    proof_ahead_seconds: Chosen[int] = _ANY_CLOCK

    def profile(self, kind: Kind) -> Profile:
        return Profile(kind, **{field.name: getattr(self, field.name).value for field in fields(Profile)[1:]})

    @property
    def signs_people_in(self) -> bool:
        """By the browser, with a redirect."""
        return CODE in self.grants.value

    @property
    def acts_for_people(self) -> bool:
        """Otherwise the client acts for itself."""
        return not self.grants.value.isdisjoint({CODE, GrantType.DEVICE_CODE})
