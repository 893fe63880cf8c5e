"""Client certificates: what is not the client's own, or good no more, does not get in (RFC 8705 sections 2, 3, 7)."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from client_certificates import SERVER, Authority, Issued, issued_by, jwks_of, now, self_signed
from gateway_world import Answer, listen_as_issuer, read_head, run
from mutual_world import CLIENTS, DOOR, Mutual, Refused, adopt, events, mutual, refused
from ostiary.model.reasons import Reason

DAY = timedelta(days=1)
AUTHORITY, STRANGER = Authority(), Authority()
NAME = x509.DNSName("ledger.example")
LEDGER = AUTHORITY.issue("CN=ledger", NAME)
OTHER = AUTHORITY.issue("CN=other", x509.DNSName("other.example"))
BEACON = self_signed("CN=beacon")
SIGNING = self_signed("CN=beacon that signs", may_issue=True)
PUBLIC, BOUND = "GET /public/a", "GET /bound"


def own(certificate: Issued) -> dict[str, object]:
    return {"kind": "service", "scopes": ["things"], "credential": "mtls", "jwks": jwks_of([certificate])}


async def test_a_token_is_taken_on_a_connection_with_its_certificate(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        answer = await door.once(LEDGER, BOUND, door.token(LEDGER))
        assert (answer.status, answer.body) == (200, b"ok")


@pytest.mark.parametrize(
    "shown",
    [
        None,
        STRANGER.issue("CN=ledger", NAME),
        self_signed("CN=ledger", NAME),
        AUTHORITY.issue("CN=ledger", NAME, end=now() - timedelta(minutes=1)),
        AUTHORITY.issue("CN=ledger", NAME, start=now() + DAY),
        AUTHORITY.issue("CN=ledger", NAME, use=SERVER),
        issued_by(AUTHORITY.issue("CN=ledger", NAME), "CN=ledger", NAME),
    ],
    ids=[
        "none",
        "authority of the same name",
        "self-signed",
        "expired",
        "not yet valid",
        "for servers",
        "leaf",
    ],
)
async def test_a_certificate_that_is_not_in_force_ends_the_handshake(tmp_path: Path, shown: Issued | None) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        with pytest.raises(Refused):
            await door.once(shown, PUBLIC)
        assert (await door.once(LEDGER, PUBLIC)).status == 200


async def test_a_stolen_token_is_worthless_with_another_certificate(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        token = door.token(LEDGER)
        assert (await door.once(LEDGER, BOUND, token)).status == 200
        answer = await door.once(OTHER, BOUND, token)
        assert answer.fields["www-authenticate"].startswith("Bearer")
        assert await refused(door, answer) == (401, Reason.CERTIFICATE_NOT_BOUND)
        assert (await door.once(LEDGER, BOUND, token)).status == 200


async def test_a_stolen_token_is_worthless_without_a_certificate(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY, required=False) as door:
        token = door.token(LEDGER)
        assert (await door.once(LEDGER, BOUND, token)).status == 200
        assert await refused(door, await door.once(None, BOUND, token)) == (401, Reason.CERTIFICATE_MISSING)
        line = await door.world.connect()
        answer = await door.ask(line, BOUND, token, host=DOOR)
        assert await refused(door, answer) == (401, Reason.CERTIFICATE_MISSING)


async def test_a_token_without_its_binding_is_no_token_of_such_a_client(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        answer = await door.once(LEDGER, "GET /things", door.token(None))
        assert await refused(door, answer) == (401, Reason.BINDING_TOO_WEAK)
        assert (await door.once(LEDGER, "GET /things", door.token(LEDGER))).status == 200
        assert (await door.once(LEDGER, "GET /things", door.token(None, "robot"))).status == 200
        answer = await door.once(LEDGER, BOUND, door.token(None, "robot"))
        assert await refused(door, answer) == (401, Reason.BINDING_TOO_WEAK)


async def test_a_token_for_a_key_is_no_token_for_a_certificate(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY) as door:
        x5t = door.token(LEDGER)
        for cnf in ({"jkt": "x" * 43}, {"jkt": "x" * 43, "x5t#S256": "y" * 43}, {"x5t#S256": 7}, "x", {}):
            answer = await door.once(LEDGER, BOUND, door.token(None, cnf=cnf))
            assert await refused(door, answer) == (401, Reason.BINDING_TOO_WEAK)
        assert (await door.once(LEDGER, BOUND, x5t)).status == 200
        answer = await door.once(LEDGER, BOUND, x5t.replace("Bearer", "DPoP"))
        assert await refused(door, answer) == (401, Reason.PROOF_KEY)


async def test_a_revoked_certificate_opens_nothing(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY, revoked=AUTHORITY.list_of(LEDGER)) as door:
        for head in (PUBLIC, BOUND, "GET /nowhere", "POST /oauth/token"):
            answer = await door.once(LEDGER, head, door.token(LEDGER))
            assert await refused(door, answer) == (403, Reason.CERTIFICATE_REVOKED)
        assert (await door.once(OTHER, BOUND, door.token(OTHER))).status == 200


async def test_a_certificate_is_revoked_on_a_connection_that_is_open(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY, revoked=AUTHORITY.list_of()) as door:
        ours, others = await door.connect(LEDGER), await door.connect(OTHER)
        assert (await door.ask(ours, BOUND, door.token(LEDGER))).status == 200
        (tmp_path / "new").write_bytes(AUTHORITY.list_of(LEDGER, made=now()))
        (tmp_path / "new").rename(tmp_path / "clients.crl")
        answer = await until(door, lambda answer: answer.status != 200)
        assert await refused(door, answer) == (403, Reason.CERTIFICATE_REVOKED)
        answer = await door.ask(ours, BOUND, door.token(LEDGER))
        assert await refused(door, answer) == (403, Reason.CERTIFICATE_REVOKED)
        assert (await door.ask(others, BOUND, door.token(OTHER))).status == 200


async def until(door: Mutual, enough: Callable[[Answer], bool]) -> Answer:
    """Ask anew until the listener has read the file."""
    while not enough(answer := await door.once(LEDGER, BOUND, door.token(LEDGER))):  # noqa: ASYNC110  # a listener tells nobody what it read
        await asyncio.sleep(0.1)
    return answer


async def test_a_stream_ends_when_its_certificate_is_revoked(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n")
        await reader.read()

    async with mutual(tmp_path, AUTHORITY, revoked=AUTHORITY.list_of(), serve=serve) as door:
        streams = [await door.connect(shown) for shown in (LEDGER, OTHER)]
        for line, shown in zip(streams, (LEDGER, OTHER), strict=True):
            await line.send(f"{BOUND} HTTP/1.1\r\nHost: own.example\r\n{door.token(shown)}\r\n\r\n".encode())
            assert (await line.head()).status == 200
            assert await line.part() == b"one"
        (tmp_path / "clients.crl").write_bytes(AUTHORITY.list_of(LEDGER, made=now()))
        assert await streams[0].ended()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(streams[1].part(), 0.2)


async def test_an_overdue_list_says_nothing_good_of_anybody(tmp_path: Path) -> None:
    stale = AUTHORITY.list_of(due=now() - timedelta(seconds=30), made=now() - DAY)
    async with mutual(tmp_path, AUTHORITY, revoked=stale) as door:
        answer = await door.once(LEDGER, BOUND, door.token(LEDGER))
        assert await refused(door, answer) == (403, Reason.CERTIFICATE_LIST_STALE)
        (tmp_path / "clients.crl").write_bytes(AUTHORITY.list_of(made=now()))
        assert (await until(door, lambda answer: answer.status != 403)).status == 200


async def test_a_list_of_somebody_else_changes_nothing(tmp_path: Path) -> None:
    """Who can write the file and cannot sign could else bring a revoked certificate back."""

    async with mutual(tmp_path, AUTHORITY, revoked=AUTHORITY.list_of(LEDGER)) as door:
        [entrance] = [each for each in door.world.worker.entrances if each.certificates is not None]
        assert entrance.certificates is not None
        for forged in (STRANGER.list_of(made=now()), b"", AUTHORITY.list_of(made=now(), partial=True)):
            (tmp_path / "clients.crl").write_bytes(forged)
            with pytest.raises(ValueError, match=r"list|authorities"):
                entrance.certificates.look()
            assert (await door.once(LEDGER, PUBLIC)).status == 403
        (tmp_path / "clients.crl").write_bytes(AUTHORITY.list_of(made=now()))
        assert entrance.certificates.look()
        assert (await door.once(LEDGER, PUBLIC)).status == 200


async def test_a_certificate_that_a_client_registered_is_taken_and_no_other_that_it_signed(tmp_path: Path) -> None:
    clients = {**CLIENTS, "beacon": own(BEACON), "signer": own(SIGNING)}
    async with mutual(tmp_path, AUTHORITY, clients=clients) as door:
        for shown, client in ((BEACON, "beacon"), (SIGNING, "signer"), (LEDGER, "ledger")):
            assert (await door.once(shown, BOUND, door.token(shown, client))).status == 200
        child = issued_by(SIGNING, "CN=ledger", NAME)
        answer = await door.once(child, BOUND, door.token(child))
        assert await refused(door, answer) == (403, Reason.CERTIFICATE_UNKNOWN)
        with pytest.raises(Refused):
            await door.once(issued_by(BEACON, "CN=ledger", NAME), PUBLIC)


async def test_a_certificate_is_nobodys_when_its_client_has_gone(tmp_path: Path) -> None:
    clients = {**CLIENTS, "beacon": own(BEACON)}
    async with mutual(tmp_path, AUTHORITY) as door:
        with pytest.raises(Refused):
            await door.once(BEACON, PUBLIC)
        adopt(door.world, AUTHORITY, clients=clients)
        line = await door.connect(BEACON)
        assert (await door.ask(line, PUBLIC)).status == 200
        adopt(door.world, AUTHORITY)
        assert await refused(door, await door.ask(line, PUBLIC)) == (403, Reason.CERTIFICATE_UNKNOWN)
        assert await refused(door, await door.once(BEACON, PUBLIC)) == (403, Reason.CERTIFICATE_UNKNOWN)


async def test_no_session_is_resumed(tmp_path: Path) -> None:
    """A resumed one would not show the certificate again."""

    async with mutual(tmp_path, AUTHORITY) as door:
        port = door.world.worker.ports[1]
        assert await asyncio.to_thread(resumed, door.context(LEDGER), port) is False
        older = door.context(LEDGER)
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError):
            await asyncio.to_thread(resumed, older, port)


def resumed(context: ssl.SSLContext, port: int) -> bool:
    session = None
    for _ in range(2):
        raw = socket.create_connection(("127.0.0.1", port), 10)
        with context.wrap_socket(raw, server_hostname="own.example", session=session) as tls:
            tls.sendall(b"GET /public/a HTTP/1.1\r\nHost: own.example\r\n\r\n")
            assert tls.recv(4096).startswith(b"HTTP/1.1 200")
            reused, session = bool(tls.session_reused), tls.session
    return reused


async def test_a_certificate_is_of_one_connection_and_not_of_its_address(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY, required=False) as door:
        token = door.token(None, "robot")
        lines = [await door.connect(shown) for shown in (LEDGER, None, LEDGER)]
        statuses = [(await door.ask(line, "GET /inside", token)).status for line in lines]
        assert statuses == [200, 404, 200]
        assert [each.reason for each in await events(door)] == [Reason.ROUTE_INTERNAL]


async def test_the_certificate_of_a_proxy_is_not_that_of_whom_it_brings(tmp_path: Path) -> None:
    async with mutual(tmp_path, AUTHORITY, trusted_proxies=["127.0.0.0/8"]) as door:
        line, token = await door.connect(LEDGER), door.token(LEDGER)
        assert (await door.ask(line, BOUND, token)).status == 200
        answer = await door.ask(line, BOUND, token, "X-Forwarded-For: 203.0.113.9")
        assert await refused(door, answer) == (401, Reason.CERTIFICATE_MISSING)


def test_nobody_can_say_to_have_shown_a_certificate(tmp_path: Path) -> None:
    """Neither in our own words to the issuer, nor in those of a proxy (RFC 9440) to a service."""
    seen: list[bytes] = []
    said = (
        "X-Ostiary-Client-Certificate: - AAAA",
        "X-Ostiary-Gateway: other",
        "Client-Cert: :AAAA:",
        "Client-Cert-Chain: :AAAA:",
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await read_head(reader))
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    async def work() -> None:
        async with mutual(tmp_path, AUTHORITY, required=False, serve=serve) as door:
            issuer = await listen_as_issuer(tmp_path, serve)
            for shown, head in ((None, "GET /oauth/jwks"), (None, PUBLIC), (LEDGER, "GET /oauth/jwks")):
                assert (await door.once(shown, head, *said)).status == 200
            issuer.close()

    run(work())
    to_issuer, to_service, with_certificate = seen
    assert not any(b"AAAA" in head or b"other" in head for head in seen)
    assert b"x-ostiary-gateway: own\r\n" in to_issuer
    assert b"certificate" not in to_issuer + to_service
    assert with_certificate.count(b"x-ostiary-client-certificate: ") == 1
