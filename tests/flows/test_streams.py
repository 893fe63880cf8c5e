"""Many streams over one connection: each is as if it were alone, and together they are one write."""

import asyncio
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.server.gateway.uplink import Uplink
from ostiary.server.streams import Stream, Streams


class End(asyncio.Transport):
    """Of a connection; what is written waits until the test carries it over."""

    def __init__(self) -> None:
        super().__init__()
        self.written: Final[list[bytes]] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


class Heard(asyncio.Protocol):
    """All that a stream's protocol is told."""

    def __init__(self) -> None:
        self.data = b""
        self.told: Final[list[str]] = []
        self.error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Stream)
        self.stream: Final = transport

    def data_received(self, data: bytes) -> None:
        assert "lost" not in self.told
        self.data += data

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")

    def eof_received(self) -> None:
        self.told.append("end")

    def connection_lost(self, error: Exception | None) -> None:
        self.told.append("lost")
        self.error = error


class Both:
    """The two sides of a connection."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.accepted: Final[list[Heard]] = []
        self.near, self.far = Streams(), Streams(lambda: None if refuses else self._accept())
        self.ends = End(), End()
        for side, end in zip((self.near, self.far), self.ends, strict=True):
            side.connection_made(end)

    def _accept(self) -> Heard:
        self.accepted.append(Heard())
        return self.accepted[-1]

    def open(self) -> Heard:
        return self.near.open(Heard())[1]

    async def carry(self, size: int = 1 << 20) -> None:
        """Until nothing is under way, in pieces of this size."""
        for _ in range(3):
            await turns()
            for end, other in zip(self.ends, (self.far, self.near), strict=True):
                data = b"".join(end.written)
                end.written.clear()
                for at in range(0, len(data), size):
                    other.data_received(data[at : at + size])
        await turns()


async def turns() -> None:
    """What was asked to happen soon has happened."""
    for _ in range(3):
        await asyncio.sleep(0)


said = st.lists(st.tuples(st.integers(0, 4), st.binary(max_size=40)), max_size=30)


@given(said, st.integers(1, 60))
def test_each_stream_says_all_in_its_order_and_ends_last(said: list[tuple[int, bytes]], size: int) -> None:
    async def work() -> None:
        both = Both()
        near = [both.open() for _ in range(5)]
        for one in near:
            one.stream.write(b"%d" % near.index(one))
        for number, data in said:
            near[number].stream.write(data)
        for one in near:
            one.stream.close()
        await both.carry(size)
        expected = [b"%d" % n + b"".join(data for number, data in said if number == n) for n in range(5)]
        assert [one.data for one in both.accepted] == expected
        assert all(one.told == ["lost"] and one.error is None for one in near)
        assert all(one.told == ["end", "lost"] and one.error is None for one in both.accepted)

    asyncio.run(work())


async def test_what_is_said_in_one_turn_is_one_write() -> None:
    both = Both()
    for _ in range(16):
        both.open().stream.write(b"x")
    await turns()
    assert len(both.ends[0].written) == 1
    await both.carry()
    for one in both.accepted:
        one.stream.write(b"y")
    await turns()
    assert len(both.ends[1].written) == 1


async def test_who_does_not_read_hears_it_later_in_its_order_and_holds_nobody_up() -> None:
    both = Both()
    slow, quick = both.open(), both.open()
    for one in (slow, quick):
        one.stream.write(b"?")
    await both.carry()
    slow.stream.pause_reading()
    for one in both.accepted:
        one.stream.write(b"a")
        one.stream.write(b"b")
        one.stream.close()
    await both.carry()
    assert (slow.data, slow.told) == (b"", [])
    assert (quick.data, quick.told) == (b"ab", ["end", "lost"])
    slow.stream.resume_reading()
    await turns()
    assert (slow.data, slow.told) == (b"ab", ["end", "lost"])


async def test_who_stops_reading_while_it_catches_up_hears_the_rest_later() -> None:
    class Sip(Heard):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.stream.pause_reading()

    both = Both()
    _, sip = both.near.open(Sip())
    sip.stream.write(b"?")
    await both.carry()
    for data in (b"a", b"b", b"c"):
        both.accepted[0].stream.write(data)
    await both.carry()
    heard = [sip.data]
    for _ in range(3):
        sip.stream.resume_reading()
        await turns()
        heard.append(sip.data)
    assert heard == [b"a", b"ab", b"abc", b"abc"]


async def test_what_comes_before_it_has_caught_up_is_heard_behind_what_waited() -> None:
    both = Both()
    one = both.open()
    one.stream.write(b"?")
    await both.carry()
    one.stream.pause_reading()
    both.accepted[0].stream.write(b"a")
    await both.carry()
    one.stream.resume_reading()
    one.stream.deliver(b"b")
    await turns()
    assert one.data == b"ab"


async def test_who_leaves_while_it_catches_up_hears_no_more() -> None:
    class Leaves(Heard):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self.stream.close()

    both = Both()
    _, one = both.near.open(Leaves())
    one.stream.write(b"?")
    await both.carry()
    one.stream.pause_reading()
    for data in (b"a", b"b"):
        both.accepted[0].stream.write(data)
    await both.carry()
    one.stream.resume_reading()
    await turns()
    assert (one.data, one.told) == (b"a", ["lost"])


async def test_who_has_left_says_no_more_and_hears_of_it_once() -> None:
    both = Both()
    one = both.open()
    one.stream.close()
    one.stream.write(b"x")
    one.stream.close()
    both.near.connection_lost(None)
    await both.carry()
    assert both.accepted == []
    assert one.told == ["lost"]


async def test_what_was_said_goes_out_before_the_connection_ends() -> None:
    both = Both()
    both.open().stream.write(b"x")
    both.near.close()
    assert len(both.ends[0].written) == 1
    assert both.near.lost


async def test_only_who_writes_to_a_connection_that_is_full_is_told_to_wait() -> None:
    both = Both()
    writes, idle = both.open(), both.open()
    both.near.pause_writing()
    writes.stream.write(b"x")
    writes.stream.write(b"y")
    both.near.resume_writing()
    both.near.resume_writing()
    assert (writes.told, idle.told) == (["pause", "resume"], [])


async def test_who_leaves_when_it_may_write_again_holds_nobody_up() -> None:
    class Leaves(Heard):
        def resume_writing(self) -> None:
            super().resume_writing()
            self.stream.close()

    both = Both()
    (_, leaves), stays = both.near.open(Leaves()), both.open()
    both.near.pause_writing()
    for one in (leaves, stays):
        one.stream.write(b"x")
    both.near.resume_writing()
    assert [one.told for one in (leaves, stays)] == [["pause", "resume"]] * 2


async def test_a_connection_that_is_lost_ends_all_of_them_with_its_error() -> None:
    both, error = Both(), ConnectionResetError()
    one = both.open()
    assert not both.near.lost
    both.near.connection_lost(error)
    await turns()
    assert (one.told, one.error, one.stream.is_closing()) == (["lost"], error, True)
    one.stream.write(b"x")
    assert both.near.lost
    with pytest.raises(ConnectionError):
        both.open()


@pytest.mark.parametrize("lost", [True, False])
async def test_what_was_said_when_the_connection_was_lost_goes_nowhere(
    lost: bool, caplog: pytest.LogCaptureFixture
) -> None:
    both = Both()
    both.open().stream.write(b"x")
    if lost:
        both.near.connection_lost(None)
    await turns()
    both.near.close()
    assert len(both.ends[0].written) == (not lost)
    assert not caplog.records


async def test_a_stream_that_is_refused_ends_and_the_others_go_on() -> None:
    both = Both(refuses=True)
    one = both.open()
    one.stream.write(b"x")
    await both.carry()
    assert one.told == ["end", "lost"]
    assert not both.near.lost


async def test_what_comes_for_a_stream_that_has_ended_opens_none() -> None:
    both = Both()
    one = both.open()
    one.stream.write(b"x")
    await both.carry()
    both.accepted[0].stream.close()
    one.stream.write(b"too late")
    await both.carry()
    assert one.told == ["end", "lost"]
    assert len(both.accepted) == 1


async def test_a_worker_has_one_connection_and_a_new_one_when_the_issuer_comes_back(tmp_path: Path) -> None:
    class Leaving(Heard):
        left: asyncio.Event

        def connection_lost(self, error: Exception | None) -> None:
            self.left.set()

    path = tmp_path / "issuer.sock"

    loop, uplink = asyncio.get_running_loop(), Uplink(str(path))
    Leaving.left = asyncio.Event()
    with pytest.raises(FileNotFoundError):
        await uplink.open(Heard)
    connections = asyncio.Queue[Streams]()

    async def listening() -> asyncio.Server:
        def connected() -> Streams:
            one = Streams(Heard)
            connections.put_nowait(one)
            return one

        return await loop.create_unix_server(connected, path)

    server = await listening()
    await asyncio.gather(*(uplink.open(Leaving) for _ in range(3)))
    first = await connections.get()
    server.close()
    first.close()
    await Leaving.left.wait()
    path.unlink(missing_ok=True)  # Python 3.13 has done that
    server = await listening()
    Leaving.left.clear()
    await uplink.open(Leaving)
    assert await connections.get() is not first
    assert connections.empty()
    uplink.close()
    await Leaving.left.wait()
    server.close()
