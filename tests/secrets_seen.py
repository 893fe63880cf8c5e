"""Every secret that the tests of this process came to know, and every file in which none of them may stand.

`secret` and `watch` are called by whatever makes secrets or runs programs; `tests/conftest.py` looks once, at the end.
"""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

SHORTEST: Final = 8
"""A shorter one would be found everywhere by chance."""


class SecretsSeen:
    """One collection. Tests share `SEEN`."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._watched: dict[Path, frozenset[str]] = {}

    def secret(self, text: str) -> str:
        """Remember a token, password, code, cookie or key, and give it back."""
        assert len(text) >= SHORTEST, "too short to be looked for"
        self._secrets.add(text)
        return text

    def watch(self, place: Path, *, except_for: frozenset[str] = frozenset()) -> Path:
        """No secret may stand in this file, or in any file of this folder but those with these names."""
        self._watched[place] = except_for
        return place

    def found(self) -> list[tuple[Path, int]]:
        """Files that hold secrets, and how many; the secrets themselves are not told."""
        forms = [each for text in self._secrets for each in _forms(text)]
        counted = ((file, sum(form in data for form in forms)) for file, data in self._contents())
        return [(file, count) for file, count in counted if count]

    def _contents(self) -> Iterator[tuple[Path, bytes]]:
        for place, except_for in self._watched.items():
            files = place.rglob("*") if place.is_dir() else (place,)
            for file in files:
                if file.is_file() and file.name not in except_for:
                    yield file, file.read_bytes()


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
