"""Publishing what apps fetch, when a contract comes into force."""

import time
from pathlib import Path
from typing import Final

import orjson

from ostiary.contract.app_config import PinSet, app_config, pin_set
from ostiary.contract.model import ClientAuth, Contract
from ostiary.contract.pins import PinsUnfit, require_in_force
from ostiary.issuer.app_configuration import PublishAppConfiguration, configuration_key
from ostiary.keys.hashing import hex_digest
from ostiary.keys.master import MasterKey
from ostiary.keys.pin import PinUnreadable, pin_of
from ostiary.model.events.program import AppConfigurationPublished
from ostiary.model.ids import Pin
from ostiary.model.plan import Plan
from ostiary.server.place import Place
from ostiary.store.interface import Store

_UNKNOWN: Final = "nobody knows here which key the door shows: TLS ends before it, or its certificate is unreadable"


def pin_served(place: Place) -> Pin | None:
    """Of the certificate that the door begins to serve with; None where TLS ends before it. Raises TlsUnusable.

    It is asked for once: a certificate that is laid in its place meanwhile is served after the next start, and who
    held the door to that one already would be locked out until then.
    """
    files = place.tls()
    try:
        return None if files is None else pin_of(Path(files.certificate).read_bytes())
    except (PinUnreadable, OSError):
        return None


async def publish(store: Store, contract: Contract, served: Pin | None, master: MasterKey) -> None:
    """For each client whose instances prove themselves. Nothing changes for an app where nothing has changed.

    Raises PinsUnfit where pins would do harm, and nothing is published; StoreUnavailable.
    """
    apps = [client for client in contract.clients.values() if client.auth_method is ClientAuth.ATTESTATION]
    if not apps:
        return
    key, now = configuration_key(master).public.to_jwk(), time.time()
    pinned = _pinned(contract, served, now)
    for client in apps:
        config = orjson.dumps(app_config(contract, client, pinned, key), option=orjson.OPT_SORT_KEYS).decode()
        latest = await store.app_configuration(client.id)
        if latest is None or latest.config != config:
            event = AppConfigurationPublished(at=now, client=client.id, configuration=hex_digest(config))
            await store.commit(Plan((PublishAppConfiguration(client.id, config, int(now)),), (event,)))


def _pinned(contract: Contract, served: Pin | None, now: float) -> PinSet | None:
    if contract.pins is None:
        return None
    if served is None:
        raise PinsUnfit(_UNKNOWN)
    return pin_set(contract, require_in_force(contract.pins, served, now))
