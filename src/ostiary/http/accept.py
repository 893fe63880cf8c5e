"""What a client would rather have: the Accept field (RFC 9110 section 12.5.1)."""

import re
from collections.abc import Iterable
from typing import Final

_QVALUE: Final = re.compile(rb"0(\.\d{0,3})?|1(\.0{0,3})?")


def weight_of(media_type: bytes, accept: Iterable[bytes]) -> float:
    """How much a type is wanted, from 0 to 1, by the values of the field; 0 where it is not named itself, so that `*/*`
    never brings what a client has to know of. `media_type` is in lower case (RFC 9110 section 12.4.2)."""
    entries = (entry.split(b";") for value in accept for entry in value.lower().split(b","))
    return max((_weight(parameters) for name, *parameters in entries if name.strip(b" \t") == media_type), default=0)


def _weight(parameters: list[bytes]) -> float:
    """One that is malformed counts as none."""
    for parameter in parameters:
        name, _, value = parameter.strip(b" \t").partition(b"=")
        if name == b"q":
            return float(value) if _QVALUE.fullmatch(value) else 0
    return 1
