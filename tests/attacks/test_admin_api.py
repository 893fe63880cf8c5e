"""Whoever has a token for the admin API, or none, tries to get more than a client of the contract's own checks."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from admin_world import APP, CLIENT, AdminWorld
from contract_door import KEYS
from ostiary.audit.flood import FLUSH_SECONDS, LISTED_AT_ONCE
from ostiary.contract.draft import Draft
from ostiary.contract.file_client import Client
from ostiary.contract.judged import is_elsewhere, judge
from ostiary.contract.model import ClientAuth
from ostiary.contract.places import SecretText
from ostiary.contract.registered import AddRegisteredClient, RegisteredClient
from ostiary.contract.setting import InsecureDuration, InsecureFile, InsecureYes
from ostiary.contract.words import FilePath
from ostiary.keys.admin_token import AdminScope
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.hashing import token_hash
from ostiary.model.events.gateway import RefusalsCounted
from ostiary.model.events.operators import AdminChangedClient, AdminRefused
from ostiary.model.feed import ClientRevoked
from ostiary.model.ids import ClientId, Secret, TokenHash
from ostiary.model.plan import AlreadySpent, Committed, Plan
from ostiary.model.reasons import Reason
from ostiary.server.admin_changes import changed
from ostiary.server.revocation import of_client
from ostiary.store.interface import StoreUnavailable
from secrets_seen import secret

READ = frozenset({AdminScope.CLIENTS_READ})
WRITE = frozenset({AdminScope.CLIENTS_WRITE})
TAKEN = (409, "client_name_taken")
ROOTS = {"insecure_roots": {"value": "/etc/passwd", "because": "b"}}
APPLE = {"team": "ABCDE12345", "bundle": "com.example.book"}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[AdminWorld]:
    made = AdminWorld(tmp_path)
    yield made
    made.close()


def signing(kid: str, key: SigningPrivateKey | None = None) -> dict[str, Any]:
    public = (key or SigningPrivateKey.generate()).public.to_jwk()
    jwks = {"keys": [{**public, "kid": kid}]}
    return {"kind": "partner", "credential": "signature", "scopes": ["orders.read"], "jwks": jwks}


# tokens


def test_without_a_token_that_lives_nothing_is_seen(admin: AdminWorld) -> None:
    for path in ("/v1/clients", "/v1/openapi.json", "/v1/clients/site", "/v1/nowhere"):
        assert admin.ask("GET", path, authorization=None).problem == (401, "token_missing")
        assert admin.ask("GET", path, authorization="Basic b3N0YTpvc3Rh").problem == (401, "token_missing")
        assert admin.ask("GET", path, authorization="Bearer ").problem == (401, "token_missing")
        unknown = admin.ask("GET", path, authorization=f"Bearer {admin.token[:-1]}")
        assert unknown.problem == (401, "admin_token_unknown")
        assert unknown.fields["www-authenticate"] == "Bearer"
    assert admin.ask("GET", "/v1/clients").status == 200


def test_a_token_in_the_url_or_the_body_is_none(admin: AdminWorld) -> None:
    there = f"/v1/clients?access_token={admin.token}"
    assert admin.ask("GET", there, authorization=None).problem == (401, "token_missing")
    body = {"client_id": "new", "settings": CLIENT, "access_token": admin.token}
    assert admin.ask("POST", "/v1/clients", body, authorization=None).problem == (401, "token_missing")
    assert admin.ask("GET", there).problem == (400, "parameter_invalid")
    assert admin.ask("POST", "/v1/clients", body).problem == (400, "parameter_invalid")


def test_a_token_ends(admin: AdminWorld) -> None:
    short, other = admin.new_token(lifetime=60), admin.new_token()
    admin.now += 59
    assert admin.ask("GET", "/v1/clients", authorization=f"Bearer {short}").status == 200
    admin.now += 1
    assert admin.ask("GET", "/v1/clients", authorization=f"Bearer {short}").problem == (401, "admin_token_over")
    assert admin.ask("GET", "/v1/clients", authorization=f"Bearer {other}").status == 200
    admin.revoke(other)
    assert admin.ask("GET", "/v1/clients", authorization=f"Bearer {other}").problem == (401, "admin_token_over")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_who_may_read_changes_nothing(admin: AdminWorld, method: str) -> None:
    admin.make("mine")
    reader = secret(f"Bearer {admin.new_token(READ)}")
    for path in ("/v1/clients", "/v1/clients/mine", "/v1/clients/mine/secret"):
        refused = admin.ask(method, path, CLIENT, authorization=reader, if_match='"1"')
        assert refused.problem == (403, "admin_scope_missing")
    assert admin.ask("GET", "/v1/clients/mine", authorization=reader).body["version"] == 1
    assert admin.ask("DELETE", "/v1/clients/mine", if_match='"1"').status == 200


def test_who_may_write_reads_nothing(admin: AdminWorld) -> None:
    writer = secret(f"Bearer {admin.new_token(WRITE)}")
    for method in ("GET", "HEAD"):
        assert admin.ask(method, "/v1/clients", authorization=writer).problem == (403, "admin_scope_missing")
    body = {"client_id": "new", "settings": CLIENT}
    assert admin.ask("POST", "/v1/clients", body, authorization=writer).status == 201


def test_each_change_and_each_refusal_says_whose_token_it_was(admin: AdminWorld) -> None:
    admin.make("mine")
    admin.ask("DELETE", "/v1/clients/mine", if_match='"2"')
    [change] = [event for event in admin.events() if isinstance(event, AdminChangedClient)]
    [refusal] = [event for event in admin.events() if isinstance(event, AdminRefused)]
    assert (change.client, change.change) == ("mine", "made")
    assert (refusal.admin, refusal.reason, refusal.status) == (change.admin, Reason.CLIENT_CHANGED, 412)


def test_refusals_past_the_bound_are_counted_and_the_count_is_written(admin: AdminWorld) -> None:
    for _ in range(int(LISTED_AT_ONCE) + 5):
        admin.ask("GET", "/v1/clients", authorization=None)
    listed = [event for event in admin.events() if isinstance(event, AdminRefused)]
    assert len(listed) == LISTED_AT_ONCE
    admin.run(admin.api.write_counted(closing=False))
    assert not [event for event in admin.events() if isinstance(event, RefusalsCounted)]
    admin.now += FLUSH_SECONDS
    admin.run(admin.api.write_counted(closing=False))
    [counted] = [event for event in admin.events() if isinstance(event, RefusalsCounted)]
    assert (counted.count, counted.reason) == (5, Reason.TOKEN_MISSING)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("nobody expected this")])
def test_what_was_counted_while_the_store_is_away_is_written_when_it_is_back(
    admin: AdminWorld, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def away(plan: Plan) -> None:
        raise error

    for _ in range(int(LISTED_AT_ONCE) + 5):
        admin.ask("GET", "/v1/clients", authorization=None)
    admin.now += FLUSH_SECONDS
    with monkeypatch.context() as patch:
        patch.setattr(admin.store, "commit", away)
        for _ in range(2):
            with pytest.raises(type(error)):
                admin.run(admin.api.write_counted(closing=False))
    for _ in range(2):
        admin.run(admin.api.write_counted(closing=True))
    [counted] = [event for event in admin.events() if isinstance(event, RefusalsCounted)]
    assert (counted.count, counted.reason, counted.seconds) == (5, Reason.TOKEN_MISSING, FLUSH_SECONDS)


# names


@pytest.mark.parametrize("id", ["site", "Site", "SITE", "slte", "5ite", "s1te", "s-ite", "shop", "chat", "api.example"])
def test_no_name_is_or_looks_like_one_of_the_contract(admin: AdminWorld, id: str) -> None:
    """A service's name would let its bearer see the tokens that are for the service."""
    assert admin.make(id).problem == TAKEN
    assert admin.make("sight").status == 201


