"""What `explain client` says: the kind's reasons, and of a setting that changes a line the place where it stands."""

from contract_door import TEXT, read_door
from ostiary.contract.explain import Explanation, explain_client
from ostiary.contract.mistakes import Code
from ostiary.contract.profiles import PROFILES
from ostiary.gateway.identify.api_key import FIELD
from ostiary.model.principal import Kind


def explained(name: str, right: str = "", wrong: str = "") -> Explanation:
    reading = read_door(TEXT.replace(right, wrong, 1) if right else TEXT)
    assert reading.draft is not None
    assert reading.contract is not None
    return explain_client(reading.draft, reading.contract, name)


def told(explanation: Explanation, what: str) -> tuple[str, str, str]:
    [line] = [line for line in explanation.lines if line.what == what]
    return line.value, line.why, line.source


def test_a_line_of_the_profile_has_the_kind_s_reason_and_source() -> None:
    chosen = PROFILES[Kind.SPA].access_token_seconds
    assert told(explained("pages"), "access token") == ("10m", chosen.why, chosen.source)


def test_a_setting_stands_in_for_the_kind_s_line_with_its_place() -> None:
    line = TEXT[: TEXT.index("refresh_idle")].count("\n") + 1
    value, _, source = told(explained("reader"), "refresh token, unused")
    assert (value, source) == ("7d", f"door.yaml:{line}")


def test_a_weakened_line_gives_the_reason_of_the_contract() -> None:
    weakened = explained("pages", "quota: 100k/day", "insecure_access_token_lifetime: {value: 1h, because: slow links}")
    value, why, source = told(weakened, "access token")
    assert value == "1h"
    assert "slow links" in why
    assert source.startswith("door.yaml:")


def test_a_weakened_profile_is_in_the_contract_for_the_audit_log() -> None:
    weakening = "insecure_access_token_lifetime: {value: 1h, because: slow links}"
    contract = read_door(TEXT.replace("quota: 100k/day", weakening)).contract
    assert contract is not None
    [use] = contract.insecure
    assert (use.setting, use.because) == ("clients.pages.insecure_access_token_lifetime", "slow links")


def test_a_weakening_without_a_reason_is_refused() -> None:
    for written in ("1h", "{value: 1h}", '{value: 1h, because: ""}', "{value: 1h, because: ' '}"):
        reading = read_door(TEXT.replace("quota: 100k/day", f"insecure_access_token_lifetime: {written}"))
        assert reading.contract is None
        assert {mistake.code for mistake in reading.mistakes} <= {Code.INSECURE_WITHOUT_REASON, Code.WRONG_TYPE}


def test_routes_say_what_stops_the_client() -> None:
    stopped = {way.route: bool(way.stopped_by) for way in explained("pages").ways}
    assert stopped == {
        "GET /v1/orders/{user}": False,
        "POST /v1/orders": False,
        "GET /v1/catalog/{item}": False,
        "GET /v1/chat": True,
    }


def test_a_kind_that_is_not_served_yet_says_so() -> None:
    old = explained("old", "  robot:", "  old: {kind: service, credential: mtls}\n  robot:")
    assert old.not_served != ""
    assert explained("pages").not_served == ""


def test_an_app_without_proof_of_possession_gets_in_only_with_a_reason() -> None:
    app = "  app: {kind: mobile, redirect_uris: [com.example.app:/cb], scopes: [orders.read]"
    bound = explained("app", "  robot:", app + "}\n  robot:")
    assert told(bound, "proof of possession")[0] == "dpop"
    bearer = explained("app", "  robot:", app + ", insecure_bearer_tokens: {value: true, because: old}}\n  robot:")
    assert told(bearer, "proof of possession")[0] == "bearer"
    assert told(bearer, "refreshing at all")[0] != "none"


