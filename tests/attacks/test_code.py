"""A stolen, guessed or repeated authorization code (RFC 6749 section 10.5, RFC 9700 section 4.5)."""

import pytest

from ostiary.issuer.pkce import challenge_of
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.endpoints import TOKEN
from ostiary.model.events.issuer import FamilyRevoked, TokensIssued
from ostiary.model.feed import GrantRevoked
from ostiary.model.reasons import Reason
from token_world import REDIRECT, START, VERIFIER, TokenWorld, read, refused

KEY = SigningPrivateKey.generate()


def test_second_use_of_a_code_revokes_the_first_tokens(world: TokenWorld) -> None:
    code = world.code()
    first = read(world.exchange(code))
    assert world.active(first["access_token"])
    assert refused(world, world.exchange(code)) == (400, "invalid_grant", Reason.CODE_REPLAYED)
    assert not world.active(first["access_token"])
    assert not world.active(first["refresh_token"])
    assert refused(world, world.refresh(first["refresh_token"])) == (400, "invalid_grant", Reason.GRANT_REVOKED)
    assert world.userinfo(first["access_token"]).status_code == 401


@pytest.mark.parametrize("client", ["phone", "tab"])
def test_second_use_of_an_app_s_code_revokes_what_the_first_one_gave(world: TokenWorld, client: str) -> None:
    """By the same key too: who else has it cannot be told."""
    code = world.code(client)
    first = read(world.exchange(code, client, KEY))
    assert world.active(first["access_token"], "shop")
    assert refused(world, world.exchange(code, client, KEY)) == (400, "invalid_grant", Reason.CODE_REPLAYED)
    assert not world.active(first["access_token"], "shop")
    assert world.exchange(world.code(client), client, KEY).status_code == 200


@pytest.mark.parametrize("client", ["phone", "tab"])
def test_a_code_of_another_flow_does_not_fit_into_an_app_s(world: TokenWorld, client: str) -> None:
    """Injected: a thief had it made with a challenge of their own (RFC 9700 section 4.5)."""
    code = world.code(client)
    injected = world.exchange(code, client, KEY, code_verifier="A" * 43)
    assert refused(world, injected) == (400, "invalid_grant", Reason.CODE_VERIFIER_MISMATCH)
    assert world.exchange(code, client, KEY).status_code == 200


def test_the_gateways_hear_of_a_replayed_code(world: TokenWorld) -> None:
    code = world.code()
    grant = world.grant_of(read(world.exchange(code))["access_token"]).id
    world.exchange(code)
    assert [each.event for each in world.run(world.store.feed_since(0))][-1] == GrantRevoked(grant, START + 86400)
    assert [event.reason for event in world.events() if isinstance(event, FamilyRevoked)] == [Reason.CODE_REPLAYED]


def test_a_third_use_changes_nothing_more(world: TokenWorld) -> None:
    code = world.code()
    for _ in range(3):
        last = world.exchange(code)
    assert refused(world, last) == (400, "invalid_grant", Reason.CODE_REPLAYED)
    assert sum(isinstance(event, FamilyRevoked) for event in world.events()) == 1


