"""Where secrets come from: `${env:NAME}` and `${file:PATH}`, through one small interface that the shell fulfils."""

import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret

REFERENCE = r"^\$\{[a-z][a-z0-9-]*:[^${}]+\}$"
_INSIDE = re.compile(r"\$\{([a-z][a-z0-9-]*):([^${}]+)\}")


class SourceUnavailable(Exception):
    """The source does not have the secret, or may not read it. The message says why and never has a value."""


class SecretSource(Protocol):
    """One kind of place that keeps secrets."""

    def read(self, name: str) -> Secret:
        """The secret of this name, without a trailing line end. Raises `SourceUnavailable`."""
        ...


Sources = Mapping[str, SecretSource]
"""By the word before the colon: `env`, `file`."""


@frozen
class Reference:
    """Text with `${source:name}` in it; often nothing but one."""

    text: str

    def parts(self) -> tuple[tuple[str, str], ...]:
        """(source, name) of each reference."""
        return tuple((match[1], match[2]) for match in _INSIDE.finditer(self.text))

    def resolve(self, sources: Sources) -> Secret:
        """The text with every reference replaced; where it is part of a URL, percent-encoded. Raises
        `SourceUnavailable`."""
        if _INSIDE.fullmatch(self.text):
            return Secret(_INSIDE.sub(lambda match: _read(sources, match[1], match[2]), self.text))
        return Secret(_INSIDE.sub(lambda match: quote(_read(sources, match[1], match[2]), safe=""), self.text))


def _read(sources: Sources, source: str, name: str) -> str:
    if source not in sources:
        raise SourceUnavailable(f"there is no source `{source}`")
    return sources[source].read(name).reveal()
