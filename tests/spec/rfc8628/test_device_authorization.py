"""A device asks for codes (RFC 8628 sections 3.1, 3.2, 4 and 6.1)."""

import re
from pathlib import Path

import pytest

from device_world import asking, device, read, refused
from issuer_world import IssuerWorld
from ostiary.issuer.user_code import ALPHABET, LENGTH, UserCode, new_user_code, read_user_code, shown
from ostiary.model import endpoints
from ostiary.model.events.issuer import DeviceAsked
from ostiary.model.ids import TokenHash
from ostiary.model.reasons import Reason
from token_world import ORIGIN


def test_3_2_the_answer_has_every_member_and_is_not_kept(issuer: IssuerWorld) -> None:
    answer = asking(issuer)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    codes = read(answer)
    assert codes.keys() == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert codes["verification_uri"] == ORIGIN + endpoints.DEVICE
    assert codes["verification_uri_complete"] == f"{ORIGIN}{endpoints.DEVICE}?user_code={codes['user_code']}"
    assert (codes["expires_in"], codes["interval"]) == (600, 5)
    assert len(codes["device_code"]) >= 43


def test_6_1_a_user_code_is_eight_letters_that_form_no_words(issuer: IssuerWorld) -> None:
    codes = {device(issuer).user_code for _ in range(20)}
    assert len(codes) == 20
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", code) for code in codes)
    assert not set(ALPHABET) & set("AEIOUY")


def test_6_1_every_letter_comes_in_every_place() -> None:
    highest = new_user_code(lambda size: b"\xff" * size)
    lowest = new_user_code(lambda size: bytes(size))
    assert lowest == ALPHABET[0] * LENGTH
    assert highest != lowest
    numbers = (number.to_bytes(16, "big") for number in range(len(ALPHABET) ** 2))
    pairs = {new_user_code(lambda size, raw=raw: raw)[:2] for raw in numbers}  # type: ignore[misc]
    assert len(pairs) == len(ALPHABET) ** 2


@pytest.mark.parametrize("typed", ["WDJB-MJHT", "wdjbmjht", " wdjb mjht ", "W.D.J.B.M.J.H.T", "WDJB\u2013MJHT"])
def test_6_1_case_and_punctuation_are_ignored(typed: str) -> None:
    assert read_user_code(typed) == "WDJBMJHT"
    assert shown(UserCode("WDJBMJHT")) == "WDJB-MJHT"


@pytest.mark.parametrize(
    "typed", ["", "WDJB-MJH", "WDJB-MJHTT", "ADJB-MJHT", "1DJB-MJHT", "WDJB-MJH\u0422", "\u017f" * 8]
)
def test_6_1_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_user_code(typed) is None


def test_3_1_the_client_is_identified(issuer: IssuerWorld) -> None:
    assert refused(issuer, asking(issuer, None)) == (401, "invalid_client", Reason.CLIENT_AUTH_MISSING)
    assert refused(issuer, asking(issuer, "nobody")) == (401, "invalid_client", Reason.CLIENT_UNKNOWN)
    assert asking(issuer, "till").status_code == 200


@pytest.mark.parametrize("client", ["site", "reader", "robot", "pages"])
def test_3_1_only_devices_get_codes(issuer: IssuerWorld, client: str) -> None:
    assert refused(issuer, asking(issuer, client)) == (400, "unauthorized_client", Reason.GRANT_TYPE_NOT_ALLOWED)


@pytest.mark.parametrize(
    ("scope", "reason"),
    [("orders.write", Reason.SCOPE_NOT_ALLOWED), ("none.such", Reason.SCOPE_UNKNOWN), ("", Reason.PARAMETER_MISSING)],
)
def test_3_1_scopes_are_those_of_the_client(issuer: IssuerWorld, scope: str, reason: Reason) -> None:
    assert refused(issuer, asking(issuer, "kiosk", scope=scope)) == (400, "invalid_scope", reason)
    assert asking(issuer, "kiosk", scope="orders.read openid offline_access").status_code == 200


def test_4_the_metadata_names_endpoint_and_grant(issuer: IssuerWorld) -> None:
    metadata = read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert metadata["device_authorization_endpoint"] == ORIGIN + endpoints.DEVICE_AUTHORIZATION
    assert "urn:ietf:params:oauth:grant-type:device_code" in metadata["grant_types_supported"]


def test_neither_code_is_stored_as_it_is(issuer: IssuerWorld, tmp_path: Path) -> None:
    waiting = device(issuer, device_name="Till 3")
    for file in tmp_path.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        for code in (waiting.user_code, waiting.user_code.replace("-", ""), waiting.codes["device_code"]):
            assert code.encode() not in data
    assert any(b"Till 3" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_code_that_another_device_has_is_made_anew(issuer: IssuerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two draws of the same letters: the second device gets others."""
    drawn = iter([UserCode("WDJBMJHT"), UserCode("WDJBMJHT"), UserCode("BBBBCCCC")])
    monkeypatch.setattr("ostiary.issuer.device_authorization.new_user_code", lambda fresh: next(drawn))
    assert [device(issuer).user_code for _ in range(2)] == ["WDJB-MJHT", "BBBB-CCCC"]


def test_a_device_that_asked_is_in_the_log_by_pseudonyms(issuer: IssuerWorld) -> None:
    waiting = device(issuer, scope="orders.write orders.read")
    (event,) = issuer.events_of(DeviceAsked)
    assert (event.client, event.scopes) == ("till", ("orders.read", "orders.write"))
    assert event.peer == issuer.desk.pseudonym("192.0.2.7")
    assert isinstance(waiting.codes["device_code"], str)
    assert issuer.run(issuer.store.device_request(TokenHash(b"x" * 32))) is None
