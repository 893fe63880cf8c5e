"""What a developer trusts with the development authority (RFC 5280 sections 4.2.1.3, 4.2.1.9 and 4.2.1.10)."""

import secrets

from cryptography import x509

from ostiary.keys.devca import development_tls

NOW = 1_790_000_000
HOSTS = ("localhost", "127.0.0.1", "::1")
MADE = development_tls(HOSTS, NOW, secrets.token_bytes)
AUTHORITY = x509.load_pem_x509_certificate(MADE.ca)
SERVER = x509.load_pem_x509_certificate(MADE.certificate)


def test_4_2_1_10_the_authority_is_for_these_names_and_no_other() -> None:
    found = AUTHORITY.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert found.value.excluded_subtrees is None
    assert {str(name.value) for name in found.value.permitted_subtrees or ()} == {
        "localhost",
        "127.0.0.1/32",
        "::1/128",
    }


def test_4_2_1_9_the_authority_signs_no_other_authority_and_the_server_signs_nothing() -> None:
    of_authority = AUTHORITY.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (of_authority.critical, of_authority.value.ca, of_authority.value.path_length) == (True, True, 0)
    assert not SERVER.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = SERVER.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_cert_sign, usage.crl_sign) == (True, False, False)


def test_two_authorities_share_nothing() -> None:
    other = x509.load_pem_x509_certificate(development_tls(HOSTS, NOW, secrets.token_bytes).ca)
    assert other.serial_number != AUTHORITY.serial_number
    assert other.subject != AUTHORITY.subject
    assert other.public_key() != AUTHORITY.public_key()
