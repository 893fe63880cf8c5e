"""Keys of partners (OWASP API Security API2:2023): a form that scanners know, hashes at rest, an end, two at once."""

import re
import secrets
from dataclasses import replace

import pytest

from ostiary.keys.api_key import LENGTH, AddApiKey, ApiKey, TooManyKeys, checksum, draw, is_well_formed, keep, revoke
from ostiary.keys.hashing import token_hash
from ostiary.model.events.operators import ApiKeyAdded
from ostiary.model.feed import ApiKeysChanged, TokenRevoked
from ostiary.model.ids import ClientId, Scope

NOW = 1_790_000_000
ACME = ClientId("acme")
DAY = 86400


def made(others: tuple[ApiKey, ...] = (), now: int = NOW) -> tuple[str, ApiKey]:
    secret = draw(secrets.token_bytes)
    plan = keep(secret, ACME, frozenset({Scope("things")}), others, now, 90 * DAY)
    [write] = plan.writes
    assert isinstance(write, AddApiKey)
    return secret.reveal(), write.key


def test_a_scanner_knows_a_key_by_its_prefix_and_checksum() -> None:
    text, _ = made()
    assert re.fullmatch(r"ostk_[0-9A-Za-z]{38}", text)
    assert is_well_formed(text)
    assert text[-6:] == checksum(text[5:-6])


def test_a_chance_text_or_a_slip_is_no_key() -> None:
    text, _ = made()
    for position in range(len(text)):
        other = "x" if text[position] != "x" else "y"
        assert not is_well_formed(text[:position] + other + text[position + 1 :])
    for odd in ("", "ostk_", text[:-1], text + "0", " " + text, text.replace("ostk_", "OSTK_"), "é" * LENGTH):
        assert not is_well_formed(odd)


def test_only_the_hash_of_a_key_is_kept() -> None:
    text, key = made()
    assert key.hash == token_hash(text)
    assert text not in repr(key)
    assert text[5:-6] not in repr(key)


def test_keys_are_made_of_chance() -> None:
    assert len({made()[0] for _ in range(200)}) == 200
    letters = "".join(made()[0][5:-6] for _ in range(200))
    assert len(set(letters)) == 62


def test_two_keys_live_at_a_time_so_that_one_can_take_the_others_place() -> None:
    _, first = made()
    _, second = made((first,))
    with pytest.raises(TooManyKeys):
        made((first, second))
    made((replace(first, revoked_at=NOW), second))
    made((first, second), now=first.expires_at)
    made((replace(first, client=ClientId("other")), second))


def test_a_new_key_is_told_to_every_gateway_and_to_the_log() -> None:
    plan = keep(draw(secrets.token_bytes), ACME, frozenset(), (), NOW, DAY)
    [event], [fed] = plan.events, plan.feed
    assert isinstance(event, ApiKeyAdded)
    assert (event.client, event.expires_at, event.scopes) == (ACME, NOW + DAY, ())
    assert fed == ApiKeysChanged(NOW + DAY)


def test_a_revoked_key_is_told_to_every_gateway() -> None:
    _, key = made()
    assert TokenRevoked(key.token, key.expires_at) in revoke(key, NOW).feed
    assert not replace(key, revoked_at=NOW).lives(NOW)


def test_a_key_has_an_end() -> None:
    _, key = made()
    assert key.lives(NOW + 90 * DAY - 1)
    assert not key.lives(NOW + 90 * DAY)
