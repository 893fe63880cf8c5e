"""Who asked with HEAD reads the next answer right behind the head: a body there would be taken for it."""

from pathlib import Path

import pytest

from gateway_world import OK, QUICK, answering, request, world


@pytest.mark.parametrize("path", ["/nowhere", "/small", "/things/ada", "/public//a", "/public/a?access_token=x"])
async def test_a_refused_head_has_no_body_and_the_next_answer_follows(tmp_path: Path, path: str) -> None:
    async with world(tmp_path, answering(OK)) as door:
        line = await door.connect()
        await line.send(request(f"HEAD {path}") + request("GET /public/a"))
        refused = await line.answer("HEAD")
        assert (refused.status // 100, refused.body) == (4, b"")
        assert int(refused.fields["content-length"]) > 0
        if refused.fields.get("connection") == "close":
            assert await line.reader.read() == b""
        else:
            assert (await line.answer()).body == b"ok"


async def test_an_upstream_that_fails_a_head_leaves_no_body(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK), services={"api": {"url": "http://127.0.0.1:9"}}) as door:
        line = await door.connect()
        await line.send(request("HEAD /public/a") + request("GET /nowhere"))
        assert (await line.answer("HEAD")).status == 502
        assert (await line.answer()).status == 404


async def test_a_refused_get_has_its_body(tmp_path: Path) -> None:
    async with world(tmp_path, answering(OK), timeouts=QUICK) as door:
        refused = await (await door.connect()).ask("GET /nowhere")
        assert len(refused.body) == int(refused.fields["content-length"]) > 0
