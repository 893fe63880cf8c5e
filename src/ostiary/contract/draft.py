"""The file while it is being checked: its types, its places, and what was read for it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ostiary.contract.document import Mapping as Tree
from ostiary.contract.document import Node, Path, Scalar, Sequence, locate
from ostiary.contract.file import ContractFile
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.sources import Reference, Sources, SourceUnavailable
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret

ReadFile = Callable[[str], bytes]
"""The bytes of a file, its path taken from the contract's folder. Raises `OSError`."""


@frozen
class Draft:
    """What the checks look at."""

    name: str
    """Of the file, as mistakes show it."""
    text: str
    file: ContractFile
    document: Node
    declared: Mapping[str, frozenset[str]]
    """Of each section the names in the file, those of broken entries too."""
    lost: frozenset[tuple[str, str]]
    """What is wrong in itself and left out of `file`: (section, setting)."""
    broken: tuple[tuple[str, Node], ...]
    """Clients and routes that are not in `file`, since one of their settings is wrong: (section, what was written)."""
    secrets: Mapping[Path, Secret]
    """What the references in the file led to."""
    read_file: ReadFile
    folder: str
    """Of the file, absolute; empty where that is not known."""
    now: float | None = None
    """When the file is read, in seconds since the epoch; None: days in it are not compared with today."""

    def mistake(self, path: Path, code: Code, says: str, mend: str, *, key: bool = False) -> Mistake:
        place = locate(self.document, path, key=key)
        return Mistake(self.name, place.line, place.column, code, says, mend)

    def is_sure_of(self, section: str, *settings: str) -> bool:
        """Whether no mistake took an entry of the section or one of the settings out of it; without `settings`, any."""
        lost = {setting for lost_section, setting in self.lost if lost_section == section}
        return lost.isdisjoint(("", *settings)) if settings else not lost


def declared(document: Node) -> dict[str, frozenset[str]]:
    """The names in each section, also where it is a list by mistake."""
    if not isinstance(document, Tree):
        return {}
    return {name: frozenset(_names(entry.node)) for name, entry in document.entries.items()}


def _names(section: Node) -> Iterable[str]:
    if isinstance(section, Tree):
        return section.entries
    items = section.items if isinstance(section, Sequence) else ()
    return [item.value for item in items if isinstance(item, Scalar) and isinstance(item.value, str)]


def references(file: ContractFile) -> Iterator[tuple[Path, Reference]]:
    """Every reference to a secret, with its place."""
    for client, settings in file.clients.items():
        for index, secret in enumerate(settings.secret):
            yield ("clients", client, "secret", index), secret
        for index, way in enumerate(settings.old_ways):
            yield ("clients", client, "old_ways", index, "secret"), way.secret
    tokens = () if file.registration is None else file.registration.initial_access_tokens
    for index, token in enumerate(tokens):
        yield ("registration", "initial_access_tokens", index), token
    if file.store is not None:
        yield ("store",), file.store
    if file.master_key is not None:
        yield ("master_key",), file.master_key


def resolve(file: ContractFile, sources: Sources) -> tuple[dict[Path, Secret], dict[Path, str]]:
    """What each reference leads to, and why some lead to nothing."""
    secrets: dict[Path, Secret] = {}
    unread: dict[Path, str] = {}
    for path, reference in references(file):
        try:
            secrets[path] = reference.resolve(sources)
        except SourceUnavailable as unavailable:
            unread[path] = str(unavailable)
    return secrets, unread
