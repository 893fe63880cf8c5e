"""How long a path may be, and names in it (RFC 5280 section 4.2.1.9)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from device_authority import AUTHORITY, Holder, constraints, new_key, root, usage
from ostiary.keys.device_chain import read_chain, read_roots, require_path
from ostiary.model.errors import InvalidAttestation
from unreadable_certificates import NAME, NAMES, Change
from written_der import sequence, tlv

NOW = 1_790_000_000
LAST = (constraints(0), usage(True))
"""Of an authority that no other may be below."""
ECDSA_WITH_SHA256 = sequence(bytes.fromhex("06082a8648ce3d040302"))
"""RFC 5758 section 3.2."""


@pytest.mark.parametrize(("name", "holds"), [("Maker", True), ("Other", False)])
def test_4_2_1_9_what_an_authority_issues_to_itself_is_not_counted(name: str, holds: bool) -> None:
    top = root(NOW)
    first = top.issue(new_key(), "Maker", *LAST, now=NOW)
    second = first.issue(new_key(), name, *AUTHORITY, now=NOW)
    chain = read_chain([second.issue(new_key(), "Device", now=NOW).der, second.der, first.der])
    roots = read_roots(top.pem)
    if holds:
        require_path(chain, roots, NOW, leaf_is_dated=True)
    else:
        with pytest.raises(InvalidAttestation):
            require_path(chain, roots, NOW, leaf_is_dated=True)


@pytest.mark.parametrize("unreadable", [None, *NAMES])
def test_4_1_2_6_an_authority_whose_name_cannot_be_read_is_in_no_path(unreadable: str | None) -> None:
    """Though what it has issued names it in the same way."""
    top = root(NOW)
    first = top.issue(new_key(), "Maker", *AUTHORITY, now=NOW)
    second = first.issue(new_key(), NAME, *AUTHORITY, now=NOW)
    device = second.issue(new_key(), "Device", now=NOW)
    if unreadable is None:
        require_path(read_chain([device.der, second.der, first.der]), read_roots(top.pem), NOW, leaf_is_dated=True)
        return
    chain = read_chain([signed_again(device, second, NAMES[unreadable]), NAMES[unreadable](second.der), first.der])
    with pytest.raises(InvalidAttestation):
        require_path(chain, read_roots(top.pem), NOW, leaf_is_dated=True)


def signed_again(one: Holder, issuer: Holder, change: Change) -> bytes:
    """The certificate, changed before its issuer signed it."""
    said = change(one.certificate.tbs_certificate_bytes)
    assert isinstance(issuer.key, EllipticCurvePrivateKey)
    signature = issuer.key.sign(said, ECDSA(SHA256()))
    return sequence(said, ECDSA_WITH_SHA256, tlv(0x03, b"\0" + signature))
