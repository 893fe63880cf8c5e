"""Style, script and mark of the pages. Each file's name holds a hash of what is in it, so it may be kept for ever."""

from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Final

from ostiary.model.frozen import frozen

TYPES: Final[Mapping[str, str]] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@frozen
class Asset:
    """`name`: what it is asked for by."""

    name: str
    type: str
    body: bytes


def _read(file: str) -> Asset:
    body = (files("ostiary.pages") / "assets" / file).read_bytes()
    stem, _, kind = file.rpartition(".")
    return Asset(f"{stem}.{sha256(body).hexdigest()[:16]}.{kind}", TYPES[kind], body)


ASSETS: Final[Mapping[str, Asset]] = {file: _read(file) for file in ("ostiary.css", "submit.js", "mark.svg")}
"""By the name that templates use."""
