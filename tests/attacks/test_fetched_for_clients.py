"""What clients that register name by its address, keys and logos: fetched once it is known that they may register,
judged as if it came with the request, and never more often than it has to be."""

import json
import struct
import zlib
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from fetch_world import HOST, Stranger, gives, says, stranger
from issuer_world import CLIENTS, told
from ostiary.issuer.fetched_keys import AGAIN, LAST_GOOD, LONGEST, FetchedKeys
from ostiary.issuer.logo import MOST_BYTES, require_logo
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.model import endpoints
from ostiary.model.errors import InvalidClientMetadata
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from registration_world import PUBLIC, RegistrationWorld
from token_world import ASSERTION_TYPE, BANK, CONTRACT, refused

ROTATED = SigningPrivateKey(ec.generate_private_key(ec.SECP256R1()))
DOWN = says("HTTP/1.1 503 Busy\ncontent-length: 0")
UNFETCHED = (400, "invalid_client_metadata", Reason.METADATA_UNFETCHED)
BY_KEY = {"token_endpoint_auth_method": "private_key_jwt"}


def keys(*those: SigningPrivateKey, more: str = "", **changes: object) -> Any:
    listed = [{**key.public.to_jwk(), **changes} for key in those]
    return gives(json.dumps({"keys": listed}).encode(), more=more)


def png(width: int = 64, height: int = 64) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class Elsewhere:
    """A registration world, and the server of a stranger that it may reach."""

    def __init__(self, world: RegistrationWorld, there: Stranger) -> None:
        self.world, self.there = world, there
        world.names[HOST] = ["127.0.0.1"]
        world.adopt(
            files={"ca.pem": there.tls.ca},
            clients={**CONTRACT["clients"], **CLIENTS},
            registration={
                "initial_access_tokens": ["${env:INITIAL}"],
                "scopes": ["orders.read"],
                "fetch": {"networks": ["127.0.0.0/8"], "ports": [there.port], "authorities": "ca.pem"},
            },
        )

    def registered(self, **changes: Any) -> dict[str, Any]:
        return self.world.registered(jwks_uri=self.there.uri(), **BY_KEY, **changes)

    def proves(self, known: Mapping[str, Any], key: SigningPrivateKey = BANK) -> httpx.Response:
        assertion = self.world.assertion(key, iss=known["client_id"], sub=known["client_id"])
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion, "token": "none"}
        return self.world.post(endpoints.INTROSPECT, form, None)


@pytest.fixture
def elsewhere(open_door: RegistrationWorld) -> Any:
    opened: AbstractAsyncContextManager[Stranger] = stranger(keys(BANK))
    there = open_door.run(opened.__aenter__())  # type: ignore[arg-type]  # a coroutine in all but name
    yield Elsewhere(open_door, there)
    open_door.run(opened.__aexit__(None, None, None))  # type: ignore[arg-type]  # as above


def test_a_client_proves_itself_by_keys_that_it_keeps_elsewhere(elsewhere: Elsewhere) -> None:
    known = elsewhere.registered()
    assert known["jwks_uri"] == elsewhere.there.uri()
    assert elsewhere.proves(known).status_code == 200
    assert refused(elsewhere.world, elsewhere.proves(known, ROTATED))[:2] == (401, "invalid_client")


def test_nobody_has_anything_fetched_who_may_not_register(elsewhere: Elsewhere) -> None:
    asked = {"jwks_uri": elsewhere.there.uri(), **BY_KEY}
    assert elsewhere.world.register(token=None, **asked).status_code == 401
    assert elsewhere.world.register(token="x" * 43, **asked).status_code == 401
    assert refused(elsewhere.world, elsewhere.world.register(**asked, scope="orders.write"))[2] is Reason.METADATA_SCOPE
    assert elsewhere.there.connections == 0
    assert elsewhere.world.register(**asked).status_code == 201
    assert elsewhere.there.connections == 1


