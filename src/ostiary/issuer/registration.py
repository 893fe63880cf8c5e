"""Clients come, change and go by themselves (RFC 7591, RFC 7592): what is checked. Times are seconds since the
epoch."""

from collections.abc import Sequence
from dataclasses import field
from typing import Final

from ostiary.contract.model import Contract, RegistrationRule
from ostiary.contract.registered import AddRegisteredClient, RegisteredClient
from ostiary.issuer.client_metadata import Members
from ostiary.issuer.initial_access import InitialAccessToken, UseInitialAccessToken, require_living
from ostiary.keys.hashing import is_one_of
from ostiary.model.errors import (
    BEARER,
    Conflict,
    Forbidden,
    InvalidClientMetadata,
    InvalidToken,
    MissingToken,
    NotFound,
    PreconditionFailed,
    Refusal,
)
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.model.plan import Spend
from ostiary.model.reasons import Reason

_NOT_THEIRS: Final = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)
"""What no update has (RFC 7592 section 2.2)."""


@frozen
class Request:
    """What came: `peer` is the pseudonym of where from, `client` the registration that the URL names."""

    authorization: bytes | None = field(repr=False)
    content_type: bytes | None
    body: bytes = field(repr=False)
    peer: str
    client: str = ""
    if_match: bytes | None = None


def require_open(contract: Contract) -> RegistrationRule:
    """Raise NotFound where the contract lets nobody register."""
    if contract.registration is None:
        raise NotFound(Reason.REGISTRATION_CLOSED)
    return contract.registration


def read_bearer(authorization: bytes | None) -> Secret:
    """The token, from its field alone (RFC 6750 section 2.1). Raises MissingToken."""
    scheme, _, token = (authorization or b"").partition(b" ")
    if scheme.lower() != BEARER.lower().encode() or not token.strip():
        raise MissingToken(Reason.TOKEN_MISSING)
    return Secret(token.strip().decode("latin-1"))


def require_initial_access(
    token: Secret, opened: RegistrationRule, kept: InitialAccessToken | None, now: int
) -> InitialAccessToken | None:
    """Raise InvalidToken unless it is one of the contract's, or `kept`, which lives (RFC 7591 section 3). What is to be
    used up."""
    if is_one_of(token.reveal(), opened.tokens):
        return None
    return require_living(kept, now)


def require_own(token: Secret, id: str, clients: Sequence[RegisteredClient]) -> RegisteredClient:
    """The registration. Raises InvalidToken unless the token is that one's: what is not there, and what is another's,
    look the same (RFC 7592 section 2)."""
    found = next((client for client in clients if client.id == id), None)
    hashes = () if found is None else (found.token_hash,)
    if not is_one_of(token.reveal(), hashes) or found is None:
        raise InvalidToken(Reason.REGISTRATION_TOKEN_UNKNOWN)
    return found


def entity_tag(client: RegisteredClient) -> str:
    """Of this version of it (RFC 9110 section 8.8.3)."""
    return f'"{client.version}"'


def require_match(client: RegisteredClient, if_match: bytes | None) -> None:
    """Raise PreconditionFailed where the request is about another version (RFC 9110 section 13.1.1)."""
    if if_match is None or if_match.strip() == b"*":
        return
    if entity_tag(client).encode() not in (tag.strip() for tag in if_match.split(b",")):
        raise PreconditionFailed(Reason.REGISTRATION_CHANGED)


def lost(spend: Spend) -> Refusal:
    """What is refused where somebody was first: only the store knows how many there are, and which version."""
    match spend:
        case UseInitialAccessToken():
            return InvalidToken(Reason.REGISTRATION_TOKEN_OVER)
        case AddRegisteredClient():
            return Forbidden(Reason.REGISTRATION_FULL)
        case _:
            return Conflict(Reason.REGISTRATION_CHANGED)


def require_update_of(client: RegisteredClient, members: Members) -> None:
    """Raise InvalidClientMetadata unless the update names its own client, brings no other secret than the one it has,
    and nothing that is not the client's to say (RFC 7592 section 2.2)."""
    if members.get("client_id") != client.id:
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, "client_id")
    for name in _NOT_THEIRS:
        if name in members:
            raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, name)
    secret = members.get("client_secret")
    hashes = () if client.secret_hash is None else (client.secret_hash,)
    if secret is not None and not (isinstance(secret, str) and is_one_of(secret, hashes)):
        raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, "client_secret")
