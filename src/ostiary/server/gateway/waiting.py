"""One request that cannot be decided yet: what stands behind its cookie is being asked for."""

from typing import TYPE_CHECKING, Final

from ostiary.gateway.decision import Asked
from ostiary.model.errors import Refusal, ServiceUnavailable
from ostiary.model.reasons import Reason

if TYPE_CHECKING:
    from ostiary.server.gateway.connection import ClientConnection


class Waiting:
    """In an exchange's place on its connection, until it is decided again. What the client sends meanwhile is kept
    there, up to a bound."""

    __slots__ = ("_client", "_gone", "_told", "asked", "refused")

    def __init__(self, client: "ClientConnection", asked: Asked) -> None:
        self._client: Final = client
        self._gone = False
        self._told = False
        self.asked: Final = asked
        self.refused: Refusal | None = None

    def told(self, refused: Refusal | None) -> None:
        """Decide again, or refuse; once."""
        if not self._gone and not self._told:
            self._told, self.refused = True, refused
            self._client.decide_again(self)

    # what the client's connection tells

    def feed(self, data: bytes) -> bytes:
        return data

    def rest(self, data: bytes) -> bytes:
        return data

    def client_stalled(self) -> None:
        """Nothing is written to the client until it is decided."""

    def client_flows(self) -> None:
        """As above."""

    def revoked(self) -> Refusal | None:
        """Nothing has let it in yet."""
        return None

    def expired(self) -> None:
        self.failed(ServiceUnavailable(Reason.SESSION_UNREADABLE))

    def failed(self, refused: Refusal) -> None:
        self.told(refused)

    def abandon(self) -> None:
        """The client is gone."""
        self._gone = True
