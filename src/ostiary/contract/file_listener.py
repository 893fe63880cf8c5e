"""The file a user writes, as types: where the gateway listens, with which certificate, and to whom."""

from typing import Annotated

from pydantic import Field

from ostiary.contract.places import AddressText, OriginText
from ostiary.contract.setting import Setting
from ostiary.contract.words import FilePath, Flag, Name, Words
from ostiary.model.principal import Kind


class Tls(Setting):
    """The certificate of the door, as PEM files from the contract's folder."""

    certificate: FilePath
    """The certificate with its chain."""
    key: FilePath
    """Its private key."""


class ClientCertificates(Setting):
    """Which client certificates a listener takes. Those that clients register themselves are taken too."""

    authorities: FilePath | None = None
    """A PEM file, from the contract's folder, of the authorities that issue client certificates directly."""
    revoked: tuple[FilePath, ...] = ()
    """Revocation lists (RFC 5280) as PEM or DER: one for each authority, read anew when they change. When the next one
    is overdue, no certificate of that authority is taken."""
    required: Flag = True
    """`false`: clients without a certificate may connect too."""


class GatewayOf(Setting):
    """A listener of its own, beside the door. It serves routes, and the issuer's endpoints for clients; the pages for
    people are only at the door."""

    listen: AddressText
    """Where it listens."""
    origin: OriginText
    """What its clients see: `https://host` or `https://host:port`."""
    tls: Tls | None = None
    """Its certificate. By default the door's."""
    client_certificates: ClientCertificates | None = None
    """Mutual TLS. By default no client is asked for a certificate."""
    kinds: tuple[Kind, ...] | None = None
    """The kinds of clients that may use it. By default all."""
    routes: tuple[Words, ...] | None = None
    """What it serves: routes as in their `on`, or beginnings of paths such as `/v1`. By default all routes."""
    versions: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    """Only routes of these versions: `[v1]`. By default routes of every version, and of none."""
