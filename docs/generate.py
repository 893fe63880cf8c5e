"""Write what in this folder comes from the program itself: `python docs/generate.py`.

Some pages are generated whole; in others a part between two comments is. `tests/docs/test_generated.py` fails while a
page differs from what this writes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path

from ostiary.audit.encode import EVENT_TYPES
from ostiary.cli.reference import reference as commands
from ostiary.contract.reference import reference
from ostiary.contract.schema import schema_text
from ostiary.model.errors import HttpRefused, OAuthError, Refusal, TokenRefused
from ostiary.model.reasons import Reason
from ostiary.server.metrics import Process, exposition
from ostiary.server.openapi import document_text

FOLDER = Path(__file__).parent
WHOLE: Mapping[str, Callable[[], str]] = {
    "admin-api.openapi.json": document_text,
    "commands.md": commands,
    "contract.md": reference,
    "ostiary.schema.json": schema_text,
}


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def events() -> str:
    """One row for each type; a field that may be absent stands in parentheses."""
    return _table(
        ("event", "what happened", "fields"),
        ((f"`{name}`", " ".join(str(each.__doc__).split()), _fields(each)) for name, each in EVENT_TYPES.items()),
    )


def _fields(event: type) -> str:
    own = [field for field in fields(event) if field.name != "at"]
    return " ".join(f"`{one.name}`" if one.default is MISSING else f"(`{one.name}`)" for one in own)


def errors(family: type[Refusal]) -> Callable[[], str]:
    """The errors of one family."""

    def table() -> str:
        rows = ((f"`{one.code}`", str(one.status), one.public) for one in family.__subclasses__())
        return _table(("code", "status", "what the client reads"), rows)

    return table


def reasons() -> str:
    return _table(("reason", "meaning"), ((f"`{reason.value}`", reason.says) for reason in Reason))


def metrics() -> str:
    """Every family that the admin listener gives, with its labels."""
    text = exposition([Process("gateway", 0, True, 1, _SNAPSHOT, 0.0)]).decode()
    found = re.findall(r"^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)", text, re.MULTILINE)
    return _table(
        ("metric", "type", "labels", "meaning"),
        ((f"`{name}`", kind, _labels(text, name), says) for name, says, kind in found if not name.endswith("_created")),
    )


def _labels(text: str, name: str) -> str:
    sample = re.search(rf"^{name}(?:_bucket|_total)?\{{(.*?)\}} ", text, re.MULTILINE)
    return " ".join(f"`{label}`" for label in re.findall(r'(\w+)="', sample[1])) if sample else ""


_SNAPSHOT = {
    "routes": {"GET /": [[0, 0, 1, 0, 0, 0], [1] * 26, 1]},
    "refusals": {"route_unknown": 1},
    "connections": 1,
    "connections_total": 1,
    "upstream_connections_total": 1,
    "upstream_retries_total": 0,
    "records_lost_total": 0,
    "old_ways_total": 0,
    "limits_forgotten": 0,
    "revocations": 0,
    "remembered": 0,
    "cpu_seconds": 0.0,
}
"""Of a worker that has answered once and refused once."""

PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "audit.md": {"events": events},
    "errors.md": {
        "issuer": errors(OAuthError),
        "tokens": errors(TokenRefused),
        "http": errors(HttpRefused),
        "reasons": reasons,
    },
    "metrics.md": {"metrics": metrics},
}


def written(name: str) -> str:
    """What the page should be."""
    if name in WHOLE:
        return WHOLE[name]()
    text = (FOLDER / name).read_text()
    for part, table in PARTS[name].items():
        begin, end = f"<!-- {part}: generated -->\n", f"<!-- {part}: end -->"
        before, found, rest = text.partition(begin)
        _, ended, after = rest.partition(end)
        if not found or not ended:
            raise ValueError(f"{name} has no part {part}")
        text = f"{before}{begin}\n{table()}\n\n{end}{after}"
    return text


def main() -> None:
    for name in (*WHOLE, *PARTS):
        (FOLDER / name).write_text(written(name))


if __name__ == "__main__":
    main()
