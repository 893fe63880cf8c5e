"""Whoever may register a client tries to get more than a client, or somebody else's."""

import json
from typing import Any

import pytest

from issuer_world import told
from ostiary.contract.model import ClientAuth
from ostiary.contract.registered import AddRegisteredClient, RegisteredClient
from ostiary.model import endpoints
from ostiary.model.events.registration import ClientRegistered, InitialAccessTokenAdded
from ostiary.model.ids import ClientId, TokenHash
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.server.revocation import of_client
from registration_world import BACK, INITIAL, METADATA, PUBLIC, RegistrationWorld
from secrets_seen import secret
from token_world import BANK, refused

WRONG = secret("not-the-token-but-as-long-as-one-43-chars-xx")
UNKNOWN = (401, "invalid_token", Reason.REGISTRATION_TOKEN_UNKNOWN)


def test_without_the_initial_access_token_nobody_registers(open_door: RegistrationWorld) -> None:
    answer = open_door.register(token=None)
    assert refused(open_door, answer) == (401, "unauthorized", Reason.TOKEN_MISSING)
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert refused(open_door, open_door.register(token=WRONG)) == UNKNOWN
    assert refused(open_door, open_door.register(token=INITIAL[:-1])) == UNKNOWN
    assert open_door.register(token=INITIAL).status_code == 201


@pytest.mark.parametrize("scheme", ["Basic", "DPoP", "Bearer"])
def test_the_token_comes_as_a_bearer_token(open_door: RegistrationWorld, scheme: str) -> None:
    sent = [("authorization", f"{scheme} {INITIAL}"), ("content-type", "application/json")]
    answer = open_door.ask("POST", endpoints.REGISTER, json.dumps({**METADATA, **PUBLIC}).encode(), sent)
    assert answer.status_code == (201 if scheme == "Bearer" else 401)


def test_an_access_token_of_a_person_registers_nobody(open_door: RegistrationWorld) -> None:
    assert refused(open_door, open_door.register(token=open_door.tokens()["access_token"])) == UNKNOWN


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_clients_registration_token_is_worth_nothing(open_door: RegistrationWorld, method: str) -> None:
    mine, other = open_door.registered(**PUBLIC), open_door.registered(**PUBLIC)
    stolen = other["registration_access_token"]
    answer = open_door.update(mine, stolen, **PUBLIC) if method == "PUT" else open_door.at(mine, method, stolen)
    assert refused(open_door, answer) == UNKNOWN
    own = open_door.update(mine, **PUBLIC) if method == "PUT" else open_door.at(mine, method)
    assert own.status_code in (200, 204)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_client_of_the_contract_cannot_be_reached(open_door: RegistrationWorld, method: str) -> None:
    known = open_door.registered()
    at_site = {**known, "registration_client_uri": f"{endpoints.REGISTER}?client_id=site", "client_id": "site"}
    answer = open_door.update(at_site) if method == "PUT" else open_door.at(at_site, method)
    assert refused(open_door, answer) == UNKNOWN
    assert open_door.tokens("site")["access_token"]


def test_who_registers_does_not_choose_its_id(open_door: RegistrationWorld) -> None:
    known = open_door.registered(client_id="site", client_secret="a secret of its own choice, long enough")
    assert known["client_id"] != "site"
    assert known["client_secret"] != "a secret of its own choice, long enough"
    assert open_door.tokens("site")["access_token"]


def test_what_stands_in_the_store_takes_no_place_of_the_contracts(open_door: RegistrationWorld) -> None:
    def planted(id: str) -> RegisteredClient:
        no_hash = TokenHash(bytes(32))
        return RegisteredClient(ClientId(id), no_hash, None, ClientAuth.NONE, None, (BACK,), frozenset(), True, None, 0)

    open_door.commit(Plan((AddRegisteredClient(planted("site"), 9), AddRegisteredClient(planted("r-new"), 9))))
    open_door.run(open_door.desk.hear_registered())
    site, new = (open_door.desk.registry.client(name) for name in ("site", "r-new"))
    assert site is not None and not site.registered and BACK not in site.redirect_uris
    assert new is not None and new.registered


