"""What an app has to know of this door, as its own build takes it: JSON, Android's XML, Apple's property list."""

import plistlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from ostiary.contract.model import ClientRule, Contract, GrantType
from ostiary.contract.quantities import day_in_words
from ostiary.http.problem import APP_VERSION
from ostiary.model import endpoints
from ostiary.model.frozen import frozen
from ostiary.model.ids import Pin

_ENDPOINTS: Final = {
    "authorization_endpoint": endpoints.AUTHORIZE,
    "pushed_authorization_request_endpoint": endpoints.PAR,
    "token_endpoint": endpoints.TOKEN,
    "revocation_endpoint": endpoints.REVOKE,
    "userinfo_endpoint": endpoints.USERINFO,
    "end_session_endpoint": endpoints.LOGOUT,
    "jwks_uri": endpoints.JWKS,
}
"""As RFC 8414 names them."""


@frozen
class PinSet:
    """`pins`: the key in use, then the backups. `expires`: seconds since the epoch."""

    host: str
    pins: tuple[Pin, ...]
    expires: int


def pin_set(contract: Contract, pins: tuple[Pin, ...]) -> PinSet | None:
    """None where the contract pins nothing."""
    host = urlsplit(contract.origin).hostname or ""
    return None if contract.pins is None else PinSet(host, pins, contract.pins.expires)


def app_config(
    contract: Contract, client: ClientRule, pinned: PinSet | None, key: Mapping[str, str] | None
) -> dict[str, Any]:
    """Everything, as JSON values. `key`: what signs what the app's builds fetch, as a public JWK; None where it is not
    known here."""
    attested = client.attester is not None or client.attest is not None
    builds, refreshes = client.builds, GrantType.REFRESH_TOKEN in client.profile.grants
    return {
        "issuer": contract.origin,
        **{name: contract.origin + path for name, path in _ENDPOINTS.items()},
        "challenge_endpoint": contract.origin + endpoints.CHALLENGE if attested else None,
        "attestation_endpoint": None if client.attest is None else contract.origin + endpoints.ATTEST,
        "configuration_endpoint": contract.origin + endpoints.APP_CONFIGURATION if attested else None,
        "configuration_key": None if key is None or not attested else dict(key),
        "client_id": client.id,
        "redirect_uris": list(client.redirect_uris),
        "scopes": sorted({"openid", *client.scopes} | ({"offline_access"} if refreshes else set())),
        "version_field": APP_VERSION.decode(),
        "min_version": None if builds is None or builds.oldest is None else builds.oldest.text,
        "store_links": {} if builds is None else dict(builds.store_links),
        "pins": None if pinned is None else _pins(pinned),
    }


def _pins(pinned: PinSet) -> dict[str, Any]:
    return {"host": pinned.host, "sha256": list(pinned.pins), "expires": day_in_words(pinned.expires)}


def android(pinned: PinSet) -> str:
    """`res/xml/network_security_config.xml`: no connection without TLS, and to this host only with one of the keys.
    After the day of expiry Android asks for none of them."""
    pins = "".join(f'            <pin digest="SHA-256">{escape(pin)}</pin>\n' for pin in pinned.pins)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<network-security-config>\n"
        '    <domain-config cleartextTrafficPermitted="false">\n'
        f'        <domain includeSubdomains="false">{escape(pinned.host)}</domain>\n'
        f"        <pin-set expiration={quoteattr(day_in_words(pinned.expires))}>\n"
        f"{pins}"
        "        </pin-set>\n"
        "    </domain-config>\n"
        "</network-security-config>\n"
    )


def apple(pinned: PinSet) -> bytes:
    """The part of `Info.plist` that pins the host. Apple's pins have no end of their own."""
    identities = [{"SPKI-SHA256-BASE64": pin} for pin in pinned.pins]
    domain = {"NSIncludesSubdomains": False, "NSPinnedLeafIdentities": identities}
    return plistlib.dumps({"NSAppTransportSecurity": {"NSPinnedDomains": {pinned.host: domain}}})
