"""RFC 7591: clients register themselves."""

from typing import Any

import pytest

from issuer_world import authorization, is_page, told
from ostiary.model import endpoints
from ostiary.model.events.registration import ClientRegistered
from ostiary.model.reasons import Reason
from registration_world import BACK, INITIAL, METADATA, PUBLIC, RegistrationWorld
from token_world import BANK, refused


def test_2_what_is_not_said_has_its_default(open_door: RegistrationWorld) -> None:
    known = open_door.registered(client_name=None, grant_types=None, scope=None)
    assert known["token_endpoint_auth_method"] == "client_secret_basic"
    assert (known["grant_types"], known["response_types"]) == (["authorization_code"], ["code"])
    assert known["scope"] == "email offline_access openid orders.read profile"
    assert "client_name" not in known


def test_2_members_that_are_not_understood_are_ignored(open_door: RegistrationWorld) -> None:
    known = open_door.registered(software_id="4NRB1-0XZABZI9E6-5SM3R", example_extension_parameter="example_value")
    assert known.keys().isdisjoint({"software_id", "example_extension_parameter"})


def test_2_public_keys_are_for_clients_that_sign_by_them(open_door: RegistrationWorld) -> None:
    keys = {"keys": [BANK.public.to_jwk()]}
    known = open_door.registered(token_endpoint_auth_method="private_key_jwt", jwks=keys)
    assert "client_secret" not in known
    proof = open_door.assertion(BANK, iss=known["client_id"], sub=known["client_id"])
    form = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
    asked = open_door.post(endpoints.INTROSPECT, {**form, "client_assertion": proof, "token": "none"}, None)
    assert (asked.status_code, asked.json()) == (200, {"active": False})
    without = open_door.register(token_endpoint_auth_method="private_key_jwt")
    assert refused(open_door, without) == (400, "invalid_client_metadata", Reason.METADATA_MALFORMED)
    assert refused(open_door, open_door.register(jwks=keys))[2] is Reason.METADATA_MALFORMED


@pytest.mark.parametrize(
    ("name", "other", "served"),
    [
        ("dpop_bound_access_tokens", True, False),
        ("tls_client_certificate_bound_access_tokens", True, False),
        ("require_signed_request_object", True, False),
        ("subject_type", "pairwise", "public"),
        ("id_token_signed_response_alg", "RS256", "ES256"),
        ("authorization_signed_response_alg", "RS256", "ES256"),
        ("introspection_signed_response_alg", "RS256", "ES256"),
        ("id_token_encrypted_response_alg", "RSA-OAEP", None),
        ("authorization_encrypted_response_alg", "RSA-OAEP", None),
        ("introspection_encrypted_response_alg", "RSA-OAEP", None),
        ("userinfo_signed_response_alg", "ES256", None),
        ("userinfo_encrypted_response_alg", "RSA-OAEP", None),
        ("request_object_encryption_alg", "RSA-OAEP", None),
        ("request_object_signing_alg", "none", "PS256"),
        ("token_endpoint_auth_signing_alg", "HS256", "RS256"),
        ("authorization_details_types", ["payment"], None),
        ("default_max_age", 60, None),
        ("default_acr_values", ["mfa"], None),
        ("backchannel_logout_uri", "https://book.example/ended", None),
        ("frontchannel_logout_uri", "https://book.example/ended", None),
        ("post_logout_redirect_uris", ["https://book.example/"], None),
    ],
)
def test_2_what_a_client_would_count_on_in_vain_is_refused(
    open_door: RegistrationWorld, name: str, other: object, served: object
) -> None:
    answer = open_door.register(**{name: other})
    assert refused(open_door, answer) == (400, "invalid_client_metadata", Reason.METADATA_NOT_SERVED)
    assert open_door.register(**{name: served}).status_code == 201


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"token_endpoint_auth_method": "client_secret_post"}, Reason.METADATA_NOT_SERVED),
        ({"token_endpoint_auth_method": "tls_client_auth"}, Reason.METADATA_NOT_SERVED),
        ({"token_endpoint_auth_method": 1}, Reason.METADATA_MALFORMED),
        ({"grant_types": ["authorization_code", "client_credentials"]}, Reason.METADATA_NOT_SERVED),
        ({"grant_types": ["implicit"], "response_types": ["token"]}, Reason.METADATA_NOT_SERVED),
        ({"grant_types": ["refresh_token"]}, Reason.METADATA_NOT_SERVED),
        ({"grant_types": "authorization_code"}, Reason.METADATA_MALFORMED),
        ({"grant_types": ["authorization_code", 7]}, Reason.METADATA_MALFORMED),
        ({"response_types": ["code", "token"]}, Reason.METADATA_NOT_SERVED),
        ({"scope": 'quo"te'}, Reason.METADATA_MALFORMED),
        ({"scope": ["openid"]}, Reason.METADATA_MALFORMED),
        ({"client_name": 7}, Reason.METADATA_MALFORMED),
        ({"client_name#de": "Kassenbuch"}, Reason.METADATA_NOT_SERVED),
    ],
)
def test_2_1_what_no_such_client_gets_is_refused(
    open_door: RegistrationWorld, changes: dict[str, Any], reason: Reason
) -> None:
    assert refused(open_door, open_door.register(**changes)) == (400, "invalid_client_metadata", reason)
    assert open_door.register().status_code == 201


