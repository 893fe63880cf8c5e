"""Old ways: past their day, with secrets of others, spelled oddly, mixed up with tokens; and keys that would leak."""

import hmac
from base64 import b64encode
from collections.abc import Callable

import pytest

from by_hand import compact
from gateway_world import old_secret
from legacy_world import CRAWLER, KEY, LAST_DAY, PRINTER, TOKEN, OldClients, basic
from ostiary.contract.model import OldWay
from ostiary.contract.quantities import day
from ostiary.gateway.decision import Refuse
from ostiary.gateway.old_uses import OldUse
from ostiary.gateway.refusal import rendered
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.errors import HttpRefused
from ostiary.model.feed import ClientRevoked, Numbered
from ostiary.model.ids import ClientId, Reference
from ostiary.model.principal import Binding, Kind
from ostiary.model.reasons import Reason
from rules_world import NOW
from secrets_seen import secret

END = day(LAST_DAY) + 86400
EACH = [("GET /things", PRINTER), ("GET /things", CRAWLER), (f"GET /things?api_key={KEY}", "X-Nothing: 1")]


@pytest.fixture
def door() -> OldClients:
    return OldClients()


def encoded(pair: bytes) -> str:
    return f"Authorization: Basic {b64encode(pair).decode()}"


@pytest.mark.parametrize(
    ("head", "field", "client"),
    [(*way, name) for way, name in zip(EACH, ("printer", "crawler", "ticker"), strict=True)],
)
def test_each_old_way_lets_its_client_in(door: OldClients, head: str, field: str, client: str) -> None:
    asked = door.allowed(head, field)
    assert asked.seen is not None
    who = asked.seen.principal
    assert (who.client, who.kind, who.binding, who.subject) == (client, Kind.LEGACY, Binding.BEARER, None)


@pytest.mark.parametrize(("head", "field"), EACH)
def test_after_its_day_a_way_is_refused_also_where_it_was_seen_before(door: OldClients, head: str, field: str) -> None:
    assert door.reason(head, field, now=END - 1) is None
    assert door.reason(head, field, now=END) is Reason.LEGACY_OVER
    assert OldClients().reason(head, field, now=END) is Reason.LEGACY_OVER


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("printer", old_secret("OLD_FAX")),
        ("printer", old_secret("OLD_CRAWLER")),
        ("printer", old_secret("OLD_TICKER")),
        ("crawler", old_secret("OLD_CRAWLER")),
        ("", old_secret("OLD_CRAWLER")),
        ("api_key", old_secret("OLD_TICKER")),
        ("PRINTER", old_secret("OLD_PRINTER")),
        ("printer", old_secret("OLD_PRINTER")[:-1]),
        ("printer", ""),
        ("", ""),
        ("site", "k" * 43),
    ],
)
def test_no_other_name_and_password_let_anybody_in(door: OldClients, user: str, password: str) -> None:
    assert door.reason("GET /things", basic(user, password)) is Reason.LEGACY_UNKNOWN
    assert door.reason("GET /things", PRINTER) is None


@pytest.mark.parametrize("name", ["OLD_PRINTER", "OLD_TICKER", "OLD_NOBODY"])
def test_a_secret_of_another_way_is_no_token(door: OldClients, name: str) -> None:
    assert door.reason("GET /things", f"Authorization: Bearer {old_secret(name)}") is Reason.LEGACY_UNKNOWN
    assert door.reason("GET /things", CRAWLER) is None


@pytest.mark.parametrize("name", ["OLD_PRINTER", "OLD_CRAWLER", "OLD_NOBODY"])
def test_a_secret_of_another_way_is_no_key(door: OldClients, name: str) -> None:
    assert door.reason(f"GET /things?api_key={old_secret(name)}") is Reason.LEGACY_UNKNOWN
    assert door.reason("GET /things?api_key") is Reason.LEGACY_UNKNOWN
    assert door.reason(f"GET /things?api_key={KEY}") is None


@pytest.mark.parametrize(
    "field",
    [
        "Authorization: Basic",
        "Authorization: Basic !!!!",
        PRINTER + "=",
        PRINTER.rstrip("="),
        PRINTER[:30] + " " + PRINTER[30:],
        PRINTER.replace("Basic ", "Basic \t"),
        encoded(b"printer"),
        encoded(b"printer\xff:" + old_secret("OLD_PRINTER").encode()),
    ],
)
def test_what_is_no_name_and_password_is_refused(door: OldClients, field: str) -> None:
    assert PRINTER.endswith("=")
    assert door.reason("GET /things", field) is Reason.LEGACY_MALFORMED
    assert door.reason("GET /things", PRINTER) is None


def test_base64_has_one_spelling(door: OldClients) -> None:
    last = PRINTER.rstrip("=")[-1]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = PRINTER.rstrip("=")[:-1] + alphabet[alphabet.index(last) + 1] + "=" * PRINTER.count("=")
    assert door.reason("GET /things", other) is Reason.LEGACY_MALFORMED
    assert door.reason("GET /things", PRINTER) is None


