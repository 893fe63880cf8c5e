"""The OpenAPI document of the admin API, with the schema of a client from the type that judges it."""

from typing import Any

from ostiary import __version__
from ostiary.contract.file_client import Client

_MATCH = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
_ID = {"name": "client_id", "in": "path", "required": True, "schema": {"type": "string"}}


def document() -> dict[str, Any]:
    """OpenAPI 3.1."""
    schema = Client.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ostiary: clients", "version": __version__},
        "security": [{"token": []}],
        "paths": {
            "/v1/clients": {"get": _does("All clients."), "post": _does("Make a client.", _new(), status="201")},
            "/v1/clients/{client_id}": {
                "parameters": [_ID],
                "get": _does("One client; its version is the ETag."),
                "put": _does("Change all of it.", _named("Client"), _MATCH),
                "delete": _does("End it; its name stays its own.", None, _MATCH),
            },
            "/v1/clients/{client_id}/secret": {
                "parameters": [_ID],
                "post": _does("A new secret, shown here alone; the one before stays good.", None, _MATCH),
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**parts, "Client": schema},
        },
    }


def _named(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _new() -> dict[str, Any]:
    properties = {"client_id": {"type": "string"}, "settings": _named("Client")}
    return {"type": "object", "required": ["client_id", "settings"], "properties": properties}


def _does(
    what: str, body: dict[str, Any] | None = None, *parameters: dict[str, Any], status: str = "200"
) -> dict[str, Any]:
    made: dict[str, Any] = {"summary": what, "responses": {status: {"description": "Done."}, "default": _PROBLEM}}
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return made | ({"parameters": list(parameters)} if parameters else {})


_PROBLEM = {"description": "A problem (RFC 9457).", "content": {"application/problem+json": {}}}