def test_3_1_the_request_is_a_json_object(open_door: RegistrationWorld) -> None:
    def sent(body: bytes, kind: str | None = "application/json") -> tuple[int, str, Reason]:
        return refused(open_door, open_door.sent("POST", endpoints.REGISTER, INITIAL, body, kind))

    broken = (400, "invalid_client_metadata", Reason.METADATA_MALFORMED)
    assert sent(b"[]") == broken
    assert sent(b'{"redirect_uris": [], "redirect_uris": ["https://book.example/"]}') == broken
    assert sent(b'{"redirect_uris": ["https://book.example/"]}', "text/plain") == broken
    assert sent(b'{"redirect_uris": ["https://book.example/"]}', None) == broken
    whole = b'{"redirect_uris": ["https://book.example/"]}'
    assert (
        open_door.sent("POST", endpoints.REGISTER, INITIAL, whole, "application/json; charset=utf-8").status_code == 201
    )


def test_3_2_1_the_answer_has_all_that_was_registered(open_door: RegistrationWorld) -> None:
    answer = open_door.register()
    known = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert {name: known[name] for name in ("redirect_uris", "client_name", "grant_types")} == {
        name: METADATA[name] for name in ("redirect_uris", "client_name", "grant_types")
    }
    assert known["client_secret_expires_at"] == 0
    assert known["client_id_issued_at"] == int(open_door.now)
    assert known["scope"] == "offline_access openid orders.read"
    [event] = open_door.events_of(ClientRegistered)
    assert (event.client, event.scopes) == (known["client_id"], ("offline_access", "openid", "orders.read"))
    assert open_door.registered()["client_id"] != known["client_id"]


def test_3_2_1_what_is_served_is_said_where_silence_would_mean_something_else(open_door: RegistrationWorld) -> None:
    """A client would wait for RS256, and might send people here without a push (OpenID Connect Dynamic Client
    Registration section 2, RFC 9126 section 6)."""
    known = open_door.registered()
    assert (known["id_token_signed_response_alg"], known["require_pushed_authorization_requests"]) == ("ES256", True)
    browser, page = open_door.consent_page(known)
    tokens = open_door.tokens_of(known, told(browser.fill(page, answer="allow")))
    assert open_door.decoded(tokens["id_token"]).header["alg"] == known["id_token_signed_response_alg"]


def test_3_2_1_a_secret_is_only_for_who_proves_itself_by_one(open_door: RegistrationWorld) -> None:
    assert "client_secret" in open_door.registered()
    assert "client_secret" not in open_door.registered(**PUBLIC)


