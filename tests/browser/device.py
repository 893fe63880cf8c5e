"""What browser tests need of a device: a till that asks at the running door."""

import json
import ssl
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlencode

from ostiary.model import endpoints
from secrets_seen import secret
from shop_running import RunningShop

HERE = "127.0.0.1"
ELSEWHERE = "127.0.0.2"


def _post(shop: RunningShop, path: str, form: dict[str, str], address: str) -> dict[str, Any]:
    context = ssl.create_default_context(cafile=str(shop.ca_file))
    connection = HTTPSConnection("localhost", shop.port, timeout=15, context=context, source_address=(address, 0))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", path, urlencode(form | {"client_id": "till"}), headers)
        told: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    for name in ("device_code", "access_token", "refresh_token"):
        if name in told:
            secret(told[name])
    return told


def asked(shop: RunningShop, address: str = HERE) -> dict[str, Any]:
    """The codes of a new till at an address (RFC 8628 section 3.2)."""
    form = {"scope": "orders.read orders.write offline_access", "device_name": "Till 3"}
    return _post(shop, endpoints.DEVICE_AUTHORIZATION, form, address)


def polled(shop: RunningShop, codes: dict[str, Any]) -> dict[str, Any]:
    """What the till is told."""
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    return _post(shop, endpoints.TOKEN, {"grant_type": grant, "device_code": codes["device_code"]}, HERE)
