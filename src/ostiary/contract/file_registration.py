"""The file a user writes, as types: how clients register themselves."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from ostiary.contract.file_route import as_tuple
from ostiary.contract.places import NetworkText, SecretText
from ostiary.contract.setting import Setting
from ostiary.contract.words import FilePath, ScopeName


class FetchOf(Setting):
    """A client that registers may have its keys (`jwks_uri`) and its logo (`logo_uri`) fetched, by https from port 443
    of public addresses. This allows more."""

    networks: tuple[NetworkText, ...] = ()
    """Networks of your own that may be reached too: whoever may register can have something fetched there."""
    ports: tuple[Annotated[int, Field(strict=True, ge=1, le=65535)], ...] = ()
    """Ports beside 443."""
    authorities: FilePath | None = None
    """A PEM file of authorities, from the contract's folder, that are trusted for it beside those of this machine."""


class RegistrationOf(Setting):
    """Clients that register themselves (RFC 7591, RFC 7592): other people's applications, of kind `third-party`."""

    initial_access_tokens: Annotated[
        tuple[SecretText, ...], BeforeValidator(as_tuple, json_schema_input_type=SecretText | list[SecretText])
    ] = Field(default=(), max_length=100)
    """Where the tokens are with which clients register: `${env:NAME}` or `${file:PATH}`. `ostiary registration add`
    makes others, which end and are used up. Without any, nobody new registers; clients that did stay."""
    scopes: tuple[ScopeName, ...] = ()
    """The most that such a client may ask for."""
    most: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1000
    """How many such clients at once; those that were revoked do not count."""
    fetch: FetchOf = Field(default_factory=FetchOf)
    """From where their keys and logos may be fetched."""
