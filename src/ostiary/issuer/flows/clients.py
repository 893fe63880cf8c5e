"""Who asks: a client that proves itself, or one that this program is itself."""

from ostiary.contract.model import ClientRule
from ostiary.issuer import app_configuration as configuration
from ostiary.issuer import client_authentication as client_auth
from ostiary.issuer import web_login as login
from ostiary.issuer.app_configuration import AppConfiguration
from ostiary.issuer.client_authentication import AuthenticatedClient
from ostiary.issuer.credentials import Credentials
from ostiary.issuer.decision import Decided
from ostiary.issuer.registry import Registry
from ostiary.keys.dpop import Proofs
from ostiary.keys.keyset import KeySet


def authenticate_client(
    registry: Registry,
    credentials: Credentials,
    disabled_at: int | None,
    peer: str,
    own: KeySet,
    proofs: Proofs,
    now: float,
) -> AuthenticatedClient:
    """Who asks, at token, revocation, introspection and push endpoint (RFC 6749 section 2.3, RFC 7523 section 3,
    RFC 8705 section 2, draft-ietf-oauth-attestation-based-client-auth-11 section 7)."""
    client = client_auth.require_known_client(credentials, registry)
    client_auth.require_registered_method(credentials, client)
    spends = client_auth.require_proof_of_client(credentials, client, registry, now)
    client_auth.require_gateway(credentials.gateway, client, registry)
    client_auth.require_enabled(disabled_at)
    client_auth.require_address(client, peer)
    key = client_auth.require_instance(credentials, client, registry, own, proofs, now)
    return AuthenticatedClient(client, spends, key)


def app_configuration(
    registry: Registry, client: ClientRule, latest: AppConfiguration | None, now: float
) -> Decided[dict[str, object]]:
    """What an instance fetches of its door, so that pins and endpoints change without a release."""
    configuration.require_instance(client)
    return configuration.told(registry, configuration.require_published(latest), now)


def handled_client(registry: Registry, name: str | None, disabled_at: int | None) -> AuthenticatedClient:
    """A web client whose tokens are kept here: this program is that client, and need not prove it to itself (RFC 10017
    section 6.1)."""
    client = login.require_client(registry, name)
    client_auth.require_enabled(disabled_at)
    return AuthenticatedClient(client)
