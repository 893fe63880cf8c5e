"""Answers of the admin API, as JSON."""

import json

from ostiary.http.problem import TYPE
from ostiary.model.errors import MethodNotAllowed, Refusal
from ostiary.server.admin import Page
from ostiary.server.admin_changes import Invalid
from ostiary.server.admin_requests import JSON


def told(status: int, value: object, **fields: str) -> Page:
    return Page(status, json.dumps(value).encode(), JSON, tuple(fields.items()))


def problem(error: Refusal) -> Page:
    """What is refused (RFC 9457). `type` says which of all."""
    members: dict[str, object] = {"type": TYPE + error.reason.value, "title": error.public, "status": error.status}
    if isinstance(error, Invalid):
        members["mistakes"] = [
            {
                "pointer": each.pointer,
                "code": each.mistake.code.value,
                "severity": each.mistake.severity.value,
                "says": each.mistake.says,
                "mend": each.mistake.mend,
            }
            for each in error.mistakes
        ]
    members |= {"detail": error.detail} if error.detail else {}
    return Page(error.status, json.dumps(members).encode(), "application/problem+json", _fields(error))


def _fields(error: Refusal) -> tuple[tuple[str, str], ...]:
    match error:
        case MethodNotAllowed(allowed=methods):
            return (("allow", ", ".join(methods)),)
        case Refusal(status=401):
            return (("www-authenticate", "Bearer"),)
        case _:
            return ()
