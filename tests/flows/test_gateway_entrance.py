"""One listener of a worker: whose connection it is, and what becomes of revocation lists that change."""

import logging
import socket
import struct
from pathlib import Path

import pytest

from client_certificates import Authority, now
from gateway_world import OK, answering, request, world
from mutual_world import mutual
from ostiary.server.gateway import worker

AUTHORITY, STRANGER = Authority(), Authority("CN=Somebody else")
LEDGER = AUTHORITY.issue("CN=ledger")
PUBLIC = "GET /public/x"
AT_ONCE = struct.pack("ii", 1, 0)


async def test_who_hangs_up_before_it_is_taken_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with world(tmp_path, answering(OK)) as door:
        for leaves in (True, False):
            line = socket.create_connection(("127.0.0.1", door.worker.port))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            line.sendall(request(PUBLIC))
            if leaves:
                line.close()
            assert (await (await door.connect()).ask(PUBLIC)).status == 200
            line.close()
        assert not caplog.records


async def test_a_certificate_counts_where_it_is_asked_for_alone(tmp_path: Path) -> None:
    """Listeners change while handshakes are under way, with or without TLS."""
    async with mutual(tmp_path, AUTHORITY, required=False) as door:
        plain, own = door.world.worker.entrances
        for shown in (None, LEDGER):
            assert (await door.once(shown, PUBLIC)).status == 200
        assert (await (await door.world.connect()).ask(PUBLIC)).status == 200
        shown = {each.get_extra_info("ssl_object"): each for each in door.world.worker.connections}
        bare = shown.pop(None)
        for each in (bare, *shown.values()):
            assert plain.peer_at(each).certificate is None
        assert own.peer_at(bare).certificate is None
        known = [own.peer_at(each).certificate for each in shown.values()]
        assert sorted(each is None for each in known) == [False, True]


@pytest.mark.parametrize("broken", [None, STRANGER.list_of(made=now())], ids=["missing", "of somebody else"])
async def test_a_list_that_cannot_be_read_is_told_of_once_and_the_one_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, broken: bytes | None
) -> None:
    monkeypatch.setattr(worker, "LISTS_SECONDS", 600.0)
    changes: list[int] = []

    async with mutual(tmp_path, AUTHORITY, revoked=AUTHORITY.list_of(LEDGER)) as door:
        file, (plain, own) = tmp_path / "clients.crl", door.world.worker.entrances

        async def look(times: int = 3) -> int:
            """The status of whom the first list revokes."""
            for _ in range(times):
                await plain.look(lambda: changes.append(0))
                await own.look(lambda: changes.append(1))
            return (await door.once(LEDGER, PUBLIC)).status

        for told in (1, 2):
            file.unlink() if broken is None else file.write_bytes(broken)
            assert await look() == 403
            assert [each.levelno for each in caplog.records] == [logging.WARNING] * told
            assert changes == [1] * (told - 1) * 2
            file.write_bytes(AUTHORITY.list_of(made=now()))
            assert await look() == 200
            file.write_bytes(AUTHORITY.list_of(LEDGER, made=now()))
            assert await look() == 403
            assert changes == [1] * told * 2
