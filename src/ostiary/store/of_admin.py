"""Reads and writes of the admin API: its tokens, and the clients that were made through it."""

from collections.abc import Sequence
from typing import Final

from ostiary.contract.admin_records import AddAdminClient, AdminClient, ChangeAdminClient
from ostiary.keys.admin_token import AddAdminToken, AdminToken, RevokeAdminToken
from ostiary.store.of_issuer import Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

TOKEN: Final = Shape(AdminToken, "admin_tokens", ("id",))
TOKEN_BY_HASH: Final = TOKEN.by("hash")
CLIENT: Final = Shape(AdminClient, "admin_clients", ("id",))
_REVOKE: Final = Statement("UPDATE admin_tokens SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_CHANGE: Final = Statement(
    "UPDATE admin_clients SET settings = :settings, secret_hash = :secret_hash, former_hash = :former_hash,"
    " changed_at = :changed_at, ended_at = :ended_at, version = :version"
    " WHERE id = :id AND version = :before AND ended_at IS NULL",
    counts=True,
)


def admin_tokens() -> Steps[Sequence[AdminToken]]:
    """The oldest first."""
    return TOKEN.every(lambda token: (token.created_at, token.id))


def add_token(write: AddAdminToken) -> Steps[None]:
    yield TOKEN.add, TOKEN.values(write.token)


def revoke_token(write: RevokeAdminToken) -> Steps[None]:
    yield _REVOKE, {"id": write.id, "at": write.at}


def admin_clients() -> Steps[Sequence[AdminClient]]:
    """Those that were ended too, by name."""
    return CLIENT.every(lambda client: client.id)


def add_client(write: AddAdminClient) -> Steps[None]:
    """Raises Spent."""
    added = yield CLIENT.add_new, CLIENT.values(write.client)
    if not added:
        raise Spent(write)


def change_client(write: ChangeAdminClient) -> Steps[None]:
    """Raises Spent."""
    changed = yield _CHANGE, {**CLIENT.values(write.client), "before": write.client.version - 1}
    if not changed:
        raise Spent(write)
