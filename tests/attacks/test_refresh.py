"""A stolen refresh token, and the honest client whose answer got lost (RFC 9700 section 4.14)."""

from dataclasses import replace

import pytest

from ostiary.issuer.records import OpenFamily
from ostiary.issuer.refresh_grant import LOST_ANSWER_SECONDS
from ostiary.issuer.refresh_token import RefreshName, written
from ostiary.keys.hashing import token_hash
from ostiary.model.endpoints import REVOKE, TOKEN
from ostiary.model.events.issuer import FamilyRevoked
from ostiary.model.ids import GrantId, Role
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import TokenWorld, read, refused

REPLAYED = (400, "invalid_grant", Reason.REFRESH_TOKEN_REPLAYED)


def test_each_use_gives_another_token_and_each_of_them_works_once(world: TokenWorld) -> None:
    tokens = world.tokens()
    seen = {tokens["refresh_token"]}
    for _ in range(5):
        world.later(LOST_ANSWER_SECONDS + 1)
        tokens = read(world.refresh(tokens["refresh_token"]))
        assert tokens["refresh_token"] not in seen
        seen.add(tokens["refresh_token"])
        assert world.active(tokens["access_token"])


@pytest.mark.parametrize("client", ["site", "agency"])
def test_an_authenticated_client_whose_answer_got_lost_gets_the_same_successor(world: TokenWorld, client: str) -> None:
    old = world.tokens(client)["refresh_token"]
    lost = read(world.refresh(old, client))
    world.later(LOST_ANSWER_SECONDS)
    again = read(world.refresh(old, client))
    assert again["refresh_token"] == lost["refresh_token"]
    assert again["access_token"] != lost["access_token"]
    assert world.active(again["access_token"], client)
    assert world.refresh(again["refresh_token"], client).status_code == 200
    assert not any(isinstance(event, FamilyRevoked) for event in world.events())


def test_after_that_the_same_request_ends_the_family(world: TokenWorld) -> None:
    old = world.tokens()["refresh_token"]
    new = read(world.refresh(old))
    world.later(LOST_ANSWER_SECONDS + 1)
    assert refused(world, world.refresh(old)) == REPLAYED
    assert refused(world, world.refresh(new["refresh_token"])) == (400, "invalid_grant", Reason.GRANT_REVOKED)
    assert not world.active(new["access_token"])
    assert sum(isinstance(event, FamilyRevoked) for event in world.events()) == 1


def test_an_answer_was_not_lost_where_the_successor_was_used(world: TokenWorld) -> None:
    old = world.tokens()["refresh_token"]
    newest = read(world.refresh(read(world.refresh(old))["refresh_token"]))
    assert refused(world, world.refresh(old)) == REPLAYED
    assert not world.active(newest["access_token"])
    assert not world.active(newest["refresh_token"])


def test_a_public_client_gets_no_second_answer(world: TokenWorld) -> None:
    old = world.tokens("reader")["refresh_token"]
    new = read(world.refresh(old, "reader"))
    assert refused(world, world.refresh(old, "reader")) == REPLAYED
    assert refused(world, world.refresh(new["refresh_token"], "reader")) == (
        400,
        "invalid_grant",
        Reason.GRANT_REVOKED,
    )
    assert world.userinfo(new["access_token"]).status_code == 401