@pytest.mark.parametrize("id", ["", " site", "site ", "s\u0456te", "site\u0000", "site\u200b", "a/b", "a b", "x" * 65])
def test_an_odd_name_is_none(admin: AdminWorld, id: str) -> None:
    assert admin.make(id).status in (409, 422)
    assert admin.make("sight").status == 201


@pytest.mark.parametrize(
    "name", ["site", "S\u0456te", "Site\u200b", "\u202eetis", "pages", "Ostiary", "api.example", "Pa\u0301ges", " x"]
)
def test_nobody_is_taken_for_a_client_of_the_contract(admin: AdminWorld, name: str) -> None:
    refused = admin.make("mine", APP, name=name)
    assert (refused.status, ("/name", "bad-name") in refused.pointers) == (422, True)
    assert admin.make("mine", APP, name="Ledger Book").status == 201
    changed = admin.ask("PUT", "/v1/clients/mine", {**APP, "name": name}, if_match='"1"')
    assert changed.problem == (422, "client_invalid")


def test_a_name_is_given_once(admin: AdminWorld) -> None:
    assert [reply.status for reply in (admin.make("mine"), admin.make("mine"))] == [201, 409]
    assert admin.ask("DELETE", "/v1/clients/mine", if_match='"1"').status == 200
    assert admin.make("mine").problem == TAKEN
    many = admin.together(
        *(admin.asked("POST", "/v1/clients", {"client_id": "other", "settings": CLIENT}) for _ in range(3))
    )
    assert sorted(reply.status for reply in many) == [201, 409, 409]
    assert [reply.problem for reply in many if reply.status == 409] == [TAKEN, TAKEN]


