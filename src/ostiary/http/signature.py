"""The signature that a request brings: Signature-Input and Signature, read as one (RFC 9421 sections 4.1 and 4.2)."""

from typing import Final

from ostiary.http import structured
from ostiary.http.signature_base import Coverage, coverage
from ostiary.http.structured import NotStructured, Parameters
from ostiary.model.errors import InvalidSignature
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

LONGEST_INPUT: Final = 2048
LONGEST_SIGNATURE: Final = 2048
"""Bytes of the fields: an RSA signature of 8192 bits takes 1,368."""
_KNOWN: Final = frozenset((b"created", b"expires", b"keyid", b"nonce", b"tag", b"alg"))
"""Parameters (section 2.3). Another one is refused: it may be meant to restrict the signature."""


@frozen
class Signed:
    """What a request says of its signature; nothing is proven yet. Times are seconds since the epoch."""

    coverage: Coverage
    parameters: bytes
    """The member of Signature-Input, as it is signed."""
    signature: bytes
    created: int | None
    expires: int | None
    keyid: str | None
    nonce: str | None
    tag: str | None
    algorithm: str | None
    formed: bool = False
    """Whether it was read by a form."""


def read(signature_input: bytes, signature: bytes) -> Signed:
    """The one signature of a request. An intermediary that adds its own has to remove it before this door.

    Raise InvalidSignature: SIGNATURE_MALFORMED, SIGNATURE_REPEATED, SIGNATURE_COMPONENT.
    """
    if len(signature_input) > LONGEST_INPUT or len(signature) > LONGEST_SIGNATURE:
        raise InvalidSignature(Reason.SIGNATURE_MALFORMED)
    try:
        inputs = structured.inner_lists(signature_input, coverage)
        signatures = structured.byte_sequences(signature)
    except NotStructured:
        raise InvalidSignature(Reason.SIGNATURE_MALFORMED) from None
    if len(inputs) > 1 or len(signatures) > 1:
        raise InvalidSignature(Reason.SIGNATURE_REPEATED)
    ((label, stated),) = inputs.items()
    if label not in signatures:
        raise InvalidSignature(Reason.SIGNATURE_MALFORMED)
    given = stated.parameters
    if not given.keys() <= _KNOWN:
        raise InvalidSignature(Reason.SIGNATURE_MALFORMED)
    return Signed(
        coverage=stated.items,
        parameters=stated.text,
        signature=signatures[label],
        created=_integer(given, b"created"),
        expires=_integer(given, b"expires"),
        keyid=_text(given, b"keyid"),
        nonce=_text(given, b"nonce"),
        tag=_text(given, b"tag"),
        algorithm=_text(given, b"alg"),
    )


def _integer(given: Parameters, name: bytes) -> int | None:
    value = given.get(name)
    if value is None or type(value) is int:
        return value
    raise InvalidSignature(Reason.SIGNATURE_MALFORMED)


def _text(given: Parameters, name: bytes) -> str | None:
    value = given.get(name)
    if value is None or type(value) is str:
        return value
    raise InvalidSignature(Reason.SIGNATURE_MALFORMED)
