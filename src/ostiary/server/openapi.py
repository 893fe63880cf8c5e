"""The OpenAPI document of the admin API, with the schema of a client from the type that judges it."""

import json
from typing import Any, Final

from ostiary import __version__
from ostiary.contract.file_client import Client
from ostiary.contract.judged import is_elsewhere
from ostiary.server.admin_requests import AT_ONCE, JSON, MOST_AT_ONCE

Part = dict[str, Any]
_REFUSED: Final = {
    "400": "malformed",
    "401": "without a token that lives",
    "403": "the token is for something else",
    "404": "there is none",
    "409": "the name is or was another's, it is not the admin API's to change, or somebody was first",
    "412": "not the version that If-Match names",
    "422": "`mistakes` says what is wrong, and where",
    "428": "no version is named",
    "503": "the store is away",
}
_ALWAYS: Final = ("400", "401", "403", "503")
_CHANGES: Final = ("404", "409", "412", "422", "428")


def document() -> Part:
    """OpenAPI 3.1."""
    schema = Client.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    for each in (schema, *parts.values()):
        each["properties"] = {name: of for name, of in each.get("properties", {}).items() if not is_elsewhere(name)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ostiary: clients", "version": __version__},
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": _PARAMETERS,
            "schemas": {**parts, "Client": schema, **_SCHEMAS},
        },
    }


def document_text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _paths() -> Part:
    id, match = _parameter("client_id"), _parameter("If-Match")
    return {
        "/v1/clients": {
            "get": _does("Clients by name.", "Clients", _parameter("limit"), _parameter("after")),
            "post": _does("Make a client.", "Told", body="New", status="201", refused=("409", "422")),
        },
        "/v1/clients/{client_id}": {
            "parameters": [id],
            "get": _does("One client; its version is the ETag.", "Told", refused=("404",)),
            "put": _does(
                "Change all of it.", "Told", match, body="Client", refused=("404", "409", "412", "422", "428")
            ),
            "delete": _does("End it; its name stays its own.", "Told", match, refused=_CHANGES),
        },
        "/v1/clients/{client_id}/secret": {
            "parameters": [id],
            "post": _does(
                "A new secret, shown here alone; the one before stays good until the next.",
                "Told",
                match,
                refused=_CHANGES,
            ),
        },
        "/v1/openapi.json": {"get": _does("This document.", None)},
    }


def _does(
    what: str,
    answer: str | None,
    *parameters: Part,
    body: str | None = None,
    status: str = "200",
    refused: tuple[str, ...] = (),
) -> Part:
    shape: Part = {"type": "object"} if answer is None else _named(answer)
    responses: Part = {status: {"description": "done", "content": {JSON: {"schema": shape}}}}
    if answer == "Told":
        responses[status]["headers"] = {"ETag": {"schema": _TEXT, "description": "Of clients of the admin API."}}
    problems = {"application/problem+json": {"schema": _named("Problem")}}
    responses |= {code: {"description": _REFUSED[code], "content": problems} for code in sorted({*_ALWAYS, *refused})}
    made: Part = {"summary": what, "responses": responses}
    if body is not None:
        made["requestBody"] = {"required": True, "content": {JSON: {"schema": _named(body)}}}
    return made | ({"parameters": list(parameters)} if parameters else {})


def _parameter(name: str) -> Part:
    return {"$ref": f"#/components/parameters/{name}"}


def _named(name: str) -> Part:
    return {"$ref": f"#/components/schemas/{name}"}


def _closed(required: tuple[str, ...], **properties: Part) -> Part:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


_TEXT: Final[Part] = {"type": "string"}
_PARAMETERS: Final[Part] = {
    "client_id": {"name": "client_id", "in": "path", "required": True, "schema": _TEXT},
    "If-Match": {"name": "If-Match", "in": "header", "required": True, "schema": _TEXT},
    "limit": {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE, "default": AT_ONCE},
    },
    "after": {"name": "after", "in": "query", "schema": _TEXT, "description": "`next` of the answer before."},
}
_STATES: Final = ("in force", "revoked", "ended", "shut out by the contract")
_SCHEMAS: Final[Part] = {
    "New": _closed(("client_id", "settings"), client_id=_TEXT, settings=_named("Client")),
    "Told": _closed(
        ("client_id", "source", "kind", "state"),
        client_id=_TEXT,
        source={"enum": ["contract", "admin", "registered"]},
        kind=_TEXT,
        state={"enum": list(_STATES)},
        settings=_named("Client"),
        version={"type": "integer", "minimum": 1},
        client_secret=_TEXT,
    ),
    "Clients": _closed(("clients",), clients={"type": "array", "items": _named("Told")}, next=_TEXT),
    "Mistake": _closed(
        ("pointer", "code", "severity", "says", "mend"),
        **dict.fromkeys(("pointer", "code", "severity", "says", "mend"), _TEXT),
    ),
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            "mistakes": {"type": "array", "items": _named("Mistake")},
        },
    },
}
