"""Authlib, a client that nobody here wrote, signs in and calls the API. joserfc reads what was signed."""

import ssl
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.errors import MismatchingStateException
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken, UserInfo
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from secrets_seen import secret
from shop_running import RunningShop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Authlib would rather have httpx's successor
    from authlib.integrations.httpx_client import OAuth2Client, OAuthError


class Relying:
    """Authlib's client as one client of the contract, knowing what discovery tells."""

    def __init__(self, shop: RunningShop, name: str, scope: str, auth_method: str) -> None:
        self.shop, self.known = shop, shop.client(name)
        tls = ssl.create_default_context(cafile=str(shop.ca_file))
        self.http = httpx.Client(base_url=shop.origin, verify=tls)
        self.server: dict[str, Any] = self.http.get("/.well-known/openid-configuration").json()
        self.oauth = OAuth2Client(
            self.known.client_id,
            self.known.secret,
            scope=scope,
            redirect_uri=self.known.redirect_uri,
            token_endpoint_auth_method=auth_method,
            revocation_endpoint_auth_method=auth_method,
            code_challenge_method="S256",
            verify=tls,
        )

    def sign_in(self, login: str, **more: str) -> dict[str, Any]:
        """The authorization code flow with PKCE; the token response."""
        verifier = secret(generate_token(48))
        url, _ = self.oauth.create_authorization_url(
            self.server["authorization_endpoint"], code_verifier=verifier, **more
        )
        url = self.pushed(url) if self.known.kind == "third-party" else url
        back = self.shop.browse(login, url, self.known.redirect_uri)
        assert httpx.URL(back).params["iss"] == self.server["issuer"]
        token: dict[str, Any] = self.oauth.fetch_token(
            self.server["token_endpoint"], authorization_response=back, code_verifier=verifier
        )
        return remembered(token)

    def pushed(self, url: str) -> str:
        """Authlib knows no RFC 9126: what it would send with the browser is pushed by hand."""
        asked = dict(httpx.URL(url).params)
        auth = (self.known.client_id, self.known.secret or "")
        answer = self.http.post(self.server["pushed_authorization_request_endpoint"], data=asked, auth=auth)
        assert answer.status_code == 201, answer.text
        named = {"client_id": self.known.client_id, "request_uri": secret(answer.json()["request_uri"])}
        return str(httpx.URL(self.server["authorization_endpoint"], params=named))

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The API through the gateway, with the token of now."""
        answer: httpx.Response = self.oauth.request(method, self.shop.origin + path, **more)
        return answer

    def id_token(self, token: dict[str, Any], nonce: str) -> CodeIDToken:
        keys = KeySet.import_key_set(self.http.get(self.server["jwks_uri"]).json())
        decoded = jwt.decode(token["id_token"], keys, algorithms=self.server["id_token_signing_alg_values_supported"])
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"value": self.server["issuer"]}, "aud": {"value": self.known.client_id}},
            {"nonce": nonce, "client_id": self.known.client_id},
        )
        claims.validate()
        return claims

    def close(self) -> None:
        self.http.close()
        self.oauth.close()


def remembered(token: dict[str, Any]) -> dict[str, Any]:
    for name in {"access_token", "refresh_token", "id_token"} & token.keys():
        secret(token[name])
    return token


Clients = Callable[[str, str, str], Relying]


@pytest.fixture
def relying(shop: RunningShop) -> Iterator[Clients]:
    """Makes clients, and closes their connections in the end."""
    with ExitStack() as stack:
        yield lambda *known: stack.enter_context(closing(Relying(shop, *known)))


@pytest.fixture
def storefront(relying: Clients) -> Relying:
    return relying("storefront", "openid profile email orders.read orders.write", "client_secret_basic")


def orders(shop: RunningShop, login: str) -> str:
    return f"/v1/users/{shop.person(login).subject}/orders"


def test_a_web_app_signs_a_person_in_and_calls_the_api(shop: RunningShop, storefront: Relying) -> None:
    token = storefront.sign_in("alice", nonce="n-0S6_WzA2Mj")
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 600)
    claims = storefront.id_token(token, "n-0S6_WzA2Mj")
    assert claims["sub"] == shop.person("alice").subject
    assert storefront.call("POST", orders(shop, "alice"), json={"item": "tea"}).status_code == 201
    assert storefront.call("GET", orders(shop, "alice")).json()["orders"]
    assert storefront.call("GET", orders(shop, "bob")).status_code == 403


def test_an_id_token_for_another_nonce_is_not_believed(storefront: Relying) -> None:
    token = storefront.sign_in("alice", nonce="one")
    with pytest.raises(Exception, match="nonce"):
        storefront.id_token(token, "another")


def test_userinfo_tells_what_the_scopes_bring(shop: RunningShop, storefront: Relying) -> None:
    storefront.sign_in("alice")
    told = UserInfo(storefront.call("GET", "/oauth/userinfo").json())
    alice = shop.person("alice")
    assert (told.sub, told.name, told.preferred_username) == (alice.subject, alice.name, alice.login)
    assert told.email == "alice@north.example"


def test_a_refresh_token_gives_a_new_pair_and_the_old_one_is_spent(shop: RunningShop, storefront: Relying) -> None:
    first = storefront.sign_in("alice")
    second = remembered(storefront.oauth.refresh_token(storefront.server["token_endpoint"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert storefront.call("GET", orders(shop, "alice")).status_code == 200


def test_introspection_tells_what_lives_and_revocation_ends_it(shop: RunningShop, storefront: Relying) -> None:
    token = storefront.sign_in("alice")
    told = storefront.oauth.introspect_token(storefront.server["introspection_endpoint"], token["access_token"]).json()
    assert (told["active"], told["client_id"], told["sub"]) == (True, "storefront", shop.person("alice").subject)
    gone = storefront.oauth.revoke_token(storefront.server["revocation_endpoint"], token["refresh_token"])
    assert gone.status_code == 200
    told = storefront.oauth.introspect_token(storefront.server["introspection_endpoint"], token["access_token"]).json()
    assert told == {"active": False}


def test_a_single_page_app_gets_no_token_without_a_key(relying: Clients) -> None:
    """Authlib knows no DPoP; `test_node_clients.py` has clients that do."""
    shelf = relying("shelf", "openid orders.read", "none")
    with pytest.raises(OAuthError) as refused:
        shelf.sign_in("bob")
    assert refused.value.error == "invalid_request"


def test_a_third_party_gets_what_the_person_consented_to(shop: RunningShop, relying: Clients) -> None:
    pocketbook = relying("pocketbook", "orders.read", "client_secret_basic")
    token = pocketbook.sign_in("dave")
    assert token["scope"] == "orders.read"
    assert pocketbook.call("GET", orders(shop, "dave")).status_code == 200
    body = {"account": {"owner": shop.person("dave").subject}, "cents": 1}
    assert pocketbook.call("POST", "/v1/payments", json=body).status_code == 403


def test_a_service_proves_itself_by_its_secret(relying: Clients) -> None:
    stock = relying("stock", "orders.read", "client_secret_basic")
    token = remembered(stock.oauth.fetch_token(stock.server["token_endpoint"], grant_type="client_credentials"))
    assert token["scope"] == "orders.read"
    assert stock.call("GET", "/v1/reports/sales").status_code == 403


def service_with_key(relying: Clients, audience: str | None) -> Relying:
    billing = relying("billing", "reports.read", "private_key_jwt")
    billing.oauth.client_secret = ECKey.import_key(dict(billing.known.private_key or {}))
    billing.oauth.register_client_auth_method(PrivateKeyJWT(audience, alg="ES256"))
    return billing


def test_a_service_proves_itself_by_its_key(shop: RunningShop, relying: Clients) -> None:
    billing = service_with_key(relying, shop.origin)
    remembered(billing.oauth.fetch_token(billing.server["token_endpoint"], grant_type="client_credentials"))
    assert billing.call("GET", "/v1/reports/sales").status_code == 200


def test_an_assertion_for_the_token_endpoint_is_refused(relying: Clients) -> None:
    billing = service_with_key(relying, None)
    with pytest.raises(OAuthError) as refused:
        billing.oauth.fetch_token(billing.server["token_endpoint"], grant_type="client_credentials")
    assert refused.value.error == "invalid_client"


def test_a_wrong_secret_is_refused(relying: Clients) -> None:
    stock = relying("stock", "orders.read", "client_secret_basic")
    stock.oauth.client_secret = "not the secret of this client"
    with pytest.raises(OAuthError) as refused:
        stock.oauth.fetch_token(stock.server["token_endpoint"], grant_type="client_credentials")
    assert refused.value.error == "invalid_client"


def test_a_response_for_another_state_is_not_taken(shop: RunningShop, storefront: Relying) -> None:
    verifier = generate_token(48)
    url, state = storefront.oauth.create_authorization_url(
        storefront.server["authorization_endpoint"], code_verifier=verifier
    )
    back = shop.browse("alice", url, storefront.known.redirect_uri).replace(state, "another")
    with pytest.raises(MismatchingStateException):
        storefront.oauth.fetch_token(
            storefront.server["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
