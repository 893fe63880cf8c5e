"""The endpoints that people meet in a browser."""

from collections.abc import Mapping
from typing import Final

from ostiary.model import endpoints
from ostiary.server.issuer.app import READ, Endpoint
from ostiary.server.issuer.apps import apps, apps_sign_in
from ostiary.server.issuer.authorize import authorize
from ostiary.server.issuer.consent import consent
from ostiary.server.issuer.device_answer import device_answer, device_sign_in
from ostiary.server.issuer.logo import logo
from ostiary.server.issuer.logout import logout, sign_out
from ostiary.server.issuer.page import ASSET_PATHS, asset, error_page
from ostiary.server.issuer.sign_in import sign_in
from ostiary.server.issuer.user_code import user_code
from ostiary.server.session.backchannel import backchannel_logout
from ostiary.server.session.callback import callback
from ostiary.server.session.login import login
from ostiary.server.session.logout import logout as session_logout
from ostiary.server.session.who import who
from ostiary.server.session.worker import seen, session

_BOTH: Final = (*READ, "POST")

PAGES: Final[Mapping[str, Endpoint]] = {
    endpoints.AUTHORIZE: Endpoint(authorize, _BOTH, show=error_page),
    endpoints.SIGN_IN: Endpoint(sign_in, _BOTH, show=error_page),
    endpoints.CONSENT: Endpoint(consent, _BOTH, show=error_page),
    endpoints.DEVICE: Endpoint(user_code, _BOTH, show=error_page),
    endpoints.DEVICE_SIGN_IN: Endpoint(device_sign_in, _BOTH, show=error_page),
    endpoints.DEVICE_ANSWER: Endpoint(device_answer, _BOTH, show=error_page),
    endpoints.APPS: Endpoint(apps, _BOTH, show=error_page),
    endpoints.APPS_SIGN_IN: Endpoint(apps_sign_in, _BOTH, show=error_page),
    endpoints.LOGO: Endpoint(logo, READ),
    endpoints.LOGOUT: Endpoint(logout, _BOTH, show=error_page),
    endpoints.SIGN_OUT: Endpoint(sign_out, _BOTH, show=error_page),
    endpoints.SESSION: Endpoint(who, READ),
    endpoints.SESSION_LOGIN: Endpoint(login, READ, show=error_page),
    endpoints.SESSION_CALLBACK: Endpoint(callback, READ, show=error_page),
    endpoints.SESSION_LOGOUT: Endpoint(session_logout, ("POST",)),
    endpoints.SESSION_BACKCHANNEL_LOGOUT: Endpoint(backchannel_logout, ("POST",)),
    endpoints.WORKER_SESSION: Endpoint(session, ("POST",)),
    endpoints.WORKER_SEEN: Endpoint(seen, ("POST",)),
    **dict.fromkeys(ASSET_PATHS, Endpoint(asset, READ)),
}
