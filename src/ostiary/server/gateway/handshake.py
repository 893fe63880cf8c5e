"""Why a TLS handshake failed, of what OpenSSL says."""

import ssl
from collections.abc import Mapping
from typing import Final

from ostiary.model.reasons import Reason

_EXPIRED: Final = 10
_UNKNOWN: Final = frozenset({2, 18, 19, 20, 21, 24, 27, 79})
"""X509_V_ERR_*: the issuer is not there, the chain ends with somebody unknown, or who signed may not sign."""
_SAID: Final[Mapping[str, Reason]] = {
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": Reason.CERTIFICATE_MISSING,
    "HTTP_REQUEST": Reason.TLS_PLAIN_HTTP,
    "HTTPS_PROXY_REQUEST": Reason.TLS_PLAIN_HTTP,
}


def reason_of(error: OSError) -> Reason | None:
    """Why we refused; None where the client left, or was the one that refused."""
    match error:
        case ssl.SSLCertVerificationError():
            return _of_certificate(error.verify_code)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return None
        case ssl.SSLError():
            said = error.reason or ""
            return None if "_ALERT_" in said else _SAID.get(said, Reason.TLS_FAILED)
        case ConnectionAbortedError():
            return Reason.TLS_TIMEOUT
    return None


def _of_certificate(code: int) -> Reason:
    """RFC 5280 section 6.1, in OpenSSL's numbers."""
    if code == _EXPIRED:
        return Reason.CERTIFICATE_EXPIRED
    return Reason.CERTIFICATE_UNKNOWN if code in _UNKNOWN else Reason.CERTIFICATE_UNFIT
