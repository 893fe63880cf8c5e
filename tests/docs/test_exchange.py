"""What docs/exchange.md shows is enough for a service to act for a person."""

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

from exchange_world import persons_token
from ostiary.contract import document
from token_world import CONTRACT, SECRETS, TokenWorld, basic, read

PAGE = (Path(__file__).parents[2] / "docs/exchange.md").read_text()


def written() -> dict[str, Any]:
    [text] = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    tree, mistakes = document.read(text.encode(), "exchange.md")
    assert tree is not None
    assert not mistakes
    return cast(dict[str, Any], document.plain(tree))


def test_the_page_shows_how_a_service_acts_for_a_person(world: TokenWorld) -> None:
    page = written()
    desk, notes = page["clients"]["desk"], page["clients"]["notes"]
    site = {**CONTRACT["clients"]["site"], "scopes": desk["scopes"]}
    clients = {"site": site, "notes": notes | {"secret": "${env:shop}"}}
    world.adopt(**page | {"clients": clients, "roles": {"customer": page["roles"]["writer"]}})
    [path, form] = re.findall(r"^```\nPOST (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
    fields = dict(parse_qsl(form.replace("\n", ""), strict_parsing=True))
    fields |= {"subject_token": persons_token(world, "notes.read archive.read")}
    answer = world.post(path, fields, None, authorization=basic("notes", SECRETS["shop"]))
    claims = world.claims(read(answer)["access_token"])
    assert (claims["sub"], claims["act"], claims["scope"]) == ("sub-ada", {"sub": "notes"}, "archive.read")
