"""The ends of sessions that clients ask for, and those that another issuer tells of."""

from ostiary.issuer import logout, logout_token
from ostiary.issuer import openid_parameters as openid
from ostiary.issuer.form import Parameters
from ostiary.issuer.logout import LogoutRequest
from ostiary.issuer.logout_token import Logout
from ostiary.issuer.registry import Registry
from ostiary.keys.keyset import KeySet


def logout_request(registry: Registry, parameters: Parameters, keys: KeySet) -> LogoutRequest:
    """RP-Initiated Logout section 2."""
    hint = openid.require_hint(parameters, keys, registry)
    client = logout.require_one_client(parameters, hint, registry)
    back = logout.require_registered_return(parameters, client)
    state = logout.require_bounded_state(parameters)
    return LogoutRequest(client, hint, back, state)


def backchannel_logout(registry: Registry, form: Parameters, keys: KeySet, now: float) -> Logout:
    """OpenID Connect Back-Channel Logout 1.0 section 2.6."""
    return logout_token.require_logout_token(registry, form.get("logout_token"), keys, now)
