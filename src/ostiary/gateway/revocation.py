"""What was revoked: the feed's events, held so that a remembered token is checked by comparing one number.

Names are kept as 60-bit hashes, keyed by the process's hash seed, so that a hundred thousand of them take ten
megabytes. Two names with one hash would refuse one token too many, with a chance of one in 10^13.
"""

from collections.abc import Iterable
from typing import Final

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
        "_before",
        "_until",
        "_whole",
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
        self._until: Final[dict[int, int]] = {}
        self._before: Final[dict[int, int]] = {}
        self._whole: Final[dict[int, int]] = {}

    def __len__(self) -> int:
        return len(self._until)

    def apply(self, events: Iterable[Numbered]) -> None:
        """Take in events of the feed, in their order."""
        for numbered in events:
            self.position = numbered.position
            self.version += 1
            self._take(numbered.event)

    def _take(self, event: FeedEvent) -> None:
        match event:
            case TokenRevoked(name, until):
                self._add(_name(_TOKEN, name), until)
            case GrantRevoked(name, until):
                self._add(_name(_GRANT, name), until)
            case SessionEnded(name, until):
                self._add(_name(_SESSION, name), until)
            case SubjectChanged(name, before, until):
                self._add_before(_name(_SUBJECT, name), before, until)
            case ClientRevoked(name, until):
                self._add(_name(_CLIENT, name), until)
            case KeysChanged():
                self.keys_version += 1
            case ApiKeysChanged():
                self.api_keys_version += 1
            case RegisteredClientsChanged():
                self.clients_version += 1
            case AdminClientsChanged():
                pass  # these come with the contract

    def _add(self, name: int, until: int) -> None:
        """Equal times share one object, which halves the memory of many revocations at once."""
        shared = self._whole.setdefault(until, until)
        self._until[name] = max(shared, self._until.get(name, 0))

    def _add_before(self, name: int, before: int, until: int) -> None:
        self._before[name] = max(before, self._before.get(name, 0))
        self._add(name, until)

    def refuses(
        self,
        token: TokenId,
        client: ClientId,
        subject: Subject | None,
        auth_time: int,
        grant: GrantId | None,
        session: SessionId | None,
    ) -> bool:
        """Whether the token, its client, grant or session was revoked, or its person changed after they signed in at
        `auth_time`. When the token was made does not count: it may have been in the making meanwhile."""
        until, before = self._until, self._before
        return (
            _name(_TOKEN, token) in until
            or (grant is not None and _name(_GRANT, grant) in until)
            or (session is not None and _name(_SESSION, session) in until)
            or (subject is not None and before.get(_name(_SUBJECT, subject), -1) >= auth_time)
            or _name(_CLIENT, client) in until
        )

    def forget(self, now: float) -> None:
        """Drop what can refuse no living token any more."""
        past = [name for name, until in self._until.items() if until <= now]
        for name in past:
            del self._until[name]
            self._before.pop(name, None)
        self._whole.clear()


def _name(kind: int, name: str) -> int:
    """Of 60 bits: what Python keeps in two digits."""
    return hash((kind, name)) & _MASK


_MASK: Final = (1 << 60) - 1
_TOKEN, _GRANT, _SESSION, _SUBJECT, _CLIENT = range(5)
