"""Statements that are made to break or to busy their reader are refused like any other, each beside one that holds."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from android_device import DESCRIPTION, SIGNER, SYSTEM, AndroidDevice, Google, authorizations
from attested_world import WHY, Asking, adopt, apple_app
from device_authority import own, usage
from issuer_world import IssuerWorld
from ostiary.keys import base64url
from ostiary.keys.der import NotStrictDer, number, only, set_of
from ostiary.model import endpoints
from token_world import read
from unreadable_certificates import AT_ONCE, EXTENSIONS, NAMES, Change, readable
from written_cbor import head, written
from written_der import explicit, integer, length, octets, sequence

JSON = ("content-type", "application/json")


class Phone(Asking):
    """An instance that sends what it likes."""

    def __init__(self, issuer: IssuerWorld, google: Google) -> None:
        super().__init__(issuer)
        self.device = AndroidDevice(google, self.key)

    def error(self, **members: Any) -> tuple[int, str]:
        answer = self.send({"challenge": self.challenge(), **members})
        return answer.status_code, "" if answer.status_code == 200 else str(read(answer)["error"])

    def holds(self) -> bool:
        """The twin of all of them."""
        asked = self.challenge()
        said = {"format": "android-key", "challenge": asked, "certificates": self.device.chain(asked)}
        return self.send(said).status_code == 200


@pytest.fixture
def phone(issuer: IssuerWorld) -> Phone:
    google = Google(issuer.now)
    roots = {"value": "google.pem", "because": WHY}
    android = {
        "package": "com.example.phone",
        "certificates": [SIGNER.hex(":")],
        "insecure_roots": roots,
        "insecure_no_status_list": {"value": True, "because": WHY},
    }
    files = {"google.pem": google.root.pem, "apple.pem": google.root.pem}
    adopt(issuer, files, {"apple": apple_app(), "android": android})
    return Phone(issuer, google)


def nested(tag: bytes, depth: int) -> bytes:
    whole = b"\x05\x00"
    for _ in range(depth):
        whole = tag + length(len(whole)) + whole
    return whole


CBOR = {
    "arrays within arrays": b"\x81" * 40_000 + b"\x00",
    "maps within maps": b"\xa1\x00" * 20_000 + b"\x00",
    "arrays without an end": b"\x9f" * 40_000,
    "an array of all there is": head(4, 2**64 - 1) + bytes(1000),
    "a map of all there is": head(5, 2**63) + bytes(1000),
    "text of all there is": head(3, 2**62) + b"x" * 1000,
    "tags of tags": b"\xc1" * 40_000 + b"\x00",
    "many members": head(5, 9_000) + b"".join(head(0, each) + b"\x00" for each in range(9_000)),
    "a member of two names": head(5, 2) + written("fmt") + b"\x00" + written("fmt") + b"\x00",
    "nothing": b"\xf6",
}


@pytest.mark.parametrize("case", CBOR)
@pytest.mark.parametrize("form", ["apple-appattest", "apple-appattest-assertion"])
def test_cbor_that_never_ends_is_refused(phone: Phone, case: str, form: str) -> None:
    statement = {"format": form, "key_id": bytes(32), "statement": CBOR[case]}
    assert phone.error(**statement) == (400, "invalid_attestation")
    assert phone.holds()


DER: dict[str, Callable[[bytes], bytes]] = {
    "sequences within sequences": lambda said: nested(b"\x30", 600),
    "tags within tags": lambda said: nested(b"\xbf\x85\x3d", 500),
    "a length of all there is": lambda said: b"\x30\x84\xff\xff\xff\xff" + said,
    "a length of more": lambda said: b"\x30\xff" + said,
    "a number of all there is": lambda said: sequence(b"\x02" + length(6000) + bytes([1]) * 6000, said),
    "many items": lambda said: sequence(*[b"\x05\x00"] * 3000),
    "many tags": lambda said: sequence(
        *[integer(1)] * 4,
        octets(b""),
        octets(b""),
        sequence(*(explicit(each, b"\x05\x00") for each in range(1000))),
        authorizations(SYSTEM, {}),
    ),
    "a tag without an end": lambda said: b"\xbf" + b"\xff" * 6000,
}


@pytest.mark.parametrize("case", DER)
def test_der_that_never_ends_is_refused(phone: Phone, case: str) -> None:
    asked = phone.challenge()
    extension = own(DESCRIPTION, DER[case](phone.device.description(asked.encode())))
    leaf = phone.device.attester.issue(phone.device.private, "a key", usage(False), extension, now=phone.issuer.now)
    members = {"format": "android-key", "challenge": asked, "certificates": phone.device.above(leaf)}
    assert phone.error(**members) == (400, "invalid_attestation")
    assert phone.holds()


@pytest.mark.parametrize(
    "certificates",
    [[b"\x30"] * 5000, [bytes(30_000)], [nested(b"\x30", 2000)], [b"\x30\x84\xff\xff\xff\xff"] * 4, [b""], []],
)
def test_certificates_without_bound_are_refused(phone: Phone, certificates: list[bytes]) -> None:
    status, error = phone.error(format="android-key", certificates=certificates)
    assert (status, error) in {(400, "invalid_attestation"), (400, "invalid_request")}
    assert phone.holds()


BROKEN: dict[str, Change] = AT_ONCE | NAMES | EXTENSIONS


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("first", [True, False])
def test_certificates_that_break_where_they_are_looked_at_are_refused(phone: Phone, case: str, first: bool) -> None:
    broken = BROKEN[case](readable(phone.issuer.now).der)
    asked = phone.challenge()
    chain = phone.device.chain(asked)
    chain = [broken, *chain] if first else [*chain, broken]
    members = {"format": "android-key", "challenge": asked, "certificates": chain}
    assert phone.error(**members) == (400, "invalid_attestation")
    assert phone.holds()


def test_a_body_that_is_too_large_is_not_read(phone: Phone) -> None:
    for size, status in ((64 * 1024, 413), (48 * 1024, 400)):
        body = orjson.dumps({"format": "android-key", "certificates": ["A" * size]})
        assert phone.issuer.ask("POST", endpoints.ATTEST, body, [JSON]).status_code == status
    assert phone.holds()


def test_a_body_of_any_form_is_refused_and_surprises_nobody(phone: Phone) -> None:
    for body in (
        b"[" * 40_000,
        b'{"a":' * 10_000,
        b"\xff\xfe",
        b"",
        orjson.dumps({"format": "android-key", "client_id": "phone", "certificates": [[[]]]}),
        orjson.dumps({"format": ["android-key"], "client_id": {"phone": 1}}),
        orjson.dumps({"format": "apple-appattest", "client_id": "phone", "key": {"kty": "EC", "crv": ["P-256"]}}),
        orjson.dumps({"format": "android-key-signature", "client_id": "\x00", "challenge": "\ud7ff", "key": {}}),
        base64url.encode(bytes(1000)).encode(),
    ):
        answer = phone.issuer.ask("POST", endpoints.ATTEST, body, [JSON])
        assert (answer.status_code, read(answer)["error"]) == (400, "invalid_request")
    assert phone.holds()


@pytest.mark.parametrize(
    "raw", ["0200", "02810105", "02020005", "0202ffff", "028400000001" + "05", "028005", "020105" * 2]
)
def test_a_number_is_taken_in_one_form_only(raw: str) -> None:
    """X.690 sections 8.3 and 10.1."""
    with pytest.raises(NotStrictDer):
        number(only(bytes.fromhex(raw)))
    assert number(only(bytes.fromhex("020105"))) == 5


def test_a_value_stands_once_in_a_set() -> None:
    with pytest.raises(NotStrictDer):
        set_of(only(bytes.fromhex("3106" + "020105" * 2)), number)
    assert set_of(only(bytes.fromhex("3106" + "020105" + "020106")), number) == {5, 6}