def test_a_token_that_is_over_has_nothing_fetched(elsewhere: Elsewhere) -> None:
    world, asked = elsewhere.world, {"jwks_uri": elsewhere.there.uri(), **BY_KEY}
    used, revoked, aged, good = (world.initial_access_token(most=1) for _ in range(4))
    world.register(token=used)
    world.revoke_initial(revoked)
    for token in (used, revoked):
        assert refused(world, world.register(token=token, **asked))[2] is Reason.REGISTRATION_TOKEN_OVER
    assert world.register(token=good, **asked).status_code == 201
    assert elsewhere.there.connections == 1
    world.later(3600)
    assert refused(world, world.register(token=aged, **asked))[2] is Reason.REGISTRATION_TOKEN_OVER
    assert elsewhere.there.connections == 1


def test_a_logo_that_is_there_may_no_longer_be_named_once_its_port_is_closed(elsewhere: Elsewhere) -> None:
    elsewhere.there.script = gives(png(), "image/png")
    logo = {"logo_uri": elsewhere.there.uri("/l.png")}
    known = elsewhere.world.registered(**logo)
    assert elsewhere.world.update(known, **logo).status_code == 200
    elsewhere.world.open()
    assert refused(elsewhere.world, elsewhere.world.update(known, **logo)) == UNFETCHED
    assert elsewhere.world.update(known).status_code == 200


@pytest.mark.parametrize("member", ["jwks_uri", "logo_uri"])
@pytest.mark.parametrize(
    "uri",
    [
        "http://files.book.example/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://user@files.book.example/",
        "https://files.book.example:22/",
        "https://metadata.example/latest",
        "https://unknown.example/",
    ],
)
def test_addresses_inside_are_refused_and_nobody_learns_why(elsewhere: Elsewhere, member: str, uri: str) -> None:
    elsewhere.world.names["metadata.example"] = ["169.254.169.254"]
    changes = {member: uri, **(BY_KEY if member == "jwks_uri" else PUBLIC)}
    answer = elsewhere.world.register(**changes)
    assert refused(elsewhere.world, answer) == UNFETCHED
    assert member in answer.json()["error_description"]
    assert elsewhere.there.connections == 0


@pytest.mark.parametrize(
    "script",
    [
        DOWN,
        keys(),
        gives(b"[]"),
        gives(b'{"keys": [{"kty": "oct", "k": "AAAA", "alg": "HS256"}]}'),
        keys(BANK, d="AAAA"),
        gives(b'{"keys": [], "keys": []}'),
        gives(b"\xff"),
    ],
)
def test_what_is_no_set_of_public_keys_registers_nobody(elsewhere: Elsewhere, script: Any) -> None:
    elsewhere.there.script = script
    asked = {"jwks_uri": elsewhere.there.uri(), **BY_KEY}
    assert refused(elsewhere.world, elsewhere.world.register(**asked)) == UNFETCHED
    elsewhere.there.script = keys(BANK)
    assert elsewhere.world.register(**asked).status_code == 201


@pytest.mark.parametrize("changes", [PUBLIC, {}, {**BY_KEY, "jwks": {"keys": [BANK.public.to_jwk()]}}])
def test_keys_stand_in_one_place_and_only_of_whom_signs_by_them(elsewhere: Elsewhere, changes: dict[str, Any]) -> None:
    answer = elsewhere.world.register(jwks_uri=elsewhere.there.uri(), **changes)
    assert refused(elsewhere.world, answer)[2] is Reason.METADATA_MALFORMED


def test_a_flood_of_unknown_keys_fetches_once_in_a_while(elsewhere: Elsewhere) -> None:
    known = elsewhere.registered()
    elsewhere.proves(known)
    before = elsewhere.there.connections
    for _ in range(20):
        assert elsewhere.proves(known, ROTATED).status_code == 401
    assert elsewhere.there.connections == before
    elsewhere.world.later(AGAIN)
    for _ in range(20):
        assert elsewhere.proves(known, ROTATED).status_code == 401
    assert elsewhere.there.connections == before + 1


def test_a_key_that_is_new_is_found_after_a_while(elsewhere: Elsewhere) -> None:
    known = elsewhere.registered()
    elsewhere.proves(known)
    elsewhere.there.script = keys(ROTATED)
    assert elsewhere.proves(known, ROTATED).status_code == 401
    elsewhere.world.later(AGAIN)
    assert elsewhere.proves(known, ROTATED).status_code == 200
    assert elsewhere.proves(known, BANK).status_code == 401


