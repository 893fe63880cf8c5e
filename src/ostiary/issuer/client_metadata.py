"""What a client says of itself when it registers (RFC 7591 section 2). What is not known is ignored, as section 2
wants it; what is known and not served is refused, and not left out in silence.

Two things may be named by their address, keys and a logo: `issuer/named_elsewhere.py`.
"""

from collections.abc import Mapping
from typing import Final

import orjson

from ostiary.contract.model import ClientAuth, Contract, GrantType, RegistrationRule
from ostiary.contract.rights import OPENID_SCOPES
from ostiary.http.fetchable import read_place
from ostiary.issuer.client_name import require_honest_name
from ostiary.issuer.registered_redirects import require_redirect_uris
from ostiary.issuer.scopes import read_scope
from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.keyset import KeySet
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.algorithms import VERIFIED
from ostiary.model.errors import ContentTooLarge, InvalidClientMetadata, InvalidScope
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason

MOST_BYTES: Final = 16 * 1024
METHODS: Final = frozenset({ClientAuth.NONE, ClientAuth.SECRET_BASIC, ClientAuth.PRIVATE_KEY_JWT})
_ADDRESSES: Final = ("request_uris", "sector_identifier_uri", "software_statement")
"""What would have to be fetched, or to be believed because somebody else says so."""
_ONLY: Final[Mapping[str, object]] = {
    "dpop_bound_access_tokens": False,
    "tls_client_certificate_bound_access_tokens": False,
    "require_signed_request_object": False,
    "subject_type": "public",
    "id_token_signed_response_alg": "ES256",
    "authorization_signed_response_alg": "ES256",
    "introspection_signed_response_alg": "ES256",
    "id_token_encrypted_response_alg": None,
    "authorization_encrypted_response_alg": None,
    "introspection_encrypted_response_alg": None,
    "userinfo_signed_response_alg": None,
    "userinfo_encrypted_response_alg": None,
    "request_object_encryption_alg": None,
    "authorization_details_types": None,
    "default_max_age": None,
    "default_acr_values": None,
    "backchannel_logout_uri": None,
    "frontchannel_logout_uri": None,
    "post_logout_redirect_uris": None,
}
"""The one value that is served (RFC 9449 section 5.2, RFC 8705 section 3.4, RFC 9101 section 10.5, OpenID Connect
Dynamic Client Registration section 2, JARM section 3, RFC 9701 section 6, RFC 9396 section 10, OpenID Connect
Back-Channel Logout section 2.2, Front-Channel Logout section 2, RP-Initiated Logout section 3.1); None: none is. A
client that counts on another would be worse off than it believes."""
_SIGNED_BY: Final = ("token_endpoint_auth_signing_alg", "request_object_signing_alg")
"""What the client signs with is among what is verified (OpenID Connect Dynamic Client Registration section 2). Which it
is, its keys say: each has one algorithm."""
_GRANTS: Final = frozenset({GrantType.AUTHORIZATION_CODE.value, GrantType.REFRESH_TOKEN.value})

Members = Mapping[str, object]


@frozen
class ClientMetadata:
    """Every member is one that a client of this sort may have."""

    name: str | None
    redirect_uris: tuple[str, ...]
    auth_method: ClientAuth
    refreshes: bool
    scopes: frozenset[Scope]
    jwks: str | None
    jwks_uri: str | None
    logo_uri: str | None


def read_members(content_type: bytes | None, body: bytes) -> Members:
    """The JSON object of the body. Raises InvalidClientMetadata, ContentTooLarge."""
    if len(body) > MOST_BYTES:
        raise ContentTooLarge(Reason.BODY_TOO_LARGE)
    if content_type is None or content_type.partition(b";")[0].strip().lower() != b"application/json":
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, "Content-Type")
    try:
        return parse_object(body)
    except NotStrictJson:
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED) from None


def read_metadata(members: Members, contract: Contract, opened: RegistrationRule) -> ClientMetadata:
    """Raises InvalidClientMetadata, InvalidRedirectUri."""
    for name in _ADDRESSES:
        if name in members:
            raise InvalidClientMetadata(Reason.METADATA_BY_ADDRESS, name)
    for name, served in _ONLY.items():
        if members.get(name, served) != served:
            raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, name)
    for name in _SIGNED_BY:
        if name in members and members[name] not in VERIFIED:
            raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, name)
    method = _method(members)
    read = ClientMetadata(
        name=_name(members, contract),
        redirect_uris=_texts(members, "redirect_uris", ()),
        auth_method=method,
        refreshes=GrantType.REFRESH_TOKEN.value in _grants(members),
        scopes=_scopes(members, opened),
        jwks=_jwks(members, method),
        jwks_uri=_address(members, "jwks_uri", opened),
        logo_uri=_address(members, "logo_uri", opened),
    )
    require_redirect_uris(read.redirect_uris, method, contract)
    return read


def _name(members: Members, contract: Contract) -> str | None:
    if any(member.startswith("client_name#") for member in members):
        raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, "client_name")
    name = _text(members, "client_name")
    if name is not None:
        require_honest_name(name, contract)
    return name


def _method(members: Members) -> ClientAuth:
    """RFC 7591 section 2: a secret, where nothing is said."""
    said = _text(members, "token_endpoint_auth_method") or ClientAuth.SECRET_BASIC.value
    found = next((method for method in METHODS if method.value == said), None)
    if found is None:
        raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, "token_endpoint_auth_method")
    return found


def _grants(members: Members) -> frozenset[str]:
    """Code with PKCE is the one way in, and a refresh token goes with it (RFC 7591 section 2.1)."""
    if _texts(members, "response_types", ("code",)) != ("code",):
        raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, "response_types")
    grants = frozenset(_texts(members, "grant_types", (GrantType.AUTHORIZATION_CODE.value,)))
    if GrantType.AUTHORIZATION_CODE.value not in grants or not grants <= _GRANTS:
        raise InvalidClientMetadata(Reason.METADATA_NOT_SERVED, "grant_types")
    return grants


def _scopes(members: Members, opened: RegistrationRule) -> frozenset[Scope]:
    """What was asked for, and never more than the contract opens; all of that where nothing is said."""
    said = _text(members, "scope")
    try:
        scopes = opened.scopes | OPENID_SCOPES if said is None else read_scope(said)
    except InvalidScope:
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, "scope") from None
    if not scopes <= opened.scopes | OPENID_SCOPES:
        raise InvalidClientMetadata(Reason.METADATA_SCOPE, "scope")
    return scopes


def _jwks(members: Members, method: ClientAuth) -> str | None:
    """Public keys alone, and only of whom signs by them."""
    given = ("jwks" in members) + ("jwks_uri" in members)
    if given != (1 if method is ClientAuth.PRIVATE_KEY_JWT else 0):
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, "jwks")
    if "jwks" not in members:
        return None
    text = orjson.dumps(members["jwks"]).decode()
    try:
        return KeySet.from_jwks(text).to_jwks()
    except JwkInvalid:
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, "jwks") from None


def _address(members: Members, name: str, opened: RegistrationRule) -> str | None:
    """One that may be fetched."""
    uri = _text(members, name)
    if uri is not None and read_place(uri, opened.fetch.ports) is None:
        raise InvalidClientMetadata(Reason.METADATA_UNFETCHED, name)
    return uri


def _text(members: Members, name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, name)
    return value


def _texts(members: Members, name: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    value = members.get(name, otherwise)
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise InvalidClientMetadata(Reason.METADATA_MALFORMED, name)
    return tuple(value)
