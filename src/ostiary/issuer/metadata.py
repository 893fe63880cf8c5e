"""What the issuer says of itself (RFC 8414, OpenID Connect Discovery 1.0) and of the services (RFC 9728).

ID tokens are signed with ES256 alone. OpenID Connect Discovery section 3 wants RS256 among the algorithms; we leave it
out on purpose: every key of the issuer has one algorithm (RFC 8725 section 3.1), and RS256 costs ten times as much.
"""

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from ostiary.contract.model import ClientAuth, Contract, GrantType, Profile, ServiceRule
from ostiary.contract.rights import OPENID_SCOPES
from ostiary.issuer import claims
from ostiary.issuer.authorize import ResponseMode
from ostiary.issuer.openid_parameters import Prompt
from ostiary.issuer.pkce import METHOD
from ostiary.issuer.token import SERVED
from ostiary.model import endpoints
from ostiary.model.algorithms import PROVING, VERIFIED

Document = dict[str, object]

CONFIDENTIAL = (ClientAuth.SECRET_BASIC.value, ClientAuth.PRIVATE_KEY_JWT.value)
BY_CERTIFICATE = (ClientAuth.TLS.value, ClientAuth.SELF_SIGNED_TLS.value)
ALIASED = {
    "token_endpoint": endpoints.TOKEN,
    "pushed_authorization_request_endpoint": endpoints.PAR,
    "device_authorization_endpoint": endpoints.DEVICE_AUTHORIZATION,
    "userinfo_endpoint": endpoints.USERINFO,
    "revocation_endpoint": endpoints.REVOKE,
    "introspection_endpoint": endpoints.INTROSPECT,
}


ATTESTED = (ClientAuth.ATTESTATION.value, f"{ClientAuth.ATTESTATION.value}_dpop")


def authorization_server(contract: Contract) -> Document:
    """One document for both well-known names (RFC 8414 sections 2 and 3.2, OpenID Connect Discovery 1.0 section 3,
    RFC 8628 section 4). Where clients can register is said only where they can."""
    origin = contract.origin
    methods = CONFIDENTIAL if contract.mutual_tls is None else (*CONFIDENTIAL, *BY_CERTIFICATE)
    by_attestation = ATTESTED if is_attested(contract) else ()
    document: Document = {
        "issuer": origin,
        "authorization_endpoint": origin + endpoints.AUTHORIZE,
        "token_endpoint": origin + endpoints.TOKEN,
        "pushed_authorization_request_endpoint": origin + endpoints.PAR,
        "require_pushed_authorization_requests": _all(contract, lambda profile: profile.pushed_requests),
        "require_signed_request_object": _all(contract, lambda profile: profile.signed_requests),
        "device_authorization_endpoint": origin + endpoints.DEVICE_AUTHORIZATION,
        "jwks_uri": origin + endpoints.JWKS,
        "userinfo_endpoint": origin + endpoints.USERINFO,
        "revocation_endpoint": origin + endpoints.REVOKE,
        "introspection_endpoint": origin + endpoints.INTROSPECT,
        "introspection_signing_alg_values_supported": ["ES256"],
        "end_session_endpoint": origin + endpoints.LOGOUT,
        **_supported(contract),
        **_authentication("token", (ClientAuth.NONE.value, *by_attestation, *methods)),
        **_authentication("revocation", (ClientAuth.NONE.value, *by_attestation, *methods)),
        **_authentication("introspection", methods),
        **_mutual_tls(contract),
        **_attestation(contract),
        **({} if contract.registration is None else {"registration_endpoint": origin + endpoints.REGISTER}),
        "protected_resources": sorted(service.audience for service in contract.services.values()),
    }
    return _without_empty(document)


def _without_empty(document: Document) -> Document:
    """Members without an element are left out (RFC 8414 section 3.2, RFC 9728 section 3.2)."""
    return {name: value for name, value in document.items() if value != []}


def is_attested(contract: Contract) -> bool:
    """Whether instances of apps prove themselves by what an attester says, be it the issuer itself."""
    return bool(contract.attesters) or any(client.attest is not None for client in contract.clients.values())


def _attestation(contract: Contract) -> Document:
    """How instances of apps prove themselves (draft-ietf-oauth-attestation-based-client-auth-11 sections 6.3 and 8)."""
    if not is_attested(contract):
        return {}
    vouches = any(client.attest is not None for client in contract.clients.values())
    return {
        **({"attestation_endpoint": contract.origin + endpoints.ATTEST} if vouches else {}),
        "challenge_endpoint": contract.origin + endpoints.CHALLENGE,
        "client_attestation_signing_alg_values_supported": list(VERIFIED),
        "client_attestation_pop_signing_alg_values_supported": list(VERIFIED),
    }


def _mutual_tls(contract: Contract) -> Document:
    """Where clients come with a certificate (RFC 8705 sections 3.3 and 5)."""
    gateway = contract.mutual_tls
    if gateway is None:
        return {}
    aliases = {name: gateway.origin + path for name, path in ALIASED.items()}
    return {"tls_client_certificate_bound_access_tokens": True, "mtls_endpoint_aliases": aliases}


def _supported(contract: Contract) -> Document:
    return {
        "response_types_supported": ["code"],
        "response_modes_supported": [mode.value for mode in ResponseMode],
        "grant_types_supported": [grant.value for grant in SERVED],
        "scopes_supported": sorted(OPENID_SCOPES | contract.scopes.keys()),
        "claims_supported": list(claims.SUPPORTED),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": False,
        "request_object_signing_alg_values_supported": list(VERIFIED),
        "authorization_signing_alg_values_supported": ["ES256"],
        "authorization_details_types_supported": sorted(contract.details),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "acr_values_supported": ["pwd"],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["en"],
        "code_challenge_methods_supported": [METHOD],
        "authorization_response_iss_parameter_supported": True,
        "dpop_signing_alg_values_supported": list(PROVING),
    }


def _all(contract: Contract, wants: Callable[[Profile], bool]) -> bool:
    """Whether the profile of every client that sends people here wants something of its requests (RFC 9126 section 5,
    RFC 9101 section 10.5)."""
    profiles = [client.profile for client in contract.clients.values()]
    asking = [each for each in profiles if GrantType.AUTHORIZATION_CODE in each.grants]
    return bool(asking) and all(map(wants, asking))


def _authentication(endpoint: str, methods: Iterable[str]) -> Document:
    return {
        f"{endpoint}_endpoint_auth_methods_supported": list(methods),
        f"{endpoint}_endpoint_auth_signing_alg_values_supported": list(VERIFIED),
    }


def protected_resource(contract: Contract, service: ServiceRule) -> Document:
    """RFC 9728 sections 2 and 3.2."""
    scopes = {scope for route in contract.routes if route.service == service.name for scope in route.scopes}
    document: Document = {
        "resource": service.audience,
        "resource_name": service.name,
        "authorization_servers": [contract.origin],
        "scopes_supported": sorted(scopes),
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(PROVING),
        **({} if contract.mutual_tls is None else {"tls_client_certificate_bound_access_tokens": True}),
    }
    return _without_empty(document)


def protected_resource_paths(contract: Contract) -> dict[str, ServiceRule]:
    """Where each service's document lies (RFC 9728 section 3.1). One whose audience is on another origin has none
    here: a client would have to ask that origin (section 3.3)."""
    found = {}
    for service in contract.services.values():
        if service.audience == contract.origin or service.audience.startswith(contract.origin + "/"):
            found[endpoints.PROTECTED_RESOURCE + urlsplit(service.audience).path.rstrip("/")] = service
    return found
