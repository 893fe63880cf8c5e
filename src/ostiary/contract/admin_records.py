"""What is kept of clients that are made through the admin API. Times are seconds since the epoch."""

from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, TokenHash
from ostiary.model.plan import Spend


@frozen
class AdminClient:
    """What is kept. `settings`: as in the contract, as JSON. `former_hash`: of the secret before the last one."""

    id: ClientId
    settings: str
    secret_hash: TokenHash | None
    former_hash: TokenHash | None
    created_at: int
    changed_at: int
    ended_at: int | None = None
    """It is let in no more, and nobody gets its name."""
    version: int = 1
    """Grows with every change."""


@frozen
class AddAdminClient(Spend):
    """Fails where there is or was one of its name."""

    client: AdminClient


@frozen
class ChangeAdminClient(Spend):
    """Takes the place of the version before its own; fails where that is not there any more, or was ended."""

    client: AdminClient
