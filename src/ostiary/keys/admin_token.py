"""Tokens of operators for the admin API: what they look like, what is kept of them, and how they come and go. Times are
seconds since the epoch."""

from enum import StrEnum
from typing import Final

from ostiary.keys.hashing import token_hash
from ostiary.model.errors import Forbidden, InvalidToken, MissingToken
from ostiary.model.events.operators import AdminTokenAdded, AdminTokenRevoked
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import AdminTokenId, Secret, TokenHash
from ostiary.model.plan import Plan, Write
from ostiary.model.reasons import Reason

PREFIX: Final = "osta_"
_BYTES: Final = 32
"""Random ones."""
_ID: Final = 12


class AdminScope(StrEnum):
    """What a token is for."""

    CLIENTS_READ = "clients.read"
    CLIENTS_WRITE = "clients.write"


@frozen
class AdminToken:
    """What is kept of one. `scopes`: of `AdminScope`."""

    id: AdminTokenId
    hash: TokenHash
    scopes: frozenset[str]
    created_at: int
    expires_at: int
    revoked_at: int | None = None

    def lives(self, now: float) -> bool:
        return self.revoked_at is None and now < self.expires_at


@frozen
class AddAdminToken(Write):
    token: AdminToken


@frozen
class RevokeAdminToken(Write):
    id: AdminTokenId
    at: int


def made(fresh: Fresh, scopes: frozenset[AdminScope], now: int, lifetime: int) -> tuple[Secret, Plan]:
    """A new one, to be shown once."""
    secret = Secret(PREFIX + fresh_name(fresh, _BYTES))
    hash = token_hash(secret.reveal())
    names = frozenset(scope.value for scope in scopes)
    token = AdminToken(AdminTokenId(hash.hex()[:_ID]), hash, names, now, now + lifetime)
    added = AdminTokenAdded(at=now, admin=token.id, rights=tuple(sorted(names)), expires_at=token.expires_at)
    return secret, Plan((AddAdminToken(token),), (added,))


def revoked(token: AdminToken, now: int) -> Plan:
    """From now on it opens nothing."""
    return Plan((RevokeAdminToken(token.id, now),), (AdminTokenRevoked(at=now, admin=token.id),))


def presented(authorization: bytes | None) -> TokenHash:
    """Of the token that came (RFC 6750 section 2.1). Raises MissingToken."""
    scheme, _, token = (authorization or b"").partition(b" ")
    if scheme.lower() != b"bearer" or not token.strip():
        raise MissingToken(Reason.TOKEN_MISSING)
    return token_hash(token.strip().decode("latin-1"))


def require_admin(token: AdminToken | None, needed: AdminScope, now: float) -> AdminToken:
    """Raise InvalidToken unless it is there and lives, Forbidden unless it is for this."""
    if token is None:
        raise InvalidToken(Reason.ADMIN_TOKEN_UNKNOWN)
    if not token.lives(now):
        raise InvalidToken(Reason.ADMIN_TOKEN_OVER)
    if needed.value not in token.scopes:
        raise Forbidden(Reason.ADMIN_SCOPE_MISSING)
    return token
