"""Why something was refused, a closed list. The public sees the code of the error; the audit record has the reason."""

from enum import StrEnum


class Reason(StrEnum):
    """Value: what records carry. `says`: what `ostiary explain ref` and the reference page print."""

    says: str

    def __new__(cls, value: str, says: str = "") -> "Reason":
        member = str.__new__(cls, value)
        member._value_ = value
        member.says = says
        return member

    # authorization requests
    CLIENT_UNKNOWN = "client_unknown", "No client has this client_id."
    CLIENT_DISABLED = "client_disabled", "The client was revoked."
    REDIRECT_URI_MISMATCH = "redirect_uri_mismatch", "The redirect URI is not exactly one of those registered."
    PARAMETER_REPEATED = "parameter_repeated", "A parameter stood more than once in the request."
    PARAMETER_MISSING = "parameter_missing", "A required parameter is missing."
    PARAMETER_INVALID = "parameter_invalid", "A parameter's value is not one that its definition allows."
    RESPONSE_TYPE_UNSUPPORTED = "response_type_unsupported", "Only response_type=code is served."
    RESPONSE_MODE_UNSUPPORTED = (
        "response_mode_unsupported",
        "The response mode is not one of query, form_post and their signed forms.",
    )
    PKCE_MISSING = "pkce_missing", "The request has no code_challenge with method S256."
    SCOPE_UNKNOWN = "scope_unknown", "A scope is not one of the contract."
    SCOPE_NOT_ALLOWED = "scope_not_allowed", "The client may not have this scope."
    REQUEST_OBJECT_UNSUPPORTED = (
        "request_object_unsupported",
        "The request came in a form that is not served, or is signed by a client without known keys.",
    )
    REQUEST_OBJECT_INVALID = (
        "request_object_invalid",
        "The request object is malformed, or its signature, type, client or audience does not hold.",
    )
    REQUEST_OBJECT_EXPIRED = (
        "request_object_expired",
        "The request object is expired, not yet valid, or lives too long.",
    )
    REQUEST_NOT_PUSHED = "request_not_pushed", "The client's profile wants its requests pushed, and this one was not."
    REQUEST_NOT_SIGNED = "request_not_signed", "The client's profile wants its requests signed, and this one was not."
    ANSWER_NOT_SIGNED = (
        "answer_not_signed",
        "The client's profile wants signed answers, and this request did not ask for one.",
    )
    REQUEST_URI_UNKNOWN = "request_uri_unknown", "The request_uri is not one of ours."
    REQUEST_URI_OF_ANOTHER_CLIENT = "request_uri_of_another_client", "The request_uri was given to another client."
    REQUEST_URI_SPENT = "request_uri_spent", "The request_uri has led to a code before."
    REQUEST_URI_EXPIRED = "request_uri_expired", "The request_uri was opened too late."
    TARGET_INVALID_URI = "target_invalid_uri", "A resource is no absolute URI without a fragment."
    TARGET_NOT_REACHED = "target_not_reached", "A resource is no service that the scopes reach."
    TARGET_NOT_GRANTED = "target_not_granted", "A resource is not one of those that were granted."
    DETAILS_INVALID = (
        "details_invalid",
        "Authorization details are malformed, or of a type or with a member that the contract does not have.",
    )
    DETAILS_NOT_ALLOWED = (
        "details_not_allowed",
        "Authorization details are not for this client, or go with a scope that was not asked for.",
    )
    DETAILS_NOT_GRANTED = "details_not_granted", "Authorization details are not among those that were granted."
    # people at the browser
    SIGN_IN_NEEDED = "sign_in_needed", "prompt=none was asked and nobody is signed in, or not freshly enough."
    OTHER_PERSON = "other_person", "Somebody other than the request named signed in."
    ACR_UNMET = "acr_unmet", "The request asked for a kind of sign-in that is not served."
    CONSENT_NEEDED = "consent_needed", "prompt=none was asked and the person has not consented to this."
    CLIENT_UNPROVEN = (
        "client_unproven",
        "prompt=none was asked, and any app could be this client: it has no credential, and no https address.",
    )
    CONSENT_REFUSED = "consent_refused", "The person said no."
    CREDENTIALS_WRONG = "credentials_wrong", "The name is unknown or the password is wrong."
    SIGN_IN_DELAYED = "sign_in_delayed", "Too many wrong tries for this account or from this address."
    SIGN_IN_BUSY = "sign_in_busy", "More people were signing in than passwords can be checked at once."
    FORM_FORGED = "form_forged", "The form did not come from the page that this browser was shown."
    FORM_EXPIRED = "form_expired", "The form was shown too long ago."
    LOGOUT_HINT_INVALID = "logout_hint_invalid", "The id_token_hint is not an ID token of this issuer."
    LOGOUT_TOKEN_INVALID = (
        "logout_token_invalid",
        "The logout token is not this issuer's, has expired, was used, or is not for us.",
    )
    PERSON_DISABLED = "person_disabled", "The person's account is disabled."
    # sessions of web clients
    LOGIN_NOT_BEGUN = "login_not_begun", "The answer to a sign-in came to a browser that has not begun it."
    LOGIN_TOO_LATE = "login_too_late", "The answer to a sign-in came too long after it was begun."
    LOGIN_REPEATED = "login_repeated", "The answer to a sign-in was used before."
    WEB_SESSION_ENDED = "web_session_ended", "The cookie's session ended, was idle for too long, or never was."
    SESSION_UNREADABLE = "session_unreadable", "What stands behind the cookie could not be looked up now."
    COOKIE_FORGED = "cookie_forged", "The session cookie was not made here for this client."
    COOKIE_REPEATED = "cookie_repeated", "More than one session cookie came, and nothing says which one is meant."
    CSRF_ORIGIN = "csrf_origin", "The browser does not say that a page of this origin sent the request."
    CSRF_TOKEN = "csrf_token", "The request lacks the session's CSRF token, or has another one."
    # token endpoint and its neighbours
    CLIENT_AUTH_MISSING = "client_auth_missing", "The client did not authenticate."
    CLIENT_AUTH_REPEATED = "client_auth_repeated", "The client authenticated in more than one way."
    CLIENT_AUTH_METHOD = "client_auth_method", "The client is not registered for this authentication method."
    CLIENT_SECRET_WRONG = "client_secret_wrong", "The client secret is wrong."
    ASSERTION_INVALID = (
        "assertion_invalid",
        "The client assertion is malformed, or its signature or claims do not hold.",
    )
    ASSERTION_EXPIRED = "assertion_expired", "The client assertion is expired, not yet valid, or lives too long."
    ASSERTION_REPLAYED = "assertion_replayed", "The client assertion was used before."
    ATTESTATION_INVALID = (
        "attestation_invalid",
        "The client attestation is malformed, of the future, or not signed by the attester of the contract.",
    )
    ATTESTATION_OLD = "attestation_old", "The client attestation has ended, or is older than the contract takes."
    ATTESTATION_OF_ANOTHER_CLIENT = "attestation_of_another_client", "The client attestation is about another client."
    ATTESTATION_KEY = "attestation_key", "The request proves another key than the attested one."
    ATTESTATION_PROOF = (
        "attestation_proof",
        "The proof of the attested key is missing, not for us, or not of now.",
    )
    ATTESTATION_CHALLENGE = (
        "attestation_challenge",
        "The proof of the attested key has no challenge of ours, or an old one.",
    )
    ATTESTATION_REPLAYED = "attestation_replayed", "The proof of the attested key was used before."
    STATEMENT_CHALLENGE = (
        "statement_challenge",
        "The challenge of a device's statement is not ours, is old, or was used before.",
    )
    STATEMENT_MALFORMED = "statement_malformed", "A device's statement about its key cannot be read."
    STATEMENT_ROOT_UNKNOWN = "statement_root_unknown", "A device's certificates do not lead to a root that is trusted."
    STATEMENT_CHAIN = "statement_chain", "One of a device's certificates was not issued by the next."
    STATEMENT_EXPIRED = "statement_expired", "One of a device's certificates is not in force."
    STATEMENT_SIGNATURE = "statement_signature", "A device's statement is not signed by its key."
    STATEMENT_NOT_ASKED = "statement_not_asked", "A device's statement is not about this challenge and this key."
    STATEMENT_KEY = "statement_key", "A device's statement, its certificate and its name for the key disagree."
    STATEMENT_OF_ANOTHER_APP = "statement_of_another_app", "A device's statement is about another or a re-signed app."
    STATEMENT_DEVELOPMENT = "statement_development", "A device's statement is about a development build."
    STATEMENT_COUNTER = "statement_counter", "A device's statement was used before: its counter has not risen."
    STATEMENT_EXTENDED = (
        "statement_extended",
        "A device's chain goes on below the certificate that its hardware made: what follows is somebody else's word.",
    )
    STATEMENT_REVOKED = "statement_revoked", "One of a device's certificates is on its vendor's list of revoked ones."
    STATEMENT_SECURITY_LEVEL = "statement_security_level", "A device keeps the key less well than the contract asks."
    STATEMENT_KEY_USE = "statement_key_use", "A device's key was not made in it, to sign, and for this app alone."
    STATEMENT_BOOT = "statement_boot", "A device's bootloader is unlocked, or its system is not its vendor's."
    STATEMENT_PATCH_LEVEL = "statement_patch_level", "A device's system lacks patches that the contract asks for."
    APP_CONFIGURATION_MISSING = "app_configuration_missing", "Nothing is published yet that the app could fetch."
    DEVICE_KEY_UNKNOWN = "device_key_unknown", "The device's key has not been attested to this client, or is forgotten."
    DEVICE_KEY_KNOWN = "device_key_known", "The device's key was attested before."
    PLATFORM_NOT_ALLOWED = "platform_not_allowed", "The contract lets in no instance of the client on this platform."
    STATEMENTS_DELAYED = "statements_delayed", "Too many statements from this address did not hold."
    GRANT_TYPE_UNSUPPORTED = "grant_type_unsupported", "The grant type is not served."
    GRANT_TYPE_NOT_ALLOWED = "grant_type_not_allowed", "The client's kind does not use this grant type."
    CODE_UNKNOWN = "code_unknown", "The authorization code is not one of ours."
    CODE_EXPIRED = "code_expired", "The authorization code was older than its lifetime."
    CODE_REPLAYED = "code_replayed", "The authorization code was used before; what it had issued is revoked."
    CODE_OF_ANOTHER_CLIENT = "code_of_another_client", "The authorization code was issued to another client."
    CODE_VERIFIER_MISMATCH = "code_verifier_mismatch", "The code_verifier does not hash to the code_challenge."
    REFRESH_TOKEN_UNKNOWN = "refresh_token_unknown", "The refresh token is not one of ours."
    REFRESH_TOKEN_EXPIRED = "refresh_token_expired", "The refresh token is expired."
    REFRESH_TOKEN_REPLAYED = "refresh_token_replayed", "The refresh token was used before; its family is revoked."
    REFRESH_TOKEN_OF_ANOTHER_CLIENT = (
        "refresh_token_of_another_client",
        "The refresh token was issued to another client.",
    )
    GRANT_REVOKED = "grant_revoked", "The grant was revoked."
    PERSON_CHANGED = "person_changed", "The person's password or rights changed after the sign-in."
    SESSION_ENDED = "session_ended", "The sign-in session ended."
    TOKEN_OF_ANOTHER_CLIENT = "token_of_another_client", "The token was issued to another client."
    TOKEN_TYPE_UNSUPPORTED = "token_type_unsupported", "Tokens of this type cannot be revoked."
    PROOF_REQUIRED = "proof_required", "The client's tokens are bound to a key, and the request proves to hold none."
    ACTING_NOT_ALLOWED = "acting_not_allowed", "The contract does not let the client act for people."
    SUBJECT_IS_NO_PERSON = "subject_is_no_person", "The token to exchange is of a client that acts for itself."
    SUBJECT_TOKEN_BOUND = (
        "subject_token_bound",
        "The token to exchange is bound to somebody else's key, and the contract does not let the client take such.",
    )
    ACTOR_IS_ANOTHER = "actor_is_another", "The token to exchange says that somebody else may act."
    ACTORS_TOO_MANY = "actors_too_many", "As many services have acted with the token to exchange as one chain may have."
    METHOD_NOT_ALLOWED = "method_not_allowed", "The endpoint is not called with this method."
    # clients that register themselves
    REGISTRATION_CLOSED = "registration_closed", "The contract lets no client register itself."
    REGISTRATION_TOKEN_UNKNOWN = (
        "registration_token_unknown",
        "The token is not one with which clients register, or not this registration's.",
    )
    REGISTRATION_TOKEN_OVER = (
        "registration_token_over",
        "The token with which clients register is expired, revoked or used up.",
    )
    REGISTRATION_CHANGED = "registration_changed", "The registration was changed meanwhile by somebody else."
    REGISTRATION_FULL = "registration_full", "As many clients have registered themselves as the contract lets in."
    METADATA_MALFORMED = (
        "metadata_malformed",
        "The client metadata is not a JSON object, or a member has the wrong form.",
    )
    METADATA_NOT_SERVED = "metadata_not_served", "The client metadata asks for something that such clients do not get."
    METADATA_BY_ADDRESS = (
        "metadata_by_address",
        "The client metadata gives an address of something that is never fetched.",
    )
    METADATA_UNFETCHED = (
        "metadata_unfetched",
        "What the client metadata names by its address could not be fetched safely, or is no set of public keys.",
    )
    METADATA_LOGO = "metadata_logo", "The logo is no PNG, JPEG or WebP of its type, or too large."
    CLIENT_KEYS_MISSING = "client_keys_missing", "The client's keys could not be fetched, and no good ones are left."
    METADATA_SCOPE = "metadata_scope", "A scope is not one that the contract opens for clients that register."
    METADATA_NAME = "metadata_name", "The client's name could be taken for another one, or for more than a name."
    METADATA_REDIRECT_URI = (
        "metadata_redirect_uri",
        "A redirect URI is not exact, not on the public internet, or not for clients of this sort.",
    )
    # the admin API
    ADMIN_TOKEN_UNKNOWN = "admin_token_unknown", "The token is not one for the admin API."
    ADMIN_TOKEN_OVER = "admin_token_over", "The token for the admin API is expired or revoked."
    ADMIN_SCOPE_MISSING = "admin_scope_missing", "The token for the admin API is not for this."
    CLIENT_OF_CONTRACT = "client_of_contract", "The client is one of the contract, or registered itself."
    CLIENT_NAME_TAKEN = "client_name_taken", "There is or was a client of this name."
    CLIENT_CHANGED = "client_changed", "The client was changed meanwhile by somebody else."
    CLIENT_INVALID = "client_invalid", "The contract's checks refuse the client's settings."
    VERSION_NOT_NAMED = "version_not_named", "A change has to name the version that it changes, by If-Match."
    # devices
    DEVICE_REQUESTS_DELAYED = "device_requests_delayed", "Too many devices asked for codes from this address."
    DEVICE_CODE_UNKNOWN = "device_code_unknown", "The device code is not one of ours."
    DEVICE_CODE_EXPIRED = "device_code_expired", "The device code was older than its lifetime."
    DEVICE_CODE_REPLAYED = "device_code_replayed", "The device code was used before; what it had issued is revoked."
    DEVICE_CODE_OF_ANOTHER_CLIENT = "device_code_of_another_client", "The device code was issued to another client."
    DEVICE_PENDING = "device_pending", "Nobody has answered the device's request yet."
    DEVICE_TOO_FAST = "device_too_fast", "The device asked again before its interval was over."
    DEVICE_DENIED = "device_denied", "The person said that the device is not theirs."
    DEVICE_NOT_BEFORE_THEM = "device_not_before_them", "The person did not say that the device is before them."
    USER_CODE_UNKNOWN = "user_code_unknown", "No device waits with this code."
    USER_CODE_EXPIRED = "user_code_expired", "The code that was typed was older than its lifetime."
    USER_CODE_ANSWERED = "user_code_answered", "The code that was typed had been answered before."
    USER_CODE_SPREAD = "user_code_spread", "The same code was typed more often than one person types it."
    USER_CODE_DELAYED = "user_code_delayed", "Too many wrong codes from this address or for this account."
    # bearer tokens
    TOKEN_MISSING = "token_missing", "The request has no token."
    TOKEN_REPEATED = "token_repeated", "The request has more than one token, or one where none may stand."
    TOKEN_MALFORMED = "token_malformed", "The token is not a signed JWT of the form that this issuer makes."
    TOKEN_ALGORITHM = "token_algorithm", "The token names an algorithm or key that is not ours."
    TOKEN_SIGNATURE = "token_signature", "The token's signature does not hold."
    TOKEN_EXPIRED = "token_expired", "The token is expired."
    TOKEN_NOT_YET_VALID = "token_not_yet_valid", "The token is not valid yet."
    TOKEN_ISSUER = "token_issuer", "The token was made by another issuer."
    TOKEN_AUDIENCE = "token_audience", "The token is for another service."
    TOKEN_REVOKED = "token_revoked", "The token, its grant, session, client or person was revoked."
    # API keys
    API_KEY_MALFORMED = "api_key_malformed", "The API key is not of the form that ours have, or was mistyped."
    API_KEY_UNKNOWN = "api_key_unknown", "The API key is not one of ours, or was revoked."
    API_KEY_OF_ANOTHER_CLIENT = "api_key_of_another_client", "The API key was given to another client."
    API_KEY_EXPIRED = "api_key_expired", "The API key is past its end."
    # old ways
    LEGACY_MALFORMED = "legacy_malformed", "User name and password, or the key in the URL, cannot be read in one way."
    LEGACY_UNKNOWN = "legacy_unknown", "No client of the contract has this old way with this secret."
    LEGACY_OVER = "legacy_over", "The old way is past the day until which the contract lets it in."
    # proofs of possession
    PROOF_MISSING = "proof_missing", "The token is bound to a key, and the request proves no possession of it."
    PROOF_MALFORMED = "proof_malformed", "The proof is not a JWT of the form that RFC 9449 section 4.2 gives."
    PROOF_ALGORITHM = "proof_algorithm", "The proof's key or algorithm is not one for signatures that is served."
    PROOF_SIGNATURE = "proof_signature", "The proof's signature does not hold."
    PROOF_METHOD = "proof_method", "The proof is for another method."
    PROOF_URI = "proof_uri", "The proof is for another URI."
    PROOF_TOKEN = "proof_token", "The proof is for another access token."
    PROOF_NONCE = "proof_nonce", "The proof has no nonce of ours, or one that is too old."
    PROOF_STALE = "proof_stale", "The proof was made too long ago, or in the future."
    PROOF_REPLAYED = "proof_replayed", "The proof was used before."
    PROOF_KEY = "proof_key", "The proof is by another key than the one that the token is bound to."
    PROOF_MEMORY_FULL = "proof_memory_full", "There was no room to remember the proof, so it could not be used."
    # client certificates
    CERTIFICATE_MISSING = "certificate_missing", "A client certificate is needed, and the connection has none."
    CERTIFICATE_MALFORMED = "certificate_malformed", "The client certificate could not be read."
    CERTIFICATE_UNKNOWN = "certificate_unknown", "No authority of the listener issued it, and no client registered it."
    CERTIFICATE_EXPIRED = "certificate_expired", "The client certificate is expired."
    CERTIFICATE_REVOKED = "certificate_revoked", "The client certificate is on its authority's revocation list."
    CERTIFICATE_LIST_STALE = "certificate_list_stale", "The revocation list of the certificate's authority is overdue."
    CERTIFICATE_UNFIT = "certificate_unfit", "The certificate is not yet valid, or not one that a client may show."
    CERTIFICATE_OF_ANOTHER = "certificate_of_another", "The client certificate is not the one of this client."
    CERTIFICATE_NOT_BOUND = "certificate_not_bound", "The token is bound to another certificate than the connection's."
    # TLS
    TLS_PLAIN_HTTP = "tls_plain_http", "Plain HTTP came to a port that speaks TLS."
    TLS_TIMEOUT = "tls_timeout", "The TLS handshake took too long."
    TLS_FAILED = "tls_failed", "What came is not TLS as the listener speaks it."
    # signed requests
    SIGNATURE_MALFORMED = "signature_malformed", "The signature fields are not in the form that is read here."
    SIGNATURE_REPEATED = "signature_repeated", "The request has more than one signature."
    SIGNATURE_COMPONENT = "signature_component", "The signature covers something that is not there or not understood."
    SIGNATURE_COVERS_LITTLE = "signature_covers_little", "The signature leaves out something that it has to cover."
    SIGNATURE_KEY_UNKNOWN = "signature_key_unknown", "No client has a key with this keyid."
    SIGNATURE_ALGORITHM = "signature_algorithm", "The signature names another algorithm than its key has."
    SIGNATURE_WRONG = "signature_wrong", "The signature does not hold for this request."
    SIGNATURE_TAG = "signature_tag", "The signature's tag is not the one that the contract states."
    SIGNATURE_TOO_OLD = "signature_too_old", "The signature is expired, or was made too long ago."
    SIGNATURE_NOT_YET_VALID = "signature_not_yet_valid", "The signature was made in the future."
    SIGNATURE_REPLAYED = "signature_replayed", "The nonce of the signature was used before."
    SIGNATURE_TOO_EARLY = (
        "signature_too_early",
        "The signature is from before this machine's gateways began to remember nonces, so it could have been used.",
    )
    DIGEST_INVALID = "digest_invalid", "The Content-Digest is malformed, or has neither sha-256 nor sha-512."
    DIGEST_MISMATCH = "digest_mismatch", "The body is not the one that the Content-Digest is of."
    # routes and rules
    ROUTE_UNKNOWN = "route_unknown", "No route of the contract has this path."
    ROUTE_METHOD = "route_method", "The contract has this path, but not with this method."
    ROUTE_KIND = "route_kind", "The route is not for clients of this kind."
    ROUTE_CLOSED = "route_closed", "The contract closes the operation."
    ROUTE_AMBIGUOUS = "route_ambiguous", "Two routes fit the path, and neither is the more exact."
    ROUTE_ELSEWHERE = "route_elsewhere", "The contract has the route, but not at this listener."
    ROUTE_INTERNAL = "route_internal", "The route is internal, and the request came from outside."
    GATEWAY_KIND = "gateway_kind", "The listener is not for clients of this kind."
    BINDING_TOO_WEAK = "binding_too_weak", "The route asks for a stronger proof of possession."
    ADDRESS_NOT_ALLOWED = "address_not_allowed", "The client may not call from this address."
    BUILD_TOO_OLD = "build_too_old", "The app's build is older than the contract lets in."
    BUILD_UNKNOWN = "build_unknown", "The app does not say its build in x-app-version, or not as a version."
    SCOPE_MISSING = "scope_missing", "The token lacks a scope that the route needs."
    ROLE_MISSING = "role_missing", "The person has none of the roles that the route needs."
    TENANT_MISMATCH = "tenant_mismatch", "The request is about another tenant."
    OWNER_MISMATCH = "owner_mismatch", "The request is about something of another person."
    FACT_UNREADABLE = "fact_unreadable", "A fact that a rule needs could not be read from the request."
    STEP_UP_NEEDED = "step_up_needed", "The person signed in too weakly or too long ago for this."
    LIMIT_REACHED = "limit_reached", "A limit of the contract is reached."
    ORIGIN_NOT_ALLOWED = "origin_not_allowed", "The browser's origin is not one of the client's."
    # the wire
    REQUEST_LINE_TOO_LONG = "request_line_too_long", "The request line is longer than its bound."
    HEADERS_TOO_LARGE = "headers_too_large", "The header block or its number of fields is over its bound."
    BODY_TOO_LARGE = "body_too_large", "The body is larger than its bound."
    REQUEST_MALFORMED = "request_malformed", "The bytes are not a well-formed HTTP/1.1 request."
    HOST_INVALID = "host_invalid", "The request has no Host, more than one, or one that is not served here."
    FRAMING_AMBIGUOUS = "framing_ambiguous", "Where the body ends could be read in more than one way."
    TRANSFER_CODING_UNKNOWN = "transfer_coding_unknown", "A transfer coding other than chunked was used."
    TARGET_INVALID = "target_invalid", "The request target is not in a form that is served."
    VERSION_UNSUPPORTED = "version_unsupported", "The HTTP version is not 1.0 or 1.1."
    EXPECTATION_UNKNOWN = "expectation_unknown", "An Expect other than 100-continue was asked."
    UPGRADE_NOT_ALLOWED = "upgrade_not_allowed", "The route does not upgrade to this protocol."
    HEADERS_TIMEOUT = "headers_timeout", "The header block did not arrive in time."
    BODY_TIMEOUT = "body_timeout", "The body did not arrive in time."
    # upstreams and the gateway itself
    UPSTREAM_UNREACHABLE = "upstream_unreachable", "The service could not be reached."
    UPSTREAM_TIMEOUT = "upstream_timeout", "The service did not answer in time."
    UPSTREAM_MALFORMED = "upstream_malformed", "The service's answer is not well-formed HTTP/1.1."
    UPSTREAM_CLOSED = "upstream_closed", "The service closed the connection before it had answered."
    UPSTREAM_BUSY = "upstream_busy", "All connections to the service are in use."
    FEED_STALE = "feed_stale", "The gateway has not heard of revocations for longer than its bound."
    AUDIT_UNAVAILABLE = "audit_unavailable", "What happens could not be recorded for longer than its bound."
    STORE_UNAVAILABLE = "store_unavailable", "The store could not be read or written."
    UNEXPECTED = "unexpected", "Something failed that nobody expected; refused and recorded."
