"""The reference `docs/contract.md`, from the same types, tables and codes that read and check a contract."""

from collections.abc import Iterable, Iterator
from typing import Any

from ostiary.contract.mistakes import Code, Severity
from ostiary.contract.reference_kinds import kinds
from ostiary.contract.schema import schema

_INTRO = """\
# The contract

One file, `ostiary.yaml`, in YAML 1.2. This page is generated from the types that read it, as is
[`ostiary.schema.json`](ostiary.schema.json); a comment in the file's first line lets editors complete and check it:

    # yaml-language-server: $schema=ostiary.schema.json

`ostiary check` reports every mistake in one run. What the contract does not allow is refused. A first contract stands
in the [README](../README.md), a larger one in [`examples/shop`](../examples/shop/ostiary.yaml).

## How a request finds its route

By its method and its whole path. A `{parameter}` stands for one segment that is not empty; a fixed segment wins over
it. A request that fits two routes, neither of which is more exact, is refused. A slash at the end counts. What is
percent-encoded without need is decoded before paths are compared, and `.` and `..` never pass. A route for `GET`
answers `HEAD` too. The door itself answers `OPTIONS`: preflights from the origins of clients that the route lets in.

All of a route's rules must hold: one of its `kinds`, the binding, every `scope`, one of its `roles`, `tenant`, `owner`,
`step_up`, and every limit. If a rule cannot read what it needs, the request is refused.

## How values are written

| type | written | meaning |
| --- | --- | --- |
| duration | `30s`, `5m`, `12h`, `90d`, `2w` | whole seconds |
| timeout | `500ms`, `30s`, `5m`, `1h` | down to thousandths of a second |
| size | `512B`, `64KiB`, `1MiB`, `2GiB` | bytes |
| rate | `50/s`, `100/m`, `5k/h`, `100k/day`, `1M/day` | how many in which time |
| secret | `${env:NAME}`, `${file:PATH}` | where a secret is; it never stands in the contract itself |
| path | `certs/door.pem` | relative to the contract's folder |
| fact | `user`, `path.user`, `query.user`, `body.account.owner`, `claims.sub` | where a rule reads from a request |
| network | `203.0.113.0/24`, `2001:db8::/32`, `192.0.2.7` | addresses |
"""


def reference() -> str:
    """The page as Markdown."""
    whole = schema()
    parts = [_INTRO, *_part("The file", whole, whole)]
    order = [name for name in _order(whole) if "properties" in whole["$defs"][name]]
    for name in order:
        parts += _part(_heading(name), whole["$defs"][name], whole)
    parts += kinds()
    parts += ["## What `ostiary check` finds\n", _codes(), ""]
    return "\n".join(parts)


_NAMES = {
    "AndroidAppOf": "An app on Android",
    "AppleAppOf": "An app at Apple",
    "AttestOf": "Instances that the issuer vouches for",
    "AttesterOf": "Attester",
    "BackupOf": "Backup pin",
    "BoundsOf": "Bounds",
    "FetchOf": "What is fetched for them",
    "OldWayOf": "An old way",
    "RegistrationOf": "Clients that register themselves",
    "SignatureOf": "Signed requests",
    "CertificateOf": "Certificate",
    "ClientCertificates": "Client certificates",
    "GatewayOf": "Gateway",
    "EndingOf": "Builds that end",
    "LimitOf": "Limit",
    "PinsOf": "Pins",
    "RouteBounds": "Bounds of a route",
    "RouteTimeouts": "Timeouts of a route",
    "ScopeOf": "Scope",
    "StepUpOf": "Step-up",
    "TimeoutsOf": "Timeouts",
    "Tls": "TLS",
    "InsecureFile": "Insecure: another file",
    "InsecureYes": "Insecure: a safeguard off",
    "InsecureDuration": "Insecure: a longer time",
}


def _heading(name: str) -> str:
    return _NAMES.get(name, name)


def _anchor(name: str) -> str:
    kept = "".join(letter for letter in _heading(name).lower() if letter.isalnum() or letter in " -")
    return kept.replace(" ", "-")


def _order(whole: dict[str, Any]) -> list[str]:
    """Definitions in the order in which a reader meets them."""
    met: list[str] = []
    _meet(whole, {**whole, "$defs": {}}, met)
    return met


def _meet(whole: dict[str, Any], part: Any, met: list[str]) -> None:
    values: Iterable[Any] = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    name = _target(part) if isinstance(part, dict) and "$ref" in part else None
    if name is not None and name not in met:
        met.append(name)
        _meet(whole, whole["$defs"][name], met)
    for value in values:
        _meet(whole, value, met)


def _part(title: str, definition: dict[str, Any], whole: dict[str, Any]) -> Iterator[str]:
    yield f"## {title}\n"
    yield definition["description"] + "\n"
    yield "| setting | type | default | meaning |\n| --- | --- | --- | --- |"
    needed = definition.get("required", ())
    for name, setting in definition["properties"].items():
        default = "needed" if name in needed else _default(setting)
        described = setting if "description" in setting else whole["$defs"][_target(setting)]
        meaning = " ".join(described["description"].split())
        yield f"| `{name}` | {_type(setting, whole)} | {default} | {meaning} |"
    yield ""


def _target(setting: dict[str, Any]) -> str:
    return str(setting["$ref"]).rpartition("/")[2]


def _default(setting: dict[str, Any]) -> str:
    default = setting.get("default")
    if default is None or default == [] or default == {}:
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _type(setting: dict[str, Any], whole: dict[str, Any]) -> str:
    """In words, with links to the mappings."""
    if "$ref" in setting:
        name = _target(setting)
        choices = whole["$defs"][name].get("enum")
        if choices:
            return ", ".join(f"`{choice}`" for choice in choices)
        return f"[{_heading(name)}](#{_anchor(name)})"
    if "anyOf" in setting:
        return " or ".join(_type(choice, whole) for choice in setting["anyOf"])
    if "const" in setting:
        return "`true`"
    match setting.get("type"):
        case "array":
            return f"list of {_type(setting['items'], whole)}"
        case "object" if "patternProperties" in setting:
            return "name: " + " ".join(_type(entry, whole) for entry in setting["patternProperties"].values())
        case "object":
            return str(setting.get("title", "mapping"))
        case "boolean":
            return "`true` or `false`"
        case "integer":
            return "number"
        case _:
            return str(setting.get("title", "text"))


def _codes() -> str:
    rows = "\n".join(
        f"| `{code}` | {'warning' if code.severity is Severity.WARNING else 'error'} | {code.means} |" for code in Code
    )
    return f"An error refuses the contract; a warning does not.\n\n| code | | meaning |\n| --- | --- | --- |\n{rows}"
