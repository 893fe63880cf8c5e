"""Builds of an app that the contract does not let in any more, and what stands for a build and is none."""

import h11
import httpx
import orjson
import pytest

from installed_app import BELOW, ENDING, LIVING, NEW, OLD, SINCE, STORES, SUNSET, app_rules, stated
from issuer_world import CLIENTS, IssuerWorld
from ostiary.contract.builds import read_build
from ostiary.gateway.refusal import rendered
from ostiary.http import problem
from ostiary.http.fields import issuer_response_names
from ostiary.http.response import ResponseParser
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model import endpoints
from ostiary.model.errors import BadRequest, UpgradeRequired
from ostiary.model.ids import Reference
from ostiary.model.reasons import Reason
from rules_world import NOW
from token_world import CONTRACT, read, refused

PATH = "GET /things/ada"


@pytest.mark.parametrize("build", [OLD, "2.3.999999999", "2", "1.99", "2.4.0-rc.1", "2.4-beta+7"])
def test_an_old_build_is_refused_and_the_oldest_that_lives_is_let_in(build: str) -> None:
    rules = app_rules()
    token = rules.token(client_id="app")
    assert rules.reason(PATH, token, stated(build)) is Reason.BUILD_TOO_OLD
    for living in (LIVING, "2.4", "2.4.0.0", "2.4.0+7", "2.5.0-beta", "10.0"):
        assert rules.reason(PATH, token, stated(living)) is None


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (stated(""),),
        (stated("latest"),),
        (stated("v9.0.0"),),
        (stated("9.0.0 "), stated("9.0.0")),
        (stated("9.0.0, 9.0.0"),),
        (stated("9..0"),),
        (stated("9.0.0.0.0"),),
        (stated("9" * 10),),
        (stated("9.0\xb2"),),
        ("X-App-Version-2: 9.0.0",),
    ],
)
def test_who_does_not_say_its_build_counts_as_too_old(fields: tuple[str, ...]) -> None:
    rules = app_rules()
    token = rules.token(client_id="app")
    assert rules.reason(PATH, token, *fields) is Reason.BUILD_UNKNOWN
    assert rules.reason(PATH, token, stated("9.0.0")) is None


def test_no_connection_option_takes_the_build_away() -> None:
    """RFC 9110 section 7.6.1."""
    rules = app_rules()
    token = rules.token(client_id="app")
    with pytest.raises(BadRequest):
        rules.reason(PATH, token, stated(NEW), "Connection: x-app-version")
    assert rules.reason(PATH, token, stated(NEW), "Connection: x-other") is None


def test_builds_that_end_are_refused_from_their_sunset_on() -> None:
    rules = app_rules()
    token = rules.token(client_id="app", exp=SUNSET + 100)
    assert rules.reason(PATH, token, stated(LIVING), now=SUNSET - 1) is None
    assert rules.reason(PATH, token, stated(LIVING), now=SUNSET) is Reason.BUILD_TOO_OLD
    assert rules.reason(PATH, token, stated(BELOW), now=SUNSET) is None


def test_without_a_min_version_a_build_that_says_nothing_is_refused_from_the_sunset_on() -> None:
    rules = app_rules(min_version=None)
    token = rules.token(client_id="app", exp=SUNSET + 100)
    assert rules.reason(PATH, token, now=NOW) is None
    assert rules.reason(PATH, token, now=SUNSET) is Reason.BUILD_UNKNOWN
    assert rules.reason(PATH, token, stated(BELOW), now=SUNSET) is None


def test_other_clients_are_not_asked_for_a_build() -> None:
    rules = app_rules()
    assert rules.reason(PATH, rules.token()) is None
    assert rules.reason(PATH, rules.token(), stated(OLD)) is None
    assert rules.reason(PATH, rules.token(client_id="app")) is Reason.BUILD_UNKNOWN


