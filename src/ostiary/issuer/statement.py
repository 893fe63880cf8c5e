"""What an instance of an app sends to be vouched for: a challenge, the key that it proves itself with, and what its
device says of both."""

from collections.abc import Mapping
from typing import Final

from ostiary.keys import base64url
from ostiary.keys.jwk import JwkInvalid, VerificationKey, parse_public, thumbprint
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.errors import InvalidRequest
from ostiary.model.frozen import frozen
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason

APPLE: Final = "apple-appattest"
"""A first statement of App Attest."""
APPLE_AGAIN: Final = "apple-appattest-assertion"
"""A later one, by the key of the first."""
ANDROID: Final = "android-key"
"""A first statement: the certificates of the instance's own key."""
ANDROID_AGAIN: Final = "android-key-signature"
"""A later one: a signature by that key."""
_LONGEST: Final = 64
"""Characters of a challenge or of a key's name."""


@frozen
class Instance:
    """Who is to be vouched for, and to be asked by which challenge. `jwk`: its key; only the members that name it."""

    client: str
    challenge: str
    jwk: Mapping[str, str]
    thumbprint: Thumbprint

    @property
    def client_data(self) -> bytes:
        """What the device has to speak of: no statement about one key is good for another."""
        return f"{self.challenge}.{self.thumbprint}".encode()


@frozen
class AndroidChain:
    """`certificates`: as the device gave them, DER, its key's first."""

    instance: Instance
    certificates: tuple[bytes, ...]


@frozen
class AndroidSignature:
    """`signature`: of the client data, DER (RFC 3279 section 2.2.3)."""

    instance: Instance
    signature: bytes


@frozen
class AppleStatement:
    """`key_id`: the name of the device's key, SHA-256 of it."""

    instance: Instance
    key_id: bytes
    statement: bytes
    is_first: bool


Statement = AppleStatement | AndroidChain | AndroidSignature


def read_statement(content_type: bytes | None, body: bytes) -> Statement:
    """A JSON object; binary values are base64url. Raises InvalidRequest."""
    members = _members(content_type, body)
    match members.get("format"):
        case str(format) if format in (APPLE, APPLE_AGAIN):
            id = _raw(members, "key_id")
            return AppleStatement(_instance(members), id, _raw(members, "statement"), format == APPLE)
        case str(format) if format == ANDROID:
            return AndroidChain(_instance(members), _raws(members, "certificates"))
        case str(format) if format == ANDROID_AGAIN:
            return AndroidSignature(_instance(members), _raw(members, "statement"))
    raise InvalidRequest(Reason.PARAMETER_INVALID, "format")


def _members(content_type: bytes | None, body: bytes) -> Mapping[str, object]:
    if content_type is None or content_type.partition(b";")[0].strip().lower() != b"application/json":
        raise InvalidRequest(Reason.PARAMETER_INVALID, "Content-Type")
    try:
        return parse_object(body)
    except NotStrictJson:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "body") from None


def _instance(members: Mapping[str, object]) -> Instance:
    key = _key(members)
    challenge = _text(members, "challenge")
    if len(challenge) > _LONGEST:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "challenge")
    return Instance(_text(members, "client_id"), challenge, key.members, Thumbprint(thumbprint(key.members)))


def _key(members: Mapping[str, object]) -> VerificationKey:
    jwk = members.get("key")
    if not isinstance(jwk, dict):
        raise InvalidRequest(Reason.PARAMETER_INVALID, "key")
    try:
        return parse_public(jwk)
    except JwkInvalid:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "key") from None


def _text(members: Mapping[str, object], name: str) -> str:
    found = members.get(name)
    if not isinstance(found, str) or not found:
        raise InvalidRequest(Reason.PARAMETER_INVALID, name)
    return found


def _raw(members: Mapping[str, object], name: str) -> bytes:
    return _decoded(_text(members, name), name)


def _raws(members: Mapping[str, object], name: str) -> tuple[bytes, ...]:
    found = members.get(name)
    if not isinstance(found, list):
        raise InvalidRequest(Reason.PARAMETER_INVALID, name)
    return tuple(_decoded(each, name) for each in found)


def _decoded(text: object, name: str) -> bytes:
    if not isinstance(text, str):
        raise InvalidRequest(Reason.PARAMETER_INVALID, name)
    try:
        return base64url.decode(text.encode())
    except base64url.NotBase64url:
        raise InvalidRequest(Reason.PARAMETER_INVALID, name) from None
