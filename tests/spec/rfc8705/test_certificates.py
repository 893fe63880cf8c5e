"""Thumbprints, and what the metadata say (RFC 8705 sections 3.1, 3.3 and 5, appendix A)."""

from typing import Any

import pytest

from certificate_world import MUTUAL, CertificateWorld
from client_certificates import Authority, self_signed
from ostiary.issuer.holder import Holder
from ostiary.keys.certificate import (
    CertificateInvalid,
    NameType,
    authorities,
    has_name,
    heard,
    identified,
    own_certificates,
    require_name,
    thumbprint_of,
)
from ostiary.model.endpoints import AUTHORIZATION_SERVER, INTROSPECT, PROTECTED_RESOURCE, TOKEN
from ostiary.model.ids import Thumbprint
from ostiary.model.principal import Binding
from token_world import ORIGIN, TokenWorld, read

EXAMPLE = b"""\
-----BEGIN CERTIFICATE-----
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
-----END CERTIFICATE-----
"""
"""Of RFC 8705 appendix A; its version is 1, so that it has no alternative names."""
THUMBPRINT = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"


def test_appendix_a_the_thumbprint_of_the_example() -> None:
    [der] = own_certificates(EXAMPLE)
    assert thumbprint_of(der) == THUMBPRINT
    assert Holder(Binding.MTLS, thumbprint_of(der)).confirmation == {"x5t#S256": THUMBPRINT}


def test_appendix_a_the_example_is_told_to_the_issuer_and_heard_as_it_is() -> None:
    [der] = own_certificates(EXAMPLE)
    shown = identified(der, ())
    assert (shown.serial, shown.ends_at, shown.authority) == (2, 1651495029, None)
    assert heard(shown.told) == shown
    assert has_name(der, NameType.SUBJECT, "CN=mtls")
    assert not has_name(der, NameType.DNS, "mtls")


@pytest.mark.parametrize("may_issue", [True, False])
def test_rfc5280_4_2_1_9_only_what_may_issue_certificates_is_an_authority(may_issue: bool) -> None:
    pem = self_signed(may_issue=may_issue).pem
    if may_issue:
        assert len(authorities(pem)) == 1
    else:
        with pytest.raises(CertificateInvalid):
            authorities(pem)


@pytest.mark.parametrize("signs", [True, False])
def test_rfc5280_6_1_4_n_the_key_of_an_authority_may_sign_certificates(signs: bool) -> None:
    pem = Authority(signs_lists=True, signs_certificates=signs).pem
    if signs:
        assert len(authorities(pem)) == 1
    else:
        with pytest.raises(CertificateInvalid):
            authorities(pem)


@pytest.mark.parametrize("name", ["CN=An authority", "CN=AN AUTHORITY", "CN=An  authority"])
def test_rfc5280_7_1_the_issuer_is_named_as_its_certificate_is_byte_for_byte(name: str) -> None:
    authority = Authority("CN=An authority")
    known = authorities(authority.pem)
    shown = identified(Authority(name, authority.key).issue().der, known)
    assert shown.authority == (known[0].thumbprint if name == authority.name else None)


def test_3_1_the_confirmation_of_figure_2() -> None:
    named = Thumbprint("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2")
    assert Holder(Binding.MTLS, named).confirmation == {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}


def metadata(world: TokenWorld) -> dict[str, Any]:
    return read(world.ask("GET", AUTHORIZATION_SERVER))


def test_5_the_aliases_are_at_the_listener_that_asks_for_certificates(mutual: CertificateWorld) -> None:
    told = metadata(mutual)
    assert told["token_endpoint"] == ORIGIN + TOKEN
    aliases = told["mtls_endpoint_aliases"]
    assert (aliases["token_endpoint"], aliases["introspection_endpoint"]) == (MUTUAL + TOKEN, MUTUAL + INTROSPECT)
    assert all(told[name] == url.replace(MUTUAL, ORIGIN) for name, url in aliases.items())
    assert "authorization_endpoint" not in aliases


NEW = {"tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases"}
BOTH = {"tls_client_auth", "self_signed_tls_client_auth"}
METHODS = [f"{name}_endpoint_auth_methods_supported" for name in ("token", "revocation", "introspection")]


def test_3_3_and_2_1_1_what_is_served_is_said(mutual: CertificateWorld) -> None:
    told = metadata(mutual)
    assert told["tls_client_certificate_bound_access_tokens"] is True
    assert all(set(told[name]) >= BOTH for name in METHODS)
    assert read(mutual.ask("GET", f"{PROTECTED_RESOURCE}/shop"))["tls_client_certificate_bound_access_tokens"] is True


def test_3_3_and_2_1_1_where_no_listener_asks_for_certificates_nothing_is_said(world: TokenWorld) -> None:
    told = metadata(world)
    assert NEW.isdisjoint(told)
    assert all(BOTH.isdisjoint(told[name]) for name in METHODS)


@pytest.mark.parametrize("kind", [NameType.DNS, NameType.URI, NameType.EMAIL])
@pytest.mark.parametrize("name", ["b\u00fccher.example", "two names.example"])
def test_2_1_2_a_name_that_no_certificate_can_have_is_refused(kind: NameType, name: str) -> None:
    with pytest.raises(CertificateInvalid):
        require_name(kind, name)
    require_name(kind, "xn--bcher-kva.example")
