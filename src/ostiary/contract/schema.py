"""The JSON Schema of the contract (2020-12), from the same types that read it. Editors complete and check with it."""

import json
from typing import Any

from ostiary.contract.file import ContractFile
from ostiary.contract.quantities import in_words, size_in_words

_TITLE = "Ostiary contract"
_WRITTEN = {"duration": in_words, "timeout": lambda seconds: in_words(int(seconds)), "size": size_in_words}
"""How a default of these types is written in the file."""


def schema() -> dict[str, Any]:
    """The schema as JSON values."""
    generated = ContractFile.model_json_schema()
    generated["title"] = _TITLE
    for definition in (generated, *generated["$defs"].values()):
        for name, setting in definition.get("properties", {}).items():
            definition["properties"][name] = _as_written(setting)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated}


def schema_text() -> str:
    """The file `docs/ostiary.schema.json`, and what `ostiary schema` prints."""
    return json.dumps(schema(), indent=2) + "\n"


def _as_written(setting: dict[str, Any]) -> dict[str, Any]:
    """Left out is written by leaving it out, not as null; a default looks as in the file."""
    if "anyOf" in setting:
        choices = [choice for choice in setting["anyOf"] if choice != {"type": "null"}]
        setting = {**setting, "anyOf": choices}
        if len(choices) == 1:
            setting = {**choices[0], **_without(setting, "anyOf", "title")}
    if "patternProperties" in setting:
        setting = {**setting, "additionalProperties": False}
    if setting.get("default", "") is None:
        setting = _without(setting, "default")
    written = _WRITTEN.get(setting.get("title", ""))
    if written is not None and "default" in setting:
        setting = {**setting, "default": written(setting["default"])}
    return setting


def _without(setting: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in setting.items() if name not in names}
