"""A listener's certificate, authorities and revocation lists change while it runs: new connections meet the new ones,
open ones go on as far as they may, and files that are broken change nothing."""

import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from client_certificates import Authority, jwks_of, self_signed
from gateway_world import AUTHORITY as DOOR
from gateway_world import contract
from mutual_world import CLIENTS, OWN, Mutual, Refused, mutual, refused, written
from ostiary.keys.certificate import CertificateInvalid
from ostiary.keys.devca import development_tls
from ostiary.model.reasons import Reason
from ostiary.server.channel import CertificatesTaken

NAME = x509.DNSName("ledger.example")
OLD, NEW = Authority("CN=Old authority"), Authority("CN=New authority")
BY_OLD, BY_NEW = OLD.issue("CN=ledger", NAME), NEW.issue("CN=ledger", NAME)
PUBLIC = "GET /public/x"


def reload(door: Mutual, *, revoked: tuple[str, ...] = (), **changes: Any) -> None:
    """As the supervisor has it done. Raises what is wrong with the files."""
    plain, own = door.world.setup.listeners
    taken = CertificatesTaken(str(door.folder / "clients.pem"), revoked, required=True)
    rules = contract(door.world.service, **written(OLD, **changes))
    door.world.worker.prepare(rules, (plain, replace(own, taken=taken)))()


def renewed(door: Mutual) -> bytes:
    """Another certificate for the door in its files; who trusts it."""
    made = development_tls((DOOR, OWN), int(time.time()), secrets.token_bytes)
    (door.folder / "door.pem").write_bytes(made.certificate)
    (door.folder / "door.key").write_bytes(made.key)
    return made.ca


async def test_a_renewed_certificate_is_shown_to_whom_comes_next_and_drops_nobody(tmp_path: Path) -> None:
    async with mutual(tmp_path, OLD) as door:
        before = await door.connect(BY_OLD)
        assert (await door.ask(before, PUBLIC)).status == 200
        ca = renewed(door)
        assert (await door.once(BY_OLD, PUBLIC)).status == 200
        reload(door)
        with pytest.raises(Refused):
            await door.connect(BY_OLD)
        door.ca = ca
        assert (await door.once(BY_OLD, PUBLIC)).status == 200
        assert (await door.ask(before, PUBLIC)).status == 200


@pytest.mark.parametrize("broken", ["door.pem", "door.key", "clients.pem"])
async def test_a_broken_file_changes_nothing(tmp_path: Path, broken: str) -> None:
    async with mutual(tmp_path, OLD) as door:
        ca = renewed(door)
        good = (tmp_path / broken).read_bytes()
        (tmp_path / broken).write_bytes(b"nothing of that kind")
        with pytest.raises((OSError, CertificateInvalid)):
            reload(door)
        assert (await door.once(BY_OLD, PUBLIC)).status == 200
        (tmp_path / broken).write_bytes(good)
        reload(door)
        door.ca = ca
        assert (await door.once(BY_OLD, PUBLIC)).status == 200


async def test_another_authority_takes_over_and_the_old_one_s_certificates_are_nobody_s(tmp_path: Path) -> None:
    """On connections that are open, too: they were made when it was still trusted."""

    async with mutual(tmp_path, OLD) as door:
        before = await door.connect(BY_OLD)
        assert (await door.ask(before, PUBLIC)).status == 200
        with pytest.raises(Refused):
            await door.once(BY_NEW, PUBLIC)
        (tmp_path / "clients.pem").write_bytes(OLD.pem + NEW.pem)
        reload(door)
        assert (await door.once(BY_NEW, PUBLIC)).status == (await door.ask(before, PUBLIC)).status == 200
        (tmp_path / "clients.pem").write_bytes(NEW.pem)
        reload(door)
        assert (await door.once(BY_NEW, PUBLIC)).status == 200
        with pytest.raises(Refused):
            await door.once(BY_OLD, PUBLIC)
        answer = await door.ask(before, PUBLIC)
        assert await refused(door, answer) == (403, Reason.CERTIFICATE_UNKNOWN)


async def test_a_revocation_list_that_is_named_anew_holds_at_once(tmp_path: Path) -> None:
    async with mutual(tmp_path, OLD) as door:
        spared, revoked = OLD.issue("CN=ledger", NAME), await door.connect(BY_OLD)
        assert (await door.ask(revoked, PUBLIC)).status == 200
        (tmp_path / "new.crl").write_bytes(OLD.list_of(BY_OLD))
        reload(door, revoked=(str(tmp_path / "new.crl"),))
        answer = await door.ask(revoked, PUBLIC)
        assert await refused(door, answer) == (403, Reason.CERTIFICATE_REVOKED)
        assert (await door.once(spared, PUBLIC)).status == 200
        (tmp_path / "new.crl").write_bytes(NEW.list_of())
        with pytest.raises(CertificateInvalid):
            reload(door, revoked=(str(tmp_path / "new.crl"),))
        assert (await door.once(spared, PUBLIC)).status == 200


async def test_what_clients_registered_themselves_is_still_taken(tmp_path: Path) -> None:
    beacon = self_signed()
    client = {"kind": "service", "scopes": ["things"], "credential": "mtls", "jwks": jwks_of([beacon])}
    clients = {**CLIENTS, "beacon": client}

    async with mutual(tmp_path, OLD, clients=clients) as door:
        for _ in range(2):
            assert (await door.once(beacon, "GET /bound", door.token(beacon, "beacon"))).status == 200
            reload(door, clients=clients)
