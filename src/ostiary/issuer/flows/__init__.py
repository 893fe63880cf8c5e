"""What each endpoint of the issuer checks, in order. What a line raises ends the flow there.

`facts` is what the shell has loaded for the request; what comes back is a plan for the shell to commit.
"""

from ostiary.issuer.flows.attested import (
    android_attestation,
    android_signature,
    apple_assertion,
    apple_attestation,
    asking,
)
from ostiary.issuer.flows.authorization import (
    authorization_request,
    next_step,
    push,
    pushed_request,
    return_address,
    signed_request,
)
from ostiary.issuer.flows.clients import app_configuration, authenticate_client, handled_client
from ostiary.issuer.flows.devices import device_codes, device_step, user_code
from ostiary.issuer.flows.grants import (
    api_key_exchange,
    authorization_code,
    client_credentials,
    device_code,
    refresh_token,
    token_exchange,
)
from ostiary.issuer.flows.logout import backchannel_logout, logout_request
from ostiary.issuer.flows.registration import (
    change_registration,
    end_registration,
    read_registration,
    register,
    wanted_to_change,
    wanted_to_register,
)
from ostiary.issuer.flows.tokens import introspection, revocation, user_info
from ostiary.issuer.flows.web import web_answer, web_session, web_tokens, web_wish

__all__ = [
    "android_attestation",
    "android_signature",
    "api_key_exchange",
    "app_configuration",
    "apple_assertion",
    "apple_attestation",
    "asking",
    "authenticate_client",
    "authorization_code",
    "authorization_request",
    "backchannel_logout",
    "change_registration",
    "client_credentials",
    "device_code",
    "device_codes",
    "device_step",
    "end_registration",
    "handled_client",
    "introspection",
    "logout_request",
    "next_step",
    "push",
    "pushed_request",
    "read_registration",
    "refresh_token",
    "register",
    "return_address",
    "revocation",
    "signed_request",
    "token_exchange",
    "user_code",
    "user_info",
    "wanted_to_change",
    "wanted_to_register",
    "web_answer",
    "web_session",
    "web_tokens",
    "web_wish",
]
