"""A flood of refusals at a running issuer: what it only counted is on record before its process ends."""

import json

from .conftest import TOKEN, Door


def test_what_the_issuer_only_counted_is_written_before_it_ends(door: Door) -> None:
    line, asked = door.door(), 600  # 200 are listed at once, and 20 more in each second that this takes
    for _ in range(asked):
        assert line.post_form(TOKEN, {"grant_type": "client_credentials"}).status == 401
    line.close()
    door.stop()
    events = list(map(json.loads, door.command("audit", "show", "--json").stdout.splitlines()))
    listed = sum(event["type"] == "issuer_refused" for event in events)
    counted = sum(event["count"] for event in events if event["type"] == "refusals_counted")
    assert counted and listed + counted == asked
