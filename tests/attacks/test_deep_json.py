"""JSON that is nested deeper than anything means is malformed, wherever it comes in, and surprises nobody."""

from pathlib import Path

import pytest

from gateway_world import OK, answering, reasons, world
from ostiary.keys import base64url
from ostiary.keys.strict_json import NotStrictJson, parse_array, parse_object
from ostiary.model import endpoints
from ostiary.model.reasons import Reason
from registration_world import INITIAL, RegistrationWorld
from token_world import ASSERTION_TYPE, refused

DEEP = 400
"""Less than what parsers refuse by themselves, and more than some of them write."""


def nested(depth: int, before: bytes = b'{"alg":"ES256","a":') -> bytes:
    return before + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize("before", [b'{"a":', b'{"a": '])
@pytest.mark.parametrize("depth", [254, DEEP, 1000, 1023, 5000])
def test_what_is_too_deep_is_none(depth: int, before: bytes) -> None:
    with pytest.raises(NotStrictJson):
        parse_object(nested(depth, before))
    with pytest.raises(NotStrictJson):
        parse_array(b"[" * (depth + 1) + b"]" * (depth + 1))
    assert parse_object(nested(100, before)).keys() == {"a"}
    assert len(parse_array(b"[" * 100 + b"]" * 100)) == 1


def jws(depth: int) -> str:
    """Nobody has to sign it: its header is read first."""
    return ".".join((base64url.encode(nested(depth)), base64url.encode(b"{}"), "A" * 86))


@pytest.mark.parametrize("depth", [1, DEEP])
async def test_at_the_gateway(tmp_path: Path, depth: int) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        assert (await line.ask("GET /things/ada", f"Authorization: Bearer {jws(depth)}")).status == 401
        proof = f"DPoP: {jws(depth)}"
        assert (await line.ask("GET /things/ada", door.token().replace("Bearer", "DPoP"), proof)).status == 401
        sent = nested(depth, b'{"owner":"ada","a":')
        answer = await line.ask("POST /things", door.token(), "Content-Type: application/json", body=sent)
        assert answer.status == (200 if depth == 1 else 403)
        assert Reason.UNEXPECTED not in await reasons(door)


def test_at_the_issuer(open_door: RegistrationWorld) -> None:
    body = nested(DEEP, b'{"redirect_uris":["https://book.example/"],"contacts":')
    answer = open_door.sent("POST", endpoints.REGISTER, INITIAL, body, "application/json")
    assert refused(open_door, answer) == (400, "invalid_client_metadata", Reason.METADATA_MALFORMED)
    body = nested(1, b'{"redirect_uris":["https://book.example/"],"contacts":')
    assert open_door.sent("POST", endpoints.REGISTER, INITIAL, body, "application/json").status_code == 201
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": jws(DEEP), "token": "none"}
    assert refused(open_door, open_door.post(endpoints.INTROSPECT, form, None))[:2] == (401, "invalid_client")
    form["client_assertion"] = open_door.assertion()
    assert open_door.post(endpoints.INTROSPECT, form, None).status_code == 200
