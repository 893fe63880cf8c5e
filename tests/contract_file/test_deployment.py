"""Where the door listens, and what it needs there."""

from urllib.parse import unquote, urlsplit

import pytest

from contract_door import SECRET, TEXT, read_door, sources
from ostiary.contract.deployment import Deployment
from ostiary.contract.mistakes import Code


def deployed(right: str, wrong: str) -> Deployment:
    assert TEXT.count(right) == 1
    return read_door(TEXT.replace(right, wrong)).in_force()[1]


@pytest.mark.parametrize(
    ("origin", "host", "port"),
    [
        ("https://localhost:8443", "127.0.0.1", 8443),
        ("https://127.0.0.2", "127.0.0.2", 443),
        ("https://[::1]:8443", "::1", 8443),
        ("https://api.example", "", 443),
        ("https://192.0.2.7:8443", "", 8443),
    ],
)
def test_the_door_listens_where_the_origin_leads(origin: str, host: str, port: int) -> None:
    deployment = deployed("origin: https://api.example", f"origin: {origin}")
    assert (deployment.listen.host, deployment.listen.port) == (host, port)
    assert deployment.development is (host != "")


@pytest.mark.parametrize(
    ("written", "host", "port"),
    [("10.0.0.1:8443", "10.0.0.1", 8443), ('"[::1]:8443"', "::1", 8443), ("localhost:0", "localhost", 0)],
)
def test_the_door_listens_where_it_is_told(written: str, host: str, port: int) -> None:
    listen = deployed("state: state", f"listen: {written}").listen
    assert (listen.host, listen.port) == (host, port)


@pytest.mark.parametrize(
    ("written", "store"),
    [
        ("postgresql://door@db.example/door", "postgresql://door@db.example/door"),
        ("postgresql://door:${env:SITE_SECRET}@db.example/door", f"postgresql://door:{SECRET}@db.example/door"),
        ("postgresql:///door?host=/run/postgresql", "postgresql:///door?host=/run/postgresql"),
    ],
)
def test_the_store_is_there_where_it_is_told(written: str, store: str) -> None:
    found = deployed("state: state", f"store: {written}").store
    assert found is not None
    assert found.reveal() == store


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("postgresql://door:pass@db.example/door", "postgresq://door:pass@db.example/door"),
        ("postgres://door:pa%23ss@db.example/door", "postgres://door:pa#ss@db.example/door"),
        ("postgresql://one.example:5432,two.example:5432/door", "sqlite:///door.sqlite3"),
    ],
)
def test_a_whole_url_may_come_from_elsewhere_and_nothing_else(good: str, bad: str) -> None:
    text = TEXT.replace("state: state", "store: ${env:STORE}")
    taken = read_door(text, secrets=sources(SITE_SECRET=SECRET, STORE=good)).in_force()[1].store
    assert taken is not None
    assert taken.reveal() == good
    [mistake] = read_door(text, secrets=sources(SITE_SECRET=SECRET, STORE=bad)).mistakes
    assert mistake.code is Code.STORE_MALFORMED
    assert bad not in mistake.says + mistake.mend


def test_on_this_machine_nothing_has_to_be_given() -> None:
    text = TEXT.replace("https://api.example", "https://localhost:8443")
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("tls:", "master_key:")))
    deployment = read_door(text).in_force()[1]
    assert (deployment.tls, deployment.master_key, deployment.plain_http) == (None, None, False)


def test_without_tls_at_the_door_the_contract_says_so() -> None:
    without = "insecure_plain_http: {value: true, because: a proxy ends TLS}"
    deployment = deployed("tls: {certificate: door.pem, key: door.key}", without)
    assert (deployment.tls, deployment.plain_http) == (None, True)


@pytest.mark.parametrize(
    ("url", "upstream"),
    [
        ("http://chat_server:9002", ("chat_server", 9002, False, "")),
        ("https://Chat.example", ("chat.example", 443, True, "")),
        ("http://[::1]/api/", ("::1", 80, False, "/api")),
        ("http://a", ("a", 80, False, "")),
        (f"http://{'x' * 63}.example.", (f"{'x' * 63}.example.", 80, False, "")),
    ],
)
def test_a_service_is_where_its_url_says(url: str, upstream: tuple[str, int, bool, str]) -> None:
    contract = read_door(TEXT.replace("http://127.0.0.1:9002", f'"{url}"')).in_force()[0]
    service = next(service for service in contract.services.values() if service.name == "chat")
    assert (service.host, service.port, service.tls, service.base_path) == upstream


def test_a_password_in_the_url_of_the_store_may_be_any_text() -> None:
    password = "p@ss/w:rd %2F?#"
    text = TEXT.replace("state: state", "store: postgresql://door:${env:SITE_SECRET}@db.example/door")
    store = read_door(text, secrets=sources(SITE_SECRET=password.ljust(22, "x"))).in_force()[1].store
    assert store is not None
    url = urlsplit(store.reveal())
    assert (unquote(url.password or ""), url.hostname, url.path) == (password.ljust(22, "x"), "db.example", "/door")
