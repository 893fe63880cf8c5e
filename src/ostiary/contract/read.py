"""Read a contract: the one way from a file's bytes to the frozen contract, and to everything that is wrong with it."""

import hashlib
from collections.abc import Iterable

from ostiary.contract import yaml_text
from ostiary.contract.checks import FAMILIES
from ostiary.contract.deployment import Deployment, deployment
from ostiary.contract.draft import Draft, ReadFile, declared, resolve
from ostiary.contract.expand import expand
from ostiary.contract.mistakes import Code, ContractBroken, Mistake, Severity
from ostiary.contract.model import Contract
from ostiary.contract.shape import shape
from ostiary.contract.sources import Sources
from ostiary.model.frozen import frozen


@frozen
class Reading:
    """What came of a file. `contract` and `deployment` are None where an error refuses it; a client whose secret could
    not be read has none."""

    mistakes: tuple[Mistake, ...]
    contract: Contract | None = None
    deployment: Deployment | None = None
    draft: Draft | None = None

    @property
    def starts(self) -> bool:
        """Whether `ostiary up` takes it."""
        return self.contract is not None and all(mistake.code != Code.SECRET_UNREADABLE for mistake in self.mistakes)

    def in_force(self) -> tuple[Contract, Deployment]:
        """What `ostiary up` runs. Raises `ContractBroken` with all mistakes, also for a secret that cannot be read."""
        if not self.starts or self.contract is None or self.deployment is None:
            raise ContractBroken(self.mistakes)
        return self.contract, self.deployment


def read(
    text: bytes, name: str, sources: Sources, read_file: ReadFile, folder: str = "", now: float | None = None
) -> Reading:
    """Everything that the file says and everything that is wrong with it. Never raises for what a file can hold.

    `name` is the file's, for mistakes; `read_file` takes paths from its folder; `folder` is that, absolute, if known;
    `now` is in seconds since the epoch, and without it no day is too late or over.
    """
    tree, mistakes = yaml_text.read(text, name)
    if tree is None:
        return Reading(_sorted(mistakes))
    shaped, wrong = shape(tree, name)
    mistakes += wrong
    if shaped is None:
        return Reading(_sorted(mistakes))
    secrets, unread = resolve(shaped.file, sources)
    draft = Draft(
        name,
        text.decode("utf-8-sig"),
        shaped.file,
        shaped.document,
        declared(tree),
        shaped.lost,
        shaped.broken,
        secrets,
        read_file,
        folder,
        now,
    )
    for path, why in unread.items():
        says = f"The secret cannot be read here: {why}."
        mistakes.append(draft.mistake(path, Code.SECRET_UNREADABLE, says, "Provide it before `ostiary up`."))
    for family in FAMILIES:
        mistakes += family(draft)
    if any(mistake.severity is Severity.ERROR for mistake in mistakes):
        return Reading(_sorted(mistakes), draft=draft)
    contract = expand(draft, hashlib.sha256(text).hexdigest())
    running = deployment(shaped.file, secrets.get(("store",)), secrets.get(("master_key",)))
    return Reading(_sorted(mistakes), contract, running, draft)


def load(text: bytes, name: str, sources: Sources, read_file: ReadFile) -> Contract:
    """The contract in force. Raises `ContractBroken`."""
    return read(text, name, sources, read_file).in_force()[0]


def _sorted(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """In the order of the file. A secret that was found in two ways is one mistake."""
    secrets: set[tuple[str, int, int]] = set()
    told = []
    for mistake in sorted(set(mistakes)):
        place = mistake.file, mistake.line, mistake.column
        if mistake.code is not Code.SECRET_IN_CONTRACT or place not in secrets:
            told.append(mistake)
        if mistake.code is Code.SECRET_IN_CONTRACT:
            secrets.add(place)
    return tuple(told)
