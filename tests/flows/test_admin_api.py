"""Clients that an operator makes while the program runs, beside those of the contract, which stay as they are."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from ostiary.model import endpoints
from ostiary.server.admin import BYTES_FOR_THE_API
from ostiary.server.openapi import document
from running import Up, until
from secrets_seen import secret

CONTRACT: dict[str, Any] = {
    "admin_api": True,
    "workers": 2,
    "services": {"shop": {"url": "http://127.0.0.1:9"}},
    "scopes": {"orders.read": "See orders"},
    "roles": {"customer": ["orders.read"]},
    "clients": {"pages": {"kind": "spa", "scopes": ["orders.read"], "redirect_uris": ["https://localhost:1/"]}},
    "routes": [{"on": "GET /v1/orders", "to": "shop", "scope": "orders.read"}],
}
BILLING = {"kind": "service", "credential": "secret", "scopes": ["orders.read"]}
READ, WRITE = ("--scope", "clients.read"), ("--scope", "clients.write")


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    etag: str | None
    allow: str | None = None

    @property
    def problem(self) -> str:
        return str(self.body["type"]).rpartition(":")[2]


class Operator:
    def __init__(self, up: Up) -> None:
        self.up = up
        self.token = self.new_token(*READ, *WRITE)

    def new_token(self, *arguments: str) -> str:
        return secret(self.up.command("admin-token", "add", *arguments).stdout.strip())

    def ask(self, method: str, path: str, body: object = None, token: str | None = None, **fields: str) -> Reply:
        connection = HTTPConnection("127.0.0.1", self.up.admin_port, timeout=20)
        sent = {name.replace("_", "-"): value for name, value in fields.items()}
        if token != "":
            sent["authorization"] = f"Bearer {token or self.token}"
        if body is not None:
            sent["content-type"] = "application/json"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            reply = Reply(answer.status, json.loads(answer.read()), answer.getheader("etag"), answer.getheader("allow"))
        finally:
            connection.close()
        if "client_secret" in reply.body:
            secret(reply.body["client_secret"])
        return reply

    def raw(self, sent: bytes) -> bytes:
        """All that is answered to exactly this."""
        with closing(socket.create_connection(("127.0.0.1", self.up.admin_port))) as line:
            line.sendall(sent)
            return b"".join(iter(lambda: line.recv(65536), b""))

    def make(self, id: str, **settings: Any) -> Reply:
        return self.ask("POST", "/v1/clients", {"client_id": id, "settings": {**BILLING, **settings}})

    def token_for(self, id: str, password: str) -> tuple[int, str]:
        pair = secret(b64encode(f"{id}:{password}".encode()).decode())
        door = self.up.door()
        try:
            answer = door.post_form(
                endpoints.TOKEN, {"grant_type": "client_credentials"}, {"authorization": f"Basic {pair}"}
            )
        finally:
            door.close()
        return answer.status, secret(answer.json()["access_token"]) if answer.status == 200 else ""

    def at_the_gateway(self, token: str) -> int:
        return self.up.get("/v1/orders", {"authorization": f"Bearer {token}"}).status


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    up = Up(tmp_path_factory.mktemp("admin"), CONTRACT).start()
    yield Operator(up)
    up.stop()


LET_IN = 502
"""What is let in and finds no service."""


def test_a_client_is_made_used_changed_and_ended(operator: Operator) -> None:
    made = operator.make("billing")
    assert (made.status, made.body["source"], made.etag) == (201, "admin", '"1"')
    status, token = operator.token_for("billing", made.body["client_secret"])
    assert (status, operator.at_the_gateway(token)) == (200, LET_IN)
    shown = operator.ask("GET", "/v1/clients/billing")
    assert (shown.body["settings"], "client_secret" in shown.body) == (BILLING, False)
    changed = operator.ask("PUT", "/v1/clients/billing", {**BILLING, "allow_ips": ["203.0.113.0/24"]}, if_match='"1"')
    assert (changed.status, changed.etag, "client_secret" in changed.body) == (200, '"2"', False)
    assert operator.token_for("billing", made.body["client_secret"])[0] == 401
    assert operator.ask("PUT", "/v1/clients/billing", BILLING, if_match='"2"').status == 200
    assert operator.token_for("billing", made.body["client_secret"])[0] == 200
    assert operator.ask("DELETE", "/v1/clients/billing", if_match='"3"').status == 200
    assert operator.token_for("billing", made.body["client_secret"])[0] == 401
    assert until(lambda: operator.at_the_gateway(token), lambda status: status == 401) == 401
    again = operator.make("billing")
    assert (again.status, again.problem) == (409, "client_name_taken")


def test_two_secrets_are_good_while_one_takes_the_place_of_the_other(operator: Operator) -> None:
    first = operator.make("ledger").body["client_secret"]
    second = operator.ask("POST", "/v1/clients/ledger/secret", {}, if_match='"1"').body["client_secret"]
    assert [operator.token_for("ledger", each)[0] for each in (first, second)] == [200, 200]
    third = operator.ask("POST", "/v1/clients/ledger/secret", {}, if_match='"2"').body["client_secret"]
    assert [operator.token_for("ledger", each)[0] for each in (first, second, third)] == [401, 200, 200]


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("DELETE", ""), ("POST", "/secret")])
def test_the_contracts_clients_are_seen_and_not_changed(operator: Operator, method: str, path: str) -> None:
    listed = operator.ask("GET", "/v1/clients").body["clients"]
    assert {"client_id": "pages", "source": "contract", "kind": "spa", "state": "in force"} in listed
    assert operator.ask("GET", "/v1/clients/pages").body["source"] == "contract"
    refused = operator.ask(method, f"/v1/clients/pages{path}", BILLING, if_match='"1"')
    assert (refused.status, refused.problem) == (409, "client_of_contract")
    taken = operator.make("pages")
    assert (taken.status, taken.problem) == (409, "client_name_taken")


def test_only_a_living_token_for_it_opens_anything(operator: Operator) -> None:
    reader, short = operator.new_token(*READ), operator.new_token(*READ, "--expires", "1h")
    assert operator.ask("GET", "/v1/clients", token="").problem == "token_missing"
    assert operator.ask("GET", "/v1/clients", token="osta_" + "x" * 43).problem == "admin_token_unknown"
    assert operator.ask("GET", "/v1/clients", token=reader).status == 200
    body = {"client_id": "nobody", "settings": BILLING}
    denied = operator.ask("POST", "/v1/clients", body, token=reader)
    assert (denied.status, denied.problem) == (403, "admin_scope_missing")
    assert operator.ask("GET", "/v1/clients", token=short).status == 200
    listed = json.loads(operator.up.command("admin-token", "list", "--json").stdout)
    for each in listed:
        if each["scopes"] == ["clients.read"]:
            assert operator.up.command("admin-token", "revoke", each["id"]).returncode == 0
    assert operator.ask("GET", "/v1/clients", token=reader).problem == "admin_token_over"


def test_every_mistake_is_told_with_its_place(operator: Operator) -> None:
    wrong = {"kind": "service", "scopes": ["orders.read", "orders.eat"], "redirect_uris": ["https://a.example/"]}
    wrong |= {"insecure_bearer_tokens": {"value": True, "because": "why not"}, "credential": "secret"}
    answer = operator.ask("POST", "/v1/clients", {"client_id": "odd", "settings": wrong})
    assert (answer.status, answer.problem) == (422, "client_invalid")
    found = {(each["pointer"], each["code"]) for each in answer.body["mistakes"]}
    assert {
        ("/scopes/1", "unknown-scope"),
        ("/redirect_uris", "setting-not-for-kind"),
        ("/insecure_bearer_tokens", "setting-not-for-kind"),
    } <= found
    assert operator.make("odd").status == 201


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"secret": "${env:HOME}"}, "/secret"),
        ({"jwks_file": "/etc/passwd", "credential": "private-key-jwt"}, "/jwks_file"),
        ({"certificate": {"file": "/etc/passwd"}, "credential": "mtls"}, "/certificate/file"),
        ({"insecure_access_token_lifetime": {"value": "2h", "because": "b"}}, "/insecure_access_token_lifetime"),
        (
            {
                "kind": "mobile",
                "redirect_uris": ["com.example.shop:/cb"],
                "attest": {"apple": {"team": "ABCDE12345", "bundle": "com.example.shop"}},
            },
            "/attest",
        ),
        ({"kind": "legacy"}, "/kind"),
        ({"kind": "nothing"}, "/kind"),
        ({"jwks": {"keys": [{"kty": "EC", "d": "AAAA"}]}, "credential": "private-key-jwt"}, "/jwks"),
    ],
)
def test_what_belongs_into_the_contract_is_refused(operator: Operator, settings: dict[str, Any], pointer: str) -> None:
    answer = operator.make("other", **settings)
    assert answer.status == 422
    assert pointer in {each["pointer"] for each in answer.body["mistakes"]}


def test_a_partner_gets_its_keys_by_the_command(operator: Operator) -> None:
    partner = {"client_id": "acme", "settings": {"kind": "partner", "scopes": ["orders.read"], "credential": "api-key"}}
    assert operator.up.command("api-key", "add", "acme").returncode == 1
    assert operator.ask("POST", "/v1/clients", partner).status == 201
    key = secret(operator.up.command("api-key", "add", "acme").stdout.strip())
    asked = {"x-api-key": key}
    assert until(lambda: operator.up.get("/v1/orders", asked).status, lambda status: status == LET_IN) == LET_IN
    assert operator.up.command("revoke", "client", "acme").returncode == 0
    assert until(lambda: operator.up.get("/v1/orders", asked).status, lambda status: status == 401) == 401
    assert operator.ask("GET", "/v1/clients/acme").body["state"] == "revoked"


def test_a_change_names_its_version_and_of_two_at_once_one_is_refused(operator: Operator) -> None:
    operator.make("twice")
    assert operator.ask("PUT", "/v1/clients/twice", BILLING).status == 428
    assert operator.ask("PUT", "/v1/clients/twice", BILLING, if_match='"7"').status == 412
    with ThreadPoolExecutor(4) as pool:
        asked = [
            pool.submit(operator.ask, "PUT", "/v1/clients/twice", {**BILLING, "name": f"N{n}"}, if_match='"1"')
            for n in range(4)
        ]
    statuses = sorted(each.result().status for each in asked)
    assert statuses[0] == 200 and set(statuses[1:]) <= {409, 412}
    assert operator.ask("PUT", "/v1/clients/twice", BILLING, if_match='"2"').status == 200


def test_they_outlive_a_reload_and_a_restart_and_their_names_stay_theirs(operator: Operator) -> None:
    password = operator.make("stays").body["client_secret"]
    assert operator.up.command("reload").returncode == 0
    assert operator.token_for("stays", password)[0] == 200
    named = {**CONTRACT, "clients": {**CONTRACT["clients"], "stays": CONTRACT["clients"]["pages"]}}
    operator.up.write(named)
    assert operator.up.command("reload").returncode == 1
    checked = operator.up.command("check", "--json")
    assert (checked.returncode, json.loads(checked.stdout)["mistakes"][0]["code"]) == (1, "key-repeated")
    assert operator.token_for("stays", password)[0] == 200
    operator.up.write(CONTRACT)
    assert operator.up.command("reload").returncode == 0
    operator.up.stop()
    operator.up.start()
    assert operator.token_for("stays", password)[0] == 200


def test_what_a_later_contract_lacks_shuts_out_who_needs_it_and_nobody_else(operator: Operator) -> None:
    assert operator.make("writer", scopes=["orders.write"]).status == 422
    scopes = {**CONTRACT["scopes"], "orders.write": "Place orders"}
    more = {**CONTRACT, "scopes": scopes, "roles": {"customer": list(scopes)}}
    operator.up.write(more)
    assert operator.up.command("reload").returncode == 0
    writer = operator.make("writer", scopes=["orders.write"]).body["client_secret"]
    reader = operator.make("reader").body["client_secret"]
    operator.up.write(CONTRACT)
    assert operator.up.command("reload").returncode == 0
    assert operator.ask("GET", "/v1/clients/writer").body["state"] == "shut out by the contract"
    listed = json.loads(operator.up.command("client", "list", "--json").stdout)
    states = {each["client"]: each["state"] for each in listed}
    assert (states["writer"], states["reader"]) == ("shut out by the contract", "in force")
    assert (operator.token_for("writer", writer)[0], operator.token_for("reader", reader)[0]) == (401, 200)


def test_the_operator_sees_both_sorts_and_who_changed_what(operator: Operator) -> None:
    operator.make("seen")
    listed = json.loads(operator.up.command("client", "list", "--json").stdout)
    sources = {each["client"]: each["source"] for each in listed}
    assert (sources["pages"], sources["seen"]) == ("contract", "admin")
    assert json.loads(operator.up.command("client", "show", "seen").stdout)["settings"] == BILLING
    explained = json.loads(operator.up.command("explain", "client", "seen", "--json").stdout)
    assert (explained["client"], explained["kind"]) == ("seen", "service")
    assert operator.up.command("explain", "request", "GET", "/v1/orders", "--as", "seen").returncode == 0
    assert operator.up.command("explain", "request", "GET", "/v1/orders", "--as", "unseen").returncode == 1
    assert operator.up.command("client", "show", "nobody-of-this-name").returncode == 1
    records = operator.up.command("audit", "show", "--type", "admin_changed_client", "--json").stdout
    assert '"seen"' in records and '"made"' in records


DOCUMENT = document()


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_the_document_has_every_method_and_no_other(operator: Operator, path: str) -> None:
    served = {name.upper() for name in DOCUMENT["paths"][path]} - {"PARAMETERS"}
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        status = operator.ask(method, path.replace("{client_id}", "nobody")).status
        assert (status != 405) is (method in served), method
    assert operator.ask("PATCH", path).allow == ", ".join(each for each in ORDER if each in served)
    assert operator.ask("GET", f"{path}/more").status == 404


ORDER = ("GET", "POST", "PUT", "DELETE")


def test_answers_are_as_the_document_says(operator: Operator) -> None:
    """Judged by a validator that nobody here wrote."""

    def fits(name: str, answer: Reply) -> bool:
        schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
        return Draft202012Validator(schema).is_valid(answer.body)

    assert operator.ask("GET", "/v1/openapi.json").body == DOCUMENT
    made = operator.make("shaped")
    shown = operator.ask("GET", "/v1/clients/shaped")
    assert fits("Told", made) and fits("Told", shown) and fits("Told", operator.ask("GET", "/v1/clients/pages"))
    assert fits("Clients", operator.ask("GET", "/v1/clients")) and not fits("Clients", shown)
    assert fits("Problem", operator.make("odd", scopes=["orders.eat"])) and not fits("Problem", shown)
    sent = {"client_id": "shaped", "settings": BILLING}
    assert fits("New", Reply(0, sent, None)) and not fits("New", Reply(0, {**sent, "more": 1}, None))


def test_a_head_has_no_body_and_a_second_request_changes_nothing(operator: Operator) -> None:
    """Two requests at once: what the second one says is not taken for the first one's."""
    asked = "GET /v1/clients/pages HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\r\n"
    both = asked.format("nobody") + asked.format(operator.token)
    answers = operator.raw(both.encode())
    assert (answers.count(b"HTTP/1.1 "), answers.startswith(b"HTTP/1.1 401 ")) == (1, True)
    answer = operator.raw(asked.format(operator.token).replace("GET", "HEAD").encode())
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(("before", "behind", "status"), [("", "{}", 401), ("{}", "", 201), ("{}", "X: y\r\n", 201)])
def test_rfc9110_6_5_1_a_trailer_is_no_field(operator: Operator, before: str, behind: str, status: int) -> None:
    """Who keeps tokens out in front of it looks at heads."""
    token = f"authorization: Bearer {operator.token}\r\n"
    body = json.dumps({"client_id": f"trailed-{len(behind)}", "settings": BILLING})
    asked = (
        "POST /v1/clients HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
        f"{before.format(token)}\r\n{len(body):x}\r\n{body}\r\n0\r\n{behind.format(token)}\r\n"
    )
    assert operator.raw(asked.encode()).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(("times", "status"), [(1, 200), (2, 401)])
