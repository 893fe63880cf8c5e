"""A whole contract without a mistake, and how tests read it with one thing changed."""

from collections.abc import Mapping

from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.read import Reading, read
from ostiary.contract.sources import Sources, SourceUnavailable
from ostiary.model.ids import Secret

MARK = "»"
"""Stands in a changed text before the place where the mistake has to be reported."""

SECRET = "kX2vQmS1nTqz8hUyYcWb7rPd"
MASTER = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
KEYS = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'

TEXT = """\
origin: https://api.example
tls: {certificate: door.pem, key: door.key}
master_key: ${file:/etc/ostiary/master}
state: state
admin: 127.0.0.1:9443
trusted_proxies: [10.0.0.0/8]
feed_bound: 5s
keys: {rotate: 90d}
sessions: {idle: 1h, absolute: 12h}
bounds: {body: 1MiB}
services:
  shop: {url: http://127.0.0.1:9001/base, openapi: shop.yaml, closed: [DELETE /v1/orders]}
  chat: {url: http://127.0.0.1:9002}
scopes:
  orders.read: See your orders
  orders.write: {says: Place orders, step_up: {acr: pwd, max_age: 5m}}
  chat.use: Use the chat
roles:
  customer: [orders.read, orders.write]
  support: [orders.read]
details:
  payment:
    says: "Pay {sum.amount} to {to}"
    scope: orders.write
    members: {sum.amount: text, to: text, note: {type: text, optional: true}}
clients:
  site:
    kind: web
    redirect_uris: [https://site.example/callback]
    scopes: [orders.read, openid]
    secret: ${env:SITE_SECRET}
  pages:
    kind: spa
    redirect_uris: [https://pages.example/]
    origins: [https://pages.example]
    scopes: [orders.read, orders.write]
    details: [payment]
    quota: 100k/day
  reader:
    kind: third-party
    redirect_uris: [com.example.reader:/callback]
    scopes: [orders.read]
    allow_ips: [203.0.113.0/24]
    refresh_idle: 7d
  robot:
    kind: service
    jwks_file: robot.json
    scopes: [chat.use]
    roles: [support]
    tenant: acme
routes:
  - {on: "GET /v1/orders/{user}", to: shop, scope: orders.read, owner: user, roles: [customer]}
  - {on: POST /v1/orders, to: shop, scope: orders.write, limit: {per: person, rate: 5/s}}
  - {on: "GET /v1/catalog/{item}", to: shop, public: true, limit: {per: ip, rate: 50/s, burst: 100}}
  - {on: GET /v1/chat, to: chat, scope: chat.use, tenant: query.room, upgrade: websocket}
"""

OPENAPI = """\
openapi: 3.1.0
servers: [{url: https://internal.example/base}]
paths:
  /v1/orders/{customer}:
    get: {}
  /v1/orders:
    post: {}
    delete: {}
  /v1/catalog/{id}:
    get: {}
"""

FILES: Mapping[str, str] = {"shop.yaml": OPENAPI, "robot.json": KEYS}


class Names:
    """A source of secrets for tests."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def read(self, name: str) -> Secret:
        if name not in self._values:
            raise SourceUnavailable(f"no {name}")
        return Secret(self._values[name])


def sources(**environment: str) -> Sources:
    return {"env": Names({"SITE_SECRET": SECRET, **environment}), "file": Names({"/etc/ostiary/master": MASTER})}


def read_door(
    text: str | bytes = TEXT,
    files: Mapping[str, str] = FILES,
    secrets: Sources | None = None,
    name: str = "door.yaml",
    folder: str = "",
    now: float | None = None,
) -> Reading:
    """Read a text with the files beside it."""

    def read_file(path: str) -> bytes:
        if path not in files:
            raise FileNotFoundError(2, "no such file")
        return files[path].encode()

    encoded = text if isinstance(text, bytes) else text.encode()
    return read(encoded, name, sources() if secrets is None else secrets, read_file, folder, now)


def changed(text: str, right: str, wrong: str) -> tuple[str, tuple[int, int]]:
    """The text with `right` replaced, and line and column of the mark in it."""
    assert text.count(right) == 1, right
    marked = text.replace(right, wrong)
    before = marked[: marked.index(MARK)]
    return marked.replace(MARK, ""), (before.count("\n") + 1, len(before) - before.rfind("\n"))


def of_code(mistakes: tuple[Mistake, ...], code: Code) -> list[tuple[int, int]]:
    return [(mistake.line, mistake.column) for mistake in mistakes if mistake.code is code]
