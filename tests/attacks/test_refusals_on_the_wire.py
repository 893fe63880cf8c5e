"""Every refusal in its wire form: status, body and headers, at the issuer and at the gateway.

`ERRORS` names each class of the three families; a class that is added has to be added here.
"""

from typing import cast

import orjson
import pytest

import asgi
from ostiary.http import problem
from ostiary.model import errors
from ostiary.model.errors import Refusal, TokenRefused
from ostiary.model.ids import Reference, Scope
from ostiary.model.reasons import Reason
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Answer, Head, Incoming
from ostiary.server.issuer.refusal import render

WHY = Reason.CODE_VERIFIER_MISMATCH
REF = Reference("w1-7")
BASIC = (b"www-authenticate", b'Basic realm="ostiary", charset="UTF-8"')

OAUTH: dict[type[Refusal], tuple[int, str]] = {
    errors.InvalidRequest: (400, "invalid_request"),
    errors.InvalidClient: (401, "invalid_client"),
    errors.InvalidGrant: (400, "invalid_grant"),
    errors.UnauthorizedClient: (400, "unauthorized_client"),
    errors.UnsupportedGrantType: (400, "unsupported_grant_type"),
    errors.InvalidScope: (400, "invalid_scope"),
    errors.InvalidTarget: (400, "invalid_target"),
    errors.InvalidAuthorizationDetails: (400, "invalid_authorization_details"),
    errors.UnsupportedResponseType: (400, "unsupported_response_type"),
    errors.AccessDenied: (400, "access_denied"),
    errors.AuthorizationPending: (400, "authorization_pending"),
    errors.SlowDown: (400, "slow_down"),
    errors.ExpiredToken: (400, "expired_token"),
    errors.LoginRequired: (400, "login_required"),
    errors.ConsentRequired: (400, "consent_required"),
    errors.InteractionRequired: (400, "interaction_required"),
    errors.UnmetAuthenticationRequirements: (400, "unmet_authentication_requirements"),
    errors.RequestNotSupported: (400, "request_not_supported"),
    errors.RequestUriNotSupported: (400, "request_uri_not_supported"),
    errors.InvalidRequestUri: (400, "invalid_request_uri"),
    errors.InvalidRequestObject: (400, "invalid_request_object"),
    errors.InvalidProof: (400, "invalid_dpop_proof"),
    errors.NonceNeeded: (400, "use_dpop_nonce"),
    errors.UseAttestationChallenge: (400, "use_attestation_challenge"),
    errors.UseFreshAttestation: (400, "use_fresh_attestation"),
    errors.InvalidAttestation: (400, "invalid_attestation"),
    errors.RegistrationNotSupported: (400, "registration_not_supported"),
    errors.InvalidRedirectUri: (400, "invalid_redirect_uri"),
    errors.InvalidClientMetadata: (400, "invalid_client_metadata"),
    errors.UnsupportedTokenType: (400, "unsupported_token_type"),
    errors.ServerError: (500, "server_error"),
    errors.TemporarilyUnavailable: (503, "temporarily_unavailable"),
}
TOKEN: dict[TokenRefused, tuple[int, str, str, str]] = {
    errors.MissingToken(WHY): (401, "unauthorized", "", ""),
    errors.InvalidSignature(WHY): (401, "invalid_signature", "", ""),
    errors.InvalidToken(WHY): (401, "invalid_token", 'error="invalid_token"', ""),
    errors.InsufficientScope(WHY, (Scope("a"), Scope("b"))): (
        403,
        "insufficient_scope",
        'error="insufficient_scope"',
        'scope="a b"',
    ),
    errors.InsufficientUserAuthentication(WHY, "mfa", 300): (
        401,
        "insufficient_user_authentication",
        'error="insufficient_user_authentication"',
        'acr_values="mfa", max_age="300"',
    ),
    errors.InvalidDpopProof(WHY): (401, "invalid_dpop_proof", 'error="invalid_dpop_proof"', 'algs="ES256 '),
    errors.UseDpopNonce(WHY, "a-nonce"): (401, "use_dpop_nonce", 'error="use_dpop_nonce"', 'algs="ES256 '),
}
HTTP: dict[Refusal, tuple[int, str, bytes]] = {
    errors.BadRequest(WHY): (400, "bad_request", b""),
    errors.Forbidden(WHY): (403, "forbidden", b""),
    errors.NotFound(WHY): (404, "not_found", b""),
    errors.MethodNotAllowed(WHY, ("GET", "POST")): (405, "method_not_allowed", b"allow: GET, POST\r\n"),
    errors.RequestTimeout(WHY): (408, "request_timeout", b""),
    errors.Conflict(WHY): (409, "conflict", b""),
    errors.PreconditionFailed(WHY): (412, "precondition_failed", b""),
    errors.ContentTooLarge(WHY): (413, "content_too_large", b""),
    errors.UriTooLong(WHY): (414, "uri_too_long", b""),
    errors.ExpectationFailed(WHY): (417, "expectation_failed", b""),
    errors.MisdirectedRequest(WHY): (421, "misdirected_request", b""),
    errors.TooManyRequests(WHY, 7): (429, "too_many_requests", b"retry-after: 7\r\n"),
    errors.UpgradeRequired(WHY, "2.4", {}): (426, "upgrade_required", problem.UPGRADE),
    errors.UnprocessableContent(WHY): (422, "unprocessable_content", b""),
    errors.PreconditionRequired(WHY): (428, "precondition_required", b""),
    errors.HeadersTooLarge(WHY): (431, "headers_too_large", b""),
    errors.Unexpected(WHY): (500, "unexpected", b""),
    errors.NotImplementedHere(WHY): (501, "not_implemented", b""),
    errors.BadGateway(WHY): (502, "bad_gateway", b""),
    errors.ServiceUnavailable(WHY): (503, "service_unavailable", b"retry-after: 1\r\n"),
    errors.GatewayTimeout(WHY): (504, "gateway_timeout", b""),
    errors.VersionNotSupported(WHY): (505, "version_not_supported", b""),
}