def test_scopes_are_not_widened(open_door: RegistrationWorld) -> None:
    wide = (400, "invalid_client_metadata", Reason.METADATA_SCOPE)
    assert refused(open_door, open_door.register(scope="orders.read orders.write")) == wide
    known = open_door.registered(scope="openid")
    assert refused(open_door, open_door.update(known, scope="openid orders.write")) == wide
    assert refused(open_door, open_door.pushes(known))[2] is Reason.SCOPE_NOT_ALLOWED
    assert open_door.update(known, scope="openid orders.read").status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "javascript://book.example/%0aalert(1)",
        "data:text/html,<script>1</script>",
        "data:/text",
        "vbscript:/x",
        "file:///etc/passwd",
        "blob:https://book.example/1",
        "http://book.example/callback",
        "https://127.0.0.1/callback",
        "https://[::1]/callback",
        "https://10.0.0.7/callback",
        "https://2130706433/callback",
        "https://0x7f.1/callback",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/callback",
        "https://ledger/callback",
        "https://ledger.internal/callback",
        "https://printer.local/callback",
        "https://nas.home.arpa/callback",
        "https://api.example/session/callback",
        "https://api.example:8443/app",
        "https://book.example@evil.example/",
        "https://evil.example\\.book.example/",
        "https://*.book.example/callback",
        "https://book.example/../callback",
        "https://book.example/%2e%2e/callback",
        "https://book.example/callback#code",
        "https://BOOK.example/callback",
        "https://b\u043eok.example/callback",
        "https:/callback",
        "HTTPS://book.example/callback",
        "https://book.example:0/",
        "https://book.example/a b",
        "https://book.example/\u202egnp",
        "https://book.example/" + "a" * 1000,
        "book:/callback",
        "com.example.book:callback",
        "com.example.book://callback",
        "1.example.book:/callback",
        "http://localhost.evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "",
    ],
)
def test_answers_go_to_no_script_and_to_nothing_inside(open_door: RegistrationWorld, uri: str) -> None:
    bad = (400, "invalid_redirect_uri", Reason.METADATA_REDIRECT_URI)
    assert refused(open_door, open_door.register(**PUBLIC, redirect_uris=[BACK, uri])) == bad


@pytest.mark.parametrize("uri", [BACK, "https://xn--bk-jiaa.example:8443/cb?app=1", "https://a.b.book.example/"])
def test_exact_addresses_on_the_internet_are_taken(open_door: RegistrationWorld, uri: str) -> None:
    assert open_door.registered(redirect_uris=[uri])["redirect_uris"] == [uri]


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1/cb", "http://[::1]:7000/cb", "com.example.book:/cb", "a1.example.book:/cb"]
)
def test_addresses_of_apps_are_for_clients_without_a_server(open_door: RegistrationWorld, uri: str) -> None:
    assert open_door.registered(**PUBLIC, redirect_uris=[uri])["redirect_uris"] == [uri]
    assert refused(open_door, open_door.register(redirect_uris=[uri]))[1] == "invalid_redirect_uri"


def test_there_are_redirect_uris_and_not_too_many(open_door: RegistrationWorld) -> None:
    many = [f"{BACK}/{number}" for number in range(11)]
    for uris in (None, [], many, [BACK, BACK]):
        assert refused(open_door, open_door.register(redirect_uris=uris))[1] == "invalid_redirect_uri"
    assert open_door.register(redirect_uris=many[:10]).status_code == 201