def test_two_uses_at_once_by_an_authenticated_client_give_one_successor(world: TokenWorld) -> None:
    old = world.tokens()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": old}
    answers = world.together(*[world.posted(TOKEN, form) for _ in range(4)])
    assert {answer.status_code for answer in answers} == {200}
    successors = {read(answer)["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert world.refresh(successors.pop()).status_code == 200


def test_two_uses_at_once_by_a_public_client_end_the_family(world: TokenWorld) -> None:
    old = world.tokens("reader")["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": old}
    answers = world.together(*[world.posted(TOKEN, form, "reader") for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    won = next(read(answer) for answer in answers if answer.status_code == 200)
    assert world.refresh(won["refresh_token"], "reader").status_code == 400
    assert world.userinfo(won["access_token"]).status_code == 401


def test_a_token_of_another_client_is_refused_and_stays_good(world: TokenWorld) -> None:
    token = world.tokens("site")["refresh_token"]
    assert refused(world, world.refresh(token, "other")) == (
        400,
        "invalid_grant",
        Reason.REFRESH_TOKEN_OF_ANOTHER_CLIENT,
    )
    assert world.refresh(token, "site").status_code == 200


def test_a_spent_token_from_another_client_does_not_end_the_family(world: TokenWorld) -> None:
    old = world.tokens("site")["refresh_token"]
    new = read(world.refresh(old))["refresh_token"]
    assert world.refresh(old, "other").status_code == 400
    assert world.refresh(new).status_code == 200


def test_the_session_that_ended_ends_the_refreshing(world: TokenWorld) -> None:
    tokens = world.tokens()
    assert world.active(tokens["refresh_token"])
    world.end_session(world.claims(tokens["access_token"])["sid"])
    assert not world.active(tokens["refresh_token"])
    assert not world.active(tokens["access_token"])
    assert refused(world, world.refresh(tokens["refresh_token"])) == (400, "invalid_grant", Reason.SESSION_ENDED)


def test_offline_access_goes_on_without_the_session(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="openid offline_access orders.read")
    claims = world.claims(tokens["access_token"])
    assert "sid" not in claims
    world.end_session(world.claims(tokens["id_token"])["sid"])
    again = world.refresh(tokens["refresh_token"])
    assert again.status_code == 200
    assert world.active(read(again)["access_token"])


def test_a_session_past_its_end_ends_the_refreshing(world: TokenWorld) -> None:
    tokens = world.tokens("agency")
    world.later(43199)
    tokens = read(world.refresh(tokens["refresh_token"], "agency"))
    world.later(1)
    answer = world.refresh(tokens["refresh_token"], "agency")
    assert refused(world, answer) == (400, "invalid_grant", Reason.SESSION_ENDED)


def test_a_disabled_person_gets_no_new_tokens(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="offline_access orders.read")
    world.change_person(disabled=True)
    assert not world.active(tokens["access_token"])
    assert not world.active(tokens["refresh_token"])
    assert refused(world, world.refresh(tokens["refresh_token"])) == (400, "invalid_grant", Reason.PERSON_DISABLED)


@pytest.mark.parametrize(
    ("scopes", "reason"),
    [("orders.read", Reason.SESSION_ENDED), ("offline_access orders.read", Reason.PERSON_CHANGED)],
)
def test_what_changed_about_a_person_ends_what_they_granted_before(
    world: TokenWorld, scopes: str, reason: Reason
) -> None:
    """A new password or another role: whoever signed in before has to sign in again (and so has a thief)."""
    tokens = world.tokens(scopes=scopes)
    world.later(10)
    world.change_person(changed_at=int(world.now))
    assert not world.active(tokens["access_token"])
    assert not world.active(tokens["refresh_token"])
    assert refused(world, world.refresh(tokens["refresh_token"])) == (400, "invalid_grant", reason)
    world.later(10)
    assert world.refresh(world.tokens(scopes=scopes)["refresh_token"]).status_code == 200


def test_a_role_that_is_gone_is_gone_from_the_next_token(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="orders.read orders.write")
    world.change_person(roles=frozenset({Role("support")}))
    assert read(world.refresh(tokens["refresh_token"]))["scope"] == "orders.read"


def test_a_person_without_any_right_left_gets_no_token(world: TokenWorld) -> None:
    tokens = world.tokens(scopes="orders.read orders.write")
    world.change_person(roles=frozenset())
    assert refused(world, world.refresh(tokens["refresh_token"])) == (400, "invalid_scope", Reason.SCOPE_NOT_ALLOWED)


def test_a_revoked_family_stays_dead(world: TokenWorld) -> None:
    tokens = world.tokens()
    assert world.post(REVOKE, {"token": tokens["refresh_token"]}).status_code == 200
    assert refused(world, world.refresh(tokens["refresh_token"])) == (400, "invalid_grant", Reason.GRANT_REVOKED)


def test_an_idle_token_dies_and_a_used_family_dies_at_its_absolute_end(world: TokenWorld) -> None:
    scopes = "offline_access orders.read"
    idle = world.tokens(scopes=scopes)["refresh_token"]
    world.later(12 * 3600)
    assert refused(world, world.refresh(idle)) == (400, "invalid_grant", Reason.REFRESH_TOKEN_EXPIRED)
    used = world.tokens(scopes=scopes)["refresh_token"]
    for _ in range(2):
        world.later(11 * 3600)
        used = read(world.refresh(used))["refresh_token"]
    world.later(2 * 3600)
    assert refused(world, world.refresh(used)) == (400, "invalid_grant", Reason.REFRESH_TOKEN_EXPIRED)


def test_a_lost_answer_does_not_bring_back_what_ended_meanwhile(world: TokenWorld) -> None:
    tokens = world.tokens()
    world.refresh(tokens["refresh_token"])
    world.end_session(world.claims(tokens["access_token"])["sid"])
    assert refused(world, world.refresh(tokens["refresh_token"])) == (400, "invalid_grant", Reason.SESSION_ENDED)


def test_a_token_says_which_it_is_and_nobody_else_can_say_so(world: TokenWorld) -> None:
    """What follows is derived with a key: another issuer with another master key derives another."""
    unknown = (400, "invalid_grant", Reason.REFRESH_TOKEN_UNKNOWN)
    old = world.tokens()["refresh_token"]
    new = read(world.refresh(old))["refresh_token"]
    grant, number, proof = new.split("~")
    assert (old.split("~")[:2], number, len(proof)) == ([grant, "1"], "2", 43)
    for forged in (f"{grant}~3~{proof}", f"{grant}~02~{proof}", f"{grant}~2~{old.split('~')[2]}", f"{grant}~2", proof):
        assert refused(world, world.refresh(forged)) == unknown
    assert refused(world, world.refresh(written(RefreshName(GrantId(grant), 2), bytes(32)).reveal())) == unknown
    assert world.refresh(new).status_code == 200


def test_a_token_that_a_store_which_was_put_back_has_not_handed_out_is_none(world: TokenWorld) -> None:
    token = world.tokens()["refresh_token"]
    grant = GrantId(token.split("~")[0])
    ahead = written(RefreshName(grant, 2), world.desk.refresh_key).reveal()
    assert refused(world, world.refresh(ahead)) == (400, "invalid_grant", Reason.REFRESH_TOKEN_UNKNOWN)
    assert not world.active(ahead)
    assert read(world.refresh(token))["refresh_token"] == ahead
    assert world.active(ahead)


@pytest.mark.parametrize("uses", [1, 2])
def test_a_token_of_before_they_had_numbers_is_used_once_like_any(world: TokenWorld, uses: int) -> None:
    tokens, old = world.tokens(), secret("r" * 43)
    grant = GrantId(tokens["refresh_token"].split("~")[0])
    (family, _) = world.run(world.store.refresh_family(grant))
    assert family is not None
    code = world.code()
    other = world.run(world.store.code(token_hash(code)))
    assert other is not None
    world.commit(Plan((OpenFamily(replace(family, grant=other.grant, number=0, hash=token_hash(old))),)))
    assert world.active(old)
    new = old
    for _ in range(uses):
        new = read(world.refresh(new))["refresh_token"]
    if uses == 1:
        assert read(world.refresh(old))["refresh_token"] == new
    else:
        assert refused(world, world.refresh(old)) == REPLAYED
