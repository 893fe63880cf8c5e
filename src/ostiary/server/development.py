"""What a developer's machine need not be given: a master key, a certificate."""

import os
import secrets
import time
from pathlib import Path
from typing import Final

from ostiary.contract.model import TlsFiles
from ostiary.keys.devca import development_tls, serves
from ostiary.keys.master import KEY_BYTES, MasterKey, MasterKeyInvalid
from ostiary.model.ids import Secret
from ostiary.server.state import StateDirectory

HOSTS: Final = ("localhost", "127.0.0.1", "::1")
CA_FILE: Final = "development-ca.pem"


def write_private(path: Path, content: bytes) -> None:
    """Write the file whole or not at all, readable by its owner alone from its first byte on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)


def kept_master_key(state: StateDirectory) -> MasterKey:
    """The master key in the file beside the state directory; made where there is none, and no store that was under one.
    Raises MasterKeyInvalid, StateUnusable."""
    path = _master_key_file(state.path)
    if not path.exists():
        if state.has_store():
            raise MasterKeyInvalid(f"{path} is gone, and {state.store} needs it; please restore it")
        write_private(path, MasterKey(secrets.token_bytes(KEY_BYTES)).to_text().reveal().encode() + b"\n")
    try:
        return MasterKey.from_text(Secret(path.read_text(errors="replace")))
    except MasterKeyInvalid as error:
        raise MasterKeyInvalid(f"{path}: {error}") from None


def has_master_key(state: Path) -> bool:
    """Whether `kept_master_key` would find one."""
    return _master_key_file(state).exists()


def _master_key_file(state: Path) -> Path:
    return state.with_name(state.name + ".master-key")


def kept_tls(state: Path) -> TlsFiles:
    """A certificate for this machine in the state directory, with `development-ca.pem` to trust; renewed when due."""
    now, certificate = int(time.time()), state / "tls" / "certificate.pem"
    if not certificate.exists() or not serves(certificate.read_bytes(), HOSTS, now):
        made = development_tls(HOSTS, now, secrets.token_bytes)
        write_private(state / "tls" / "key.pem", made.key)
        write_private(state / "tls" / CA_FILE, made.ca)
        write_private(certificate, made.certificate)
    return TlsFiles(str(certificate), str(state / "tls" / "key.pem"))
