"""What a contract may say of a client with `profile: fapi2`, and how it is explained."""

import json

import pytest

from client_certificates import Authority, jwks_of, self_signed
from contract_door import FILES as FILES_OF_DOOR
from contract_door import KEYS, TEXT, changed, of_code, read_door
from ostiary.contract.explain import explain_client
from ostiary.contract.fapi2 import FIXED
from ostiary.contract.mistakes import Code
from ostiary.contract.model import ClientAuth
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding

WEB = """\
  vault:
    kind: web
    profile: fapi2
    jwks_file: robot.json
    redirect_uris: [https://vault.example/callback]
    scopes: [orders.read]
"""
CONTRACT = TEXT.replace("  robot:\n", WEB + "  robot:\n", 1)
RS256 = {
    "kty": "RSA",
    "alg": "RS256",
    "e": "AQAB",
    "n": "x5RbkAZkmpRxia65qRQ1wwSMSxQUnS7gcpVTV_cdHmfmG2ltd2yabEO9XadD8"
    "pJNZubINPpmgHh3J1aD9WRwS05ucmFq3CfFsluLt13_7oX5yDRSKX7poXmT_5"
    "ko8k4NJZPMAO8fPToDTH7kHYbONSE2FYa5GZ60CUsFhSonI-dcMDJ0Ary9lxI"
    "w5k2z4TAdARVWcS7sD07VhlMMshrwsPHBQgTatlkxyIHXbYdtak8fqvNAwr7O"
    "lVEvM_Ipf5OfmdB8Sd-wjzaBsyP4VhJKoi_qdgSzpC694XZeYPq45Sw-q51iF"
    "UlcOlTCI7z6jltUtnR6ySn6XDGFnzH5Fe5ypw",
}


def keys(**changes: object) -> str:
    return json.dumps({"keys": [{**RS256, **changes}]})


def test_the_profile_is_taken_as_it_stands() -> None:
    reading = read_door(CONTRACT)
    assert [mistake.code for mistake in reading.mistakes] == []
    assert reading.contract is not None
    vault = reading.contract.clients[ClientId("vault")]
    assert vault.auth_method is ClientAuth.PRIVATE_KEY_JWT
    profile = vault.profile
    assert profile.binding is Binding.DPOP
    assert (profile.pushed_requests, profile.signed_requests, profile.signed_answers) == (True, True, True)
    assert profile.signed_introspection
    assert not profile.rotates_refresh
    site = reading.contract.clients[ClientId("site")].profile
    assert (site.signed_requests, site.signed_answers, site.rotates_refresh) == (False, False, True)
    assert not site.signed_introspection


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            "    jwks_file: robot.json\n    redirect_uris: [https://v",
            "    »secret: ${env:SITE_SECRET}\n    redirect_uris: [https://v",
        ),
        (
            "jwks_file: robot.json\n    redirect_uris: [https://vault.example/callback]",
            f"»jwks: {keys()}\n    redirect_uris: [https://vault.example/callback]",
        ),
        ("[https://vault.example/callback]", "[»http://127.0.0.1/callback]"),
        ("[https://vault.example/callback]", "[»http://localhost:8000/callback]"),
    ],
)
def test_what_contradicts_it_is_found_at_its_place(right: str, wrong: str) -> None:
    text, place = changed(CONTRACT, right, wrong)
    reading = read_door(text)
    assert of_code(reading.mistakes, Code.PROFILE_CONTRADICTED) == [place]
    assert reading.contract is None


def test_the_same_key_for_ps256_is_taken() -> None:
    text = CONTRACT.replace(
        "jwks_file: robot.json\n    redirect_uris: [https://vault",
        f"jwks: {keys(alg='PS256')}\n    redirect_uris: [https://vault",
    )
    assert read_door(text).contract is not None


def test_an_app_of_somebody_else_pushes_whatever_its_reason() -> None:
    app = CONTRACT.replace("kind: web\n    profile", "kind: third-party\n    profile")
    assert read_door(app).contract is not None
    off = "profile: fapi2\n    »insecure_unpushed_requests: {value: true, because: its library is old}"
    text, place = changed(app, "profile: fapi2", off)
    assert of_code(read_door(text).mistakes, Code.PROFILE_CONTRADICTED) == [place]
    private = changed(app, "https://vault.example/callback", "»com.example.vault:/callback")
    assert of_code(read_door(private[0]).mistakes, Code.PROFILE_CONTRADICTED) == [private[1]]


@pytest.mark.parametrize("setting", ["credential: »none", "credential: »secret", "credential: »api-key"])
def test_it_proves_itself_by_a_key_or_a_certificate(setting: str) -> None:
    text, place = changed(CONTRACT, "profile: fapi2", f"profile: fapi2\n    {setting}")
    assert place in of_code(read_door(text).mistakes, Code.CREDENTIAL_NOT_FOR_KIND)
    certificate = CONTRACT.replace("profile: fapi2\n    jwks_file: robot.json", "profile: fapi2\n    credential: mtls")
    contract = read_door(certificate).contract
    assert contract is not None
    assert contract.clients[ClientId("vault")].profile.binding is Binding.MTLS


LISTENER = """\
gateways:
  own:
    listen: 127.0.0.1:9444
    origin: https://mtls.api.example
    tls: {certificate: door.pem, key: door.key}
    client_certificates: {authorities: clients.pem}
clients:
"""
FILES = FILES_OF_DOOR | {"clients.pem": Authority().pem.decode()}


def by_certificate(*lines: str) -> str:
    """The client with these lines in place of its keys."""
    return CONTRACT.replace("clients:\n", LISTENER).replace(
        "    jwks_file: robot.json\n    redirect", "".join(f"    {line}\n" for line in lines) + "    redirect", 1
    )


