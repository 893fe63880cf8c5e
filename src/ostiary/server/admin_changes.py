"""What requests to the admin API make of clients: decided from what is there, and committed by `admin_api`. Times are
seconds since the epoch."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from ostiary.contract.admin_clients import clash, is_taken
from ostiary.contract.admin_records import AddAdminClient, AdminClient, ChangeAdminClient
from ostiary.contract.judged import Pointed, has_secret, judge
from ostiary.contract.mistakes import Code, Mistake
from ostiary.issuer.client_name import looks_taken, require_honest_name
from ostiary.issuer.records import DisableClient
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import Conflict, InvalidClientMetadata, UnprocessableContent
from ostiary.model.feed import ClientRevoked, FeedEvent
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Secret
from ostiary.model.plan import Write
from ostiary.model.reasons import Reason
from ostiary.server.admission import Admission

Settings = Mapping[str, object]
Draw = Callable[[], Secret]
"""A new secret."""
_FOR_GOOD: Final = 100 * 365 * 86400


class Invalid(UnprocessableContent):
    """With everything that is wrong."""

    def __init__(self, mistakes: Sequence[Pointed]) -> None:
        super().__init__(Reason.CLIENT_INVALID)
        self.mistakes = mistakes


@frozen
class Change:
    """What comes of a request: the client, as it is then, and its secret where a new one was made."""

    client: AdminClient
    name: str
    secret: Secret | None = None
    writes: tuple[Write, ...] = ()
    feed: tuple[FeedEvent, ...] = ()


def require_free(admission: Admission, id: str) -> None:
    """Raise Conflict for the name of a client or service of the contract, and for one that looks like a client's."""
    if is_taken(admission.contract, id) or looks_taken(id, admission.contract):
        raise Conflict(Reason.CLIENT_NAME_TAKEN)


def require_holding(admission: Admission, id: str, settings: Settings) -> None:
    """Raise Invalid with everything that the contract's checks find, with a name that people could take for another,
    and with keys that another client made through the admin API has already."""
    judged = judge(admission.draft, id, settings)
    wrong = (*judged.mistakes, *_misnamed(admission, settings))
    if judged.rule is None or len(wrong) > len(judged.mistakes):
        raise Invalid(wrong)
    others = (rule for rule in admission.whole.clients.values() if rule.admin)
    if clashing := clash(judged.rule, others):
        raise Invalid(clashing)


def _misnamed(admission: Admission, settings: Settings) -> tuple[Pointed, ...]:
    """What people read before they decide is as honest as the name of a client that registered itself."""
    name = settings.get("name")
    try:
        if isinstance(name, str):
            require_honest_name(name, admission.contract)
    except InvalidClientMetadata:
        says = "People could take this for another name, or for more than one."
        mend = "Write up to 60 letters and digits of one script, unlike the names of the contract's clients."
        return (Pointed("/name", Mistake("", -1, 1, Code.BAD_NAME, says, mend)),)
    return ()


def made(id: str, settings: Settings, now: int, draw: Draw) -> Change:
    """A new one."""
    secret = draw() if has_secret(settings) else None
    hash = None if secret is None else token_hash(secret.reveal())
    client = AdminClient(ClientId(id), json.dumps(settings), hash, None, now, now)
    return Change(client, "made", secret, (AddAdminClient(client),))


def changed(client: AdminClient, settings: Settings, now: int, draw: Draw) -> Change:
    """All that it said is replaced; a secret stays as long as it has one."""
    secret = draw() if has_secret(settings) and client.secret_hash is None else None
    hash = client.secret_hash if secret is None else token_hash(secret.reveal())
    kept = (hash, client.former_hash) if has_secret(settings) else (None, None)
    new = _next(client, now, settings=json.dumps(settings), secret_hash=kept[0], former_hash=kept[1])
    return Change(new, "changed", secret, (ChangeAdminClient(new),))


def given_secret(client: AdminClient, now: int, draw: Draw) -> Change:
    """The one before stays good until the next. Raises Conflict where it has none."""
    if not has_secret(json.loads(client.settings)):
        raise Conflict(Reason.CLIENT_INVALID)
    secret = draw()
    new = _next(client, now, secret_hash=token_hash(secret.reveal()), former_hash=client.secret_hash)
    return Change(new, "given a secret", secret, (ChangeAdminClient(new),))


def ended(client: AdminClient, now: int) -> Change:
    """Its tokens are dead, at every gateway within a second; its name stays its own."""
    new = _next(client, now, ended_at=now)
    dead = ClientRevoked(client.id, until=now + _FOR_GOOD)
    return Change(new, "ended", None, (ChangeAdminClient(new), DisableClient(client.id, now)), (dead,))


def _next(client: AdminClient, now: int, **changes: Any) -> AdminClient:
    return replace(client, version=client.version + 1, changed_at=now, **changes)
