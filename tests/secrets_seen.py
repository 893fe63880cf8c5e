"""Every secret that the tests of this process came to know, and every file in which none of them may stand.

`secret` and `watch` are called by whatever makes secrets or runs programs; `tests/conftest.py` looks once, at the end.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 8
"""A shorter one would be found everywhere by chance."""


@dataclass(frozen=True, slots=True)
class Watched:
    """`since`: how many secrets there were before."""

    except_for: frozenset[str]
    since: int


class SecretsSeen:
    """One collection. Tests share `SEEN`."""

    def __init__(self) -> None:
        self._secrets: dict[str, None] = {}
        self._shared = 0
        self._watched: dict[Path, Watched] = {}
        self._found: list[tuple[Path, int]] = []

    def secret(self, text: str) -> str:
        """Remember a token, password, code, cookie or key, and give it back."""
        assert len(text) >= SHORTEST, "too short to be looked for"
        self._secrets[text] = None
        return text

    def watch(self, place: Path, *, except_for: frozenset[str] = frozenset()) -> Path:
        """No secret may stand in this file, or in any file of this folder but those with these names."""
        if not self._watched:
            self._shared = len(self._secrets)
        self._watched[place] = Watched(except_for, len(self._secrets))
        return place

    def done(self, place: Path) -> None:
        """Nobody writes there any more: search it now, for what could have got there. That is what was secret before
        anything was watched, and what became so since this place is."""
        watched, secrets = self._watched.pop(place), list(self._secrets)
        self._found += _search(place, watched.except_for, secrets[: self._shared] + secrets[watched.since :])

    def found(self) -> list[tuple[Path, int]]:
        """Files that hold secrets, and how many; the secrets themselves are not told."""
        places = self._watched.items()
        return self._found + [
            each for place, watched in places for each in _search(place, watched.except_for, self._secrets)
        ]


def _search(place: Path, except_for: frozenset[str], secrets: Iterable[str]) -> Iterator[tuple[Path, int]]:
    forms = {form for text in secrets for form in _forms(text)}
    for file in place.rglob("*") if place.is_dir() else (place,):
        if file.is_file() and file.name not in except_for:
            data = file.read_bytes()
            count = sum(form in data for form in forms)
            if count:
                yield file, count


def _forms(text: str) -> Iterator[bytes]:
    """As it is, as a form or URL carries it, in base64. Of a JWT the signature, which makes it a secret: records may
    have the words of its header and claims."""
    if text.startswith("eyJ") and text.count(".") == 2:
        text = text.rpartition(".")[2]
    yield text.encode()
    if quote(text, safe="") != text:
        yield quote(text, safe="").encode()
    yield b64encode(text.encode()).rstrip(b"=")


SEEN: Final = SecretsSeen()
secret: Final = SEEN.secret
watch: Final = SEEN.watch
