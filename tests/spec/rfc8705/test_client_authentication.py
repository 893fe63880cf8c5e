"""Clients prove themselves by the certificate of their connection (RFC 8705 section 2)."""

import time
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509

from certificate_world import AUTHORITY, BEACON, MUTUAL, NAMES, CertificateWorld
from client_certificates import Authority, Issued, issued_by, now, self_signed
from device_authority import issued, named, new_key
from ostiary.keys.certificate import NameType, has_name, thumbprint_of
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.endpoints import DEVICE_AUTHORIZATION, INTROSPECT, REVOKE, TOKEN
from ostiary.model.reasons import Reason
from token_world import read, refused
from unreadable_certificates import X400, alternatives, dns
from used_proofs import proof

OWN = {"grant_type": "client_credentials"}
OTHER_NAMES = {
    "subject": ("CN=ledger,OU=Books", None),
    "dns": ("CN=x", x509.DNSName("ledger.internal.example.org")),
    "uri": ("CN=x", x509.UniformResourceIdentifier("spiffe://example/ledger/")),
    "ip": ("CN=x", x509.IPAddress(ip_address("2001:db8::8"))),
    "email": ("CN=x", x509.RFC822Name("books@example.com")),
}


def certificate(kind: str) -> Issued:
    """One that has the name by which the client of this kind of name is known."""
    name, alternative = NAMES[kind]
    return AUTHORITY.issue(name) if alternative is None else AUTHORITY.issue("CN=x", alternative)


@pytest.mark.parametrize("kind", NAMES)
def test_2_1_2_a_client_is_known_by_the_name_in_its_certificate(mutual: CertificateWorld, kind: str) -> None:
    assert mutual.own(f"by-{kind}", certificate(kind)).status_code == 200


@pytest.mark.parametrize("kind", NAMES)
def test_2_1_2_another_name_is_another_client(mutual: CertificateWorld, kind: str) -> None:
    subject, alternative = OTHER_NAMES[kind]
    shown = AUTHORITY.issue(subject) if alternative is None else AUTHORITY.issue(subject, alternative)
    answer = mutual.own(f"by-{kind}", shown)
    assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)


def test_2_1_2_a_name_of_one_type_is_none_of_another(mutual: CertificateWorld) -> None:
    name, _ = NAMES["dns"]
    as_uri = AUTHORITY.issue(f"CN={name}", x509.UniformResourceIdentifier(name), x509.RFC822Name(f"x@{name}"))
    answer = mutual.own("by-dns", as_uri)
    assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)


@pytest.mark.parametrize("names", [(), (X400,)])
def test_2_1_2_names_that_cannot_be_read_are_nobody_s(mutual: CertificateWorld, names: tuple[bytes, ...]) -> None:
    key, issuer = new_key(), AUTHORITY.certificate.subject
    said = alternatives(dns(NAMES["dns"][0]), *names)
    shown = issued(key, named("x"), issuer, AUTHORITY.key, (said,), time.time(), (-1, 1))
    answer = mutual.own("by-dns", Issued(shown.certificate, key))
    if names:
        assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_MALFORMED)
    else:
        assert answer.status_code == 200


def test_2_1_2_a_wildcard_matches_no_more_than_itself() -> None:
    wild = AUTHORITY.issue("CN=x", x509.DNSName("*.internal.example"))
    assert not has_name(wild.der, NameType.DNS, "ledger.internal.example")
    assert has_name(wild.der, NameType.DNS, "*.internal.example")


def test_2_1_2_one_of_several_names_is_enough_and_dns_knows_no_case() -> None:
    names = [x509.DNSName(name) for name in ("other.example", "Ledger.Internal.Example")]
    assert has_name(AUTHORITY.issue("CN=x", *names).der, NameType.DNS, "ledger.internal.example")


def test_2_1_2_the_order_of_a_distinguished_name_counts() -> None:
    der = AUTHORITY.issue("CN=ledger,O=Example").der
    assert has_name(der, NameType.SUBJECT, "CN=ledger,O=Example")
    assert not has_name(der, NameType.SUBJECT, "O=Example,CN=ledger")
    assert not has_name(der, NameType.SUBJECT, "CN=ledger")


def test_2_1_a_name_counts_only_where_an_authority_has_written_it(mutual: CertificateWorld) -> None:
    name, alternative = NAMES["dns"]
    assert alternative is not None
    for shown in (self_signed(f"CN={name}", alternative), Authority().issue("CN=x", alternative)):
        answer = mutual.own("by-dns", shown)
        assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)
    assert mutual.own("by-dns", certificate("dns")).status_code == 200


def test_2_2_a_client_is_known_by_a_certificate_that_it_made_itself(mutual: CertificateWorld) -> None:
    assert mutual.own("beacon", BEACON).status_code == 200


def test_2_2_the_same_names_in_another_certificate_are_another_client(mutual: CertificateWorld) -> None:
    for shown in (self_signed("CN=beacon"), issued_by(self_signed("CN=beacon"), "CN=beacon")):
        answer = mutual.own("beacon", shown)
        assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)


def test_2_without_a_certificate_the_name_alone_is_nothing(mutual: CertificateWorld) -> None:
    for client in ("by-dns", "beacon"):
        answer = mutual.own(client, None)
        assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_MISSING)


