"""Where the issuer answers, under the origin. No route of a contract may lie below these."""

AUTHORIZE = "/oauth/authorize"
PAR = "/oauth/par"
TOKEN = "/oauth/token"  # noqa: S105  # a path, not a secret
REGISTER = "/oauth/register"
"""Where clients register themselves (RFC 7591); with `client_id` in its query it is one registration (RFC 7592)."""
LOGO = "/oauth/logo"
"""Of a client that registered itself."""
REVOKE = "/oauth/revoke"
INTROSPECT = "/oauth/introspect"
USERINFO = "/oauth/userinfo"
JWKS = "/oauth/jwks"
LOGOUT = "/oauth/logout"
SIGN_OUT = "/oauth/sign-out"
SIGN_IN = "/oauth/sign-in"
CONSENT = "/oauth/consent"
DEVICE_AUTHORIZATION = "/oauth/device-authorization"
DEVICE = "/oauth/device"
"""Where people type the code of a device: short, since they type it too."""
DEVICE_SIGN_IN = "/oauth/device/sign-in"
DEVICE_ANSWER = "/oauth/device/answer"
CHALLENGE = "/oauth/challenge"
"""What the next proof of an attested app has to say."""
ATTEST = "/oauth/attest"
"""Where instances of apps are vouched for, by what their devices say."""
APP_CONFIGURATION = "/oauth/app-configuration"
"""Where instances of apps fetch what `client-config` writes."""
APPS = "/oauth/apps"
"""Where people see which apps and devices act for them."""
APPS_SIGN_IN = "/oauth/apps/sign-in"
SESSION = "/session"
"""Who is signed in at a web client's pages; below it the ways in and out."""
SESSION_LOGIN = "/session/login"
SESSION_CALLBACK = "/session/callback"
SESSION_LOGOUT = "/session/logout"
SESSION_BACKCHANNEL_LOGOUT = "/session/backchannel-logout"
ASSETS = "/oauth/assets"
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"
"""Of a service: with `/` and the path of its audience appended (RFC 9728 section 3.1)."""
GATEWAY_JWKS = "/.well-known/ostiary/gateway-jwks.json"
"""The keys with which upstreams verify the identity that the gateway gives them."""

PASSWORDS = frozenset({SIGN_IN, DEVICE_SIGN_IN, APPS_SIGN_IN})
"""Where people send their passwords."""
KEPT = frozenset({PAR, DEVICE_AUTHORIZATION, SESSION_LOGIN})
"""Where anybody may have something kept for a while: who they are is told later, if ever."""
FOR_CLIENTS = frozenset(
    {
        PAR,
        REGISTER,
        TOKEN,
        REVOKE,
        INTROSPECT,
        CHALLENGE,
        ATTEST,
        APP_CONFIGURATION,
        USERINFO,
        JWKS,
        DEVICE_AUTHORIZATION,
        OPENID_CONFIGURATION,
        AUTHORIZATION_SERVER,
        GATEWAY_JWKS,
    }
)
"""What a listener of its own serves too: no page for people."""
RESERVED = ("/oauth/", "/.well-known/", "/session/")
"""`/session/` is for the web kind's token handler."""
WORKER_SESSION = "/worker/session"
WORKER_SEEN = "/worker/sessions-seen"
"""What gateway workers ask on the issuer's socket: not below RESERVED, so that no request from outside leads here."""
