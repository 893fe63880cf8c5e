"""Signed requests, as a partner's client makes them (RFC 9421, RFC 9530)."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping

Sign = Callable[[bytes], bytes]
"""By the algorithm of the key."""


def digest_of(body: bytes) -> str:
    """Of `Content-Digest`."""
    return f"sha-256=:{b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_fields(sign: Sign, lines: Mapping[str, str], stated: str) -> dict[str, str]:
    """The two fields. `lines`: what is covered, by component; `stated`: the parameters (section 2.5)."""
    covered = " ".join(f'"{name}"' for name in lines)
    parameters = f"({covered});{stated}"
    base = "".join(f'"{name}": {value}\n' for name, value in lines.items())
    made = sign(f'{base}"@signature-params": {parameters}'.encode())
    return {"signature-input": f"sig={parameters}", "signature": f"sig=:{b64encode(made).decode()}:"}
