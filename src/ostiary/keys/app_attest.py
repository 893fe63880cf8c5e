"""What Apple's App Attest says: form, the key in it, and signatures by that key (Apple, "Validating apps that connect
to your server", and Web Authentication Level 3 sections 6.1 and 6.5).

Which app it is, and whether it is about what was asked, the issuer checks.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ostiary.keys.cbor import NotStrictCbor, Value, parse, parse_first
from ostiary.keys.device_chain import Chain, public_key, read_chain, require_signature, unknown_extension
from ostiary.model.errors import InvalidAttestation
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

FORMAT: Final = "apple-appattest"
PRODUCTION: Final = b"appattest" + bytes(7)
DEVELOPMENT: Final = b"appattestdevelop"
CATEGORY: Final = "apple_validation_category_01"
"""How the running build was signed: four bytes, the lowest first; since iOS 27."""
DEVELOPMENT_SIGNED: Final = bytes([3, 0, 0, 0])
_NONCE: Final = x509.ObjectIdentifier("1.2.840.113635.100.8.2")
_NONCE_DER: Final = bytes.fromhex("3024a1220420")
"""What stands before the 32 bytes: a sequence of one octet string with the tag 1."""
_ATTESTED: Final = 0x40
"""The flag of authenticator data with a credential (Web Authentication section 6.1)."""
_COSE: Final = {1: 2, 3: -7, -1: 1}
"""An EC2 key for ES256 on P-256 (RFC 9053 sections 2.1 and 7.1.1)."""


@frozen
class AuthenticatorData:
    """Web Authentication section 6.1. `raw`: what is signed."""

    raw: bytes
    app: bytes
    """SHA-256 of the app's id."""
    counter: int
    extensions: Mapping[int | str, Value]


@frozen
class Credential:
    """Web Authentication section 6.5.1. `point`: the public key (SEC 1 section 2.3.3, uncompressed)."""

    environment: bytes
    id: bytes
    point: bytes


@frozen
class AppAttestation:
    """The first statement about a key."""

    chain: Chain
    data: AuthenticatorData
    credential: Credential

    @property
    def nonce(self) -> bytes | None:
        """What Apple has put into the certificate: a digest of the statement and of what was asked."""
        found = unknown_extension(self.chain[0], _NONCE)
        if found is None or len(found) != len(_NONCE_DER) + 32 or not found.startswith(_NONCE_DER):
            return None
        return found.removeprefix(_NONCE_DER)

    @property
    def certified(self) -> bytes | None:
        """The public key of the certificate, as `Credential.point`; None for one on another curve."""
        key = public_key(self.chain[0])
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return None
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@frozen
class AppAssertion:
    """A later statement, by the key."""

    data: AuthenticatorData
    signature: bytes


def nonce_of(data: AuthenticatorData, client_data: bytes) -> bytes:
    """The digest that is certified or signed: of the statement, and of the digest of what was asked."""
    return sha256(data.raw + sha256(client_data).digest()).digest()


def attestation_of(statement: bytes) -> AppAttestation:
    """Raises InvalidAttestation."""
    members = _members(statement)
    if members.get("fmt") != FORMAT:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    said = members.get("attStmt")
    listed = said.get("x5c") if isinstance(said, dict) else None
    chain = [each for each in listed if isinstance(each, bytes)] if isinstance(listed, list) else []
    if chain != listed:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    data, credential = _attested(_raw(members, "authData"))
    return AppAttestation(read_chain(chain), data, credential)


def assertion_of(statement: bytes) -> AppAssertion:
    """Raises InvalidAttestation."""
    members = _members(statement)
    raw = _raw(members, "authenticatorData")
    return AppAssertion(_data(raw, raw[37:]), _raw(members, "signature"))


def require_signed(assertion: AppAssertion, point: bytes, client_data: bytes) -> None:
    """Raise InvalidAttestation unless the key signed it."""
    require_signature(assertion.signature, nonce_of(assertion.data, client_data), point)


def _attested(raw: bytes) -> tuple[AuthenticatorData, Credential]:
    """Flags, application, counter; then environment, id and key of the credential."""
    length = int.from_bytes(raw[53:55], "big")
    id, behind = raw[55 : 55 + length], raw[55 + length :]
    if len(id) != 32 or not raw[32] & _ATTESTED:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    try:
        cose, rest = parse_first(behind)
    except NotStrictCbor:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED) from None
    return _data(raw, rest), Credential(raw[37:53], id, _point(cose))


def _point(cose: Value) -> bytes:
    if not isinstance(cose, dict) or cose.keys() != {1, 3, -1, -2, -3}:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    x, y = cose[-2], cose[-3]
    named = {name: cose[name] for name in _COSE} == _COSE
    if not named or not isinstance(x, bytes) or not isinstance(y, bytes) or not len(x) == len(y) == 32:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    return b"\x04" + x + y


def _data(raw: bytes, rest: bytes) -> AuthenticatorData:
    """`rest`: nothing, or one map of extensions. Apple writes it with and without its flag."""
    if len(raw) < 37:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    return AuthenticatorData(raw, raw[:32], int.from_bytes(raw[33:37], "big"), _members(rest) if rest else {})


def _members(data: bytes) -> Mapping[int | str, Value]:
    try:
        found = parse(data)
    except NotStrictCbor:
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED) from None
    if not isinstance(found, dict):
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    return found


def _raw(members: Mapping[int | str, Value], name: str) -> bytes:
    found = members.get(name)
    if not isinstance(found, bytes):
        raise InvalidAttestation(Reason.STATEMENT_MALFORMED)
    return found