def test_2_the_request_names_the_client(mutual: CertificateWorld) -> None:
    """The certificate is not looked up: client_id has to be there."""
    answer = mutual.post(TOKEN, OWN, None, **mutual.by(certificate("dns")))
    assert refused(mutual, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_MISSING)


def test_2_a_certificate_is_no_secret_for_a_client_that_has_one(mutual: CertificateWorld) -> None:
    answer = mutual.own("billing", certificate("dns"))
    assert refused(mutual, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)


def test_2_a_secret_beside_the_certificate_is_another_method(mutual: CertificateWorld) -> None:
    form = OWN | {"client_id": "by-dns", "client_secret": "x" * 20}
    answer = mutual.post(TOKEN, form, None, **mutual.by(certificate("dns")))
    assert refused(mutual, answer) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)


def test_a_listener_for_other_kinds_is_closed_to_a_client(mutual: CertificateWorld) -> None:
    answer = mutual.own("by-dns", certificate("dns"), gateway="partners")
    assert refused(mutual, answer) == (401, "invalid_client", Reason.GATEWAY_KIND)


@pytest.mark.parametrize(("path", "form"), [(INTROSPECT, {"token": "x"}), (REVOKE, {"token": "x"})])
def test_2_the_other_endpoints_take_certificates_too(mutual: CertificateWorld, path: str, form: dict[str, str]) -> None:
    asked = form | {"client_id": "by-dns"}
    assert mutual.post(path, asked, None, **mutual.by(certificate("dns"))).status_code == 200
    assert mutual.post(path, asked, None, **mutual.by(None)).status_code == 401


def test_2_a_device_proves_itself_by_its_certificate(mutual: CertificateWorld) -> None:
    form = {"client_id": "scale", "scope": "orders.read"}
    shown = AUTHORITY.issue("CN=scale", x509.DNSName("scale.example"))
    assert "device_code" in read(mutual.post(DEVICE_AUTHORIZATION, form, None, **mutual.by(shown)))
    answer = mutual.post(DEVICE_AUTHORIZATION, form, None, **mutual.by(certificate("dns")))
    assert refused(mutual, answer) == (401, "invalid_client", Reason.CERTIFICATE_OF_ANOTHER)


def test_3_1_the_token_names_the_certificate(mutual: CertificateWorld) -> None:
    shown = certificate("dns")
    answer = read(mutual.own("by-dns", shown))
    assert answer["token_type"] == "Bearer"
    assert mutual.claims(answer["access_token"])["cnf"] == {"x5t#S256": thumbprint_of(shown.der)}


def test_3_2_introspection_names_it_too(mutual: CertificateWorld) -> None:
    shown = certificate("dns")
    token = read(mutual.own("by-dns", shown))["access_token"]
    form = {"token": token, "client_id": "by-dns"}
    told = read(mutual.post(INTROSPECT, form, None, **mutual.by(shown)))
    assert told["cnf"] == {"x5t#S256": thumbprint_of(shown.der)}
    assert told["token_type"] == "Bearer"


def test_3_4_a_client_with_another_credential_gets_bound_tokens_by_its_certificate(mutual: CertificateWorld) -> None:
    shown = AUTHORITY.issue("CN=whoever", end=now() + timedelta(days=2))
    bound = read(mutual.post(TOKEN, OWN, "robot", **mutual.by(shown)))["access_token"]
    assert mutual.claims(bound)["cnf"] == {"x5t#S256": thumbprint_of(shown.der)}
    assert "cnf" not in mutual.claims(mutual.own_token())


def test_4_the_refresh_token_of_a_public_client_is_bound_to_the_certificate(mutual: CertificateWorld) -> None:
    mine, other = certificate("dns"), certificate("uri")
    form = mutual.code_form(mutual.code("tab"), "tab")
    tokens = read(mutual.post(TOKEN, form, "tab", **mutual.by(mine)))
    assert mutual.claims(tokens["access_token"])["cnf"] == {"x5t#S256": thumbprint_of(mine.der)}
    asked = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = mutual.post(TOKEN, asked, "tab", **mutual.by(mine))
    assert again.status_code == 200
    asked["refresh_token"] = read(again)["refresh_token"]
    assert mutual.post(TOKEN, asked, "tab", **mutual.by(other)).status_code == 400


def test_5_a_proof_at_the_listener_is_for_its_own_url(mutual: CertificateWorld) -> None:
    """RFC 9449 section 4.3: `htu` is what the client sees. The proof is taken before the certificate, since the client
    asked for it."""
    key = SigningPrivateKey.generate()
    at = {origin: proof(key, "POST", origin + TOKEN, mutual.now) for origin in (MUTUAL, mutual.desk.registry.issuer)}
    shown = mutual.by(AUTHORITY.issue("CN=whoever"))
    assert read(mutual.post(TOKEN, OWN, "robot", dpop=at[MUTUAL], **shown))["token_type"] == "DPoP"
    answer = mutual.post(TOKEN, OWN, "robot", dpop=at[mutual.desk.registry.issuer], **shown)
    assert refused(mutual, answer) == (400, "invalid_dpop_proof", Reason.PROOF_URI)
