"""Secrets: none stands in the file, and those that it leads to are strong."""

import re
from collections.abc import Iterator

from ostiary.contract.document import Mapping, Node, Scalar, Sequence
from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import Code, Mistake
from ostiary.keys.master import MasterKey, MasterKeyInvalid
from ostiary.model.ids import Secret

_SHORTEST = 22
"""Characters: 128 bits in base64url. Shorter ones could be found from their hash by trying."""
_SECRETS = {
    "A private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "A password": re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@]*:(?!\$\{)[^\s/@]+@"),
    "A token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."),
}
_MEND = "Take it out of the file; then replace it, since it was in a file."


def secrets(draft: Draft) -> Iterator[Mistake]:
    """Secrets that are written out anywhere, and references that lead to weak ones."""
    for scalar in _scalars(draft.document):
        for what, pattern in _SECRETS.items():
            if isinstance(scalar.value, str) and pattern.search(scalar.value):
                says, place = f"{what} is written into the file.", scalar.place
                yield Mistake(draft.name, place.line, place.column, Code.SECRET_IN_CONTRACT, says, _MEND)
    for path, secret in draft.secrets.items():
        if path[0] == "clients" and len(secret.reveal()) < _SHORTEST:
            says = f"The secret has fewer than {_SHORTEST} characters."
            yield draft.mistake(path, Code.SECRET_WEAK, says, "Take 32 random bytes: `openssl rand -base64 32`.")
        if path == ("master_key",) and not _is_master_key(secret):
            says = "The master key is not 32 bytes in base64url."
            mend = "Make one: `openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`."
            yield draft.mistake(path, Code.MASTER_KEY_MALFORMED, says, mend)


def _is_master_key(secret: Secret) -> bool:
    try:
        MasterKey.from_text(secret)
    except MasterKeyInvalid:
        return False
    return True


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Sequence():
            for item in node.items:
                yield from _scalars(item)
        case Mapping():
            for entry in node.entries.values():
                yield from _scalars(entry.node)
