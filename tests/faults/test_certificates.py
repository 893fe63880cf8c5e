"""A certificate that the door cannot serve with is told of before anything starts."""

import secrets
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from contract_door import MASTER
from ostiary.keys.devca import development_tls
from ostiary.server.place import TlsUnusable, find_place

CONTRACT = """\
origin: https://api.example
tls: {certificate: door.pem, key: door.key}
master_key: ${file:master}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """With a certificate and its key beside it."""
    made = development_tls(("api.example",), int(time.time()), secrets.token_bytes)
    (tmp_path / "door.pem").write_bytes(made.certificate)
    (tmp_path / "door.key").write_bytes(made.key)
    (tmp_path / "master").write_text(MASTER)
    (tmp_path / "ostiary.yaml").write_text(CONTRACT)
    return tmp_path / "ostiary.yaml"


def test_a_certificate_with_its_key_is_taken(contract: Path) -> None:
    found = find_place(contract).tls()
    assert found is not None
    assert (found.certificate, found.key) == (str(contract.parent / "door.pem"), str(contract.parent / "door.key"))


@pytest.mark.parametrize("name", ["door.pem", "door.key"])
def test_a_file_that_is_not_there_is_named(contract: Path, name: str) -> None:
    (contract.parent / name).unlink()
    with pytest.raises(TlsUnusable):
        find_place(contract).tls()


@pytest.mark.parametrize("name", ["door.pem", "door.key"])
def test_a_file_that_is_no_pem_is_refused(contract: Path, name: str) -> None:
    (contract.parent / name).write_text("nothing of that kind")
    with pytest.raises(TlsUnusable):
        find_place(contract).tls()


def test_another_certificate_s_key_is_refused(contract: Path) -> None:
    other = development_tls(("api.example",), int(time.time()), secrets.token_bytes)
    (contract.parent / "door.key").write_bytes(other.key)
    with pytest.raises(TlsUnusable):
        find_place(contract).tls()


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(contract: Path) -> None:
    key = contract.parent / "door.key"
    private = load_pem_private_key(key.read_bytes(), None)
    sealed = BestAvailableEncryption(b"password")
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed))
    with pytest.raises(TlsUnusable):
        find_place(contract).tls()
