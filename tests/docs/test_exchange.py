"""What the pages show is enough for a service to act for a person, and for a partner to exchange its key."""

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl

from exchange_world import PARTNERS, given_key, persons_token
from ostiary.contract import yaml_text
from ostiary.contract.document import plain
from token_world import CONTRACT, SECRETS, TokenWorld, basic, read

PAGE = (Path(__file__).parents[2] / "docs/exchange.md").read_text()


def written() -> dict[str, Any]:
    [text] = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    tree, mistakes = yaml_text.read(text.encode(), "exchange.md")
    assert tree is not None
    assert not mistakes
    return cast(dict[str, Any], plain(tree))


def test_the_page_of_partners_shows_how_a_key_is_exchanged(world: TokenWorld) -> None:
    page = (Path(__file__).parents[2] / "docs/kinds/partner-keys.md").read_text()
    world.adopt(clients=PARTNERS | {"harbour": PARTNERS["acme"]})
    [path, form] = re.findall(r"^```\nPOST (\S+)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    fields = dict(parse_qsl(form.replace("\n", ""), strict_parsing=True))
    fields |= {"subject_token": given_key(world, "harbour"), "scope": "orders.read"}
    assert read(world.post(path, fields, None))["scope"] == "orders.read"


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
