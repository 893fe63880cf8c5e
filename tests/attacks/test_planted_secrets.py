"""The search for secrets finds one wherever a program could have left it."""

from base64 import b64encode
from pathlib import Path
from urllib.parse import quote

import pytest

from by_hand import CLAIMS, KEY, TYPE
from ostiary.keys.jwt import sign
from secrets_seen import SecretsSeen

SECRET = "nvt/5Kc+ Qw8=Xz"
JWT = sign(CLAIMS, KEY, TYPE)


def looked(place: Path, *secrets: str) -> int:
    seen = SecretsSeen()
    seen.watch(place)
    for each in secrets:
        seen.secret(each)
    return sum(count for _, count in seen.found())


@pytest.mark.parametrize(
    "planted",
    [
        SECRET.encode(),
        b"\x00\x01" + SECRET.encode() + b"\xff",
        b"code=" + quote(SECRET, safe="").encode(),
        b"Basic " + b64encode(SECRET.encode()),
    ],
)
def test_a_planted_secret_is_found_in_every_form(tmp_path: Path, planted: bytes) -> None:
    log = tmp_path / "deep" / "some.log"
    log.parent.mkdir()
    log.write_bytes(b"started\n" + planted + b"\n")
    assert looked(tmp_path, SECRET) == 1
    assert looked(log, SECRET) == 1
    log.write_bytes(b"started\n")
    assert looked(tmp_path, SECRET) == 0


def test_a_token_is_found_by_its_signature_and_its_claims_are_no_secret(tmp_path: Path) -> None:
    header, claims, signature = JWT.split(".")
    (tmp_path / "a").write_text(f"{header}.{claims}")
    assert looked(tmp_path, JWT) == 0
    (tmp_path / "b").write_text(f"cut: {signature}")
    assert looked(tmp_path, JWT) == 1


def test_a_file_that_is_there_to_hold_secrets_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(SECRET)
    seen = SecretsSeen()
    seen.secret(SECRET)
    seen.watch(tmp_path, except_for=frozenset({"demo.json"}))
    assert seen.found() == []
    assert looked(tmp_path, SECRET) == 1


def test_what_could_be_found_by_chance_is_not_taken_for_a_secret() -> None:
    with pytest.raises(AssertionError):
        SecretsSeen().secret("short")


def test_a_place_that_is_done_was_searched_for_what_could_have_got_there(tmp_path: Path) -> None:
    shared, other, own = "shared-by-all-tests", "of-a-test-before", "of-this-very-test"
    seen = SecretsSeen()
    seen.secret(shared)
    seen.watch(tmp_path / "log")
    seen.secret(other)
    place = seen.watch(tmp_path / "world")
    seen.secret(own)
    place.mkdir()
    (place / "store").write_text(f"{shared} {own}")
    seen.done(place)
    (place / "store").unlink()
    assert seen.found() == [(place / "store", 2)]