def test_a_token_that_stands_there_twice_is_none(operator: Operator, times: int, status: int) -> None:
    """Who keeps tokens out in front of it may look at one of them alone."""
    fields = f"authorization: Bearer {operator.token}\r\n" * times
    asked = f"GET /v1/clients HTTP/1.1\r\nhost: a\r\n{fields}\r\n"
    assert operator.raw(asked.encode()).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(("more", "status"), [(0, 201), (1, 400)])
def test_a_request_has_as_many_bytes_as_the_bound_and_no_more(operator: Operator, more: int, status: int) -> None:
    body = json.dumps({"client_id": f"long-{more}", "settings": BILLING})
    head = (
        f"POST /v1/clients HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {operator.token}\r\n"
        "content-type: application/json\r\ncontent-length: {}\r\n\r\n"
    )
    size = BYTES_FOR_THE_API - len(head.format(BYTES_FOR_THE_API)) + more
    asked = head.format(size) + body.ljust(size)
    assert len(asked) == BYTES_FOR_THE_API + more
    assert operator.raw(asked.encode()).startswith(b"HTTP/1.1 %d " % status)


def test_refusals_that_were_only_counted_are_written_at_the_end(operator: Operator) -> None:
    for _ in range(300):
        assert operator.ask("GET", "/v1/clients", token="").status == 401
    try:
        operator.up.stop()
        shown = operator.up.command("audit", "show", "--json").stdout.splitlines()
    finally:
        operator.up.start()
    told = [each for each in map(json.loads, shown) if each.get("reason") == "token_missing"]
    assert sum(each.get("count", 1) for each in told) >= 300
    assert any(each["type"] == "refusals_counted" for each in told)
