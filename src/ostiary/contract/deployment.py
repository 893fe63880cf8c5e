"""How `ostiary up` runs a contract on this machine: what no client sees."""

from ostiary.contract.file import ContractFile
from ostiary.contract.file_listener import GatewayOf
from ostiary.contract.model import TlsFiles
from ostiary.contract.places import Address, is_loopback, split_url
from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName, Secret

DEFAULT_ADMIN = Address("127.0.0.1", 9443)


@frozen
class CertificateFiles:
    """Which client certificates a listener takes; paths as in `TlsFiles`."""

    authorities: str | None
    revoked: tuple[str, ...]
    required: bool


@frozen
class GatewayListener:
    """One of `gateways`. `tls`: None where it has the door's."""

    name: GatewayName
    listen: Address
    tls: TlsFiles | None
    certificates: CertificateFiles | None


@frozen
class Deployment:
    """Paths are from the contract's folder."""

    listen: Address
    """An empty host: every address."""
    admin: Address
    workers: int | None
    """None: one for each core."""
    state: str
    store: Secret | None
    """The URL of a PostgreSQL, which may hold a password; None: SQLite in `state`."""
    master_key: Secret | None
    """32 bytes in base64url; None only where `development`."""
    tls: TlsFiles | None
    """None where `plain_http` or `development`."""
    plain_http: bool
    """TLS ends before the door."""
    development: bool
    """The origin is this machine: missing keys and certificates are made."""
    gateways: tuple[GatewayListener, ...] = ()
    admin_api: bool = False
    only: GatewayName | None = None
    """Of all listeners only this one runs; None: the door and all of them."""


def listen_address(file: ContractFile) -> Address:
    """Where the door listens: as stated, else at the port of the origin."""
    if file.listen is not None:
        return file.listen
    url = split_url(file.origin)
    assert url is not None
    host = url.hostname or ""
    own = host if is_loopback(host) else ""
    return Address("127.0.0.1" if own == "localhost" else own, url.port or 443)


def is_development(file: ContractFile) -> bool:
    url = split_url(file.origin)
    return url is not None and is_loopback(url.hostname)


def deployment(file: ContractFile, store: Secret | None, master_key: Secret | None) -> Deployment:
    """The settings of `up`, with the secrets that were read for them."""
    return Deployment(
        listen=listen_address(file),
        admin=file.admin or DEFAULT_ADMIN,
        workers=file.workers,
        state=file.state,
        store=store,
        master_key=master_key,
        tls=TlsFiles(file.tls.certificate, file.tls.key) if file.tls else None,
        plain_http=file.insecure_plain_http is not None,
        development=is_development(file),
        admin_api=file.admin_api,
        gateways=tuple(_listener(name, stated) for name, stated in file.gateways.items()),
    )


def _listener(name: str, stated: GatewayOf) -> GatewayListener:
    asked = stated.client_certificates
    return GatewayListener(
        name=GatewayName(name),
        listen=stated.listen,
        tls=TlsFiles(stated.tls.certificate, stated.tls.key) if stated.tls else None,
        certificates=None if asked is None else CertificateFiles(asked.authorities, asked.revoked, asked.required),
    )