def test_the_name_of_one_that_was_revoked_is_not_given_again(admin: AdminWorld) -> None:
    admin.run(admin.store.commit(of_client(ClientId("gone"), int(admin.now))))
    assert admin.make("gone").problem == TAKEN
    assert admin.make("here").status == 201


def test_one_that_registered_itself_is_seen_and_is_not_the_operators_to_change(admin: AdminWorld) -> None:
    nobody = TokenHash(bytes(32))
    known = RegisteredClient(ClientId("r-1"), nobody, None, ClientAuth.NONE, None, (), frozenset(), False, None, 0)
    admin.run(admin.store.commit(Plan((AddRegisteredClient(known, 9),))))
    assert admin.ask("GET", "/v1/clients/r-1").body["source"] == "registered"
    assert admin.make("r-1").problem == TAKEN
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/secret")):
        refused = admin.ask(method, f"/v1/clients/r-1{path}", CLIENT, if_match='"1"')
        assert refused.problem == (409, "client_of_contract")
    assert admin.make("r-2").status == 201


def test_the_gateways_hear_of_one_that_was_ended(admin: AdminWorld) -> None:
    for name in ("mine", "other"):
        admin.make(name)
    assert admin.ask("DELETE", "/v1/clients/mine", if_match='"1"').status == 200
    heard = [each.event for each in admin.run(admin.store.feed_since(0))]
    assert [each.client for each in heard if isinstance(each, ClientRevoked)] == ["mine"]


# what a client may be


def leads_elsewhere(model: type[BaseModel]) -> set[str]:
    """The settings of a client, at any depth, that lead to a file or a secret, or weaken a profile."""
    marks = {mark for of in (FilePath, SecretText) for mark in map(id, of.__metadata__)}
    weak = {InsecureDuration, InsecureFile, InsecureYes}
    found: set[str] = set()
    for name, info in model.model_fields.items():
        parts = list(_parts(info.annotation))
        if marks & {id(mark) for part in parts for mark in getattr(part, "__metadata__", ())} or weak & set(parts):
            found.add(name)
        if marks & set(map(id, info.metadata)):
            found.add(name)
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in weak and not is_elsewhere(name):
                found |= leads_elsewhere(part)
    return found


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for each in get_args(annotation):
        yield from _parts(each)


