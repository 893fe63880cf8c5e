"""The token endpoint (RFC 6749 section 3.2): its requests, what all grants check, and its answer."""

from typing import Final

import orjson

from ostiary.contract.model import ClientRule, GrantType
from ostiary.issuer import access_token, id_token
from ostiary.issuer.access_token_claims import Claims
from ostiary.issuer.details import PARAMETER, read_details
from ostiary.issuer.exchange_request import ExchangeRequest, read_exchange_request
from ostiary.issuer.form import Parameters, require
from ostiary.issuer.holder import Holder
from ostiary.issuer.pkce import read_verifier
from ostiary.issuer.refresh_token import RefreshName, written
from ostiary.issuer.resources import Services, read_resources
from ostiary.issuer.scopes import read_scope
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.hashing import token_hash
from ostiary.keys.jwt import sign
from ostiary.model.errors import BEARER, DPOP, InvalidRequest, UnauthorizedClient, UnsupportedGrantType
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, Secret, TokenHash
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason


@frozen
class CodeRequest:
    """RFC 6749 section 4.1.3 with RFC 7636 section 4.5. `redirect_uri`: None where it was not sent, which is how
    OAuth 2.1 has it."""

    code: TokenHash
    redirect_uri: str | None
    verifier: str
    resources: Services = frozenset()
    details: str | None = None
    grant_type = GrantType.AUTHORIZATION_CODE


@frozen
class RefreshRequest:
    """RFC 6749 section 6."""

    token: Secret
    scopes: frozenset[Scope] | None
    resources: Services = frozenset()
    details: str | None = None
    grant_type = GrantType.REFRESH_TOKEN


@frozen
class ClientCredentialsRequest:
    """RFC 6749 section 4.4.2."""

    scopes: frozenset[Scope] | None
    resources: Services = frozenset()
    details: str | None = None
    grant_type = GrantType.CLIENT_CREDENTIALS


@frozen
class DeviceCodeRequest:
    """RFC 8628 section 3.4."""

    code: TokenHash
    resources: Services = frozenset()
    details: str | None = None
    grant_type = GrantType.DEVICE_CODE


TokenRequest = CodeRequest | RefreshRequest | ClientCredentialsRequest | DeviceCodeRequest | ExchangeRequest
SERVED: Final = (
    GrantType.AUTHORIZATION_CODE,
    GrantType.REFRESH_TOKEN,
    GrantType.CLIENT_CREDENTIALS,
    GrantType.DEVICE_CODE,
    GrantType.TOKEN_EXCHANGE,
)


def read_token_request(form: Parameters) -> TokenRequest:
    """Raises InvalidRequest, InvalidScope, InvalidTarget, InvalidAuthorizationDetails, or UnsupportedGrantType (RFC
    6749 section 5.2)."""
    scopes = read_scope(form["scope"]) if "scope" in form else None
    resources, details = read_resources(form), read_details(form)
    match require(form, "grant_type"):
        case GrantType.AUTHORIZATION_CODE:
            return _read_code_request(form, resources, details)
        case GrantType.REFRESH_TOKEN:
            return RefreshRequest(Secret(require(form, "refresh_token")), scopes, resources, details)
        case GrantType.CLIENT_CREDENTIALS:
            return ClientCredentialsRequest(scopes, resources, details)
        case GrantType.DEVICE_CODE:
            return DeviceCodeRequest(token_hash(require(form, "device_code")), resources, details)
        case GrantType.TOKEN_EXCHANGE:
            return read_exchange_request(form, scopes, resources, details)
        case _:
            raise UnsupportedGrantType(Reason.GRANT_TYPE_UNSUPPORTED)


def _read_code_request(form: Parameters, resources: Services, details: str | None) -> CodeRequest:
    code, verifier = require(form, "code"), read_verifier(form.get("code_verifier"))
    return CodeRequest(token_hash(code), form.get("redirect_uri"), verifier, resources, details)


def require_no_query(query: bytes) -> None:
    """Raise InvalidRequest for parameters in the URI, where logs would keep them (RFC 6749 section 2.3.1)."""
    if query:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "query")


def require_grant_allowed(client: ClientRule, grant_type: GrantType) -> None:
    """Raise UnauthorizedClient unless the client's kind uses this grant (RFC 6749 section 5.2)."""
    if grant_type not in client.profile.grants:
        raise UnauthorizedClient(Reason.GRANT_TYPE_NOT_ALLOWED)


@frozen
class Tokens:
    """What the token endpoint hands out, before it is signed and written."""

    access: Claims
    expires_in: int
    id: Claims | None = None
    refresh: RefreshName | None = None
    type: str = BEARER
    issued_type: str | None = None
    """`issued_token_type`, where a token was exchanged."""


def token_type(holder: Holder | None) -> str:
    """How the access token is brought (RFC 9449 section 5); one that is bound to a certificate is brought as a bearer
    token (RFC 8705 section 3)."""
    return DPOP if holder is not None and holder.binding is Binding.DPOP else BEARER


def render_tokens(tokens: Tokens, key: SigningPrivateKey, refresh_key: bytes) -> bytes:
    """The JSON of RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3, RFC 8693 section 2.2.1 and RFC 9396
    section 7."""
    members: dict[str, object] = {
        "access_token": sign(tokens.access, key, access_token.TYPE),
        "token_type": tokens.type,
        "expires_in": tokens.expires_in,
        "scope": tokens.access["scope"],
    }
    if PARAMETER in tokens.access:
        members[PARAMETER] = tokens.access[PARAMETER]
    if tokens.issued_type is not None:
        members["issued_token_type"] = tokens.issued_type
    if tokens.id is not None:
        members["id_token"] = sign(tokens.id, key, id_token.TYPE)
    if tokens.refresh is not None:
        members["refresh_token"] = written(tokens.refresh, refresh_key).reveal()
    return orjson.dumps(members)