@pytest.mark.parametrize("member", ["sector_identifier_uri", "request_uris"])
@pytest.mark.parametrize(
    "address", ["https://169.254.169.254/latest", "http://127.0.0.1:9443/metrics", "https://b.example/"]
)
def test_nothing_else_is_fetched(open_door: RegistrationWorld, member: str, address: str) -> None:
    given = [address] if member == "request_uris" else address
    answer = open_door.register(**{member: given})
    assert refused(open_door, answer) == (400, "invalid_client_metadata", Reason.METADATA_BY_ADDRESS)
    assert member in answer.json()["error_description"]
    assert open_door.register(policy_uri=address).status_code == 201


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " Ledger Book",
        "Ledger  Book",
        "a" * 61,
        "Ledger\nBook",
        "Ledger\u202eBook",
        "Ledger\u200bBook",
        "Ledger<b>",
        "https://bank.example",
        "grace@example.com",
        "\u2713 Verified",
        "L\u0435dger Book",
        "The Spare Part",
        "the spare-part",
        "The Sp\u00e4re Part",
        "Th\u0435 Spare Part",
        "\u0430\u0441\u0441",
        "api.example",
        "api.exarnple",
        "OSTIARY",
        "0stiary",
        "e\u0301",
        "\u3164",
        "Ledger\ufe0f Book",
        "x\u0335\u0336\u0337",
        "...",
    ],
)
def test_a_name_is_not_taken_for_another_or_for_more(open_door: RegistrationWorld, name: str) -> None:
    clients = {"acc": {"kind": "web", "scopes": ["orders.read"], "secret": "${env:site}", "redirect_uris": [BACK]}}
    spare = {
        "kind": "spa",
        "name": "The Spare Part",
        "scopes": ["orders.read"],
        "redirect_uris": ["https://s.example/"],
    }
    open_door.adopt(clients={**clients, "spare": spare}, registration={"initial_access_tokens": ["${env:INITIAL}"]})
    answer = open_door.register(client_name=name, scope="openid")
    assert refused(open_door, answer) == (400, "invalid_client_metadata", Reason.METADATA_NAME)


@pytest.mark.parametrize(
    "name",
    ["Ledger Book 2", "Kassenbuch Zürich", "Бухгалтерия", "帳簿アプリ", "Müller & Co.", "हिन्दी ऐप", "Tiếng Việt"],
)
def test_honest_names_are_taken(open_door: RegistrationWorld, name: str) -> None:
    assert open_door.registered(client_name=name)["client_name"] == name


def test_metadata_is_bounded(open_door: RegistrationWorld) -> None:
    huge = open_door.register(contacts=["x" * 1000] * 17)
    assert refused(open_door, huge) == (413, "content_too_large", Reason.BODY_TOO_LARGE)
    assert open_door.register(contacts=["x" * 1000] * 10).status_code == 201
    deep = b'{"redirect_uris": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    answer = open_door.sent("POST", endpoints.REGISTER, INITIAL, deep, "application/json")
    assert refused(open_door, answer)[1] == "invalid_client_metadata"


def test_no_more_register_than_the_contract_lets_in(open_door: RegistrationWorld) -> None:
    open_door.open(most=2)
    known = [open_door.registered(), open_door.registered()]
    assert refused(open_door, open_door.register()) == (403, "forbidden", Reason.REGISTRATION_FULL)
    assert open_door.update(known[0]).status_code == 200
    open_door.at(known[1], "DELETE")
    assert open_door.register().status_code == 201


def test_private_keys_are_not_taken(open_door: RegistrationWorld) -> None:
    public = BANK.public.to_jwk()
    private = {**public, "d": "A" * 43}
    method = {"token_endpoint_auth_method": "private_key_jwt"}
    assert refused(open_door, open_door.register(**method, jwks={"keys": [private]}))[2] is Reason.METADATA_MALFORMED
    assert open_door.register(**method, jwks={"keys": [public]}).status_code == 201


