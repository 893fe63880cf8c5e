"""What browser tests need of a device: a till that asks at the running door, with a key of its own."""

import json
import ssl
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import urlencode

from ostiary.cli.demo.front_door import Answer
from ostiary.cli.demo.prover import Fields, Prover
from ostiary.model import endpoints
from secrets_seen import secret
from shop_running import RunningShop

HERE = "127.0.0.1"
ELSEWHERE = "127.0.0.2"


class Till:
    """One that has its codes (RFC 8628 section 3.2)."""

    def __init__(self, shop: RunningShop, address: str = HERE) -> None:
        self._shop = shop
        self._address = address
        self._prover = Prover(shop.origin)
        asked = {"scope": "orders.read orders.write offline_access", "device_name": "Till 3"}
        self.codes = self._told(endpoints.DEVICE_AUTHORIZATION, asked)

    @property
    def user_code(self) -> str:
        return str(self.codes["user_code"])

    @property
    def link(self) -> str:
        return str(self.codes["verification_uri_complete"])

    def poll(self) -> dict[str, Any]:
        """What it is told."""
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        return self._told(endpoints.TOKEN, {"grant_type": grant, "device_code": self.codes["device_code"]})

    def _told(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        answer = self._prover.send("POST", path, None, lambda proof: self._post(path, form, proof))
        told: dict[str, Any] = json.loads(answer.body)
        for name in ("device_code", "access_token", "refresh_token"):
            if name in told:
                secret(told[name])
        return told

    def _post(self, path: str, form: dict[str, str], proof: Fields) -> Answer:
        context = ssl.create_default_context(cafile=str(self._shop.ca_file))
        source = (self._address, 0)
        connection = HTTPSConnection("localhost", self._shop.port, timeout=15, context=context, source_address=source)
        headers = {"content-type": "application/x-www-form-urlencoded", **proof}
        try:
            connection.request("POST", path, urlencode(form | {"client_id": "till"}), headers)
            response = connection.getresponse()
            fields = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, fields, (), response.read())
        finally:
            connection.close()
