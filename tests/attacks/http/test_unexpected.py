"""What nobody expected at the gateway is refused, and its text, which may hold what was sent, is in no log."""

import logging
from pathlib import Path
from typing import Any, NoReturn

import pytest

from gateway_world import OK, answering, reasons, world
from ostiary.gateway.decide import Gateway
from ostiary.model.reasons import Reason
from ostiary.server.gateway.upstream import UpstreamConnection
from secrets_seen import secret

SENT = secret("what-the-client-sent-and-nobody-may-read")


def broken(*_: Any, **__: Any) -> NoReturn:
    raise RuntimeError(f"could not make sense of {SENT}")


@pytest.mark.parametrize(("where", "name"), [(Gateway, "decide"), (UpstreamConnection, "_head")])
async def test_an_exception_is_an_internal_error_and_its_text_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: type, name: str
) -> None:
    async with world(tmp_path, answering(OK)) as door:
        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "ostiary"):
            patch.setattr(where, name, broken)
            answer = await (await door.connect()).ask("GET /public/a")
        assert answer.status == 500
        assert "RuntimeError" in caplog.text
        assert SENT not in caplog.text + answer.body.decode()
        assert (await (await door.connect()).ask("GET /public/a")).status == 200
        assert await reasons(door) == [Reason.UNEXPECTED]
