"""An Android device that is none, for a demo: what it says of a key has the form of a real one's, and leads to a root
of its own, which only a contract trusts that names it."""

from collections.abc import Iterable, Mapping
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ostiary.keys import base64url
from ostiary.keys.devca import builder_of, common_name
from ostiary.keys.key_description import EXTENSION, SIGN, TRUSTED_ENVIRONMENT, VERIFIED
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen

_UNVERIFIED: Final = 2
_VERSION: Final = 400


@frozen
class DevelopmentDevice:
    """Who trusts `root` trusts this device and no other: the root's key is gone. All PEM; `key` is secret."""

    root: bytes
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "DevelopmentDevice(hidden)"


def development_device(now: int, fresh: Fresh) -> DevelopmentDevice:
    """Valid for 90 days."""
    above, below = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    named = common_name("Root of a simulated device " + fresh(4).hex())
    root = _authority(builder_of(named, named, above.public_key(), now, fresh)).sign(above, SHA256())
    own = builder_of(common_name("A simulated device"), named, below.public_key(), now, fresh)
    key = below.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    certificate = _authority(own).sign(above, SHA256())
    return DevelopmentDevice(root.public_bytes(Encoding.PEM), certificate.public_bytes(Encoding.PEM), key)


@frozen
class Said:
    """What the device says of a key: made for this challenge, for this app, signed by the certificate of this SHA-256;
    and whether the device is locked and runs its vendor's system."""

    challenge: bytes
    package: bytes
    signer: bytes
    locked: bool


def attested(
    certificate: bytes, key: bytes, members: Mapping[str, str], said: Said, now: int, fresh: Fresh
) -> tuple[bytes, bytes]:
    """The chain of a key, DER, as `android-key` takes it. `certificate` and `key`: the device's; `members`: of the
    key's JWK."""
    device = x509.load_pem_x509_certificate(certificate)
    signs = load_pem_private_key(key, None)
    assert isinstance(signs, ec.EllipticCurvePrivateKey)
    x, y = (int.from_bytes(base64url.decode(members[name].encode()), "big") for name in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    leaf = builder_of(common_name("A key of a simulated device"), device.subject, public, now, fresh)
    leaf = leaf.add_extension(x509.UnrecognizedExtension(EXTENSION, _description(said)), critical=False)
    return leaf.sign(signs, SHA256()).public_bytes(Encoding.DER), device.public_bytes(Encoding.DER)


def _description(said: Said) -> bytes:
    level, version = _number(TRUSTED_ENVIRONMENT, 0x0A), _number(_VERSION)
    package = _sequence([_octets(said.package), _number(1)])
    app = _octets(_sequence([_item(0x31, package), _item(0x31, _octets(said.signer))]))
    state = VERIFIED if said.locked else _UNVERIFIED
    locked = _item(0x01, b"\xff" if said.locked else b"\x00")
    boot = _sequence([_octets(bytes(32)), locked, _number(state, 0x0A), _octets(bytes(32))])
    hardware = [_item(0xA1, _item(0x31, _number(SIGN))), _tagged(702, _number(0)), _tagged(704, boot)]
    both = [_sequence([_tagged(709, app)]), _sequence(hardware)]
    return _sequence([version, level, version, level, _octets(said.challenge), _octets(b""), *both])


def _item(lead: int, content: bytes, more: bytes = b"") -> bytes:
    """One item of DER: `more` goes on with a tag that does not fit into its first byte."""
    size = len(content)
    raw = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([lead]) + more + (raw if size < 128 else bytes([128 + len(raw)]) + raw) + content


def _tagged(number: int, item: bytes) -> bytes:
    return _item(0xBF, item, bytes([number >> 7 | 128, number & 127]))


def _sequence(items: Iterable[bytes]) -> bytes:
    return _item(0x30, b"".join(items))


def _octets(content: bytes) -> bytes:
    return _item(0x04, content)


def _number(value: int, lead: int = 0x02) -> bytes:
    return _item(lead, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _authority(builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