def test_a_key_that_is_taken_back_is_good_for_as_long_as_was_said_within_bounds(
    elsewhere: Elsewhere,
) -> None:
    elsewhere.there.script = keys(BANK, more="\ncache-control: public, max-age=9999999")
    known = elsewhere.registered()
    assert elsewhere.proves(known).status_code == 200
    elsewhere.there.script = keys(ROTATED)
    elsewhere.world.later(LONGEST - 1)
    assert elsewhere.proves(known).status_code == 200
    elsewhere.world.later(1)
    assert elsewhere.proves(known).status_code == 401


@pytest.mark.parametrize("said", ["no-store", "private, no-cache", "max-age=3600, No-Store", "No-Cache, max-age=3600"])
def test_keys_that_are_not_to_be_kept_are_kept_for_a_minute(elsewhere: Elsewhere, said: str) -> None:
    elsewhere.there.script = keys(BANK, more=f"\ncache-control: {said}")
    known = elsewhere.registered()
    assert elsewhere.proves(known).status_code == 200
    elsewhere.there.script = keys(ROTATED)
    elsewhere.world.later(AGAIN - 1)
    assert elsewhere.proves(known).status_code == 200
    elsewhere.world.later(1)
    assert elsewhere.proves(known).status_code == 401


def test_keys_of_an_address_that_the_client_left_prove_nothing(elsewhere: Elsewhere) -> None:
    known = elsewhere.registered()
    assert elsewhere.proves(known).status_code == 200
    elsewhere.there.script = keys(ROTATED)
    moved = elsewhere.world.update(known, jwks_uri=elsewhere.there.uri("/new"), **BY_KEY)
    assert moved.status_code == 200
    elsewhere.there.script = DOWN
    gone = refused(elsewhere.world, elsewhere.proves(known))
    assert gone == (401, "invalid_client", Reason.CLIENT_KEYS_MISSING)
    elsewhere.there.script = keys(ROTATED)
    elsewhere.world.later(AGAIN)
    assert elsewhere.proves(known, ROTATED).status_code == 200
    elsewhere.there.script = keys(BANK)
    assert elsewhere.world.update(known, jwks_uri=elsewhere.there.uri("/old"), **BY_KEY).status_code == 200
    assert elsewhere.proves(known).status_code == 200
    assert elsewhere.proves(known, ROTATED).status_code == 401
    kept = FetchedKeys("https://a.example/", 0, KeySet.from_jwks(json.dumps({"keys": [BANK.public.to_jwk()]})))
    assert (kept.usable("https://b.example/", 1), kept.usable("https://a.example/", 1)) == (None, kept.keys)


def test_keys_of_a_client_that_has_gone_are_kept_no_more(elsewhere: Elsewhere) -> None:
    desk, known = elsewhere.world.desk, [elsewhere.registered() for _ in range(2)]
    assert [elsewhere.proves(each).status_code for each in known] == [200, 200]
    gone, stays = (desk.registry.contract.clients[ClientId(each["client_id"])] for each in known)
    assert elsewhere.world.at(known[0], "DELETE").status_code == 204
    assert list(desk.client_keys.usable((gone, stays), desk.clock())) == [stays.id]


def test_while_they_cannot_be_fetched_the_last_good_ones_hold_for_a_day(elsewhere: Elsewhere) -> None:
    known = elsewhere.registered()
    assert elsewhere.proves(known).status_code == 200
    elsewhere.there.script = DOWN
    elsewhere.world.later(LAST_GOOD - 1)
    assert elsewhere.proves(known).status_code == 200
    elsewhere.world.later(1)
    gone = refused(elsewhere.world, elsewhere.proves(known))
    assert gone == (401, "invalid_client", Reason.CLIENT_KEYS_MISSING)
    elsewhere.there.script = keys(BANK)
    elsewhere.world.later(AGAIN)
    assert elsewhere.proves(known).status_code == 200


