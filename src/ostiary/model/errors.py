"""The three families of refusals. Each class fixes code, status and public text; the reason stays inside.

`OAuthError`: RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6, RFC 7009 section 2.2.1, RFC 8628
section 3.5, RFC 8707 section 2, RFC 9101 section 7, RFC 9396 section 5, RFC 7591 section 3.2.2.
`TokenRefused`: RFC 6750 section 3.1, RFC 9470 section 3. `HttpRefused`: RFC 9110 status codes as RFC 9457 problems.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason

BEARER: Final = "Bearer"
DPOP: Final = "DPoP"
"""Authentication schemes (RFC 6750 section 3, RFC 9449 section 7.1)."""


class Refusal(Exception):
    """What was refused, and why. `detail` is public: it names parameters or fields, never values."""

    code: ClassVar[str]
    status: ClassVar[int]
    public: ClassVar[str]

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{self.code}: {reason.value}")
        self.reason = reason
        self.detail = detail


class OAuthError(Refusal):
    """An error of the issuer's endpoints."""

    status = 400


class InvalidRequest(OAuthError):
    code, public = "invalid_request", "The request is malformed or lacks a parameter."


class InvalidClient(OAuthError):
    code, status, public = "invalid_client", 401, "Client authentication failed."


class InvalidGrant(OAuthError):
    code, public = "invalid_grant", "The grant is invalid, expired, revoked or was issued to another client."


class UnauthorizedClient(OAuthError):
    code, public = "unauthorized_client", "The client may not use this grant type."


class UnsupportedGrantType(OAuthError):
    code, public = "unsupported_grant_type", "The grant type is not served."


class InvalidScope(OAuthError):
    code, public = "invalid_scope", "A scope is unknown or not for this client."


class InvalidTarget(OAuthError):
    """RFC 8707 section 2."""

    code, public = "invalid_target", "A resource is unknown, malformed or not for this client."


class InvalidAuthorizationDetails(OAuthError):
    """RFC 9396 section 5."""

    code, public = (
        "invalid_authorization_details",
        "Authorization details are unknown, malformed or not for this client.",
    )


class UnsupportedResponseType(OAuthError):
    code, public = "unsupported_response_type", "Only response_type=code is served."


class AccessDenied(OAuthError):
    code, public = "access_denied", "The request was denied."


class AuthorizationPending(OAuthError):
    """RFC 8628 section 3.5, like the two after it."""

    code, public = "authorization_pending", "Nobody has answered the device's request yet."


class SlowDown(OAuthError):
    code, public = "slow_down", "The device asks too often: wait 5 seconds longer each time from now on."


class ExpiredToken(OAuthError):
    code, public = "expired_token", "The device's request is too old; it may make a new one."


class LoginRequired(OAuthError):
    code, public = "login_required", "The person has to sign in."


class ConsentRequired(OAuthError):
    code, public = "consent_required", "The person has to consent."


class InteractionRequired(OAuthError):
    code, public = "interaction_required", "The person has to be asked."


class UnmetAuthenticationRequirements(OAuthError):
    """OpenID Connect Core Error Code unmet_authentication_requirements 1.0 section 2."""

    code, public = "unmet_authentication_requirements", "The person cannot sign in as strongly as was asked."


class InvalidProof(OAuthError):
    """RFC 9449 section 5."""

    code, public = "invalid_dpop_proof", "The proof of possession does not hold."


class NonceNeeded(OAuthError):
    """RFC 9449 section 8. `nonce` goes with the answer."""

    code, public = "use_dpop_nonce", "The proof of possession needs the nonce of this answer."

    def __init__(self, reason: Reason, nonce: str = "") -> None:
        super().__init__(reason)
        self.nonce = nonce


class UseAttestationChallenge(OAuthError):
    """draft-ietf-oauth-attestation-based-client-auth-11 section 7.4. `challenge` goes with the answer."""

    code, public = "use_attestation_challenge", "The proof of the attested key needs the challenge of this answer."

    def __init__(self, reason: Reason, challenge: str = "") -> None:
        super().__init__(reason)
        self.challenge = challenge


class UseFreshAttestation(OAuthError):
    """draft-ietf-oauth-attestation-based-client-auth-11 section 7.4."""

    code, public = "use_fresh_attestation", "The attestation is too old; please get a new one."


class InvalidAttestation(OAuthError):
    """Our own: what a device says of its key does not make it an instance of the app."""

    code, public = "invalid_attestation", "The statement does not prove an instance of the app."


class RequestNotSupported(OAuthError):
    code, public = "request_not_supported", "This client's request objects are not served."


class InvalidRequestObject(OAuthError):
    """RFC 9101 section 7."""

    code, public = "invalid_request_object", "The request object is not one that can be used here and now."


class RequestUriNotSupported(OAuthError):
    code, public = "request_uri_not_supported", "Request URIs are not served."


class InvalidRequestUri(OAuthError):
    """RFC 9101 section 7."""

    code, public = "invalid_request_uri", "The request_uri is not one that can be used here and now."


class RegistrationNotSupported(OAuthError):
    code, public = "registration_not_supported", "The registration parameter is not served."


class InvalidRedirectUri(OAuthError):
    """RFC 7591 section 3.2.2, like the one after it."""

    code, public = "invalid_redirect_uri", "A redirect URI is not one that a client can register here."


class InvalidClientMetadata(OAuthError):
    code, public = "invalid_client_metadata", "A member of the client metadata is not one that can be registered here."


class UnsupportedTokenType(OAuthError):
    code, public = "unsupported_token_type", "Tokens of this type cannot be revoked."


