"""Reads and writes of what apps fetch of their door."""

from typing import Final

from ostiary.issuer.app_configuration import AppConfiguration, PublishAppConfiguration
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

CONFIGURATION: Final = Shape(AppConfiguration, "app_configurations", ("client",))
BY_CLIENT: Final = CONFIGURATION.by("client")
_PUBLISH: Final = Statement(
    "INSERT INTO app_configurations (client, version, config, published_at) VALUES (:client, :at, :config, :at) "
    "ON CONFLICT (client) DO UPDATE SET config = excluded.config, published_at = excluded.published_at, version = "
    "CASE WHEN excluded.version > app_configurations.version THEN excluded.version "
    "ELSE app_configurations.version + 1 END "
    "WHERE app_configurations.config <> excluded.config"
)


def publish(write: PublishAppConfiguration) -> Steps[None]:
    yield _PUBLISH, {"client": write.client, "config": write.config, "at": write.at}
