"""A family of refresh tokens under any sequence of uses, honest or not, beside a model of ten lines."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ostiary.issuer.refresh_grant import LOST_ANSWER_SECONDS
from token_world import TokenWorld, read

USES = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 29, 30, 31, 100])), min_size=1, max_size=10)
"""Which token, counted from the newest, and how many seconds later."""


class Family:
    """What the texts say (RFC 9700 section 4.14.2), and what a lost answer adds for clients that authenticate."""

    def __init__(self, confidential: bool) -> None:
        self._confidential = confidential
        self._spent_at: list[float] = []
        self.dead = False

    @property
    def newest(self) -> int:
        return len(self._spent_at)

    def use(self, number: int, now: float) -> int | None:
        """The number of the token that it gives."""
        if self.dead:
            return None
        if number == self.newest:
            self._spent_at.append(now)
            return number + 1
        soon = now - self._spent_at[number] <= LOST_ANSWER_SECONDS
        if self._confidential and number == self.newest - 1 and soon:
            return number + 1
        self.dead = True
        return None


@pytest.mark.parametrize("client", ["site", "reader"])
@settings(max_examples=30, deadline=None)
@given(uses=USES)
def test_a_family_lives_as_the_model_says(client: str, uses: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        world = TokenWorld(Path(folder))
        try:
            walk(world, client, uses)
        finally:
            world.close()


def walk(world: TokenWorld, client: str, uses: list[tuple[int, int]]) -> None:
    family = Family(confidential=client == "site")
    first = world.tokens(client)
    tokens, access = [first["refresh_token"]], [first["access_token"]]
    for back, seconds in uses:
        world.later(seconds)
        number = max(0, family.newest - back)
        expected = family.use(number, world.now)
        answer = world.refresh(tokens[number], client)
        assert answer.status_code == (400 if expected is None else 200)
        if expected is not None:
            given_out = read(answer)
            tokens[expected:] = tokens[expected:] or [given_out["refresh_token"]]
            assert tokens[expected] == given_out["refresh_token"]
            access.append(given_out["access_token"])
        assert all((world.userinfo(each).status_code == 401) is family.dead for each in access[-2:])
    assert world.log_holds()