class ServerError(OAuthError):
    code, status, public = "server_error", 500, "Something failed unexpectedly."


class TemporarilyUnavailable(OAuthError):
    code, status, public = "temporarily_unavailable", 503, "Please try again soon."


class TokenRefused(Refusal):
    """The request's token does not let it in; answered with a `WWW-Authenticate` challenge of `scheme`."""

    scheme: ClassVar[str] = BEARER


class MissingToken(TokenRefused):
    """No credentials: the challenge carries no error code (RFC 6750 section 3.1)."""

    code, status, public = "unauthorized", 401, "This needs an access token."


class InvalidToken(TokenRefused):
    code, status, public = "invalid_token", 401, "The access token is expired, revoked or not valid here."


class InvalidSignature(TokenRefused):
    """RFC 9421 section 3.2: the signature of a request is not one that lets it in."""

    code, status, public = "invalid_signature", 401, "The signature is malformed, expired, used or not valid here."


class InsufficientScope(TokenRefused):
    code, status, public = "insufficient_scope", 403, "The access token does not carry the scope that this needs."

    def __init__(self, reason: Reason, needed: Iterable[Scope]) -> None:
        super().__init__(reason)
        self.needed = tuple(needed)


class InsufficientUserAuthentication(TokenRefused):
    """RFC 9470 section 3: a stronger or fresher sign-in is needed. `max_age` in seconds."""

    code, status = "insufficient_user_authentication", 401
    public = "This needs a stronger or fresher sign-in."

    def __init__(self, reason: Reason, acr: str | None, max_age: int | None) -> None:
        super().__init__(reason)
        self.acr = acr
        self.max_age = max_age


class InvalidDpopProof(TokenRefused):
    """RFC 9449 section 7.1."""

    scheme = DPOP
    code, status, public = "invalid_dpop_proof", 401, "The proof of possession does not hold."


class UseDpopNonce(TokenRefused):
    """RFC 9449 section 9. `nonce` goes with the answer."""

    scheme = DPOP
    code, status, public = "use_dpop_nonce", 401, "The proof of possession needs the nonce of this answer."

    def __init__(self, reason: Reason, nonce: str = "") -> None:
        super().__init__(reason)
        self.nonce = nonce


class HttpRefused(Refusal):
    """A refusal below or beyond tokens."""


class BadRequest(HttpRefused):
    code, status, public = "bad_request", 400, "The request is malformed."


class Forbidden(HttpRefused):
    code, status, public = "forbidden", 403, "This is not allowed."


class NotFound(HttpRefused):
    code, status, public = "not_found", 404, "There is nothing here."


class MethodNotAllowed(HttpRefused):
    code, status, public = "method_not_allowed", 405, "This method is not allowed here."

    def __init__(self, reason: Reason, allowed: Iterable[str]) -> None:
        super().__init__(reason)
        self.allowed = tuple(allowed)


class Conflict(HttpRefused):
    code, status, public = "conflict", 409, "This was changed meanwhile; please read it again."


class PreconditionFailed(HttpRefused):
    """RFC 9110 section 13.1.1."""

    code, status, public = "precondition_failed", 412, "This is not the version that If-Match names."


class RequestTimeout(HttpRefused):
    code, status, public = "request_timeout", 408, "The request did not arrive in time."


class ContentTooLarge(HttpRefused):
    code, status, public = "content_too_large", 413, "The body is larger than this accepts."


class UriTooLong(HttpRefused):
    code, status, public = "uri_too_long", 414, "The request target is longer than this accepts."


class ExpectationFailed(HttpRefused):
    code, status, public = "expectation_failed", 417, "Only 100-continue can be expected."


class MisdirectedRequest(HttpRefused):
    code, status, public = "misdirected_request", 421, "This host is not served here."


class TooManyRequests(HttpRefused):
    """`retry_after` in seconds."""

    code, status, public = "too_many_requests", 429, "A limit is reached; please slow down."

    def __init__(self, reason: Reason, retry_after: int) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class UpgradeRequired(HttpRefused):
    """RFC 9110 section 15.5.22. `min_version`: the oldest build that is let in; `store_links`: where to get one."""

    code, status, public = "upgrade_required", 426, "This build of the app is too old; please update it."

    def __init__(self, reason: Reason, min_version: str, store_links: Mapping[str, str]) -> None:
        super().__init__(reason)
        self.min_version = min_version
        self.store_links = store_links


class UnprocessableContent(HttpRefused):
    code, status, public = "unprocessable_content", 422, "What was sent cannot be taken; `mistakes` says why."


class PreconditionRequired(HttpRefused):
    """RFC 6585 section 3."""

    code, status, public = "precondition_required", 428, "This needs If-Match with the version to change."


class HeadersTooLarge(HttpRefused):
    code, status, public = "headers_too_large", 431, "The header fields are larger than this accepts."


class Unexpected(HttpRefused):
    code, status, public = "unexpected", 500, "Something failed unexpectedly."


class NotImplementedHere(HttpRefused):
    code, status, public = "not_implemented", 501, "This transfer coding is not served."


class BadGateway(HttpRefused):
    code, status, public = "bad_gateway", 502, "The service behind this door did not answer properly."


class ServiceUnavailable(HttpRefused):
    code, status, public = "service_unavailable", 503, "Please try again soon."


class GatewayTimeout(HttpRefused):
    code, status, public = "gateway_timeout", 504, "The service behind this door did not answer in time."


class VersionNotSupported(HttpRefused):
    code, status, public = "version_not_supported", 505, "Only HTTP/1.1 and HTTP/1.0 are served here."
