"""What was revoked: the feed's events, held so that a remembered token is checked by comparing one number."""

from collections.abc import Iterable
from typing import Final

from ostiary.gateway.fingerprints import Fingerprints
from ostiary.model.feed import (
    AdminClientsChanged,
    ApiKeysChanged,
    ClientRevoked,
    FeedEvent,
    GrantRevoked,
    KeysChanged,
    Numbered,
    RegisteredClientsChanged,
    SessionEnded,
    SubjectChanged,
    TokenRevoked,
)
from ostiary.model.ids import ClientId, GrantId, SessionId, Subject, TokenId


class Revocations:
    """`version` grows with every event: a token that was checked at this version need not be checked again."""

    __slots__ = (
        "_changed",
        "_revoked",
        "api_keys_version",
        "clients_version",
        "heard_at",
        "keys_version",
        "position",
        "version",
    )

    def __init__(self) -> None:
        self.version = 0
        self.keys_version = 0
        """Grows when the key sets are to be read anew."""
        self.api_keys_version = 0
        """Grows when the API keys are."""
        self.clients_version = 0
        """Grows when the clients that registered themselves are."""
        self.position = 0
        """Of the last event that was applied."""
        self.heard_at = 0
        """When the feed was last heard: nanoseconds on the monotonic clock."""
        self._revoked: Final = Fingerprints()
        self._changed: Final[dict[Subject, tuple[int, int]]] = {}
        """Who signed in no later than the first time is not believed; nobody has to remember it after the second."""

    def __len__(self) -> int:
        return len(self._revoked) + len(self._changed)

    def apply(self, events: Iterable[Numbered]) -> None:
        """Take in events of the feed, in their order."""
        for numbered in events:
            self.position = numbered.position
            self.version += 1
            self._take(numbered.event)

    def _take(self, event: FeedEvent) -> None:
        match event:
            case TokenRevoked(name, until):
                self._revoked.add((_TOKEN, name), until)
            case GrantRevoked(name, until):
                self._revoked.add((_GRANT, name), until)
            case SessionEnded(name, until):
                self._revoked.add((_SESSION, name), until)
            case ClientRevoked(name, until):
                self._revoked.add((_CLIENT, name), until)
            case SubjectChanged(name, before, until):
                known = self._changed.get(name, (0, 0))
                self._changed[name] = max(before, known[0]), max(until, known[1])
            case KeysChanged():
                self.keys_version += 1
            case ApiKeysChanged():
                self.api_keys_version += 1
            case RegisteredClientsChanged():
                self.clients_version += 1
            case AdminClientsChanged():
                pass  # these come with the contract

    def refuses(
        self,
        token: TokenId,
        clients: Iterable[ClientId],
        subject: Subject | None,
        auth_time: int,
        grant: GrantId | None,
        session: SessionId | None,
    ) -> bool:
        """Whether the token, one of its clients, its grant or session was revoked, or its person changed after they
        signed in at `auth_time`. When the token was made does not count: it may have been in the making meanwhile."""
        revoked = self._revoked
        return (
            (_TOKEN, token) in revoked
            or (grant is not None and (_GRANT, grant) in revoked)
            or (session is not None and (_SESSION, session) in revoked)
            or (subject in self._changed and self._changed[subject][0] >= auth_time)
            or any((_CLIENT, client) in revoked for client in clients)
        )

    def forget(self, now: float) -> None:
        """Drop what can refuse no living token any more."""
        self._revoked.forget(now)
        for subject in [subject for subject, (_, until) in self._changed.items() if until <= now]:
            del self._changed[subject]


_TOKEN, _GRANT, _SESSION, _CLIENT = range(4)