def test_of_many_at_once_one_fetches(elsewhere: Elsewhere) -> None:
    known = elsewhere.registered()
    before = elsewhere.there.connections

    def form() -> dict[str, str]:
        proof = elsewhere.world.assertion(BANK, iss=known["client_id"], sub=known["client_id"])
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": proof, "token": "none"}

    asked = (elsewhere.world.posted(endpoints.INTROSPECT, form(), None) for _ in range(8))
    assert {answer.status_code for answer in elsewhere.world.together(*asked)} == {200}
    assert elsewhere.there.connections == before + 1


def test_a_logo_is_fetched_once_and_shown_from_here(elsewhere: Elsewhere) -> None:
    elsewhere.there.script = gives(png(), "image/png")
    known = elsewhere.world.registered(logo_uri=elsewhere.there.uri("/l.png"))
    assert known["logo_uri"] == elsewhere.there.uri("/l.png")
    assert elsewhere.world.update(known, logo_uri=elsewhere.there.uri("/l.png")).status_code == 200
    _, page = elsewhere.world.consent_page(known)
    src = page.text.partition('class="logo" src="')[2].partition('"')[0]
    assert src.startswith(f"{endpoints.LOGO}?id=") and HOST not in page.text.replace("https://book.example", "")
    assert "img-src 'self'" in page.headers["content-security-policy"]
    shown = elsewhere.world.ask("GET", src)
    assert (shown.content, shown.headers["content-type"]) == (png(), "image/png")
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["cross-origin-resource-policy"] == "same-origin"
    assert elsewhere.world.ask("GET", f"{endpoints.LOGO}?id=nobody").status_code == 404
    assert elsewhere.there.connections == 1


def test_another_logo_asks_people_anew(elsewhere: Elsewhere) -> None:
    elsewhere.there.script = gives(png(), "image/png")
    known = elsewhere.world.registered(logo_uri=elsewhere.there.uri("/l.png"))
    asked = {"scope": "openid orders.read"}
    browser, page = elsewhere.world.consent_page(known, **asked)
    told(browser.fill(page, answer="allow"))
    assert elsewhere.world.consent_page(known, **asked)[1].status_code == 303
    elsewhere.there.script = gives(png(65), "image/png")
    assert elsewhere.world.update(known, logo_uri=elsewhere.there.uri("/m.png")).status_code == 200
    assert elsewhere.world.consent_page(known, **asked)[1].status_code == 200


def test_a_logo_is_small_whoever_measured_it() -> None:
    with pytest.raises(InvalidClientMetadata):
        require_logo(png() + bytes(MOST_BYTES), "image/png")
    assert require_logo(png(), "image/png").body == png()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (SVG, "image/svg+xml", Reason.METADATA_UNFETCHED),
        (SVG, "image/png", Reason.METADATA_LOGO),
        (HTML, "image/png", Reason.METADATA_LOGO),
        (png(), "image/jpeg", Reason.METADATA_LOGO),
        (png(), "text/html", Reason.METADATA_UNFETCHED),
        (png()[:20], "image/png", Reason.METADATA_LOGO),
        (png(1025), "image/png", Reason.METADATA_LOGO),
        (png(8, 1025), "image/png", Reason.METADATA_LOGO),
        (png(0, 8), "image/png", Reason.METADATA_LOGO),
        (png(8, 0), "image/png", Reason.METADATA_LOGO),
        (png() + bytes(128 * 1024), "image/png", Reason.METADATA_UNFETCHED),
        (b"GIF89a" + bytes(100), "image/png", Reason.METADATA_LOGO),
    ],
    ids=("svg", "svg-as-png", "html", "other-type", "as-html", "cut", "wide", "high", "flat", "thin", "long", "gif"),
)
def test_what_is_no_small_picture_is_no_logo(elsewhere: Elsewhere, body: bytes, kind: str, reason: Reason) -> None:
    elsewhere.there.script = gives(body, kind)
    asked = {"logo_uri": elsewhere.there.uri(), **PUBLIC}
    assert refused(elsewhere.world, elsewhere.world.register(**asked)) == (400, "invalid_client_metadata", reason)
    elsewhere.there.script = gives(png(1024, 8), "image/png")
    assert elsewhere.world.register(**asked).status_code == 201
