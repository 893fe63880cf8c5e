"""OpenID Connect Back-Channel Logout 1.0, sent: a client's own server is told of every sign-out, on a real socket."""

from collections.abc import Callable, Coroutine, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from joserfc import jwt as peer
from joserfc.jwk import KeySet

from issuer_world import CLIENTS, Browser, authorization, told
from ostiary.issuer.logout_notices import MOST_TRIES
from ostiary.model import endpoints
from ostiary.model.events.issuer import LogoutTold, LogoutUntold
from ostiary.model.ids import SessionId
from ostiary.server import revocation
from ostiary.server.issuer.logout_notices import tell_due
from secrets_seen import secret
from token_world import CONTRACT
from web_world import WEB, WebWorld


class Server:
    """Of a client. `status`: what it answers."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.status = 200
        server = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                assert self.headers["content-type"] == "application/x-www-form-urlencoded"
                server.heard.append((self.path, secret(parse_qs(body)["logout_token"][0])))
                self.send_response(server.status)
                if server.status == 302:
                    self.send_header("location", "/elsewhere")
                self.end_headers()

            def do_GET(self) -> None:
                server.heard.append((self.path, ""))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.uri = f"http://127.0.0.1:{self._listening.server_address[1]}/out?tenant=1"
        Thread(target=self._listening.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown()
        self._listening.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def told_world(web: WebWorld, server: Server) -> WebWorld:
    """`site` wants to be told, `other` does not."""
    site = {**CONTRACT["clients"]["site"], "backchannel_logout_uri": server.uri}
    web.adopt(clients={**CONTRACT["clients"], **CLIENTS, **WEB, "site": site})
    return web


def signed_in(world: WebWorld, *clients: str) -> tuple[Browser, dict[str, Any]]:
    """One person in one browser, at all these clients; the claims of the first one's ID token."""
    browser = world.browser()
    tokens = [world.redeem(told(browser.sign_in(clients[0])), clients[0])]
    tokens += [world.redeem(told(browser.go(authorization(client))), client) for client in clients[1:]]
    return browser, world.claims(tokens[0]["id_token"])


def sign_out(world: WebWorld, browser: Browser) -> None:
    page = browser.open(endpoints.LOGOUT)
    browser.fill(page, answer="sign-out")


def tell(world: WebWorld) -> None:
    world.run(tell_due(world.desk))


def test_a_client_is_told_whose_session_ended_in_a_token_that_a_peer_reads(
    told_world: WebWorld, server: Server
) -> None:
    browser, id_token = signed_in(told_world, "site", "other")
    tell(told_world)
    assert not server.heard
    sign_out(told_world, browser)
    tell(told_world)
    [(path, token)] = server.heard
    assert path == "/out?tenant=1"
    keys = KeySet.import_key_set(told_world.ask("GET", endpoints.JWKS).json())
    read = peer.decode(token, keys, algorithms=["ES256"])
    assert read.header["typ"] == "logout+jwt"
    said = dict(read.claims)
    assert (said["sid"], said["sub"], said["aud"]) == (id_token["sid"], id_token["sub"], "site")
    assert said["iss"] == id_token["iss"] and said["exp"] - said["iat"] == 120 and said["jti"]
    assert said["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in said
    tell(told_world)
    assert len(server.heard) == 1
    assert [event.client for event in told_world.events_of(LogoutTold)] == ["site"]


def test_signing_out_at_the_pages_of_one_client_is_told_to_the_others(told_world: WebWorld, server: Server) -> None:
    browser, _ = signed_in(told_world, "site")
    pages = told_world.pages("front", browser)
    pages.sign_in()
    assert pages.log_out().status_code == 204
    tell(told_world)
    assert len(server.heard) == 1


@pytest.mark.parametrize("status", [302, 400, 500])
def test_a_client_that_does_not_hear_is_told_again_later_and_not_for_ever(
    told_world: WebWorld, server: Server, status: int
) -> None:
    browser, _ = signed_in(told_world, "site")
    server.status = status
    sign_out(told_world, browser)
    for tries in range(1, MOST_TRIES + 1):
        tell(told_world)
        tell(told_world)
        assert [path for path, _ in server.heard] == ["/out?tenant=1"] * tries
        assert len({token for _, token in server.heard}) == tries
        told_world.later(5 * 2**tries)
    tell(told_world)
    assert len(server.heard) == MOST_TRIES
    assert [event.client for event in told_world.events_of(LogoutUntold)] == ["site"]


def test_a_client_that_was_away_hears_of_it_when_it_is_back(told_world: WebWorld, server: Server) -> None:
    browser, _ = signed_in(told_world, "site")
    server.status = 503
    sign_out(told_world, browser)
    tell(told_world)
    server.status = 204
    told_world.later(5)
    tell(told_world)
    assert len(server.heard) == 2
    assert len(told_world.events_of(LogoutTold)) == 1


async def _of_session(world: WebWorld, sid: str, now: int) -> None:
    session = await world.store.session(SessionId(sid))
    assert session is not None
    await world.store.commit(revocation.of_session(session, now))


async def _of_person(world: WebWorld, sid: str, now: int) -> None:
    session = await world.store.session(SessionId(sid))
    assert session is not None
    person = await world.store.person(session.subject)
    assert person is not None
    await world.store.commit(revocation.of_person(person, now))


async def _expired(world: WebWorld, sid: str, now: int) -> None:
    session = await world.store.session(SessionId(sid))
    assert session is not None
    await world.store.forget(session.expires_at)


@pytest.mark.parametrize(
    "end", [_of_session, _of_person, _expired], ids=["revoked session", "revoked person", "expired"]
)
def test_a_session_that_nobody_signed_out_of_is_told_all_the_same_and_again_until_heard(
    told_world: WebWorld, server: Server, end: Callable[[WebWorld, str, int], Coroutine[Any, Any, None]]
) -> None:
    """An operator's `ostiary revoke`, and the end of a session by itself."""
    _, id_token = signed_in(told_world, "site", "other")
    told_world.run(told_world.store.forget(int(told_world.now)))
    tell(told_world)
    assert not server.heard
    server.status = 503
    told_world.run(end(told_world, id_token["sid"], int(told_world.now)))
    told_world.later(12 * 3600)
    tell(told_world)
    server.status = 200
    told_world.later(5)
    tell(told_world)
    tell(told_world)
    assert len(server.heard) == 2
    assert [(event.client, event.session) for event in told_world.events_of(LogoutTold)] == [("site", id_token["sid"])]
