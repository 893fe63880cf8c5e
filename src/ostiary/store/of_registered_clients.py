"""Reads and writes of clients that registered themselves."""

from collections.abc import Sequence
from typing import Final

from ostiary.contract.registered import (
    AddRegisteredClient,
    ChangeRegisteredClient,
    RegisteredClient,
    RemoveRegisteredClient,
)
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

CLIENT: Final = Shape(RegisteredClient, "registered_clients", ("id",))
_ALL: Final = Statement(CLIENT.select)
_CHANGE: Final = Statement(
    "UPDATE registered_clients SET secret_hash = :secret_hash, auth_method = :auth_method, name = :name,"
    " redirect_uris = :redirect_uris, scopes = :scopes, refreshes = :refreshes, jwks = :jwks WHERE id = :id"
)
_REMOVE: Final = Statement("DELETE FROM registered_clients WHERE id = :id")


def registered_clients() -> Steps[Sequence[RegisteredClient]]:
    """The oldest first."""
    rows = yield _ALL, {}
    return sorted(map(CLIENT.record, rows), key=lambda client: (client.created_at, client.id))


def add(write: AddRegisteredClient) -> Steps[None]:
    yield CLIENT.add, CLIENT.values(write.client)


def change(write: ChangeRegisteredClient) -> Steps[None]:
    yield _CHANGE, CLIENT.values(write.client)


def remove(write: RemoveRegisteredClient) -> Steps[None]:
    yield _REMOVE, {"id": write.id}
