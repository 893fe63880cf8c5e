"""The outline of a large OpenAPI document: the few lines of its YAML that name servers, paths and methods.

A document of many megabytes is mostly schemas and descriptions. Their lines are blank in the outline, so that what is
left is read in a moment and still stands where it stood.
"""

import re
from dataclasses import dataclass, field

_WHOLE = frozenset({"openapi", "swagger", "basePath", "servers"})
"""Sections that are needed with everything in them."""
_KEY = re.compile(r"""("[^"\\]*"|'[^']*'|[A-Za-z0-9/_$][^"'\n]*?)\s*:(?:\s+(.*))?""")
_EMPTY = re.compile(r"(#.*)?")
_ANCHOR = re.compile(r"&[^\s,\[\]{}]+\s*(#.*)?")
"""A node that has a name; a line that uses such a name is unclear."""
_BLOCK = re.compile(r"[|>][0-9+-]{0,2}\s*(#.*)?")
_QUOTED = re.compile(r"""("([^"\\]|\\.)*"|'([^']|'')*')\s*(#.*)?""")
_PLAIN = re.compile(r"""[^\s"'&*!%@`|>\[\]{}].*""")
_FLOW = re.compile(r"""(\{[^"'{}\[\]#]*\}|\[[^"'{}\[\]#]*\])\s*""")
_KINDS = (_EMPTY, _ANCHOR, _BLOCK, _QUOTED, _PLAIN, _FLOW)


class _Unclear(Exception):
    """The line is not of the plain kind whose following deeper lines can be left out."""


def outline(text: str) -> str | None:
    """The text with the lines blank that are not needed; None where only the whole text says what it means."""
    lines = _Lines()
    try:
        return "\n".join(line if lines.keeps(line) else "" for line in text.split("\n"))
    except _Unclear:
        return None


@dataclass(slots=True)
class _Lines:
    """Which section of the document the lines have come to. The lists hold the indents of paths and of methods."""

    section: str | None = None
    indents: list[int] = field(default_factory=list)

    def keeps(self, line: str) -> bool:
        """Whether the line is needed. Raises `_Unclear`."""
        content = line.strip()
        if not content or content.startswith("#"):
            return False
        indent = len(line) - len(line.lstrip(" "))
        if line[indent] == "\t":
            raise _Unclear
        if indent == 0:
            return self._top(content)
        return self.section in _WHOLE or (self.section == "paths" and self._in_paths(content, indent))

    def _top(self, content: str) -> bool:
        if content == "---" and self.section is None:
            return True
        if not _is_item(content):
            self.section, self.indents = _plain_key(content), []
            return self.section in _WHOLE or self.section == "paths"
        if self.section == "paths":
            raise _Unclear
        return self.section in _WHOLE

    def _in_paths(self, content: str, indent: int) -> bool:
        while self.indents and indent < self.indents[-1]:
            self.indents.pop()
        known = not self.indents or indent > self.indents[-1]
        if known and len(self.indents) == 2:
            return False
        if known:
            self.indents.append(indent)
        if _is_item(content):
            return False
        _plain_key(content)
        return True


def _is_item(content: str) -> bool:
    return content == "-" or content.startswith("- ")


def _plain_key(content: str) -> str:
    """The key of a line whose value is over at its end, or goes on in deeper lines only. Raises `_Unclear`."""
    match = _KEY.fullmatch(content)
    value = (match[2] or "") if match else "*"
    if match is None or not any(kind.fullmatch(value) for kind in _KINDS):
        raise _Unclear
    return match[1].strip("\"'")
