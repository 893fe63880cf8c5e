"""The running program on PostgreSQL: what people and clients do, what operators change, and a database that crashes."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from ostiary.cli.demo.browser import Browser
from ostiary.cli.demo.front_door import Answer
from ostiary.cli.demo.oauth import Client, Tokens
from postgresql_cluster import Cluster
from running import until
from secrets_seen import SEEN, secret, watch
from shop_running import RunningShop


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    cluster = Cluster.or_skip()
    watch(cluster.folder)
    yield cluster
    cluster.halt()
    SEEN.done(cluster.folder)
    cluster.stop()


@pytest.fixture(scope="module")
def shop(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    with RunningShop(tmp_path_factory.mktemp("on-postgresql"), cluster.database()).open() as running:
        yield running


def sign_in(shop: RunningShop, login: str) -> Tokens:
    """At the shop, for its orders."""
    with closing(shop.door()) as door:
        browser = Browser(door, login, shop.person(login).password)
        return remembered(Client(door, shop.client("storefront")).sign_in(browser, "openid orders.read"))


def remembered(tokens: Tokens) -> Tokens:
    secret(tokens.access)
    secret(tokens.refresh or "no refresh token")
    return tokens


def orders(shop: RunningShop, login: str, tokens: Tokens) -> Answer:
    path = f"/v1/users/{shop.person(login).subject}/orders"
    return shop.get(path, {"authorization": f"Bearer {tokens.access}"})


def first_answer(status: int, ask: Callable[[], Answer]) -> Answer:
    """Ask again until this is the answer."""
    return until(ask, lambda answer: answer.status == status)


def test_a_person_signs_in_refreshes_and_calls_the_api(shop: RunningShop) -> None:
    first = sign_in(shop, "alice")
    assert orders(shop, "alice", first).status == 200
    assert orders(shop, "bob", first).status == 403
    with closing(shop.door()) as door:
        second = remembered(Client(door, shop.client("storefront")).refresh(first))
    assert second.refresh != first.refresh
    assert orders(shop, "alice", second).status == 200


def test_a_disabled_person_is_refused_and_another_is_not(shop: RunningShop) -> None:
    alice, dave = sign_in(shop, "alice"), sign_in(shop, "dave")
    assert shop.command("person", "set", "alice", "--disable").returncode == 0
    assert first_answer(401, lambda: orders(shop, "alice", alice)).json()["code"] == "invalid_token"
    assert orders(shop, "dave", dave).status == 200
    assert shop.command("person", "set", "alice", "--enable").returncode == 0
    assert orders(shop, "alice", sign_in(shop, "alice")).status == 200


def test_what_happened_is_in_a_log_that_holds(shop: RunningShop) -> None:
    sign_in(shop, "bob")
    verdict = json.loads(shop.command("audit", "verify", "--json").stdout)
    assert verdict["holds"] is True
    shown = shop.command("audit", "show", "--json", "--type", "tokens_issued", "--last", "1").stdout
    assert json.loads(shown)["subject"] == shop.person("bob").subject


def test_allowed_requests_are_shown_of_one_person_or_client_alone(shop: RunningShop) -> None:
    bob, dave = sign_in(shop, "bob"), sign_in(shop, "dave")
    for _ in range(3):
        assert (orders(shop, "bob", bob).status, orders(shop, "dave", dave).status) == (200, 200)

    def allowed(*filters: str) -> list[tuple[str, str]]:
        """Client and person of each request."""
        shown = shop.command("audit", "show", "--json", "--type", "requests_allowed", *filters).stdout
        batches = [json.loads(line) for line in shown.splitlines()]
        return [tuple(batch["who"][who][:2]) for batch in batches for _, who, *_ in batch["requests"]]

    storefront, subject = shop.client("storefront").client_id, shop.person("bob").subject
    until(lambda: allowed("--subject", subject), lambda seen: len(seen) >= 3)
    assert set(allowed("--subject", subject)) == {(storefront, subject)}
    assert {client for client, _ in allowed("--client", storefront)} == {storefront}
    assert len({person for _, person in allowed("--client", storefront)}) >= 2
    assert allowed("--client", "nobody") == allowed("--reason", "token_missing") == []


def test_a_crashed_database_is_told_of_and_recovered_from(shop: RunningShop, cluster: Cluster) -> None:
    bob = sign_in(shop, "bob")
    assert orders(shop, "bob", bob).status == 200
    cluster.halt()
    refused = first_answer(503, lambda: orders(shop, "bob", bob))
    assert refused.json()["code"] == "service_unavailable"
    until(shop.ready, lambda status: status == 503)
    assert shop.get("/v1/catalog").status in (200, 503)
    cluster.start()
    first_answer(200, lambda: orders(shop, "bob", bob))
    first_answer(200, lambda: shop.get("/.well-known/openid-configuration"))
    first_answer(200, lambda: orders(shop, "bob", sign_in(shop, "bob")))
    assert shop.command("audit", "verify").returncode == 0


def test_a_frozen_database_is_told_of_and_recovered_from(shop: RunningShop, cluster: Cluster) -> None:
    """Its connections stay open, and nothing comes back."""
    carol = sign_in(shop, "carol")
    assert orders(shop, "carol", carol).status == 200
    cluster.freeze()
    try:
        refused = first_answer(503, lambda: orders(shop, "carol", carol))
        assert refused.json()["code"] == "service_unavailable"
        until(shop.ready, lambda status: status == 503)
    finally:
        cluster.thaw()
    first_answer(200, lambda: orders(shop, "carol", carol))
    first_answer(200, lambda: orders(shop, "carol", sign_in(shop, "carol")))
    assert shop.command("audit", "verify").returncode == 0
