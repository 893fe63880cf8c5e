"""Where the issuer answers, under the origin. No route of a contract may lie below these."""

AUTHORIZE = "/oauth/authorize"
PAR = "/oauth/par"
TOKEN = "/oauth/token"  # noqa: S105  # a path, not a secret
REVOKE = "/oauth/revoke"
INTROSPECT = "/oauth/introspect"
USERINFO = "/oauth/userinfo"
JWKS = "/oauth/jwks"
LOGOUT = "/oauth/logout"
SIGN_OUT = "/oauth/sign-out"
SIGN_IN = "/oauth/sign-in"
CONSENT = "/oauth/consent"
ASSETS = "/oauth/assets"
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"
PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"
"""Of a service: with `/` and the path of its audience appended (RFC 9728 section 3.1)."""
GATEWAY_JWKS = "/.well-known/ostiary/gateway-jwks.json"
"""The keys with which upstreams verify the identity that the gateway gives them."""

RESERVED = ("/oauth/", "/.well-known/", "/session/")
"""`/session/` is for the web kind's token handler."""
