"""Reads and writes of clients that registered themselves."""

from collections.abc import Sequence
from typing import Final

from ostiary.contract.registered import (
    AddRegisteredClient,
    ChangeRegisteredClient,
    RegisteredClient,
    RemoveRegisteredClient,
)
from ostiary.store.of_issuer import Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

CLIENT: Final = Shape(RegisteredClient, "registered_clients", ("id",))
_CHANGE: Final = Statement(
    "UPDATE registered_clients SET secret_hash = :secret_hash, auth_method = :auth_method, name = :name,"
    " redirect_uris = :redirect_uris, scopes = :scopes, refreshes = :refreshes, jwks = :jwks, version = :version,"
    " jwks_uri = :jwks_uri, logo_uri = :logo_uri, logo = :logo"
    " WHERE id = :id AND version = :before",
    counts=True,
)
_LIVING: Final = Statement(
    "SELECT COUNT(*) FROM registered_clients"
    " WHERE NOT EXISTS (SELECT 1 FROM disabled_clients WHERE disabled_clients.client = registered_clients.id)"
)
_REMOVE: Final = Statement("DELETE FROM registered_clients WHERE id = :id")


def registered_clients() -> Steps[Sequence[RegisteredClient]]:
    """The oldest first."""
    return CLIENT.every(lambda client: (client.created_at, client.id))


def add(write: AddRegisteredClient) -> Steps[None]:
    """Raises Spent. One that was revoked takes nobody's place."""
    [(living,)] = yield _LIVING, {}
    if living >= write.most:
        raise Spent(write)
    yield CLIENT.add, CLIENT.values(write.client)


def change(write: ChangeRegisteredClient) -> Steps[None]:
    """Raises Spent."""
    changed = yield _CHANGE, {**CLIENT.values(write.client), "before": write.client.version - 1}
    if not changed:
        raise Spent(write)


def remove(write: RemoveRegisteredClient) -> Steps[None]:
    yield _REMOVE, {"id": write.id}