def test_3_2_2_an_error_says_which_member(open_door: RegistrationWorld) -> None:
    answer = open_door.register(redirect_uris=["https://book.example/#top"])
    assert refused(open_door, answer) == (400, "invalid_redirect_uri", Reason.METADATA_REDIRECT_URI)
    assert "redirect_uris" in answer.json()["error_description"]


def test_a_registered_client_acts_for_a_person_who_agreed(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    browser, page = open_door.consent_page(known)
    assert "Ledger Book" in page.text
    assert "registered itself" in page.text
    tokens = open_door.tokens_of(known, told(browser.fill(page, answer="allow")))
    assert open_door.active(tokens["access_token"], "shop")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = open_door.as_client(endpoints.TOKEN, known, **form)
    assert again.status_code == 200
    assert open_door.active(again.json()["access_token"], "shop")


def test_a_client_of_the_contract_is_no_stranger(open_door: RegistrationWorld) -> None:
    page = open_door.browser().sign_in("agency")
    assert "registered itself" not in page.text
    assert "Allow" in page.text


def test_who_registers_for_codes_alone_gets_no_refresh_token(open_door: RegistrationWorld) -> None:
    known = open_door.registered(grant_types=["authorization_code"])
    browser, page = open_door.consent_page(known)
    assert "refresh_token" not in open_door.tokens_of(known, told(browser.fill(page, answer="allow")))


def test_requests_are_pushed_and_answers_go_to_the_registered_address(
    open_door: RegistrationWorld,
) -> None:
    known = open_door.registered(**PUBLIC, redirect_uris=[BACK])
    assert refused(open_door, open_door.pushes(known, redirect_uri=BACK + "/other"))[2] is Reason.REDIRECT_URI_MISMATCH
    by_browser = authorization(known["client_id"], redirect_uri=BACK)
    assert is_page(open_door.ask("GET", by_browser), 400)
    assert open_door.last_refusal().reason is Reason.REQUEST_NOT_PUSHED
    assert open_door.pushes(known).status_code == 201


def test_a_reload_keeps_them_and_a_contract_without_registration_lets_none_in(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    open_door.open(most=7)
    assert open_door.pushes(known).status_code == 201
    open_door.close_registration()
    assert refused(open_door, open_door.pushes(known)) == (401, "invalid_client", Reason.CLIENT_UNKNOWN)
    assert refused(open_door, open_door.at(known)) == (404, "not_found", Reason.REGISTRATION_CLOSED)
    open_door.open()
    assert open_door.pushes(known).status_code == 201


def test_scopes_that_the_contract_closes_are_gone(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    open_door.open(scopes=["chat.use"])
    assert refused(open_door, open_door.pushes(known))[2] is Reason.SCOPE_NOT_ALLOWED
    assert open_door.pushes(known, scope="openid").status_code == 201


def test_without_tokens_nobody_new_registers_and_the_others_stay(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    open_door.open(initial_access_tokens=[])
    assert refused(open_door, open_door.register()) == (401, "invalid_token", Reason.REGISTRATION_TOKEN_UNKNOWN)
    assert open_door.pushes(known).status_code == 201


def test_metadata_names_the_endpoint_only_where_it_is_open(open_door: RegistrationWorld) -> None:
    def published() -> dict[str, Any]:
        document: dict[str, Any] = open_door.ask("GET", endpoints.AUTHORIZATION_SERVER).json()
        return document

    assert published()["registration_endpoint"] == open_door.desk.registry.issuer + endpoints.REGISTER
    open_door.close_registration()
    assert "registration_endpoint" not in published()
    assert refused(open_door, open_door.register()) == (404, "not_found", Reason.REGISTRATION_CLOSED)


def test_secrets_are_kept_as_hashes(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    [kept] = open_door.run(open_door.store.registered_clients())
    assert known["client_secret"] not in repr(kept)
    assert known["registration_access_token"] not in repr(kept)
