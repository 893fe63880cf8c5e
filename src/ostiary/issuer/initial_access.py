"""Tokens with which clients register (RFC 7591 section 3), beside those of the contract: how they come, are used up and
go. Times are seconds since the epoch."""

from typing import Final

from ostiary.keys.hashing import token_hash
from ostiary.model.errors import InvalidToken
from ostiary.model.events.registration import InitialAccessTokenAdded, InitialAccessTokenRevoked
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import InitialAccessTokenId, Secret, TokenHash
from ostiary.model.plan import Plan, Spend, Write
from ostiary.model.reasons import Reason

_BYTES: Final = 32
"""Random ones."""
_ID: Final = 12


@frozen
class InitialAccessToken:
    """What is kept of one. `most`: so many clients register with it, of which `used` have."""

    id: InitialAccessTokenId
    hash: TokenHash
    created_at: int
    expires_at: int
    most: int
    used: int = 0
    revoked_at: int | None = None

    def lives(self, now: float) -> bool:
        return self.revoked_at is None and now < self.expires_at and self.used < self.most


@frozen
class AddInitialAccessToken(Write):
    token: InitialAccessToken


@frozen
class RevokeInitialAccessToken(Write):
    id: InitialAccessTokenId
    at: int


@frozen
class UseInitialAccessToken(Spend):
    """One client registers with it. Fails where it lives no more."""

    id: InitialAccessTokenId
    at: int


def made(fresh: Fresh, now: int, lifetime: int, most: int) -> tuple[Secret, Plan]:
    """A new one, to be shown once."""
    secret = Secret(fresh_name(fresh, _BYTES))
    hash = token_hash(secret.reveal())
    token = InitialAccessToken(InitialAccessTokenId(hash.hex()[:_ID]), hash, now, now + lifetime, most)
    added = InitialAccessTokenAdded(at=now, token=token.id, expires_at=token.expires_at, most=most)
    return secret, Plan((AddInitialAccessToken(token),), (added,))


def revoked(token: InitialAccessToken, now: int) -> Plan:
    """Nobody new registers with it; those that did stay."""
    return Plan((RevokeInitialAccessToken(token.id, now),), (InitialAccessTokenRevoked(at=now, token=token.id),))


def require_living(token: InitialAccessToken | None, now: float) -> InitialAccessToken:
    """Raise InvalidToken unless it is there, and neither revoked nor expired nor used up."""
    if token is None:
        raise InvalidToken(Reason.REGISTRATION_TOKEN_UNKNOWN)
    if not token.lives(now):
        raise InvalidToken(Reason.REGISTRATION_TOKEN_OVER)
    return token
