"""A rotation of the signing key is seen by nobody but who looks: no token is refused for it."""

import secrets

from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.records import KeyUse, SigningKey
from ostiary.keys.ring import CLOCKS_APART, new_key, plan_rotation
from ostiary.model.endpoints import JWKS
from token_world import TokenWorld, read

AHEAD = 60


def rotate(world: TokenWorld) -> None:
    new = new_key(SigningPrivateKey.generate(), KeyUse.ISSUER, world.master, secrets.token_bytes(12))
    world.commit(plan_rotation(keys(world), int(world.now), 0, AHEAD, 600, new))
    world.desk.keys.adopt(keys(world))


def keys(world: TokenWorld) -> list[SigningKey]:
    return list(world.run(world.store.signing_keys()))


def published(world: TokenWorld) -> set[str]:
    return {key["kid"] for key in read(world.ask("GET", JWKS))["keys"]}


def signs(world: TokenWorld) -> str:
    return str(world.decoded(world.own_token("billing")).header["kid"])


def test_a_key_is_published_before_it_signs_and_stays_while_its_tokens_live(world: TokenWorld) -> None:
    old = signs(world)
    rotate(world)
    (new,) = published(world) - {old}
    world.later(AHEAD - 1)
    assert signs(world) == old
    last = world.own_token("billing")
    world.later(1)
    assert signs(world) == new
    world.later(598)
    assert world.active(last, "billing")
    assert published(world) == {old, new}
    world.later(2 + CLOCKS_APART)
    assert published(world) == {new}
    assert world.active(world.own_token("billing"), "billing")


def test_refresh_and_sign_in_go_on_over_a_rotation(world: TokenWorld) -> None:
    tokens = world.tokens()
    rotate(world)
    world.later(AHEAD)
    assert world.active(tokens["access_token"])
    again = read(world.refresh(tokens["refresh_token"]))
    assert world.decoded(again["access_token"]).header["kid"] == signs(world)


def test_a_forged_token_with_the_name_of_a_retired_key_is_refused(world: TokenWorld) -> None:
    retired = world.own_token("billing")
    rotate(world)
    world.later(AHEAD + 600 + CLOCKS_APART)
    assert not world.active(retired, "billing")
    assert world.userinfo(retired).status_code == 401
