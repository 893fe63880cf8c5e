"""A child process, run in this one."""

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence

import pytest

from gateway_world import contract
from ostiary.contract.model import Contract
from ostiary.model.ids import Secret
from ostiary.server import child
from ostiary.server.channel import Listener, Ready, Setup, pack, receive
from secrets_seen import secret

SENT = secret("what-somebody-sent-to-a-child")


class Failing:
    """A service in which something fails that nobody waits for."""

    async def start(self) -> None:
        async def fails() -> None:
            raise RuntimeError(SENT)

        asyncio.get_running_loop().call_soon(lambda: 1 / len(""))
        await asyncio.wait([asyncio.create_task(fails())])

    def prepare(self, contract: Contract, listeners: Sequence[Listener] | None) -> Callable[[], None]:
        raise AssertionError

    async def drain(self) -> None:
        """Nothing runs."""


async def test_what_fails_where_nobody_waits_for_it_is_told_and_its_text_goes_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(child, "_leave_alone_what_stays", lambda: None)
    ours, theirs = socket.socketpair()
    living = asyncio.create_task(child.live(theirs, lambda _: Failing()))
    reader, writer = await asyncio.open_connection(sock=ours)
    with caplog.at_level(logging.ERROR):
        writer.write(pack(Setup(0, contract(9), Secret(""), Secret(""), "", (), {})))
        assert isinstance(await receive(reader), Ready)
        writer.close()
        await living
    assert {record.name for record in caplog.records} == {"ostiary.chores"}
    assert "ZeroDivisionError" in caplog.text and "RuntimeError" in caplog.text
    assert SENT not in caplog.text