@pytest.mark.parametrize("client", ["site", "reader", "pages"])
def test_of_two_uses_at_once_one_wins_and_the_other_revokes_what_it_got(world: TokenWorld, client: str) -> None:
    form = world.code_form(world.code(client), client)
    answers = world.together(*[world.posted(TOKEN, form, client) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    won = next(read(answer) for answer in answers if answer.status_code == 200)
    assert world.userinfo(won["access_token"]).status_code == 401
    assert sum(isinstance(event, TokensIssued) for event in world.events()) == 1
    assert any(isinstance(event, FamilyRevoked) for event in world.events())


def test_a_code_used_once_leaves_its_tokens_alive(world: TokenWorld) -> None:
    assert world.userinfo(world.tokens()["access_token"]).status_code == 200


def test_a_code_of_another_client_is_refused_and_still_good_for_its_own(world: TokenWorld) -> None:
    code = world.code("site")
    stolen = world.exchange(code, "other", redirect_uri=REDIRECT["site"])
    assert refused(world, stolen) == (400, "invalid_grant", Reason.CODE_OF_ANOTHER_CLIENT)
    assert world.exchange(code, "site").status_code == 200


def test_a_thief_with_the_code_alone_gets_nothing_and_harms_nothing(world: TokenWorld) -> None:
    """Before the client used the code, and after."""
    code = world.code("reader")
    for _ in range(2):
        stolen = world.exchange(code, "reader", code_verifier="A" * 43)
        assert refused(world, stolen) == (400, "invalid_grant", Reason.CODE_VERIFIER_MISMATCH)
    tokens = read(world.exchange(code, "reader"))
    stolen = world.exchange(code, "reader", code_verifier="A" * 43)
    assert refused(world, stolen) == (400, "invalid_grant", Reason.CODE_VERIFIER_MISMATCH)
    assert world.userinfo(tokens["access_token"]).status_code == 200


def test_the_challenge_is_not_its_own_verifier(world: TokenWorld) -> None:
    """A downgrade to `plain`: the challenge passed through the browser, so a thief has it."""
    code = world.code()
    downgraded = world.exchange(code, code_verifier=challenge_of(VERIFIER), code_challenge_method="plain")
    assert refused(world, downgraded) == (400, "invalid_grant", Reason.CODE_VERIFIER_MISMATCH)
    assert world.exchange(code).status_code == 200


@pytest.mark.parametrize(("missing", "error"), [("code", "invalid_request"), ("code_verifier", "invalid_grant")])
@pytest.mark.parametrize("how", ["left out", "empty"])
def test_a_code_request_without_a_part_is_refused(world: TokenWorld, missing: str, error: str, how: str) -> None:
    """RFC 6749 section 5.2; who has a code and no verifier has caught it (RFC 7636 section 4.6)."""
    form = world.code_form(world.code())
    without = {name: value for name, value in form.items() if name != missing}
    answer = world.post(TOKEN, without if how == "left out" else {**form, missing: ""})
    assert refused(world, answer) == (400, error, Reason.PARAMETER_MISSING)
    assert world.post(TOKEN, form).status_code == 200


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://site.example/callback/",
        "https://site.example/callback?",
        "https://site.example/CALLBACK",
        "https://site.example:443/callback",
        "https://other.example/callback",
        "https://site.example/%63allback",
    ],
)
def test_another_redirect_uri_than_the_codes_is_refused(world: TokenWorld, redirect_uri: str) -> None:
    code = world.code()
    answer = world.exchange(code, redirect_uri=redirect_uri)
    assert refused(world, answer) == (400, "invalid_grant", Reason.REDIRECT_URI_MISMATCH)
    assert world.exchange(code).status_code == 200


@pytest.mark.parametrize("client", ["site", "reader"])
def test_without_a_redirect_uri_the_verifier_decides(world: TokenWorld, client: str) -> None:
    """As OAuth 2.1 has it, for clients with a secret and without."""
    form = world.code_form(world.code(client), client)
    del form["redirect_uri"]
    stolen = world.post(TOKEN, {**form, "code_verifier": "A" * 43}, client)
    assert refused(world, stolen) == (400, "invalid_grant", Reason.CODE_VERIFIER_MISMATCH)
    assert world.post(TOKEN, form, client).status_code == 200


@pytest.mark.parametrize(("age", "status"), [(59, 200), (60, 400), (61, 400), (86400, 400)])
def test_a_code_lives_for_a_minute(world: TokenWorld, age: int, status: int) -> None:
    code = world.code()
    world.later(age)
    answer = world.exchange(code)
    assert answer.status_code == status
    if status == 400:
        assert refused(world, answer) == (400, "invalid_grant", Reason.CODE_EXPIRED)


def test_a_replay_after_the_codes_end_still_revokes(world: TokenWorld) -> None:
    code = world.code()
    tokens = read(world.exchange(code))
    world.later(120)
    assert refused(world, world.exchange(code)) == (400, "invalid_grant", Reason.CODE_REPLAYED)
    assert not world.active(tokens["access_token"])


def test_a_code_that_was_never_issued_is_refused(world: TokenWorld) -> None:
    assert refused(world, world.exchange("x" * 43)) == (400, "invalid_grant", Reason.CODE_UNKNOWN)