def test_an_app_whose_instances_are_vouched_for_says_which_and_for_how_long() -> None:
    app = "  app: {kind: mobile, redirect_uris: [com.example.app:/cb], scopes: [orders.read], attest: {lifetime: 2h"
    apple = ", apple: {team: ABCDE12345, bundle: com.example.app"
    said = told(explained("app", "  robot:", f"{app}{apple}}}}}}}\n  robot:"), "attest")[0]
    assert "ABCDE12345.com.example.app" in said
    assert "2h" in said
    digest = ":".join(["0a"] * 32)
    android = f', android: {{package: com.example.shop, certificates: ["{digest}"], patch_level: 2026-05, '
    android += "insecure_no_status_list: {value: true, because: a try}"
    said = told(explained("app", "  robot:", f"{app}{android}}}}}}}\n  robot:"), "attest")[0]
    assert [word for word in ("com.example.shop", "trusted-environment", "2026-05") if word not in said] == []
    weaker = f"{app}{apple}, insecure_development_builds: {{value: true, because: a try}}}}}}}}\n  robot:"
    assert read_door(TEXT.replace("  robot:", f"{app}{apple}}}}}}}\n  robot:")).contract is not None
    contract = read_door(TEXT.replace("  robot:", weaker)).contract
    assert contract is not None
    [use] = contract.insecure
    assert (use.setting, use.because) == ("clients.app.attest.apple.insecure_development_builds", "a try")


def test_the_requests_that_a_kind_may_send_are_told_until_the_client_says_its_own() -> None:
    chosen = PROFILES[Kind.WEB].limit
    value, why, source = told(explained("site"), "requests")
    assert (str(chosen.value.rate.count) in value, why, source) == (True, chosen.why, chosen.source)
    value, _, source = told(explained("pages"), "requests")
    assert value.startswith("100000 in 1d per client")
    assert source.startswith("door.yaml:")


def test_an_old_client_sees_only_routes_that_name_its_kind() -> None:
    way = "deprecated: 2026-01-01, old_ways: [{way: bearer, secret: '${env:SITE_SECRET}', until: 2026-12-31}]"
    old = f"  old: {{kind: legacy, {way}, scopes: [chat.use], roles: [support], tenant: acme}}\n  robot:"
    ways = {way.route: way.stopped_by for way in explained("old", "  robot:", old).ways}
    robot = {way.route: way.stopped_by for way in explained("robot").ways}
    assert robot["GET /v1/chat"] == ""
    assert ways["GET /v1/chat"] != ""
    text = TEXT.replace("  robot:", old).replace("scope: chat.use, tenant", "kinds: [legacy], scope: chat.use, tenant")
    reading = read_door(text)
    assert reading.draft is not None
    assert reading.contract is not None
    named = {way.route: way.stopped_by for way in explain_client(reading.draft, reading.contract, "old").ways}
    assert named["GET /v1/chat"] == ""


def test_a_service_that_acts_for_people_gets_through_where_people_do() -> None:
    shop = "  shop: {{kind: service, jwks_file: robot.json, scopes: [orders.read]{}}}\n  robot:"
    acts, alone = (explained("shop", "  robot:", shop.format(more)) for more in (", acts_for_people: true", ""))
    ways = [{way.route: way.stopped_by for way in each.ways}["GET /v1/orders/{user}"] for each in (acts, alone)]
    assert [bool(stopped) for stopped in ways] == [False, True]
    value, _, source = told(acts, "grants")
    assert ("token-exchange" in value, source.startswith("door.yaml:")) == (True, True)
    assert "token-exchange" not in told(alone, "grants")[0]
    assert told(acts, "acts_for_people")[0] == "people whose tokens are for it"


def test_a_partner_with_keys_may_exchange_one_and_a_partner_that_signs_has_nothing_to() -> None:
    partner = "  acme: {kind: partner, scopes: [orders.read], credential: "
    keys = explained("acme", "  robot:", partner + "api-key}\n  robot:")
    signs = explained("acme", "  robot:", partner + "signature, jwks_file: robot.json}\n  robot:")
    assert told(keys, "grants")[0] == "urn:ietf:params:oauth:grant-type:token-exchange"
    assert told(signs, "grants")[0] == "none"
    assert [told(each, "access token")[0] for each in (keys, signs)] == ["10m", "none"]
    assert FIELD.decode() in told(keys, "carried in")[0].lower()
