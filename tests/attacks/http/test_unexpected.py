"""What nobody expected at the gateway is refused, and its text, which may hold what was sent, is in no log."""

import logging
from pathlib import Path
from typing import Any, NoReturn

import pytest

from gateway_world import OK, answering, reasons, request, world
from ostiary.gateway.decide import Gateway
from ostiary.model.reasons import Reason
from ostiary.server.gateway.exchange import Exchange
from ostiary.server.gateway.upstream import UpstreamConnection
from secrets_seen import secret

SENT = secret("what-the-client-sent-and-nobody-may-read")


def broken(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError(f"could not make sense of {SENT}")


@pytest.mark.parametrize("fields", [(), ("Connection: close",)], ids=["stays", "leaves"])
@pytest.mark.parametrize(("where", "name"), [(Gateway, "decide"), (Exchange, "begin"), (UpstreamConnection, "_head")])
async def test_an_exception_is_an_internal_error_and_its_text_goes_nowhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: type,
    name: str,
    fields: tuple[str, ...],
) -> None:
    async with world(tmp_path, answering(OK)) as door:
        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "ostiary"):
            patch.setattr(where, name, broken)
            answer = await (await door.connect()).ask("GET /public/a", *fields)
        assert answer.status == 500
        assert "RuntimeError" in caplog.text
        assert SENT not in caplog.text + answer.body.decode()
        assert (await (await door.connect()).ask("GET /public/a")).status == 200
        assert await reasons(door) == [Reason.UNEXPECTED]


@pytest.mark.parametrize("expected", [True, False])
async def test_what_came_behind_a_request_that_nobody_expected_is_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: bool
) -> None:
    """The beginning of it may be lost, so that its rest would be taken for another one."""
    heads: list[bytes] = []

    async with world(tmp_path, answering(OK, heads)) as door:
        line = await door.connect()
        with monkeypatch.context() as patch:
            if not expected:
                patch.setattr(Exchange, "begin", broken)
            await line.send(request("GET /public/a") + b"POST /small HTTP/1.1\r\nX: ")
            assert (await line.answer()).status == (200 if expected else 500)
        await line.send(request("GET /public/inside"))
        if expected:
            assert (await line.answer("POST")).status == 200
        else:
            assert await line.ended()
        assert [head.split()[1] for head in heads] == [b"/public/a", b"/small"] * expected
