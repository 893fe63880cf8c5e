"""An Apple device as its app meets it: a key that Apple attests, and that signs statements afterwards.

Apple is a throw-away authority here; what it certifies has the form of Apple's published sample.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from device_authority import AUTHORITY, Extension, Holder, constraints, new_key, own, root, usage
from written_cbor import written

NONCE: Final = "1.2.840.113635.100.8.2"
PRODUCTION: Final = b"appattest" + bytes(7)
DEVELOPMENT: Final = b"appattestdevelop"
APP: Final = "ABCDE12345.com.example.phone"


@dataclass
class Apple:
    """Its root, and who attests under it."""

    now: float
    root: Holder = field(init=False)
    authority: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.root = root(self.now, "Apple App Attestation Root CA")
        self.authority = self.root.issue(
            new_key(ec.SECP384R1()), "Apple App Attestation CA 1", constraints(0), usage(True), now=self.now
        )


class AppleDevice:
    """One key in one device. `app`: what the system says that the app is."""

    def __init__(self, apple: Apple, app: str = APP) -> None:
        self.apple, self.app = apple, app
        self.key = new_key()
        self.counter = 0

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def key_id(self) -> bytes:
        return sha256(self.point).digest()

    def data(
        self,
        counter: int = 0,
        environment: bytes | None = PRODUCTION,
        extensions: dict[str, Any] | None = None,
        flags: int = 0x40,
        point: bytes | None = None,
        id: bytes | None = None,
    ) -> bytes:
        """Authenticator data (Web Authentication section 6.1); without `environment`, that of a later statement."""
        raw = sha256(self.app.encode()).digest() + bytes([flags]) + counter.to_bytes(4, "big")
        if environment is not None:
            at = point or self.point
            name = self.key_id if id is None else id
            cose = {1: 2, 3: -7, -1: 1, -2: at[1:33], -3: at[33:]}
            raw += environment + len(name).to_bytes(2, "big") + name + written(cose)
        return raw + (b"" if extensions is None else written(extensions))

    def certificate(self, nonce: bytes, *more: Extension, by: Holder | None = None, **how: Any) -> Holder:
        """What Apple answers the device with."""
        extension = own(NONCE, bytes.fromhex("3024a1220420") + nonce)
        extensions = (constraints(ca=False), usage(False), extension, *more)
        return (by or self.apple.authority).issue(
            how.pop("key", self.key), "a device", *extensions, now=self.apple.now, **how
        )

    def attestation(self, asked: bytes, data: bytes | None = None, chain: list[bytes] | None = None) -> bytes:
        """The attestation object for the client data `asked`."""
        said = self.data() if data is None else data
        if chain is None:
            nonce = sha256(said + sha256(asked).digest()).digest()
            chain = [self.certificate(nonce).der, self.apple.authority.der]
        statement = {"x5c": chain, "receipt": bytes(4000)}
        return written({"fmt": "apple-appattest", "attStmt": statement, "authData": said})

    def assertion(self, asked: bytes, key: ec.EllipticCurvePrivateKey | None = None, **data: Any) -> bytes:
        """A later statement, with a counter one higher."""
        self.counter += 1
        said = self.data(**{"counter": self.counter, "environment": None, **data})
        nonce = sha256(said + sha256(asked).digest()).digest()
        signature = (key or self.key).sign(nonce, ec.ECDSA(SHA256()))
        return written({"signature": signature, "authenticatorData": said})


__all__ = ["APP", "AUTHORITY", "DEVELOPMENT", "PRODUCTION", "Apple", "AppleDevice"]
