"""Secrets: none stands in the file, and those that it leads to are strong."""

import re
from collections.abc import Iterator

from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import Code, Mistake
from ostiary.keys.master import MasterKey, MasterKeyInvalid
from ostiary.model.ids import Secret

_SHORTEST = 22
"""Characters: 128 bits in base64url. Shorter ones could be found from their hash by trying."""
_SECRETS = {
    "A private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "A password": re.compile(r"[a-z][a-z0-9+.-]*://[^\s/:@]*:(?!\$\{)[^\s/@]+@"),
    "An access key": re.compile(r"\b(AKIA[0-9A-Z]{16}|gh[oprsu]_\w{36}|[rs]k_live_\w{16}|xox[abprs]-[\w-]{10})"),
    "A token": re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."),
}
_MEND = "Take it out of the file; then replace it, since it was in a file."
MAKE_ONE = "Make one: `openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`."
"""A master key."""


def secrets(draft: Draft) -> Iterator[Mistake]:
    """Secrets that are written out anywhere, in comments too, and references that lead to weak ones."""
    for line, text in enumerate(draft.text.splitlines(), 1):
        for what, pattern in _SECRETS.items():
            for match in pattern.finditer(text):
                says, column = f"{what} is written into the file.", match.start() + 1
                yield Mistake(draft.name, line, column, Code.SECRET_IN_CONTRACT, says, _MEND)
    for path, secret in draft.secrets.items():
        if path[0] in ("clients", "registration") and len(secret.reveal()) < _SHORTEST:
            says = f"The secret has fewer than {_SHORTEST} characters."
            yield draft.mistake(path, Code.SECRET_WEAK, says, "Take 32 random bytes: `openssl rand -base64 32`.")
        if path == ("master_key",) and not _is_master_key(secret):
            says = "The master key is not 32 bytes in base64url."
            yield draft.mistake(path, Code.MASTER_KEY_MALFORMED, says, MAKE_ONE)
        if path == ("store",) and not _is_store(secret.reveal()):
            says, mend = "This leads to no URL of PostgreSQL.", "Write `postgresql://user:password@host/database` there"
            yield draft.mistake(path, Code.STORE_MALFORMED, says, f"{mend}; in a password, `%23` for `#`.")


def _is_store(url: str) -> bool:
    """What else is wrong with it the driver tells; it would take this for a file's name, and show it."""
    return url.startswith(("postgresql://", "postgres://")) and "#" not in url


def _is_master_key(secret: Secret) -> bool:
    try:
        MasterKey.from_text(secret)
    except MasterKeyInvalid:
        return False
    return True
