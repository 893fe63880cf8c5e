"""What OpenID Connect adds to an authorization request (OpenID Connect Core sections 3.1.2.1 and 5.5)."""

import re
from enum import StrEnum
from typing import Any, Final

import orjson

from ostiary.issuer.claims import ID_TOKEN, read_claims_parameter
from ostiary.issuer.form import Parameters
from ostiary.issuer.id_token_hint import IdTokenHint, require_own_id_token
from ostiary.issuer.registry import Registry
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidRequest
from ostiary.model.ids import Subject
from ostiary.model.reasons import Reason

_SECONDS: Final = re.compile(r"[0-9]{1,9}")


class Prompt(StrEnum):
    """OpenID Connect Core section 3.1.2.1."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


def require_prompts(parameters: Parameters) -> frozenset[Prompt]:
    """Raise InvalidRequest for an unknown prompt, or `none` beside another."""
    try:
        prompts = frozenset(map(Prompt, parameters.get("prompt", "").split()))
    except ValueError:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "prompt") from None
    if Prompt.NONE in prompts and len(prompts) > 1:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "prompt")
    return prompts


def require_max_age(parameters: Parameters) -> int | None:
    """Raise InvalidRequest unless it is a number of seconds."""
    text = parameters.get("max_age")
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise InvalidRequest(Reason.PARAMETER_INVALID, "max_age")
    return int(text)


def require_claims(parameters: Parameters) -> str | None:
    """The `claims` parameter as canonical JSON. Raises InvalidRequest (OpenID Connect Core section 5.5)."""
    text = parameters.get("claims")
    return None if text is None else read_claims_parameter(text)


def require_hint(parameters: Parameters, keys: KeySet, registry: Registry) -> IdTokenHint | None:
    """Raises InvalidRequest where the `id_token_hint` is not an ID token of ours."""
    hint = parameters.get("id_token_hint")
    return None if hint is None else require_own_id_token(hint, keys, registry.issuer)


def named_subjects(claims: str | None, hint: IdTokenHint | None) -> frozenset[Subject] | None:
    """Whom the request is about, by its hint (section 3.1.2.2) and by what the `sub` claim is to be (section 5.5.1);
    None: anybody."""
    by_claim = _values(claims, "sub")
    named = None if by_claim is None else frozenset(map(Subject, by_claim))
    if hint is None:
        return named
    return frozenset({hint.subject}) if named is None else named & {hint.subject}


def needed_acrs(claims: str | None) -> frozenset[str] | None:
    """The sign-ins that an essential `acr` claim allows (section 5.5.1.1); None: any. `acr_values` and claims that are
    not essential are wishes."""
    return _values(claims, "acr") if _asked(claims, "acr").get("essential") is True else None


def _values(claims: str | None, name: str) -> frozenset[str] | None:
    """What an ID token's claim may be; None: anything. Only text can be what these claims are."""
    asked = _asked(claims, name)
    if "value" in asked:
        listed = [asked["value"]]
    elif isinstance(asked.get("values"), list):
        listed = asked["values"]
    else:
        return None
    return frozenset(value for value in listed if isinstance(value, str))


def _asked(claims: str | None, name: str) -> dict[str, Any]:
    """The member of one claim in the canonical JSON that `require_claims` made."""
    return {} if claims is None else orjson.loads(claims)[ID_TOKEN].get(name) or {}
