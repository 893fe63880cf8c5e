"""Whose word a revocation list is (RFC 5280 section 6.3.3)."""

import pytest

from client_certificates import Authority
from ostiary.keys import certificate
from ostiary.keys.certificate import CertificateInvalid
from ostiary.keys.revocation_list import revocation_lists


@pytest.mark.parametrize("usage", [None, True])
def test_6_3_3_f_a_list_is_taken_whose_key_may_sign_lists(usage: bool | None) -> None:
    """Any key may whose usage is not said."""
    authority = Authority(signs_lists=usage)
    revoked = authority.issue()
    (taken,) = revocation_lists([authority.list_of(revoked)], certificate.authorities(authority.pem)).values()
    assert taken.serials == {revoked.certificate.serial_number}


def test_6_3_3_f_a_list_is_refused_whose_key_is_for_certificates_alone() -> None:
    authority = Authority(signs_lists=False)
    with pytest.raises(CertificateInvalid):
        revocation_lists([authority.list_of()], certificate.authorities(authority.pem))


@pytest.mark.parametrize("critical", [True, False])
def test_5_3_a_list_with_an_entry_that_is_not_understood_says_nothing_of_any_certificate(critical: bool) -> None:
    authority = Authority()
    known, text = certificate.authorities(authority.pem), authority.list_of(authority.issue(), critical=critical)
    if critical:
        with pytest.raises(CertificateInvalid):
            revocation_lists([text], known)
    else:
        assert revocation_lists([text], known)