def test_every_setting_that_leads_elsewhere_is_only_in_the_contract() -> None:
    found = leads_elsewhere(Client)
    assert {"secret", "jwks_file", "file", "insecure_bearer_tokens"} <= found
    assert {name for name in found if not is_elsewhere(name)} == set()
    assert not is_elsewhere("redirect_uris")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"attest": {"apple": APPLE}}, "/attest"),
        ({"store_links": {"insecure_roots": "https://a.example/"}}, "/store_links/insecure_roots"),
        ({"limit": [{"per": "ip", "rate": "1/s", "insecure_more": 1}]}, "/limit/0/insecure_more"),
    ],
)
def test_what_weakens_it_is_refused_however_deep_it_stands(
    admin: AdminWorld, changes: dict[str, Any], pointer: str
) -> None:
    assert (pointer, "setting-not-for-kind") in admin.make("mine", APP, **changes).pointers
    assert admin.make("mine", APP, store_links={"ios": "https://a.example/"}).status == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"credential": "private-key-jwt", "jwks_file": "/dev/zero"},
        {"credential": "mtls", "certificate": {"file": "/dev/zero"}},
        {"kind": "mobile", "attest": {"apple": {**APPLE, "insecure_roots": {"value": "/dev/zero", "because": "b"}}}},
    ],
)
def test_no_file_is_opened_because_a_request_names_it(admin: AdminWorld, changes: dict[str, Any]) -> None:
    """Some never end, and whether there is one is nobody's business."""
    opened: list[str] = []

    def read_file(name: str) -> bytes:
        opened.append(name)
        return admin.draft.read_file(name)

    watched = Draft(**{**{name: getattr(admin.draft, name) for name in Draft.__slots__}, "read_file": read_file})
    assert judge(watched, "mine", {**CLIENT, **changes}).rule is None
    assert "/dev/zero" not in opened
    assert judge(watched, "mine", CLIENT).rule is not None and opened


@pytest.mark.parametrize(
    "uri",
    [
        "https://book.example/#x",
        "https://grace@book.example/",
        "https://*.book.example/",
        "http://book.example/",
        "https://BOOK.example/",
        "https://book.example/../x",
        "javascript:alert(1)",
        "com.example.book:/callback",
        "https://b\u043eok.example/",
    ],
)
def test_people_come_back_to_one_exact_address(admin: AdminWorld, uri: str) -> None:
    page = {"kind": "spa", "scopes": ["orders.read"]}
    refused = admin.make("mine", {**page, "redirect_uris": [uri]})
    assert ("/redirect_uris/0", "redirect-not-exact") in refused.pointers
    assert admin.make("mine", {**page, "redirect_uris": ["https://book.example/"]}).status == 201


def test_no_key_is_two_clients(admin: AdminWorld) -> None:
    """A signature would be the younger one's, whoever made it."""
    assert admin.make("first", signing("k1")).status == 201
    assert ("/jwks", "keyid-repeated") in admin.make("second", signing("k1")).pointers
    assert admin.make("second", signing("k2")).status == 201
    changed = admin.ask("PUT", "/v1/clients/second", signing("k1"), if_match='"1"')
    assert changed.problem == (422, "client_invalid")
    assert admin.ask("PUT", "/v1/clients/first", signing("k1"), if_match='"1"').status == 200


def test_of_two_that_came_at_once_with_one_key_the_elder_stays(admin: AdminWorld) -> None:
    bodies = [{"client_id": id, "settings": signing("k1")} for id in ("first", "second")]
    replies = admin.together(*(admin.asked("POST", "/v1/clients", body) for body in bodies))
    assert [reply.status for reply in replies] == [201, 201]
    states = {id: admin.ask("GET", f"/v1/clients/{id}").body["state"] for id in ("first", "second")}
    assert states == {"first": "in force", "second": "shut out by the contract"}
    assert "second" not in admin.admission.whole.clients


