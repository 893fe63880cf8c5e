"""Where one contract runs on this machine: every path absolute, every secret at hand."""

import os
import socket
import ssl
from pathlib import Path

from ostiary.contract.deployment import CertificateFiles, Deployment, GatewayListener
from ostiary.contract.draft import Draft
from ostiary.contract.model import Contract, TlsFiles
from ostiary.contract.places import Address
from ostiary.keys.master import MasterKey
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.server.channel import CertificatesTaken, Listener
from ostiary.server.contract_file import read_contract_file
from ostiary.server.development import kept_master_key, kept_tls
from ostiary.server.gateway.tls import server_context
from ostiary.server.state import StateDirectory


class AddressTaken(Exception):
    """Somebody else listens there."""


class TlsUnusable(Exception):
    """The door could not serve with its certificate; the text says why."""


@frozen
class Place:
    """A contract file with the state directory that it runs on."""

    file: Path
    state: StateDirectory
    contract: Contract
    deployment: Deployment
    draft: Draft | None = None
    """What the contract was read from: clients of the admin API are judged by it."""

    @property
    def store(self) -> Secret:
        """What `open_store` takes: a file's path, or the URL of a PostgreSQL, which may hold a password."""
        return self.deployment.store or Secret(str(self.state.store))

    @property
    def workers(self) -> int:
        return self.deployment.workers or len(os.sched_getaffinity(0))

    def master_key(self) -> MasterKey:
        """Raises MasterKeyInvalid. On a developer's machine it is made where the contract has none."""
        stated = self.deployment.master_key
        return kept_master_key(self.state) if stated is None else MasterKey.from_text(stated)

    def tls(self) -> TlsFiles | None:
        """None where the door listens without TLS. Raises TlsUnusable."""
        if self.deployment.plain_http:
            return None
        named = self.deployment.tls
        if named is None:
            return kept_tls(self.state.path)
        found = TlsFiles(self._beside(named.certificate), self._beside(named.key))
        _require_usable(found)
        return found

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """Those that run: the door and all gateways, or the one that was asked for. Raises TlsUnusable."""
        deployment = self.deployment
        door, tls = deployment.listen, self.tls()
        own = [self._listener(stated, tls) for stated in deployment.gateways]
        if deployment.only is not None:
            return tuple(each for each in own if each.gateway == deployment.only)
        return (Listener(door.host, door.port, tls), *own)

    def _listener(self, stated: GatewayListener, door: TlsFiles | None) -> Listener:
        tls = door
        if stated.tls is not None:
            tls = TlsFiles(self._beside(stated.tls.certificate), self._beside(stated.tls.key))
            _require_usable(tls)
        asked = stated.certificates
        return Listener(
            host=stated.listen.host,
            port=stated.listen.port,
            tls=tls,
            gateway=stated.name,
            taken=None if asked is None else self._taken(asked),
        )

    def _taken(self, asked: CertificateFiles) -> CertificatesTaken:
        authorities = None if asked.authorities is None else self._beside(asked.authorities)
        return CertificatesTaken(authorities, tuple(map(self._beside, asked.revoked)), asked.required)

    def _beside(self, path: str) -> str:
        """A path from the contract's folder."""
        return str(self.file.parent / path)


def _require_usable(files: TlsFiles) -> None:
    """Tell here what each worker would stumble over."""
    try:
        for file in (files.certificate, files.key):
            Path(file).read_bytes()
        server_context(files.certificate, files.key)
    except ssl.SSLError:
        raise TlsUnusable(
            f"{files.certificate} and {files.key} are not a certificate and its own unencrypted key, both as PEM"
        ) from None
    except OSError as error:
        raise TlsUnusable(f"{error.filename}: {error.strerror}") from None


def find_place(file: Path, state: Path | None = None) -> Place:
    """Read the contract and take its state directory, or the one given. Raises ContractBroken."""
    reading = read_contract_file(file)
    contract, deployment = reading.in_force()
    absolute = file.absolute()
    folder = StateDirectory(state or absolute.parent / deployment.state)
    return Place(absolute, folder, contract, deployment, reading.draft)


def require_free(address: Address, what: str) -> None:
    """Raise AddressTaken where somebody listens: workers share their port, and would share it with a stranger."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
            probe.listen(1)
        except OSError as error:
            shown = f"{address.host}:{address.port}"
            raise AddressTaken(f"cannot listen on {shown} (see {what} in the contract): {error.strerror}") from None