def test_a_deleted_clients_tokens_die(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    browser, page = open_door.consent_page(known)
    tokens = open_door.tokens_of(known, told(browser.fill(page, answer="allow")))
    assert open_door.active(tokens["access_token"], "shop")
    assert open_door.userinfo(tokens["access_token"]).status_code == 200
    open_door.at(known, "DELETE")
    assert not open_door.active(tokens["access_token"], "shop")
    assert refused(open_door, open_door.userinfo(tokens["access_token"]))[:2] == (401, "invalid_token")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert refused(open_door, open_door.as_client(endpoints.TOKEN, known, **form))[2] is Reason.CLIENT_UNKNOWN


def test_metadata_that_was_ignored_is_not_kept(open_door: RegistrationWorld) -> None:
    known = open_door.registered(contacts=["grace@example.com"], consent=False, pushed_requests=False)
    assert known.keys().isdisjoint({"contacts", "consent", "pushed_requests"})
    rule = open_door.desk.registry.client(known["client_id"])
    assert rule is not None and rule.profile.asks_consent and rule.profile.pushed_requests
    assert METADATA["client_name"] == rule.name


def test_a_token_of_the_store_registers_as_often_as_it_may(open_door: RegistrationWorld) -> None:
    open_door.open(initial_access_tokens=[])
    token = open_door.initial_access_token(most=2)
    over = (401, "invalid_token", Reason.REGISTRATION_TOKEN_OVER)
    assert [open_door.register(token=token).status_code for _ in range(2)] == [201, 201]
    assert refused(open_door, open_door.register(token=token)) == over
    assert refused(open_door, open_door.register(token=WRONG)) == UNKNOWN
    made = open_door.events_of(InitialAccessTokenAdded)[0].token
    assert [event.token for event in open_door.events_of(ClientRegistered)] == [made, made]


def test_a_token_of_the_store_that_is_over_registers_nobody(open_door: RegistrationWorld) -> None:
    over = (401, "invalid_token", Reason.REGISTRATION_TOKEN_OVER)
    aged, revoked = open_door.initial_access_token(), open_door.initial_access_token(lifetime=7200)
    open_door.later(3599)
    assert open_door.register(token=aged).status_code == 201
    open_door.later(1)
    assert refused(open_door, open_door.register(token=aged)) == over
    assert open_door.register(token=revoked).status_code == 201
    open_door.revoke_initial(revoked)
    assert refused(open_door, open_door.register(token=revoked)) == over


def test_a_use_is_spent_with_the_client_that_it_made_and_not_with_a_refusal(open_door: RegistrationWorld) -> None:
    token = open_door.initial_access_token(most=1)
    assert refused(open_door, open_door.register(token=token, scope="orders.write"))[2] is Reason.METADATA_SCOPE
    assert open_door.register(token=token).status_code == 201


def test_of_many_that_register_at_once_with_one_token_one_does(open_door: RegistrationWorld) -> None:
    token = open_door.initial_access_token(most=1)
    answers = open_door.together(*(open_door.registering(token) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401, 401]


def test_of_many_that_register_at_once_no_more_come_in_than_may(open_door: RegistrationWorld) -> None:
    open_door.open(most=2)
    answers = open_door.together(*(open_door.registering(INITIAL) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 403, 403, 403]


def test_who_registers_while_a_contract_is_prepared_is_known_under_it(open_door: RegistrationWorld) -> None:
    adopt = open_door.desk.prepare(open_door.desk.registry.contract)
    known = open_door.registered()
    adopt()
    assert open_door.pushes(known).status_code == 201


def test_one_that_was_revoked_takes_no_place(open_door: RegistrationWorld) -> None:
    open_door.open(most=1)
    known = open_door.registered()
    assert refused(open_door, open_door.register()) == (403, "forbidden", Reason.REGISTRATION_FULL)
    open_door.commit(of_client(ClientId(known["client_id"]), int(open_door.now)))
    assert open_door.register().status_code == 201


@pytest.mark.parametrize(
    ("changes", "asked_again"),
    [
        ({"client_name": "Ledger Book Two"}, True),
        ({"client_name": None}, True),
        ({"redirect_uris": [BACK, "https://book.example/other"]}, True),
        ({"scope": "openid orders.read"}, False),
        ({}, False),
    ],
)
def test_who_looks_different_is_asked_about_anew(
    open_door: RegistrationWorld, changes: dict[str, Any], asked_again: bool
) -> None:
    known = open_door.registered()
    browser, page = open_door.consent_page(known, scope="openid orders.read")
    told(browser.fill(page, answer="allow"))
    assert open_door.update(known, **changes).status_code == 200
    _, page = open_door.consent_page(known, scope="openid orders.read")
    assert (page.status_code == 200) is asked_again
    if asked_again:
        assert "before" not in page.text


def test_a_page_that_showed_another_name_allows_nothing(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    browser, page = open_door.consent_page(known)
    open_door.update(known, client_name="Somebody Else")
    stale = browser.fill(page, answer="allow")
    assert (stale.status_code, "Somebody Else" in stale.text) == (403, True)
    assert told(browser.fill(stale, answer="allow")).code
