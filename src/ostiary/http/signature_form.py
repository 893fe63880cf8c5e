"""The form of a client's signatures: what it states is the same each time, but for times, nonce and signature.

Of a signature that has the form of one before, only these are read; the rest is compared, byte for byte, and means what
it meant.
"""

from dataclasses import replace
from typing import Final

from ostiary.http import structured
from ostiary.http.signature import LONGEST_INPUT, LONGEST_SIGNATURE, Signed, read
from ostiary.http.structured import NotStructured
from ostiary.model.frozen import frozen

_VARIES: Final = (b"created", b"expires", b"nonce")
_MOST: Final = 8
"""Forms of one key: with content and without, for this service and that."""


@frozen
class _Form:
    """`pieces`: the member of Signature-Input at its semicolons, with nothing where a value varies."""

    pieces: list[bytes]
    gaps: tuple[tuple[int, bytes], ...]
    label: bytes
    stated: Signed
    """One of this form."""

    def read(self, pieces: list[bytes], signature_input: bytes, signature: bytes) -> Signed | None:
        """None where it has another form, or none that is any good. `pieces` are those of the input, and used up."""
        if len(pieces) != len(self.pieces) or not signature.startswith(self.label):
            return None
        values: dict[bytes, bytes] = {}
        for at, name in self.gaps:
            spelled, _, values[name] = pieces[at].partition(b"=")
            if spelled != name:
                return None
            pieces[at] = b""
        if pieces != self.pieces:
            return None
        return self._with(values, signature_input, signature[len(self.label) :])

    def _with(self, values: dict[bytes, bytes], signature_input: bytes, signature: bytes) -> Signed | None:
        stated, nonce = self.stated, values.get(b"nonce")
        created, expires = values.get(b"created"), values.get(b"expires")
        try:
            return Signed(
                stated.coverage,
                signature_input[len(self.label) :],
                structured.byte_sequence(signature),
                None if created is None else _integer(created),
                None if expires is None else _integer(expires),
                stated.keyid,
                None if nonce is None else _text(nonce),
                stated.tag,
                stated.algorithm,
                True,
            )
        except NotStructured:
            return None


class Forms:
    """Of the signatures of one key. Only a signature that is proven gives one, so nobody else can push them out."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: Final[dict[bytes, _Form]] = {}

    def read(self, signature_input: bytes, signature: bytes) -> Signed:
        """As `signature.read`, and raises what that raises."""
        if len(signature_input) <= LONGEST_INPUT and len(signature) <= LONGEST_SIGNATURE:
            pieces = signature_input.split(b";")
            form = self._known.get(pieces[0])
            stated = None if form is None else form.read(pieces, signature_input, signature)
            if stated is not None:
                return stated
        return read(signature_input, signature)

    def add(self, signature_input: bytes, stated: Signed) -> None:
        """Remember the form of one that is proven."""
        form = _form_of(signature_input, stated)
        if form is not None:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[form.pieces[0]] = form


def _form_of(signature_input: bytes, stated: Signed) -> _Form | None:
    """None where a semicolon stands in a string, which is no end of a piece."""
    pieces = signature_input.split(b";")
    if any(piece.count(b'"') % 2 for piece in pieces):
        return None
    label = signature_input[: len(signature_input) - len(stated.parameters)]
    names = [piece.partition(b"=")[0] for piece in pieces]
    gaps = tuple((at, name) for at, name in enumerate(names) if name in _VARIES)
    blank = [b"" if name in _VARIES else piece for name, piece in zip(names, pieces, strict=True)]
    return _Form(blank, gaps, label, replace(stated, signature=b"", parameters=b""))


def _integer(text: bytes) -> int:
    if not structured.is_integer(text):
        raise NotStructured
    return int(text)


def _text(quoted: bytes) -> str:
    text = quoted[1:-1]
    if quoted[:1] != b'"' or quoted[-1:] != b'"' or len(quoted) < 2 or not structured.is_string(text):
        raise NotStructured
    return text.decode("ascii")
