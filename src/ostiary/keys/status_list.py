"""The list of attestation keys that are not to be trusted any more, as Google publishes it for Android devices
(https://android.googleapis.com/attestation/status)."""

import re
from typing import Final

from ostiary.keys.certificate import CertificateInvalid
from ostiary.keys.strict_json import NotStrictJson, parse_object

_SERIAL: Final = re.compile(r"[0-9a-f]+\Z")


def status_list(file: bytes) -> frozenset[str]:
    """Serial numbers in hexadecimal; revoked and suspended ones alike. Raises CertificateInvalid."""
    try:
        entries = parse_object(file).get("entries")
    except NotStrictJson:
        raise CertificateInvalid("it is no JSON object") from None
    if not isinstance(entries, dict) or not all(map(_SERIAL.match, entries)):
        raise CertificateInvalid("it is no status list")
    return frozenset(str(serial).lstrip("0") for serial in entries)
