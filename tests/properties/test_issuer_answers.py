"""Whatever is sent to the issuer, it answers with what was foreseen, and sends nobody where no client is registered."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import asgi
from issuer_world import CLIENTS, IssuerWorld, authorization
from ostiary.model.endpoints import AUTHORIZE
from ostiary.server.issuer.app import ENDPOINTS, IssuerApp
from ostiary.server.issuer.endpoints import PAGES
from ostiary.server.issuer.http import Head
from token_world import REDIRECT

NAMES: Final = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"),
    *("response_mode", "nonce", "prompt", "max_age", "claims", "login_hint", "id_token_hint", "ui_locales", "display"),
    *("acr_values", "request", "request_uri", "registration", "grant_type", "code", "code_verifier", "refresh_token"),
    *("client_secret", "client_assertion", "client_assertion_type", "token", "token_type_hint", "access_token"),
    *("post_logout_redirect_uri", "logout_hint", "login", "password", "form", "answer", "continue", "ostiary"),
)
ODD: Final = (
    *("", "0", "-1", "9" * 40, "null", "{}", "[]", "[" * 3000, '{"a":' * 1500, "=", "%", "&", "A" * 43, "A" * 9000),
    *(
        "none",
        "none login",
        "login consent",
        "select_account",
        "form_post",
        "fragment",
        "allow",
        "yes",
        "S256",
        "plain",
    ),
    *('{"id_token":[]}', '{"userinfo":{"email":null}}', '{"id_token":{"sub":{"values":[[]]}}}'),
    '{"id_token":{"sub":{"value":null},"acr":{"essential":true,"values":[1,null,{}]}}}',
    '{"id_token":{"sub":{"value":"\\ud800"}}}',
    *("\u202e", "\0", "\r\nx: y", "\U0010ffff" * 300, ".", "..", "a.b.c", "e30.e30.e30", "eyJhbGciOiJub25lIn0.e30."),
    *("site", "desktop", "spare", "pages", "robot", "billing", "openid", "openid  orders.read", "openid\torders.read"),
    *("code", "authorization_code", "refresh_token", "client_credentials"),
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    *("https://site.example/callback", "http://127.0.0.1:65536/callback", "http://127.0.0.1:99999999/callback"),
    *("http://[::1]:1/callback", "http://[/", "https://site.example@attacker.example/", "javascript:alert(1)"),
)
PATHS: Final = (*PAGES, *ENDPOINTS)
FORM: Final = b"application/x-www-form-urlencoded"
AUTHORIZATIONS: Final = (
    *(b"Basic", b"Basic ", b"Basic =", b"Basic Og==", b"Basic 4pyTOuKckw==", b"basic " + b"A" * 3000),
    *(b"Bearer", b"Bearer ", b"Bearer a.b.c", b"Bearer \xff.\xff.\xff"),
)
COOKIES: Final = (
    *(b"__Host-ostiary-session=x", b"__Host-ostiary-browser=abc", b"=;=;;"),
    b"__Host-ostiary-browser=\xff; __Host-ostiary-session=\xff",
)


def written(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs).encode()


def without_spaces(raw: bytes) -> bytes:
    """What can stand in a request line."""
    return bytes(byte for byte in raw if byte > 0x20 and byte != 0x7F)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES) | TEXTS, st.sampled_from(ODD) | TEXTS), max_size=12).map(written)
QUERIES = st.binary(max_size=60).map(without_spaces) | PAIRS
FIELDS = st.lists(
    st.tuples(st.just(b"authorization"), st.binary(max_size=40) | st.sampled_from(AUTHORIZATIONS))
    | st.tuples(st.just(b"cookie"), st.binary(max_size=60) | st.sampled_from(COOKIES))
    | st.tuples(st.just(b"content-type"), st.sampled_from([b"", b"application/json", FORM + b"; charset=\xff"]))
    | st.tuples(st.just(b"origin"), st.binary(max_size=20)),
    max_size=3,
)
METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT"])
CHANGED = st.sampled_from(
    ["redirect_uri", "response_type", "scope", "prompt", "claims", "response_mode", "state", "ostiary"]
)


def asked(client: str, changes: Mapping[str, str | None]) -> bytes:
    return authorization(client, **changes).partition("?")[2].encode()


ASKED = st.builds(
    asked,
    st.sampled_from(["site", "desktop", "spare"]),
    st.dictionaries(CHANGED, st.none() | st.sampled_from(ODD) | TEXTS, max_size=4),
)
"""A client's own request with a few things changed, so that the checks behind the first ones are reached."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerWorld]:
    """One for all: what is sent to it changes nothing that another request could see."""
    with TemporaryDirectory() as folder:
        world = IssuerWorld(Path(folder))
        yield world
        world.close()


@settings(max_examples=300, deadline=None)
@given(METHODS, st.sampled_from(PATHS), QUERIES, QUERIES, FIELDS, st.booleans())
def test_every_request_has_an_answer_that_leads_nowhere_else(
    issuer: IssuerWorld,
    method: str,
    path: str,
    query: bytes,
    body: bytes,
    fields: list[tuple[bytes, bytes]],
    form: bool,
) -> None:
    if form:
        fields = [field for field in fields if field[0] != b"content-type"] + [(b"content-type", FORM)]
    status, headers = issuer.run(answered(issuer, method, path, query, body, fields))
    assert status < 500
    assert not any(b"\r" in value or b"\n" in value for _, value in headers)
    assert all(is_registered(value.decode()) for name, value in headers if name == b"location")


@settings(max_examples=500, deadline=None)
@given(ASKED)
@example(asked("site", {"claims": '{"id_token":{"sub":{"values":[[]]}}}'}))
def test_an_authorization_request_leads_to_its_client_or_nowhere(issuer: IssuerWorld, query: bytes) -> None:
    status, headers = issuer.run(answered(issuer, "GET", AUTHORIZE, query, b"", []))
    assert status < 500
    assert all(is_registered(value.decode()) for name, value in headers if name == b"location")


async def answered(
    issuer: IssuerWorld, method: str, path: str, query: bytes, body: bytes, fields: list[tuple[bytes, bytes]]
) -> tuple[int, list[tuple[bytes, bytes]]]:
    """Status and header fields, from the application itself: an HTTP client would not send all of this."""
    head = Head.of(method, path, query, asgi.by_name([(b"x-ostiary-peer", b"192.0.2.1"), *fields]))
    answer = await IssuerApp(issuer.desk, PAGES).answer(head, b"w1-1", body)
    return answer.status, list(answer.headers)


def is_registered(location: str) -> bool:
    """One of our own paths, or a client's redirect URI with something added. The port of a loopback address is free."""
    own = location.startswith("/") and not location.startswith("//")
    uris = [*REDIRECT.values(), *(uri for client in CLIENTS.values() for uri in client.get("redirect_uris", ()))]
    return own or any(portless(location).startswith((f"{portless(uri)}?", f"{portless(uri)}&")) for uri in uris)


def portless(uri: str) -> str:
    """RFC 8252 section 7.3."""
    return re.sub(r"^(http://(?:127\.0\.0\.1|\[::1\])):[0-9]+", r"\1", uri)
