"""The endpoints that people meet in a browser."""

from collections.abc import Mapping
from typing import Final

from ostiary.model import endpoints
from ostiary.server.issuer.app import READ, Endpoint
from ostiary.server.issuer.authorize import authorize
from ostiary.server.issuer.consent import consent
from ostiary.server.issuer.logout import logout, sign_out
from ostiary.server.issuer.page import ASSET_PATHS, asset, error_page
from ostiary.server.issuer.sign_in import sign_in

_BOTH: Final = (*READ, "POST")

PAGES: Final[Mapping[str, Endpoint]] = {
    endpoints.AUTHORIZE: Endpoint(authorize, _BOTH, show=error_page),
    endpoints.SIGN_IN: Endpoint(sign_in, _BOTH, show=error_page),
    endpoints.CONSENT: Endpoint(consent, _BOTH, show=error_page),
    endpoints.LOGOUT: Endpoint(logout, _BOTH, show=error_page),
    endpoints.SIGN_OUT: Endpoint(sign_out, _BOTH, show=error_page),
    **dict.fromkeys(ASSET_PATHS, Endpoint(asset, READ)),
}
