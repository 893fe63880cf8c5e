"""What a client's kind and settings come to: each line with value, reason, and the text or the line it is from."""

from ostiary.contract.checks.credentials import not_served
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import sheet_of
from ostiary.contract.explain.line import Line
from ostiary.contract.explain.own import old_way_lines, own_lines, signature_lines
from ostiary.contract.explain.profile import profile_lines
from ostiary.contract.fapi2 import FIXED
from ostiary.contract.file_client import Client
from ostiary.contract.file_route import Route
from ostiary.contract.hurdles import hurdles
from ostiary.contract.model import Contract
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId


@frozen
class Way:
    """A route, and whether the client can get through it: `stopped_by` is empty where it can."""

    route: str
    stopped_by: str


@frozen
class Explanation:
    client: str
    kind: str
    says: str
    """What the kind is for."""
    not_served: str
    """What is missing before the client gets in; empty: nothing."""
    lines: tuple[Line, ...]
    ways: tuple[Way, ...]


def explain_client(draft: Draft, contract: Contract, name: str) -> Explanation:
    """Raises `KeyError` for a client that the contract does not have."""
    client, rule = draft.file.clients[name], contract.clients[ClientId(name)]
    sheet = sheet_of(client)
    return Explanation(
        client=name,
        kind=client.kind,
        says=sheet.says,
        not_served=not_served(draft.file, client),
        lines=(
            *profile_lines(draft, name, client, rule, sheet),
            *signature_lines(draft, name, client, rule),
            *(Line(*line) for line in FIXED if client.profile is not None and sheet.signs_people_in),
            *old_way_lines(draft, name, client),
            *own_lines(draft, name, client, rule),
        ),
        ways=tuple(Way(route.on.text, _stopped_by(draft, client, route)) for route in draft.file.routes),
    )


def _stopped_by(draft: Draft, client: Client, route: Route) -> str:
    if route.public:
        return ""
    return next((hurdle.says for hurdle in hurdles(draft.file, route) if not hurdle.passes(client)), "")