# requests


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"client_id": "mine", "client_id": "site", "settings": {}}',
        b'{"client_id": "mine", "settings": ' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"}",
        b'{"client_id": "mine", "settings": "all"}',
        b'{"client_id": 1, "settings": {}}',
        b'{"settings": {}}',
        b'{"client_id": "mine", "settings": {}, "source": "contract"}',
        b"\xff",
        b'{"client_id": "mine", "settings": {"quota": NaN}}',
    ],
)
def test_what_is_no_client_is_malformed(admin: AdminWorld, body: bytes) -> None:
    assert admin.ask("POST", "/v1/clients", body).status == 400
    assert (
        admin.ask("POST", "/v1/clients", json.dumps({"client_id": "mine", "settings": CLIENT}).encode()).status == 201
    )


def test_what_is_as_deep_as_can_be_read_is_judged(admin: AdminWorld) -> None:
    deep = json.loads(b'{"a":' * 240 + b"1" + b"}" * 240)
    assert admin.make("mine", jwks=deep, credential="private-key-jwt").status == 422
    assert admin.make("mine", limit=deep).status == 422


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_page_of_somebody_else_cannot_post(admin: AdminWorld, kind: str | None) -> None:
    body = {"client_id": "mine", "settings": CLIENT}
    assert admin.ask("POST", "/v1/clients", body, content_type=kind).problem == (400, "request_malformed")
    assert admin.ask("POST", "/v1/clients", body, content_type="Application/JSON; charset=utf-8").status == 201


@pytest.mark.parametrize("tag", ['W/"1"', "1", '"2"', '""', '"1', "'1'", '"1"x', "W/1", '"x", W/"1"'])
def test_a_version_is_named_to_the_letter(admin: AdminWorld, tag: str) -> None:
    """Weak tags never match (RFC 9110 section 13.1.1)."""
    admin.make("mine")
    assert admin.ask("PUT", "/v1/clients/mine", CLIENT, if_match=tag).problem == (412, "client_changed")
    assert admin.ask("PUT", "/v1/clients/mine", CLIENT, if_match='"7", "1"').status == 200


@pytest.mark.parametrize("tag", [None, "*"])
@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("DELETE", ""), ("POST", "/secret")])
def test_a_change_names_its_version(admin: AdminWorld, method: str, path: str, tag: str | None) -> None:
    admin.make("mine")
    refused = admin.ask(method, f"/v1/clients/mine{path}", CLIENT, if_match=tag)
    assert refused.problem == (428, "version_not_named")
    assert admin.ask(method, f"/v1/clients/mine{path}", CLIENT, if_match='"1"').status == 200


def test_of_changes_of_one_version_one_is_made(admin: AdminWorld) -> None:
    admin.make("mine")
    work = [admin.asked("PUT", "/v1/clients/mine", {**CLIENT, "name": f"A{n}"}, if_match='"1"') for n in range(3)]
    work.append(admin.asked("DELETE", "/v1/clients/mine", if_match='"1"'))
    first, *others = sorted(reply.status for reply in admin.together(*work))
    assert first == 200 and set(others) <= {404, 409, 412}
    assert admin.ask("GET", "/v1/clients/mine").body["version"] == 2


def test_of_two_changes_of_one_version_the_store_takes_the_first(admin: AdminWorld) -> None:
    """Both were judged before either was written."""
    admin.make("mine")
    [before] = admin.run(admin.store.admin_clients())
    later = int(admin.now) + 1
    changes = [changed(before, {**CLIENT, "name": name}, later, lambda: Secret("x" * 43)) for name in ("One", "Other")]
    outcomes = [admin.run(admin.store.commit(Plan(change.writes))) for change in changes]
    assert [type(outcome) for outcome in outcomes] == [Committed, AlreadySpent]
    assert list(admin.run(admin.store.admin_clients())) == [changes[0].client]


