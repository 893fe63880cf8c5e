"""OpenID Connect Back-Channel Logout 1.0, received: logout tokens for clients whose sessions are kept here."""

import hmac
import secrets
from collections.abc import Callable
from typing import Any, Final

import httpx
import orjson
import pytest

from by_hand import compact
from ostiary.issuer.logout_token import EVENT, LIFETIME, logout_claims
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign
from ostiary.model import endpoints
from ostiary.model.events.issuer import WebSessionEnded, WebSessionStarted
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import refused
from web_world import Pages, WebWorld

FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def front(web: WebWorld) -> Pages:
    pages = web.pages()
    pages.sign_in()
    return pages


def claims(pages: Pages, **changes: Any) -> dict[str, object]:
    """Of a token that ends the session; a claim that is None is left out."""
    world = pages.world
    [started] = world.events_of(WebSessionStarted)
    made = logout_claims(
        world.desk.registry,
        ClientId(pages.client),
        started.subject,
        started.session,
        int(world.now),
        secrets.token_bytes,
    )
    return {name: value for name, value in (made | changes).items() if value is not None}


def signed(pages: Pages, typ: str = "logout+jwt", key: SigningPrivateKey | None = None, **changes: Any) -> str:
    signing = key or pages.world.desk.keys.at(pages.world.now).signing
    return secret(sign(claims(pages, **changes), signing, typ))


def send(pages: Pages, token: str) -> httpx.Response:
    return pages.world.post(endpoints.SESSION_BACKCHANNEL_LOGOUT, {"logout_token": token}, None)


def test_2_5_a_logout_token_ends_the_session_that_it_names(front: Pages) -> None:
    assert front.who()["signed_in"]
    answer = send(front, signed(front))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert front.who() == {"signed_in": False}
    assert front.access().status_code == 401
    assert len(front.world.events_of(WebSessionEnded)) == 1


def test_2_5_other_sessions_go_on(front: Pages) -> None:
    other = front.world.pages()
    token = signed(front)
    other.sign_in("alan")
    assert send(front, token).status_code == 200
    assert other.access().status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "site"},
        {"aud": "back"},
        {"aud": ["front", "back"]},
        {"iat": 2_000_000_000},
        {"exp": 1},
        {"nonce": "n"},
        {"events": {}},
        {"events": {EVENT: "yes"}},
        {"events": None},
        {"sid": None},
        {"jti": None},
        {"iat": None},
        {"exp": None},
    ],
    ids=str,
)
def test_2_6_a_token_with_a_claim_that_does_not_hold_ends_nothing(front: Pages, changes: dict[str, Any]) -> None:
    answer = send(front, signed(front, **changes))
    if changes.get("aud") == "back":  # it is for another client, whose session this is not
        assert answer.status_code == 200
    else:
        assert refused(front.world, answer) == (400, "invalid_request", Reason.LOGOUT_TOKEN_INVALID)
    assert front.who()["signed_in"]
    assert send(front, signed(front)).status_code == 200
    assert not front.who()["signed_in"]


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", ""])
def test_2_4_a_token_of_another_type_is_no_logout_token(front: Pages, typ: str) -> None:
    assert send(front, signed(front, typ)).status_code == 400
    assert send(front, signed(front)).status_code == 200


def test_2_6_a_token_by_somebody_else_ends_nothing(front: Pages) -> None:
    assert send(front, signed(front, key=SigningPrivateKey.generate())).status_code == 400
    assert send(front, "").status_code == 400
    assert front.who()["signed_in"]
    assert send(front, signed(front)).status_code == 200


@pytest.mark.parametrize(
    "members",
    [{"alg": "none"}, {"alg": "HS256"}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/cert"}],
    ids=str,
)
def test_2_4_a_token_does_not_choose_how_it_is_checked(front: Pages, members: dict[str, str]) -> None:
    """Signed with nothing or with what everybody knows of the key; one that says where its key is (RFC 8725)."""
    own = front.world.desk.keys.at(front.world.now).signing
    public = orjson.dumps(own.public.to_jwk())
    signs: dict[str, Callable[[bytes], bytes]] = {
        "none": lambda _: b"",
        "HS256": lambda signed: hmac.digest(public, signed, "sha256"),
    }
    header = {"alg": "ES256", "kid": own.id, "typ": "logout+jwt"}
    said = orjson.dumps(claims(front))
    forged = compact(header | members, said, signs.get(members.get("alg", ""), own.sign))
    assert send(front, forged).status_code == 400
    assert front.who()["signed_in"]
    assert send(front, secret(compact(header, said, own.sign))).status_code == 200


def test_2_6_a_token_is_good_once_and_for_two_minutes(front: Pages) -> None:
    token = signed(front)
    front.world.later(LIFETIME - 1)
    assert send(front, token).status_code == 200
    assert send(front, token).status_code == 400
    front.world.later(1)
    assert send(front, signed(front, iat=int(front.world.now) - LIFETIME, exp=int(front.world.now))).status_code == 400


def test_3_the_issuer_says_that_it_serves_this(front: Pages) -> None:
    told = front.world.ask("GET", endpoints.OPENID_CONFIGURATION).json()
    assert told["backchannel_logout_supported"] is True
    assert told["backchannel_logout_session_supported"] is True
