"""A device with a certificate: what it gets for a person is its own alone (RFC 8628 with RFC 8705 sections 2 and 3)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from certificate_world import AUTHORITY, CertificateWorld
from device_world import GRANT, Device, let_in
from issuer_world import IssuerWorld
from ostiary.keys.certificate import thumbprint_of
from ostiary.model.endpoints import DEVICE_AUTHORIZATION, TOKEN
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import read, refused

SCALE = AUTHORITY.issue("CN=scale", x509.DNSName("scale.example"))
OTHER = AUTHORITY.issue("CN=other", x509.DNSName("other.example"))


class Devices(CertificateWorld, IssuerWorld):
    """With the pages that people see."""


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[Devices]:
    world = Devices(tmp_path)
    yield world
    world.close()


def test_3_its_tokens_are_bound_to_its_certificate_and_come_with_no_other(devices: Devices) -> None:
    asked = {"client_id": "scale", "scope": "orders.read"}
    codes = read(devices.post(DEVICE_AUTHORIZATION, asked, None, **devices.by(SCALE)))
    let_in(devices.browser(), Device(devices, "scale", codes))
    poll = {"client_id": "scale", "grant_type": GRANT, "device_code": secret(codes["device_code"])}
    answer = devices.post(TOKEN, poll, None, **devices.by(OTHER))
    assert refused(devices, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)
    answer = devices.post(TOKEN, poll, None, **devices.by(None))
    assert refused(devices, answer) == (401, "invalid_client", Reason.CERTIFICATE_MISSING)
    tokens = read(devices.post(TOKEN, poll, None, **devices.by(SCALE)))
    assert tokens["token_type"] == "Bearer"
    claims = devices.claims(tokens["access_token"])
    assert (claims["client_id"], claims["cnf"]) == ("scale", {"x5t#S256": thumbprint_of(SCALE.der)})