def test_an_upgrade_is_asked_for_with_the_links_to_the_stores() -> None:
    """RFC 9110 section 15.5.22, RFC 9457."""
    rules = app_rules()
    asked = rules.refused(PATH, rules.token(client_id="app"), stated(OLD))
    error = rules.refusal(PATH, rules.token(client_id="app"), stated(OLD))
    assert isinstance(error, UpgradeRequired)
    raw = rendered(error, Reference("w1-7"), asked, rules.contract, b"", bodiless=False)
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("host", "door.example")]))
    client.send(h11.EndOfMessage())
    client.receive_data(raw)
    head, body = client.next_event(), client.next_event()
    assert isinstance(head, h11.Response)
    assert isinstance(body, h11.Data)
    fields = dict(head.headers)
    assert head.status_code == 426
    assert (fields[b"upgrade"], fields[b"connection"]) == (b"x-app-version", b"upgrade")
    assert fields[b"content-type"] == b"application/problem+json"
    said = orjson.loads(bytes(body.data))
    assert said["type"] == problem.TYPE + "upgrade_required"
    assert (said["status"], said["min_version"], said["store_links"]) == (426, "2.4", STORES)


PHONE = {**CONTRACT["clients"]["phone"], "min_version": "2.4", "store_links": STORES, "deprecated_below": ENDING}


def test_the_issuer_refuses_old_builds_too(issuer: IssuerWorld) -> None:
    """A refresh token does not outlive its build, and no request of an old one is pushed."""
    issuer.adopt(clients={**CONTRACT["clients"], **CLIENTS, "phone": PHONE})
    key = SigningPrivateKey.generate()

    def refresh(token: str, **fields: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return issuer.post(endpoints.TOKEN, form, "phone", dpop=issuer.proof(key), **fields)

    code = issuer.code_form(issuer.code("phone", "openid offline_access orders.read"), "phone")
    first = issuer.post(endpoints.TOKEN, code, "phone", dpop=issuer.proof(key), x_app_version=NEW)
    token = read(first)["refresh_token"]
    for stated_build, reason in ((OLD, Reason.BUILD_TOO_OLD), ("new", Reason.BUILD_UNKNOWN)):
        answer = refresh(token, x_app_version=stated_build)
        assert refused(issuer, answer) == (426, "upgrade_required", reason)
        assert read(answer)["store_links"] == STORES
    assert refresh(token).status_code == 426
    assert issuer.post(endpoints.PAR, {}, "phone", dpop=issuer.proof(key, endpoints.PAR)).status_code == 426
    assert refresh(token, x_app_version=LIVING).status_code == 200


def test_the_issuer_tells_a_build_of_its_end_whatever_it_answers(issuer: IssuerWorld) -> None:
    issuer.adopt(clients={**CONTRACT["clients"], **CLIENTS, "phone": PHONE})
    issuer.now = SINCE + 1.0
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    key = SigningPrivateKey.generate()
    for build, told in ((LIVING, f"@{SINCE}"), (NEW, None)):
        for proof in ({}, {"dpop": issuer.proof(key)}):
            answer = issuer.post(endpoints.TOKEN, form, "phone", x_app_version=build, **proof)
            assert answer.status_code == 400
            assert answer.headers.get("deprecation") == told
            assert ("sunset" in answer.headers) is (told is not None)


def test_an_old_build_can_still_sign_out(issuer: IssuerWorld) -> None:
    """RFC 7009: otherwise what it holds would live on."""
    issuer.adopt(clients={**CONTRACT["clients"], **CLIENTS, "phone": PHONE})
    for build in (OLD, NEW):
        answer = issuer.post(endpoints.REVOKE, {"token": "unknown"}, "phone", x_app_version=build)
        assert answer.status_code == 200


def test_the_door_adds_upgrade_to_the_issuer_s_426() -> None:
    """The issuer cannot say it: the field is of the connection (RFC 9110 section 7.8)."""
    rules = app_rules()
    asked = rules.allowed(f"POST {endpoints.TOKEN}")
    parser = ResponseParser(issuer_response_names())
    for status, said in ((b"426 Upgrade Required", True), (b"400 Bad Request", False)):
        head = parser.parse(b"HTTP/1.1 %b\r\ncontent-length: 0" % status, b"POST")
        lines = asked.route.answer(asked, head, b"")
        assert (b"upgrade: x-app-version\r\nconnection: upgrade\r\n" in lines) is said


def test_versions_are_compared_as_numbers() -> None:
    order = [b"1", b"1.0.0.1", b"1.2", b"1.9", b"1.10-a", b"1.10", b"1.10.1", b"2.0-a", b"2.0", b"10"]
    builds = [read_build(text) for text in order]
    assert all(builds)
    assert sorted(builds, key=lambda build: (build.numbers, build.is_release) if build else ((), False)) == builds
    assert read_build(b"1") == read_build(b"1.0.0+x")