def test_ms_5_3_1_beside_its_certificate_it_has_keys_that_sign_its_requests() -> None:
    reading = read_door(by_certificate("certificate: {dns: vault.example}", "jwks_file: robot.json"), FILES)
    assert reading.mistakes == ()
    assert reading.contract is not None
    vault = reading.contract.clients[ClientId("vault")]
    assert (vault.auth_method, vault.profile.binding) == (ClientAuth.TLS, Binding.MTLS)
    assert vault.jwks == KEYS


def test_ms_5_3_1_the_keys_of_certificates_that_it_made_itself_sign_its_requests() -> None:
    own = json.dumps(jwks_of([self_signed()]))
    reading = read_door(by_certificate("credential: mtls", f"jwks: {own}"), FILES)
    assert reading.mistakes == ()
    assert reading.contract is not None
    vault = reading.contract.clients[ClientId("vault")]
    assert (vault.auth_method, vault.jwks) == (ClientAuth.SELF_SIGNED_TLS, own)


def test_ms_5_3_1_without_such_keys_it_is_told_that_nobody_can_sign_in_by_it() -> None:
    reading = read_door(by_certificate("certificate: {dns: vault.example}"), FILES)
    assert [mistake.code for mistake in reading.mistakes] == [Code.KIND_NOT_SERVED]
    assert reading.draft is not None
    assert reading.contract is not None
    assert explain_client(reading.draft, reading.contract, "vault").not_served
    robot = "  robot:\n    kind: service\n    profile: fapi2\n    certificate: {dns: robot.example}"
    acting = read_door(
        CONTRACT.replace("clients:\n", LISTENER).replace(
            "  robot:\n    kind: service\n    jwks_file: robot.json", robot
        ),
        FILES,
    )
    assert acting.mistakes == ()


def test_keys_beside_a_certificate_are_for_nothing_where_no_request_is_signed() -> None:
    """A service sends nobody to the authorization endpoint."""
    robot = "  robot:\n    kind: service\n    profile: fapi2\n    »certificate: {dns: robot.example}\n    jwks_file"
    text, place = changed(CONTRACT, "  robot:\n    kind: service\n    jwks_file", robot)
    reading = read_door(text.replace("clients:\n", LISTENER), FILES)
    line, column = place
    assert of_code(reading.mistakes, Code.SETTINGS_CONTRADICT) == [(line + LISTENER.count("\n") - 1, column)]


def test_a_broken_certificate_and_a_broken_key_set_beside_it_are_both_found() -> None:
    text = by_certificate("certificate: {file: robot.json}", "jwks_file: clients.pem")
    assert [mistake.code for mistake in read_door(text, FILES).mistakes] == [
        Code.CERTIFICATE_INVALID,
        Code.KEY_SET_INVALID,
    ]
    text = by_certificate("certificate: {file: none.pem}", "jwks_file: none.json")
    assert [mistake.code for mistake in read_door(text, FILES).mistakes] == [
        Code.CERTIFICATE_INVALID,
        Code.KEY_SET_INVALID,
    ]
    text = by_certificate("credential: mtls", "jwks_file: none.json")
    assert [mistake.code for mistake in read_door(text, FILES).mistakes] == [Code.KEY_SET_INVALID]


def test_consent_and_other_weakenings_of_the_kind_are_found_as_ever() -> None:
    text, place = changed(CONTRACT, "profile: fapi2", "profile: fapi2\n    pushed_requests: »false")
    assert of_code(read_door(text).mistakes, Code.WEAKER_THAN_PROFILE) == [place]


@pytest.mark.parametrize("kind", ["spa", "mobile", "partner", "device", "legacy"])
def test_kinds_without_a_credential_of_their_own_cannot_have_it(kind: str) -> None:
    text, place = changed(TEXT, "  robot:\n", f"  vault: {{kind: {kind}, »profile: fapi2}}\n  robot:\n")
    assert place in of_code(read_door(text).mistakes, Code.SETTING_NOT_FOR_KIND)


def test_a_service_that_acts_for_itself_has_its_part_of_it() -> None:
    robot = CONTRACT.replace("  robot:\n    kind: service", "  robot:\n    kind: service\n    profile: fapi2")
    contract = read_door(robot).contract
    assert contract is not None
    profile = contract.clients[ClientId("robot")].profile
    assert profile.binding is Binding.DPOP
    assert profile.auth_methods == {ClientAuth.PRIVATE_KEY_JWT, ClientAuth.TLS, ClientAuth.SELF_SIGNED_TLS}
    assert not profile.pushed_requests
    assert profile.signed_introspection


def test_each_line_is_explained_with_its_source() -> None:
    reading = read_door(CONTRACT)
    assert reading.draft is not None
    assert reading.contract is not None
    lines = {line.what: line for line in explain_client(reading.draft, reading.contract, "vault").lines}
    expected = {
        "proof of possession": ("dpop", "5.3.2.1 items 4 and 5"),
        "pushed requests": ("required", "5.3.2.2 items 2 to 4"),
        "signed requests": ("required", "Message Signing section 5.3"),
        "signed answers": ("required", "Message Signing section 5.4"),
        "signed introspection": ("required", "Message Signing section 5.5"),
        "refresh tokens": ("kept", "5.3.2.1 item 9"),
        "algorithms": ("PS256, ES256, EdDSA", "5.4.1"),
    }
    for what, (value, source) in expected.items():
        assert lines[what].value == value
        assert source in lines[what].source
    assert {what for what, *_ in FIXED} <= lines.keys()
    assert all(line.why and line.source for line in lines.values())
    plain = {line.what for line in explain_client(reading.draft, reading.contract, "site").lines}
    assert plain.isdisjoint({what for what, *_ in FIXED} - {"code"})
