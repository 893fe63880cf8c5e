"""What a listener of its own serves, to whom, and from where a route can be reached."""

import pytest

from listener_world import CERTIFICATE, GATEWAYS, INSIDE, Listening
from ostiary.gateway.decision import Allow, Refuse, Reply
from ostiary.keys.dpop import key_thumbprint, token_digest
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.reasons import Reason
from rules_world import NOW
from used_proofs import proof


def test_it_serves_the_routes_that_it_names_and_no_others() -> None:
    own, door = Listening(), Listening(listener=False)
    token = own.token()
    assert own.why("GET /v1/things", token) is None
    assert own.why("GET /public") is None
    assert own.why("GET /elsewhere") == (404, Reason.ROUTE_ELSEWHERE)
    assert door.why("GET /elsewhere") is None


def test_it_serves_the_versions_that_it_names_and_no_others() -> None:
    old = Listening(gateways={"own": {**GATEWAYS["own"], "routes": ["/v1", "/public"], "versions": ["v1"]}})
    assert old.why("GET /v1/things", old.token()) is None
    assert old.why("GET /public") == (404, Reason.ROUTE_ELSEWHERE)
    assert Listening().why("GET /public") is None


def test_it_serves_its_own_host() -> None:
    own = Listening()
    own.host = "door.example"
    with pytest.raises(Exception, match="misdirected"):
        own.at("GET /public")


def test_a_kind_that_it_does_not_name_is_refused() -> None:
    own, door = Listening(), Listening(listener=False)
    for rules, expected in ((own, (403, Reason.ROUTE_KIND)), (door, None)):
        key = SigningPrivateKey.generate()
        token = rules.token(client_id="pages", cnf={"jkt": key_thumbprint(key.public)}).replace("Bearer", "DPoP")
        raw = token.rpartition(" ")[2]
        shown = proof(key, "GET", f"https://{rules.host}/v1/things", NOW, ath=token_digest(raw))
        assert rules.why("GET /v1/things", token, f"DPoP: {shown}") == expected


@pytest.mark.parametrize(
    ("path", "served"),
    [
        ("/oauth/token", True),
        ("/oauth/par", True),
        ("/oauth/jwks", True),
        ("/.well-known/openid-configuration", True),
        ("/.well-known/oauth-protected-resource/api", True),
        ("/oauth/authorize", False),
        ("/oauth/sign-in", False),
        ("/oauth/device", False),
        ("/oauth/assets/style.css", False),
        ("/session/login", False),
    ],
)
def test_it_serves_clients_and_no_pages(path: str, served: bool) -> None:
    assert (Listening().why(f"GET {path}") is None) is served
    assert Listening(listener=False).why(f"GET {path}") is None


@pytest.mark.parametrize("listener", [True, False])
def test_from_outside_an_internal_route_is_not_there(listener: bool) -> None:
    rules = Listening(listener)
    token = rules.token()
    outside = (404, Reason.ROUTE_INTERNAL)
    assert rules.why("GET /v1/inside", token) == outside
    assert rules.why("GET /v1/inside") == outside
    assert rules.why("GET /v1/inside", token, address=INSIDE) is None
    assert rules.why("GET /v1/inside", address=INSIDE) == (401, Reason.TOKEN_MISSING)
    assert rules.why("GET /v1/inside", token, certified=True) is None


def test_from_outside_nothing_tells_that_there_is_one() -> None:
    """Neither another method nor OPTIONS; the answers are those of a path that no route has."""
    rules = Listening(listener=False)
    for head in ("POST /v1/inside", "OPTIONS /v1/inside", "GET /inside/a", "HEAD /v1/inside"):
        decisions = [rules.at(head), rules.at(head.replace("inside", "nowhere"))]
        assert [type(each) for each in decisions] == [Refuse, Refuse]
        assert len({(each.error.code, each.error.detail) for each in decisions if isinstance(each, Refuse)}) == 1
    assert isinstance(rules.at("OPTIONS /v1/inside", address=INSIDE), Reply)
    assert rules.why("POST /v1/inside", address=INSIDE) == (405, Reason.ROUTE_METHOD)
    assert isinstance(rules.at("GET /inside/a", address=INSIDE), Allow)


def test_a_certificate_does_not_stand_in_for_a_token() -> None:
    assert Listening().why("GET /v1/inside", certified=True) == (401, Reason.TOKEN_MISSING)


def test_a_certificate_that_has_ended_while_the_connection_lasts_opens_nothing() -> None:
    rules, last = Listening(), CERTIFICATE.ends_at
    for path in ("GET /public", "GET /v1/inside", "GET /oauth/jwks"):
        assert rules.why(path, rules.token(exp=last + 600), certified=True, now=last) is None
        refused = rules.why(path, rules.token(exp=last + 600), certified=True, now=last + 1)
        assert refused == (403, Reason.CERTIFICATE_EXPIRED)


def test_an_address_that_somebody_says_to_have_is_not_inside() -> None:
    """Which a connection's peer never learns from a field unless a trusted proxy said it (tests of trusted proxies)."""
    assert Listening().why("GET /v1/inside", f"X-Forwarded-For: {INSIDE}") == (404, Reason.ROUTE_INTERNAL)
