"""The form of a client's heads: the lines that all of them have, and where values of its own stand between them.

A client that proves itself sends no head twice, but all its heads alike. Of a head that has the form of the one before,
only the values are read; the lines around them are compared, byte for byte, and mean what they meant.
"""

from dataclasses import field
from typing import Final, NamedTuple

from ostiary.http import syntax
from ostiary.http.fields import Names, Read
from ostiary.http.lines import Fields, joined
from ostiary.http.recent import Recent
from ostiary.model.errors import BadRequest
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

PROOFS: Final = (b"dpop", b"signature")
"""Fields that are new each time: a head that has one never comes again."""
VALUES: Final = frozenset(
    (
        *PROOFS,
        b"signature-input",
        b"content-digest",
        b"authorization",
        b"cookie",
        b"x-api-key",
        b"x-csrf-token",
        b"x-forwarded-for",
        b"traceparent",
        b"tracestate",
    )
)
"""Fields whose values are read anew. None of them says where a body ends, and no connection option can take one away:
the other lines mean the same with and without them."""
_ALLOWED: Final = syntax.FIELD_TEXT
_COME_AGAIN: Final = frozenset((b"authorization", b"cookie", b"x-api-key"))
"""Those whose values are often the same, and long."""
MOST: Final = 1024
"""Bytes of the lines around the values, since every connection keeps a form of its own: heads of browsers have 700."""


class Gap(NamedTuple):
    """Where a value stands: behind `text`, which begins where the value before it ends."""

    text: bytes
    name: bytes
    passes: bytes
    """How the line begins, if it passes; else empty."""
    comes_again: bool


class Block(NamedTuple):
    """All that a field block of HTTP/1.1 says by itself, behind a target without an authority."""

    passed: bytes
    fields: Fields
    length: int | None
    persistent: bool


@frozen
class Form:
    """A field block with gaps for values, no two of which have the same name."""

    gaps: tuple[Gap, ...] = field(repr=False)
    tail: bytes = field(repr=False)
    """What stands behind the last value."""
    rest: Block = field(repr=False)
    """What its lines say but for those with a gap."""
    parser: object = field(repr=False)
    """Which took it for good: another one has other bounds and serves other authorities."""

    def read(self, head: bytes, at: int, good: Recent[bytes]) -> Block | None:
        """What the field block says that begins with the line end at `at`; None where it has another form. `good`:
        values that came lately, so that each is looked through once.

        Raises BadRequest(REQUEST_MALFORMED) for a byte that no field may have.
        """
        passed, known, length, persistent = self.rest
        fields = known.copy()
        for text, name, passes, comes_again in self.gaps:
            if not head.startswith(text, at):
                return None
            begin = at + len(text)
            at = head.find(b"\r", begin)
            value = head[begin:] if at < 0 else head[begin:at]
            stated = good.get(value) if comes_again else None
            if stated is None:
                if value.translate(None, _ALLOWED):
                    raise BadRequest(Reason.REQUEST_MALFORMED)
                stated = value.strip(syntax.OWS)
                if comes_again:
                    good.add(value, stated)
            fields[name] = stated
            if passes:
                passed += b"%b%b\r\n" % (passes, value)
        if self.tail != (b"" if at < 0 else head[at:]):
            return None
        return Block(passed, fields, length, persistent)


def form_of(lines: list[bytes], names: Names, left: list[bytes], said: Block, parser: object) -> Form | None:
    """The form of a field block of these lines, of which `left` pass, and which says this. None where it is long, where
    it brings no proof, so that it may come again as a whole, or where a field that would be read anew comes twice."""
    if said.fields.keys().isdisjoint(PROOFS):
        return None
    gaps: list[Gap] = []
    own: set[bytes] = set()
    text = b""
    for line in lines:
        name, _, value = line.partition(b":")
        read = names[name]
        if type(read) is not Read or read.name not in VALUES:
            text += syntax.CRLF + line
            continue
        begins = line[: len(line) - len(value.lstrip(syntax.OWS))]
        gaps.append(
            Gap(text + syntax.CRLF + begins, read.name, begins if read.passes else b"", read.name in _COME_AGAIN)
        )
        own.add(line)
        text = b""
    filled = {gap.name for gap in gaps}
    if len(filled) < len(gaps) or sum(len(gap.text) for gap in gaps) + len(text) > MOST:
        return None
    rest = Block(
        joined([line for line in left if line not in own]),
        {name: value for name, value in said.fields.items() if name not in filled},
        said.length,
        said.persistent,
    )
    return Form(tuple(gaps), text, rest, parser)