def test_what_was_ended_is_changed_no_more(admin: AdminWorld) -> None:
    admin.make("mine")
    assert admin.ask("DELETE", "/v1/clients/mine", if_match='"1"').body["state"] == "ended"
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/secret")):
        refused = admin.ask(method, f"/v1/clients/mine{path}", CLIENT, if_match='"2"')
        assert refused.problem == (404, "client_unknown")
    assert admin.ask("GET", "/v1/clients/mine").body["state"] == "ended"


def test_a_secret_is_given_to_whom_has_one(admin: AdminWorld) -> None:
    keys = {"kind": "service", "scopes": ["orders.read"], "jwks": json.loads(KEYS)}
    assert "client_secret" not in admin.make("signs", keys).body
    refused = admin.ask("POST", "/v1/clients/signs/secret", if_match='"1"')
    assert refused.problem == (409, "client_invalid")
    assert admin.make("mine").body["client_secret"]
    assert admin.ask("POST", "/v1/clients/mine/secret", if_match='"1"').body["client_secret"]
    public = admin.ask("PUT", "/v1/clients/mine", keys, if_match='"2"')
    assert (public.status, admin.admission.whole.clients[ClientId("mine")].secret_hashes) == (200, ())


def hashes(admin: AdminWorld) -> tuple[TokenHash | None, TokenHash | None]:
    """Those of its last secret and of the one before, as they are stored."""
    [client] = admin.run(admin.store.admin_clients())
    return client.secret_hash, client.former_hash


def test_a_secret_stays_while_its_client_has_one_and_is_gone_with_it(admin: AdminWorld) -> None:
    """One that comes back would be a secret that nobody knew of."""
    keys = {"kind": "service", "scopes": ["orders.read"], "jwks": json.loads(KEYS)}
    admin.make("mine")
    admin.ask("POST", "/v1/clients/mine/secret", if_match='"1"')
    given = hashes(admin)
    assert None not in given
    assert "client_secret" not in admin.ask("PUT", "/v1/clients/mine", {**CLIENT, "name": "A"}, if_match='"2"').body
    assert hashes(admin) == given
    assert "client_secret" not in admin.ask("PUT", "/v1/clients/mine", keys, if_match='"3"').body
    assert hashes(admin) == (None, None)
    again = admin.ask("PUT", "/v1/clients/mine", CLIENT, if_match='"4"').body["client_secret"]
    assert hashes(admin) == (token_hash(again), None)


# many clients


def test_a_list_is_read_page_by_page(admin: AdminWorld) -> None:
    for name in ("b1", "b2", "b3"):
        admin.make(name)
    whole = [each["client_id"] for each in admin.ask("GET", "/v1/clients").body["clients"]]
    assert whole == sorted(whole) and {"b1", "site"} <= set(whole)
    seen, after = [], ""
    while True:
        page = admin.ask("GET", f"/v1/clients?limit=2&after={after}").body
        seen += [each["client_id"] for each in page["clients"]]
        assert len(page["clients"]) <= 2
        if "next" not in page:
            break
        after = page["next"]
    assert seen == whole


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=\u0661", "limit=1&limit=2", "all=1", "limit=00001"]
)
def test_an_odd_page_is_none(admin: AdminWorld, query: str) -> None:
    assert admin.ask("GET", f"/v1/clients?{query.replace(chr(0x661), '%D9%A1')}").status == 400
    assert admin.ask("GET", "/v1/clients?limit=1000").status == 200


def test_nobody_is_judged_twice_by_one_contract(admin: AdminWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change among hundreds costs one judgement and not hundreds."""
    from ostiary.contract import admin_clients

    for name in ("b1", "b2", "b3"):
        admin.make(name)
    asked: list[str] = []

    def counted(draft: Draft, id: str, *rest: Any) -> Any:
        asked.append(id)
        return judge(draft, id, *rest)

    monkeypatch.setattr(admin_clients, "judge", counted)
    admin.make("b4")
    assert asked == ["b4"]
    admin.draft = Draft(**{name: getattr(admin.draft, name) for name in Draft.__slots__})
    admin.make("b5")
    assert asked == ["b4", "b1", "b2", "b3", "b4", "b5"]
