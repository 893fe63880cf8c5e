"""Clients of the admin API beside a contract: judged by its checks, found at their places, and never in its names."""

import json
from typing import Any

import pytest

from contract_door import TEXT, changed, of_code, read_door
from ostiary.contract.admin_clients import admitted, taken
from ostiary.contract.admin_records import AdminClient
from ostiary.contract.draft import Draft
from ostiary.contract.judged import Judged, judge
from ostiary.contract.mistakes import Code
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.ids import ClientId, TokenHash

SETTINGS: dict[str, Any] = {"kind": "service", "scopes": ["orders.read"], "credential": "secret"}
HASH = TokenHash(b"h" * 32)


def draft() -> Draft:
    found = read_door(TEXT).draft
    assert found is not None
    return found


def judged(**changes: Any) -> Judged:
    return judge(draft(), "made", {**SETTINGS, **changes}, (HASH,))


def kept(id: str, ended_at: int | None = None, **changes: Any) -> AdminClient:
    return AdminClient(ClientId(id), json.dumps({**SETTINGS, **changes}), HASH, None, 0, 0, ended_at)


def test_one_without_a_mistake_is_as_in_the_contract() -> None:
    rule = judged().rule
    assert rule is not None
    assert (rule.id, rule.secret_hashes, rule.admin) == ("made", (HASH,), True)


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"scopes": ["orders.read", "orders.rea"]}, "/scopes/1", Code.UNKNOWN_SCOPE),
        ({"scops": []}, "/scops", Code.UNKNOWN_KEY),
        ({"allow_ips": ["10.0.0.1/8"]}, "/allow_ips/0", Code.BAD_NETWORK),
        ({"a/b~c": 1}, "/a~1b~0c", Code.UNKNOWN_KEY),
        ({"redirect_uris": ["https://a.example/"]}, "/redirect_uris", Code.SETTING_NOT_FOR_KIND),
        (
            {"insecure_access_token_lifetime": {"value": "2h", "because": "b"}},
            "/insecure_access_token_lifetime",
            Code.SETTING_NOT_FOR_KIND,
        ),
        ({"credential": "api-key"}, "/credential", Code.CREDENTIAL_NOT_FOR_KIND),
    ],
)
def test_a_mistake_is_found_at_its_place(changes: dict[str, Any], pointer: str, code: Code) -> None:
    found = judged(**changes)
    assert found.rule is None
    assert (pointer, code) in {(each.pointer, each.mistake.code) for each in found.mistakes}


def test_what_a_public_key_is_called_by_is_no_setting() -> None:
    """A JWK may have members of any name (RFC 7517 section 4); the same name outside of it is a setting."""
    key = {**SigningPrivateKey.generate().public.to_jwk(), "file": "f"}
    own = {"credential": "private-key-jwt", "jwks": {"keys": [key]}}
    assert "/jwks/keys/0/file" not in [each.pointer for each in judged(**own).mistakes]
    assert "/certificate/file" in [each.pointer for each in judged(certificate={"file": "f"}).mistakes]


def test_an_odd_name_is_none() -> None:
    assert judge(draft(), "a b", SETTINGS).rule is None
    assert judge(draft(), "a-b", SETTINGS).rule is not None


def test_who_does_not_hold_any_more_keeps_out_nobody_else() -> None:
    contract = read_door(TEXT).contract
    assert contract is not None
    clients = [kept("good"), kept("lost", scopes=["gone"]), kept("over", ended_at=1)]
    assert admitted(draft(), contract, clients, {}).rules.keys() == {"good"}
    assert admitted(draft(), contract, [*clients, kept("shop")], {}).rules.keys() == {"good"}


@pytest.mark.parametrize("ended_at", [None, 1])
def test_the_contract_takes_no_name_that_was_given(ended_at: int | None) -> None:
    assert [mistake.code for mistake in taken(draft(), [kept("site", ended_at)])] == [Code.KEY_REPEATED]
    assert not taken(draft(), [kept("sight", ended_at)])


def test_the_admin_api_is_on_this_machine_alone() -> None:
    text, place = changed(TEXT + "admin_api: true\n", "admin: 127.0.0.1:9443", "admin: »10.0.0.1:9443")
    assert of_code(read_door(text).mistakes, Code.TLS_MISSING) == [place]
    assert read_door(TEXT + "admin_api: true\n").contract is not None
    assert read_door(TEXT.replace("admin: 127.0.0.1:9443", "admin: 10.0.0.1:9443")).contract is not None
