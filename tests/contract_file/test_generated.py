"""The published schema and the reference are those of the types that read a contract."""

import json
import re

from ostiary.contract.file import ContractFile
from ostiary.contract.file_client import Client
from ostiary.contract.mistakes import Code
from ostiary.contract.profiles import PROFILES, SETTINGS
from ostiary.contract.reference import reference
from ostiary.contract.schema import schema, schema_text
from ostiary.model.principal import Kind

from .test_explain import explained


def test_every_setting_is_described() -> None:
    whole = schema()
    for definition in (whole, *whole["$defs"].values()):
        for name, setting in definition.get("properties", {}).items():
            described = setting.get("description") or whole["$defs"][setting["$ref"].rpartition("/")[2]]["description"]
            assert described.strip(), name


def test_the_schema_refuses_unknown_settings_everywhere() -> None:
    whole = schema()
    mappings = [part for part in (whole, *whole["$defs"].values()) if part["type"] == "object"]
    assert mappings
    assert all(part["additionalProperties"] is False for part in mappings)


def test_the_reference_has_every_setting_code_and_kind() -> None:
    page = reference()
    for name in ContractFile.model_fields:
        assert f"| `{name}` |" in page
    for code in Code:
        assert f"| `{code.value}` |" in page
    for kind in Kind:
        assert f"### {kind.value}\n" in page


def test_the_reference_and_the_explanation_have_every_line_of_every_profile() -> None:
    page = reference()
    for kind, sheet in PROFILES.items():
        lines = [getattr(sheet, name) for name in sheet.__slots__ if name != "says"]
        assert all(f"| {line.why} | {line.source} |" in page for line in lines), kind
        if kind is Kind.DEVICE:
            till = explained("till", "  robot:", "  till: {kind: device}\n  robot:")
            assert [(line.why, line.source) for line in till.lines] == [(line.why, line.source) for line in lines]


def test_every_kind_has_a_profile_and_settings_that_exist() -> None:
    assert set(PROFILES) == set(SETTINGS) == set(Kind)
    assert set.union(*map(set, SETTINGS.values())) == set(Client.model_fields)


def test_every_line_of_every_profile_has_a_reason_and_a_source() -> None:
    for sheet in PROFILES.values():
        lines = [getattr(sheet, name) for name in sheet.__slots__ if name != "says"]
        assert len(lines) == 18
        for line in lines:
            assert line.why.endswith(".")
            assert re.search(r"RFC \d+|OpenID Connect Core|JARM|Fetch Standard|OWASP", line.source)


def test_the_schema_is_json_that_editors_know() -> None:
    assert json.loads(schema_text())["$schema"] == "https://json-schema.org/draft/2020-12/schema"
