"""What an attested build of an app fetches, so that pins and endpoints change without a release: what `client-config`
writes, with a version that only grows, signed by a key that the app was built with.

An app takes one that is not over, and no older than the one it has; and keeps the one it has until then. Times are
seconds since the epoch.
"""

from typing import Final

import orjson

from ostiary.contract.model import ClientAuth, ClientRule
from ostiary.issuer.decision import Decided
from ostiary.issuer.registry import Registry
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.master import MasterKey
from ostiary.model.errors import InvalidClient, TemporarilyUnavailable
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan, Write
from ostiary.model.reasons import Reason

TYPE: Final = "ostiary-app-configuration+jwt"
_PURPOSE: Final = "app configuration"
SECONDS: Final = 86400
"""Who holds back newer ones can show an old one for so long."""


@frozen
class AppConfiguration:
    """The latest of a client. `config`: JSON."""

    client: ClientId
    version: int
    config: str
    published_at: int


@frozen
class PublishAppConfiguration(Write):
    """Where it differs from the latest it is the latest, with a version that is higher, and no less than the time."""

    client: ClientId
    config: str
    at: int


def configuration_key(master: MasterKey) -> SigningPrivateKey:
    """What signs them, and nothing else; apps are built with its public half. It is derived, so that it is the same at
    each machine, and does not change while apps are in the hands of people."""
    return SigningPrivateKey.from_seed(master.derive(_PURPOSE))


def require_instance(client: ClientRule) -> None:
    """Raise InvalidClient for one whose instances nobody vouches for: anybody could ask in its name."""
    if client.auth_method is not ClientAuth.ATTESTATION:
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)


def require_published(latest: AppConfiguration | None) -> AppConfiguration:
    """Raise TemporarilyUnavailable where there is none."""
    if latest is None:
        raise TemporarilyUnavailable(Reason.APP_CONFIGURATION_MISSING)
    return latest


def told(registry: Registry, latest: AppConfiguration, now: float) -> Decided[dict[str, object]]:
    """The claims of the JWT."""
    return Decided(
        Plan(),
        {
            "iss": registry.issuer,
            "aud": latest.client,
            "iat": int(now),
            "exp": int(now) + SECONDS,
            "version": latest.version,
            "config": orjson.loads(latest.config),
        },
    )
