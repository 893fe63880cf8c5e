"""What comes to the admin API: its methods and paths, which clients of many, which version, and the JSON of a body."""

from collections.abc import Mapping, Sequence
from typing import Final

from ostiary.contract.admin_records import AdminClient
from ostiary.issuer.form import read_parameters
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.errors import BadRequest, MethodNotAllowed, NotFound, PreconditionFailed, PreconditionRequired
from ostiary.model.reasons import Reason
from ostiary.server.admin import Asked

METHODS: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("openapi.json",): ("GET",),
    ("clients",): ("GET", "POST"),
    ("clients", "{client_id}"): ("GET", "PUT", "DELETE"),
    ("clients", "{client_id}", "secret"): ("POST",),
}
"""Of each path below `/v1/`."""
AT_ONCE: Final = 100
MOST_AT_ONCE: Final = 1000
"""Clients of one answer."""
JSON: Final = "application/json"


def entity_tag(client: AdminClient) -> str:
    """Of this version of it (RFC 9110 section 8.8.3)."""
    return f'"{client.version}"'


def require_method(method: str, steps: Sequence[str]) -> None:
    """Raise NotFound for a path that is none, and MethodNotAllowed for a method that it does not have."""
    named = tuple("{client_id}" if at == 1 else step for at, step in enumerate(steps))
    allowed = METHODS.get(named)
    if allowed is None:
        raise NotFound(Reason.ROUTE_UNKNOWN)
    if method not in allowed:
        raise MethodNotAllowed(Reason.METHOD_NOT_ALLOWED, allowed)


def require_version(client: AdminClient, if_match: bytes | None) -> None:
    """Raise PreconditionRequired where no version is named, which `*` does not either, and PreconditionFailed where it
    is another one, to the letter (RFC 6585 section 3, RFC 9110 section 13.1.1)."""
    if if_match is None or if_match.strip() == b"*":
        raise PreconditionRequired(Reason.VERSION_NOT_NAMED)
    if entity_tag(client).encode() not in (tag.strip() for tag in if_match.split(b",")):
        raise PreconditionFailed(Reason.CLIENT_CHANGED)


def read_page(query: str) -> tuple[int, str]:
    """How many, and after which one. Raises InvalidRequest, BadRequest."""
    asked = read_parameters(query.encode("latin-1"))
    limit = asked.get("limit", str(AT_ONCE))
    if asked.keys() - {"limit", "after"} or not limit.isascii() or not limit.isdigit() or len(limit) > 4:
        raise BadRequest(Reason.PARAMETER_INVALID, "limit and after")
    if not 0 < int(limit) <= MOST_AT_ONCE:
        raise BadRequest(Reason.PARAMETER_INVALID, "limit")
    return int(limit), asked.get("after", "")


def read_object(asked: Asked) -> dict[str, object]:
    """Raises BadRequest."""
    kind = (asked.field(b"content-type") or b"").partition(b";")[0].strip().lower()
    try:
        if kind != JSON.encode():
            raise NotStrictJson
        return parse_object(asked.body)
    except NotStrictJson:
        raise BadRequest(Reason.REQUEST_MALFORMED, "a JSON object") from None