def test_a_jwt_is_never_taken_as_a_static_token_nor_a_static_token_as_a_jwt(door: OldClients) -> None:
    jwt = door.token()
    assert door.reason("GET /things", jwt) is None
    forged = jwt[:-8] + "AAAAAAAA"
    assert door.reason("GET /things", forged) is Reason.TOKEN_SIGNATURE
    assert door.reason("GET /things", f"Authorization: Bearer {TOKEN}.{TOKEN}.{TOKEN}") is Reason.TOKEN_MALFORMED
    assert door.reason("GET /things", f"Authorization: Bearer .{TOKEN}.") is Reason.TOKEN_MALFORMED
    assert door.reason("GET /things", CRAWLER) is None
    assert door.reason("GET /things", f"Authorization: DPoP {TOKEN}") not in (None, Reason.LEGACY_UNKNOWN)


@pytest.mark.parametrize(
    "members",
    [{"alg": "none"}, {"alg": "HS256"}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/cert"}],
    ids=str,
)
def test_a_jwt_that_chooses_how_it_is_checked_lets_no_old_client_in(door: OldClients, members: dict[str, str]) -> None:
    """Also one that is signed with the very text that lets it in."""
    header = {"alg": "ES256", "kid": door.key.id, "typ": "at+jwt"}
    claims = base64url.decode(door.token(client_id="crawler").split(".")[1].encode())
    signs: dict[str, Callable[[bytes], bytes]] = {
        "none": lambda _: b"",
        "HS256": lambda signed: hmac.digest(TOKEN.encode(), signed, "sha256"),
    }
    forged = compact(header | members, claims, signs.get(members.get("alg", ""), SigningPrivateKey.generate().sign))
    assert door.reason("GET /things", f"Authorization: Bearer {forged}") is Reason.TOKEN_ALGORITHM
    assert door.reason("GET /things", CRAWLER) is None


@pytest.mark.parametrize("wrong", [basic("printer", "x" * 22), "X-Nothing: 1"])
def test_no_browser_is_asked_for_a_password(door: OldClients, wrong: str) -> None:
    """One that had been would send it along with the request of any page."""
    decision = door.decide("GET /things", wrong)
    assert isinstance(decision, Refuse)
    answer = rendered(decision.error, Reference("r"), decision.asked, door.contract, b"", bodiless=True).lower()
    assert answer.startswith(b"http/1.1 401 ")
    assert b"www-authenticate: bearer" in answer
    assert b"basic" not in answer
    assert door.reason("GET /things", PRINTER) is None


def test_a_jwt_is_no_key_in_a_url(door: OldClients) -> None:
    token = door.token().rpartition(" ")[2]
    assert door.reason(f"GET /things?api_key={token}") is Reason.LEGACY_UNKNOWN
    assert door.reason(f"GET /things?access_token={token}", CRAWLER) is Reason.TOKEN_REPEATED


@pytest.mark.parametrize(
    "query",
    [
        f"api_key={KEY}&api_key={KEY}",
        f"api_key={KEY}&api_key=other",
        f"api_key={KEY}&API_KEY=other",
        f"api_key={KEY}&api%5fkey=other",
        f"api_key={KEY}&api.key=other",
        f"api_key={KEY};api_key=other",
        f"api_key[]={KEY}",
        f"API_KEY={KEY}",
        f"api%5Fkey={KEY}",
        "api_key=%ff",
    ],
)
def test_a_key_comes_once_and_in_one_spelling(door: OldClients, query: str) -> None:
    assert door.reason(f"GET /things?{query}") is Reason.LEGACY_MALFORMED
    assert door.reason(f"GET /things?api_key={KEY}") is None


def test_two_credentials_in_the_field_are_refused(door: OldClients) -> None:
    with pytest.raises(HttpRefused) as refused:
        door.decide("GET /things", PRINTER, CRAWLER)
    assert refused.value.reason is Reason.TOKEN_REPEATED


def test_a_key_does_not_help_who_brings_a_bad_token(door: OldClients) -> None:
    assert door.reason(f"GET /things?api_key={KEY}", basic("printer", "x" * 22)) is Reason.LEGACY_UNKNOWN
    assert door.reason(f"GET /things?api_key={KEY}", PRINTER) is None


@pytest.mark.parametrize(
    ("query", "left"),
    [
        (f"api_key={KEY}", ""),
        (f"a=1&api_key={KEY}", "?a=1"),
        (f"api_key={KEY}&a=1;b=2&c", "?a=1;b=2&c"),
        (f"a=1;api_key={KEY}&b=2", "?a=1&b=2"),
        (f"a=api_key&api_key={KEY}&b={KEY[:5]}", f"?a=api_key&b={KEY[:5]}"),
    ],
)
def test_no_key_reaches_the_service(door: OldClients, query: str, left: str) -> None:
    sent = door.sent(f"GET /things?{query}")
    assert sent[0] == f"GET /things{left} HTTP/1.1"
    assert not any(KEY in line for line in sent)


@pytest.mark.parametrize("name", ["api_key", "API_KEY", "api%5Fkey", "api.key", "api_key[]", "x=1;api_key"])
@pytest.mark.parametrize(("path", "field"), [("/open", "X-Nothing: 1"), ("/things", PRINTER)])
def test_nor_where_it_is_not_needed_or_spelled_oddly(door: OldClients, path: str, field: str, name: str) -> None:
    assert not any(KEY in line for line in door.sent(f"GET {path}?{name}={KEY}&a=1", field))
    assert f"GET {path}?a=1&key=2 HTTP/1.1" in door.sent(f"GET {path}?a=1&key=2", field)


def test_the_key_of_one_request_is_not_lost_for_the_next(door: OldClients) -> None:
    for _ in range(3):
        assert door.reason(f"GET /things?api_key={KEY}") is None


def test_neither_password_nor_token_reaches_the_service(door: OldClients) -> None:
    for field in (PRINTER, CRAWLER):
        value = field.partition(": ")[2]
        assert not any(value in line or "authorization" in line.lower() for line in door.sent("GET /things", field))


def test_no_secret_is_shown_by_what_is_kept_of_it(door: OldClients) -> None:
    kept = repr((door.contract, door.gateway.trust.old_ways, door.allowed(f"GET /things?api_key={KEY}", "X-Y: 1").seen))
    assert not any(old_secret(name) in kept for name in ("OLD_PRINTER", "OLD_TICKER", "OLD_CRAWLER"))


def test_routes_that_do_not_name_the_kind_are_not_for_old_clients(door: OldClients) -> None:
    for _, field in EACH[:2]:
        assert door.reason("GET /new", field) is Reason.ROUTE_KIND
    assert door.reason(f"GET /new?api_key={KEY}") is Reason.ROUTE_KIND
    assert door.reason("GET /new", door.token()) is None


def test_an_old_client_does_no_more_than_its_scopes_and_comes_from_its_networks(door: OldClients) -> None:
    assert door.reason("GET /more", PRINTER) is Reason.SCOPE_MISSING
    head = f"GET /things?api_key={secret(old_secret('OLD_TOCKER'))}"
    assert door.reason(head, address="198.51.100.7") is Reason.ADDRESS_NOT_ALLOWED
    assert door.reason(head, address="203.0.113.7") is None


def test_a_revoked_client_is_refused_also_where_it_was_seen_before(door: OldClients) -> None:
    assert door.reason("GET /things", PRINTER) is None
    door.revocations.apply([Numbered(1, ClientRevoked(ClientId("printer"), NOW + 3600))])
    assert door.reason("GET /things", PRINTER) is Reason.TOKEN_REVOKED
    assert door.reason("GET /things", CRAWLER) is None


def test_where_no_client_has_old_ways_none_is_looked_for() -> None:
    door = OldClients(
        clients={"site": {"kind": "web", "secret": "${env:S}", "redirect_uris": ["https://door.example/"]}}
    )
    assert door.reason("GET /things", PRINTER) is Reason.TOKEN_MALFORMED
    assert door.reason("GET /things", CRAWLER) is Reason.TOKEN_MALFORMED
    assert door.reason(f"GET /things?api_key={KEY}") is Reason.TOKEN_MISSING


def test_every_use_is_counted_also_one_that_comes_too_late(door: OldClients) -> None:
    door.decide("GET /things", PRINTER, now=END - 5)
    door.decide("GET /things", PRINTER, now=END - 3)
    door.decide("GET /new", CRAWLER, now=END - 2)
    door.decide("GET /things", PRINTER, now=END)
    door.decide("GET /things", basic("printer", "x" * 22))
    uses = door.gateway.trust.old_uses
    printer, crawler = ClientId("printer"), ClientId("crawler")
    expected = [
        OldUse(printer, OldWay.BASIC, END - 86400, 2, END - 3),
        OldUse(crawler, OldWay.BEARER, END - 86400, 1, END - 2),
        OldUse(printer, OldWay.BASIC, END, 1, END),
    ]
    assert uses.totals.old_ways_total == 4
    taken = uses.take()
    assert list(taken) == expected
    assert not uses.take()
    uses.give_back(taken)
    uses.count(printer, OldWay.BASIC, END + 1)
    assert OldUse(printer, OldWay.BASIC, END, 2, END + 1) in uses.take()


def test_a_rule_that_reads_the_query_does_not_see_the_key(door: OldClients) -> None:
    assert door.allowed(f"GET /things?a=1&api_key={KEY}").head.query == b"a=1"
    assert door.allowed(f"GET /things?api_key={KEY}").head.query is None
