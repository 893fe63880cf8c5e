"""Who never gets as far as a request is on record all the same: counted by who, where and why, so that a flood of
handshakes fills no disk."""

import asyncio
import secrets
import ssl
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from client_certificates import SERVER, Authority, Issued, now, self_signed
from gateway_world import run, until
from mutual_world import Mutual, Refused, mutual
from ostiary.keys.devca import development_tls
from ostiary.keys.hashing import pseudonym
from ostiary.keys.master import MasterKey
from ostiary.model.events.gateway import HandshakesRefused
from ostiary.model.ids import GatewayName
from ostiary.model.reasons import Reason
from ostiary.server.gateway import listening
from ostiary.server.gateway.handshake import reason_of
from ostiary.server.gateway.published import Place
from ostiary.server.memory import attach
from written_der import sequence, tlv

AUTHORITY, STRANGER = Authority(), Authority("CN=Somebody else")
LEDGER = AUTHORITY.issue()
PUBLIC = "GET /public/x"


async def recorded(door: Mutual) -> dict[Reason, int]:
    """Of the listener; the worker is drained for it."""
    await door.world.drain()
    key = MasterKey.from_text(door.world.setup.master_key).derive("pseudonym")
    found = [event for event in await door.world.recorded() if isinstance(event, HandshakesRefused)]
    assert {(event.gateway, event.peer) for event in found} <= {(GatewayName("own"), pseudonym(key, "127.0.0.1"))}
    counted: Counter[Reason] = Counter()
    for event in found:
        counted[event.reason] += event.count
    return dict(counted)


async def comes(door: Mutual, shown: Issued | None) -> bool:
    try:
        return (await door.once(shown, PUBLIC)).status == 200
    except Refused:
        return False


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        (STRANGER.issue(), Reason.CERTIFICATE_UNKNOWN),
        (self_signed("CN=ledger,O=Example"), Reason.CERTIFICATE_UNKNOWN),
        (AUTHORITY.issue(end=now() - timedelta(hours=1)), Reason.CERTIFICATE_EXPIRED),
        (AUTHORITY.issue(start=now() + timedelta(hours=1)), Reason.CERTIFICATE_UNFIT),
        (AUTHORITY.issue(use=SERVER), Reason.CERTIFICATE_UNFIT),
        (None, Reason.CERTIFICATE_MISSING),
    ],
    ids=["of a stranger", "of its own", "expired", "not yet valid", "for servers", "none"],
)
async def test_a_certificate_that_is_not_taken_is_on_record_with_its_reason(
    tmp_path: Path, shown: Issued | None, reason: Reason
) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        assert [await comes(door, one) for one in (LEDGER, shown, shown)] == [True, False, False]
        place = Place(attach(door.world.memory["metrics"]), 0)
        await until(lambda: (place.read() or {}).get("refusals") == {reason.value: 2})
        assert await recorded(door) == {reason: 2}


@dataclass(frozen=True)
class Rewritten(Issued):
    """One whose bytes its authority signed anew."""

    der: bytes = b""

    @property
    def pem(self) -> bytes:
        return ssl.DER_cert_to_PEM_cert(self.der).encode()


def of_version(number: int) -> Issued:
    one = AUTHORITY.issue()
    version = b"\xa0\x03\x02\x01"
    said = one.certificate.tbs_certificate_bytes.replace(version + b"\x02", version + bytes((number - 1,)), 1)
    signature = AUTHORITY.key.sign(said, ec.ECDSA(hashes.SHA256()))
    algorithm = sequence(bytes.fromhex("06082a8648ce3d040302"))
    return Rewritten(one.certificate, one.key, sequence(said, algorithm, tlv(0x03, b"\0" + signature)))


@pytest.mark.parametrize("version", [3, 8])
async def test_a_certificate_that_openssl_takes_and_nobody_can_read_is_on_record(tmp_path: Path, version: int) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        assert await comes(door, of_version(version)) is (version == 3)
        assert await recorded(door) == ({} if version == 3 else {Reason.CERTIFICATE_MALFORMED: 1})


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"GET / HTTP/1.1\r\nHost: own.example\r\n\r\n", Reason.TLS_PLAIN_HTTP),
        (b"CONNECT own.example:443 HTTP/1.1\r\n\r\n", Reason.TLS_PLAIN_HTTP),
        (b"SSH-2.0-OpenSSH_9.2\r\n" * 10, Reason.TLS_FAILED),
    ],
    ids=["http", "proxy", "ssh"],
)
async def test_what_is_no_tls_is_on_record(tmp_path: Path, sent: bytes, reason: Reason) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.world.worker.ports[1])
        writer.write(sent)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readuntil(b"\r\n\r\n")
        writer.close()
        assert await comes(door, LEDGER)
        assert await recorded(door) == {reason: 1}


def test_an_old_version_of_tls_is_on_record(tmp_path: Path) -> None:
    async def work(newest: ssl.TLSVersion, folder: Path) -> dict[Reason, int]:
        async with mutual(folder, AUTHORITY) as door:
            context = door.context(LEDGER)
            context.maximum_version = newest
            try:
                port = door.world.worker.ports[1]
                streams = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="own.example")
                streams[1].close()
            except (ssl.SSLError, ConnectionError):
                pass
            return await recorded(door)

    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    assert run(work(ssl.TLSVersion.TLSv1_2, tmp_path / "old")) == {Reason.TLS_FAILED: 1}
    assert run(work(ssl.TLSVersion.TLSv1_3, tmp_path / "new")) == {}


async def test_who_says_nothing_is_on_record_and_who_leaves_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "HANDSHAKE_SECONDS", 0.1)

    async with mutual(tmp_path, AUTHORITY) as door:
        port = door.world.worker.ports[1]
        _, leaving = await asyncio.open_connection("127.0.0.1", port)
        leaving.close()
        reader, silent = await asyncio.open_connection("127.0.0.1", port)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await reader.readexactly(1)
        silent.close()
        monkeypatch.setattr(listening, "HANDSHAKE_SECONDS", 10.0)
        door.ca = development_tls(("own.example",), int(time.time()), secrets.token_bytes).ca
        with pytest.raises(Refused):  # it is the client that refuses
            await door.connect(LEDGER)
        assert await recorded(door) == {Reason.TLS_TIMEOUT: 1}


def failed(said: str | None) -> ssl.SSLError:
    error = ssl.SSLError(1, "failed")
    error.reason = said  # None where OpenSSL has no word for it
    return error


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ssl.SSLEOFError(8, "left"), None),
        (ssl.SSLZeroReturnError(6, "left in order"), None),
        (ConnectionResetError(), None),
        (ConnectionAbortedError(), Reason.TLS_TIMEOUT),
        (failed(None), Reason.TLS_FAILED),
        (failed("UNKNOWN_PROTOCOL"), Reason.TLS_FAILED),
        (failed("TLSV1_ALERT_UNKNOWN_CA"), None),
        (unverified(10), Reason.CERTIFICATE_EXPIRED),
        (unverified(9), Reason.CERTIFICATE_UNFIT),
        *((unverified(code), Reason.CERTIFICATE_UNKNOWN) for code in (2, 18, 19, 20, 21, 24, 27, 79)),
    ],
    ids=repr,
)
def test_each_way_in_which_a_handshake_ends_has_its_reason(error: OSError, reason: Reason | None) -> None:
    """Who left, or refused us, was not refused."""
    assert reason_of(error) is reason