def incoming(*headers: tuple[bytes, bytes]) -> Incoming:
    return Incoming.of(Head("POST", "/oauth/token", b"", asgi.by_name(headers), "192.0.2.7"), REF, b"")


def at_issuer(error: Refusal, asked: Incoming) -> Answer:
    """How a refusal looks depends on the request and on nothing else that the issuer knows."""
    return render(cast(Desk, None), asked, error)


def leaves(family: type[Refusal]) -> set[type[Refusal]]:
    """As `errors` has them: what the shell makes of one is tested with it."""
    below = [each for each in family.__subclasses__() if each.__module__ == errors.__name__]
    return {each for sub in below for each in leaves(sub)} if below else {family}


def named(error: Refusal) -> str:
    return type(error).__name__


def test_the_tables_have_every_refusal() -> None:
    assert leaves(errors.OAuthError) == set(OAUTH)
    assert leaves(errors.TokenRefused) == set(map(type, TOKEN))
    assert leaves(errors.HttpRefused) == set(map(type, HTTP))
    assert leaves(Refusal) == set(OAUTH) | set(map(type, TOKEN)) | set(map(type, HTTP))


@pytest.mark.parametrize(("error", "wire"), OAUTH.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_rfc6749_5_2_an_oauth_error(error: type[Refusal], wire: tuple[int, str]) -> None:
    status, code = wire
    answer = at_issuer(error(WHY, "code"), incoming())
    assert answer.status == status
    body = orjson.loads(answer.body)
    assert body.keys() == {"error", "error_description", "ref"}
    assert (body["error"], body["ref"]) == (code, REF)
    expected = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    expected += [BASIC] if status == 401 else []
    expected += [(b"retry-after", b"1")] if status == 503 else []
    expected += [(b"dpop-nonce", b"code")] if error is errors.NonceNeeded else []
    challenged = error is errors.UseAttestationChallenge
    expected += [(b"oauth-client-attestation-challenge", b"code")] if challenged else []
    assert list(answer.headers) == expected


def test_rfc6749_5_2_who_tried_basic_is_challenged_for_it() -> None:
    tried = incoming((b"authorization", b"Basic YTpi"))
    assert BASIC in at_issuer(errors.InvalidClient(WHY), tried).headers
    assert BASIC not in at_issuer(errors.InvalidGrant(WHY), tried).headers


@pytest.mark.parametrize(("error", "wire"), TOKEN.items(), ids=lambda value: getattr(type(value), "__name__", ""))
def test_rfc6750_3_a_refused_token(error: TokenRefused, wire: tuple[int, str, str, str]) -> None:
    status, code, told, more = wire
    answer = at_issuer(error, incoming())
    assert answer.status == error.status == status
    assert orjson.loads(answer.body)["error"] == code
    challenge = dict(answer.headers)[b"www-authenticate"].decode()
    assert challenge.startswith(error.scheme + " ")
    assert told in challenge
    assert ("error" in challenge) is (told != "")
    at_gateway = problem.lines(error, "https://api.example/meta", (error.scheme,)).decode()
    assert f"www-authenticate: {error.scheme} " in at_gateway
    assert told in at_gateway
    assert more in at_gateway
    assert ("error" in at_gateway) is (told != "")
    assert 'resource_metadata="https://api.example/meta"' in at_gateway
    nonce = isinstance(error, errors.UseDpopNonce)
    assert ("dpop-nonce: a-nonce\r\n" in at_gateway) is nonce
    assert dict(answer.headers).get(b"dpop-nonce") == (b"a-nonce" if nonce else None)
    assert at_gateway.count("\r\n") == 1 + nonce


@pytest.mark.parametrize(("error", "wire"), HTTP.items(), ids=lambda value: getattr(type(value), "__name__", ""))
def test_rfc9457_a_problem(error: Refusal, wire: tuple[int, str, bytes]) -> None:
    status, code, lines = wire
    assert error.status == status
    assert problem.PHRASES[status]
    assert problem.lines(error, None, ()) == lines
    body = orjson.loads(problem.body(error, REF))
    assert (body["status"], body["code"], body["ref"]) == (status, code, REF)
    assert body["type"] == problem.TYPE + code
    answer = at_issuer(error, incoming())
    assert answer.status == status
    assert dict(answer.headers)[b"content-type"] == b"application/problem+json"
    members = orjson.loads(answer.body)
    assert (members["status"], members["code"], members["ref"]) == (status, code, REF)


@pytest.mark.parametrize("error", [*TOKEN, *HTTP, *(each(WHY) for each in OAUTH)], ids=named)
def test_no_answer_tells_the_reason(error: Refusal) -> None:
    answer = at_issuer(error, incoming())
    told = answer.body + repr(answer.headers).encode()
    assert WHY.value.encode() not in told
    assert WHY.says.encode() not in told
