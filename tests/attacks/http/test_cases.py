"""Raw bytes against a running gateway worker, before an origin that writes down every request that reaches it.

A case is a file: what is expected and where it comes from, a blank line, the bytes. `answers`: the statuses, in order.
`reaches`: the requests that the origin may see, in order; `any`: none but the case's own first one, whole or cut.
`reason`: on record for the refusal. `twin`: the case that differs in the one thing, and is accepted. `{N}` in the
bytes stands for N times the letter a.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway_world import OK, QUICK, World, read_request, reasons, request, world

FOLDER = Path(__file__).parent / "cases"
KEYS = {"answers", "reaches", "reason", "twin", "source"}
NEEDED = {"answers", "reaches", "source"}
CANARY = "GET /public/canary"
_FILL = re.compile(rb"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class Case:
    expected: Mapping[str, str]
    raw: bytes

    @property
    def answers(self) -> list[int]:
        return [int(status) for status in self.expected["answers"].split()]


def read(file: Path) -> Case:
    head, _, raw = file.read_bytes().partition(b"\n\n")
    pairs = (line.partition(": ") for line in head.decode().splitlines())
    expected = {name: value for name, _, value in pairs}
    assert expected.keys() <= KEYS, f"{file.name}: {expected.keys() - KEYS}"
    assert expected.keys() >= NEEDED, f"{file.name}: {NEEDED - expected.keys()}"
    return Case(expected, _FILL.sub(lambda match: b"a" * int(match[1]), raw))


CASES = {file.stem: read(file) for file in sorted(FOLDER.glob("*.case"))}


class Counting:
    """An origin that keeps each request that is whole, and the body of each."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, _ = await read_request(reader)
            self.heads.append(head)
            writer.write(OK)

    @property
    def requests(self) -> list[str]:
        """Method and target of each."""
        return [head.split(b" HTTP/1.1\r\n")[0].decode("latin-1") for head in self.heads]


async def spoken(door: World, raw: bytes) -> list[int]:
    """Say the bytes, then ask for the canary, which would find out a connection that is out of step; the statuses of
    all answers."""
    line, said = await door.connect(), b""
    with suppress(ConnectionError):
        line.writer.write(raw + request(CANARY, "Connection: close"))
        while part := await line.reader.read(65536):
            said += part
    found = [int(status) for status in re.findall(rb"(?:\A|ok|\}|\r\n\r\n)HTTP/1\.1 (\d\d\d)", said)]
    return [status for status in found if status >= 200]


@pytest.mark.parametrize("name", CASES)
async def test_what_the_bytes_lead_to(tmp_path: Path, name: str) -> None:
    case, origin = CASES[name], Counting()

    async with world(tmp_path, origin, timeouts=QUICK) as door:
        assert await spoken(door, case.raw) in (case.answers, [*case.answers, 200])
        if "reason" in case.expected:
            assert (await reasons(door))[0].value == case.expected["reason"]
    reached = [each for each in origin.requests if each != CANARY]
    if case.expected["reaches"] == "any":
        assert reached == []
    else:
        assert reached == [each for each in case.expected["reaches"].split(", ") if each]
    for head in origin.heads:
        assert FORBIDDEN.search(head) is None, head


FORBIDDEN = re.compile(
    rb"\r\n(x-http-method|x-original|content_|transfer_|transfer-encoding: (?!chunked)|http2|expect|te:|trailer)"
    rb"|\r\n(x-ostiary-subject: root|upgrade: (?!websocket\r))|203\.0\.113\.66",
    re.I,
)
"""What no request at the origin may carry, whatever the client said."""


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "twin" in case.expected])
def test_each_refusal_has_a_twin_that_is_accepted(name: str) -> None:
    twin = CASES[CASES[name].expected["twin"]]
    assert set(twin.answers) == {200}
