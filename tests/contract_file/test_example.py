"""The contract that the design begins with is taken as it stands, and says what does not work in it yet."""

from pathlib import Path

from ostiary.contract.builds import Builds, read_build
from ostiary.contract.explain import explain_client
from ostiary.contract.mistakes import Code
from ostiary.contract.model import ClientAuth, Fact
from ostiary.contract.read import Reading, read
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding, Kind

HERE = Path(__file__).parent


def read_example() -> Reading:
    text = (HERE / "example.yaml").read_bytes()
    return read(text, "example.yaml", {}, lambda name: (HERE / name).read_bytes())


def test_the_example_is_taken_and_warns_of_everything_that_cannot_come_in() -> None:
    reading = read_example()
    assert reading.starts
    assert [(mistake.line, mistake.code) for mistake in reading.mistakes] == [
        (7, Code.SCOPE_UNUSED),
        (8, Code.STEP_UP_UNREACHABLE),
        (16, Code.KIND_NOT_SERVED),
        (19, Code.ROUTE_WITHOUT_CLIENT),
    ]


def test_the_example_s_clients_carry_the_profiles_of_their_kinds() -> None:
    contract = read_example().contract
    assert contract is not None
    clients = contract.clients
    kinds = {name: client.profile.kind for name, client in clients.items()}
    assert kinds == {
        "storefront": Kind.WEB,
        "shop-app": Kind.MOBILE,
        "acme": Kind.PARTNER,
        "billing": Kind.SERVICE,
    }
    bindings = {name: client.profile.binding for name, client in clients.items()}
    assert bindings == {
        "storefront": Binding.COOKIE,
        "shop-app": Binding.DPOP,
        "acme": Binding.API_KEY,
        "billing": Binding.MTLS,
    }
    assert clients[ClientId("billing")].auth_method is ClientAuth.TLS
    assert clients[ClientId("shop-app")].builds == Builds(read_build(b"2.4.0"), None, {})
    [quota] = clients[ClientId("acme")].limits
    assert (quota.name, quota.rate.count, quota.rate.seconds) == ("quota", 100_000, 86400)


def test_the_example_s_routes_ask_what_they_say() -> None:
    contract = read_example().contract
    assert contract is not None
    orders, payments, catalog = contract.routes
    assert (orders.segments, orders.parameters) == (("v1", "users", None, "orders"), ("user",))
    assert (orders.owner, orders.roles) == (Fact("path", ("user",)), {"customer", "support"})
    assert payments.owner == Fact("body", ("account", "owner"))
    assert payments.step_up is not None
    assert (payments.step_up.acr, payments.step_up.max_age) == ("mfa", 300)
    assert catalog.public
    assert not catalog.scopes
    [limit] = catalog.limits
    assert (limit.per, limit.rate.count, limit.rate.seconds, limit.rate.burst) == ("ip", 50, 1, 100)


def test_every_client_of_the_example_is_explained_line_by_line() -> None:
    reading = read_example()
    assert reading.draft is not None
    assert reading.contract is not None
    for name in reading.contract.clients:
        explanation = explain_client(reading.draft, reading.contract, name)
        assert {"credential", "grants", "proof of possession", "access token", "consent"} <= {
            line.what for line in explanation.lines
        }
        assert all(line.value and line.why.endswith(".") and line.source for line in explanation.lines)
        assert [way.route for way in explanation.ways] == [route.id for route in reading.contract.routes]
        assert bool(explanation.not_served) is (name == "billing")
