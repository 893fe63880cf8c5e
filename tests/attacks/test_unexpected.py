"""What nobody expected is refused and recorded, and tells nobody what it was about."""

import logging

import pytest

from ostiary.audit.flood import LISTED_AT_ONCE
from ostiary.keys import hashing
from ostiary.keys.hashing import same
from ostiary.model.endpoints import JWKS, TOKEN
from ostiary.model.events.gateway import RefusalsCounted
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.ids import TokenHash
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.store.interface import StoreUnavailable
from secrets_seen import secret
from token_world import SECRETS, TokenWorld, basic, read, refused

OWN = {"grant_type": "client_credentials"}


def test_an_exception_is_a_server_error_and_its_text_goes_nowhere(
    world: TokenWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    code = world.code()

    async def broken(hash: TokenHash) -> None:
        raise RuntimeError(f"could not make sense of {code}")

    monkeypatch.setattr(world.store, "code_with_grant", broken)
    with caplog.at_level(logging.ERROR, "ostiary"):
        answer = world.exchange(code)
    assert refused(world, answer) == (500, "server_error", Reason.UNEXPECTED)
    assert code not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert read(answer)["ref"] in caplog.text
    monkeypatch.undo()
    assert world.exchange(code).status_code == 200


def test_a_store_that_is_away_is_asked_for_later(world: TokenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was committed, so the client may try again with the same code."""
    code = world.code()

    async def away(*_: object) -> None:
        raise StoreUnavailable("disk full")

    for method in ("code_with_grant", "commit"):
        with monkeypatch.context() as patch:
            patch.setattr(world.store, method, away)
            answer = world.exchange(code)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert read(answer)["error"] == "temporarily_unavailable"
        assert "disk full" not in answer.text
    assert world.exchange(code).status_code == 200


def test_keys_are_served_while_the_store_is_away(world: TokenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(world.store, "commit", away)
    assert world.ask("GET", JWKS).status_code == 200


def test_tokens_leave_only_after_they_are_recorded(world: TokenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that fails hands out nothing, for any grant."""
    refresh = world.tokens()["refresh_token"]
    code, before = world.code(), len(world.events())

    async def away(plan: Plan) -> None:
        raise StoreUnavailable("full")

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "commit", away)
        answers = [world.exchange(code), world.refresh(refresh), world.post(TOKEN, OWN, "billing")]
    assert {answer.status_code for answer in answers} == {503}
    assert not any("access_token" in answer.text for answer in answers)
    assert len(world.events()) == before


@pytest.mark.parametrize("client", ["billing", "nobody", "robot", "pages"])
def test_every_wrong_secret_is_compared_by_its_hash(
    world: TokenWorld, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    """Whether the client exists, uses a secret or none: one hash against one hash, in constant time."""
    compared: list[tuple[int, int]] = []

    def counting(a: bytes, b: TokenHash) -> bool:
        compared.append((len(a), len(b)))
        return same(a, b)

    monkeypatch.setattr(hashing, "same", counting)
    wrong = basic(client, secret("wrong-secret-of-a-client"))
    assert world.post(TOKEN, OWN, None, authorization=wrong).status_code == 401
    assert compared == [(32, 32)]


def test_a_flood_of_refusals_is_listed_up_to_a_bound_and_then_counted(world: TokenWorld) -> None:
    wrong, count = basic("billing", SECRETS["shop"]), int(LISTED_AT_ONCE) + 50
    for _ in range(count):
        assert world.post(TOKEN, OWN, None, authorization=wrong).status_code == 401
    listed = sum(isinstance(event, IssuerRefused) for event in world.events())
    assert listed == LISTED_AT_ONCE
    (counted,) = world.desk.refusals.close(world.now)
    assert (counted.reason, counted.client, counted.count) == (Reason.CLIENT_SECRET_WRONG, "billing", 50)
    assert isinstance(counted, RefusalsCounted)
    assert world.post(TOKEN, OWN, "billing").status_code == 200
