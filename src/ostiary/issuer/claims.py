"""Claims about a person: which scopes and which `claims` parameter bring which, and their values
(OpenID Connect Core sections 5.1, 5.4 and 5.5)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import orjson

from ostiary.contract.rights import EMAIL, PROFILE
from ostiary.issuer.records import Grant
from ostiary.keys.strict_json import NotStrictJson, parse_object
from ostiary.model.errors import InvalidRequest
from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason
from ostiary.people.records import Person

USERINFO: Final = "userinfo"
ID_TOKEN: Final = "id_token"  # noqa: S105  # a member of the `claims` parameter, not a secret
MOST_BYTES: Final = 4096

OF_SCOPE: Final[Mapping[Scope, tuple[str, ...]]] = {
    PROFILE: ("name", "preferred_username"),
    EMAIL: ("email",),
}

_VALUES: Final[Mapping[str, Callable[[Person], str | None]]] = {
    "name": lambda person: person.name,
    "preferred_username": lambda person: person.login,
    "email": lambda person: person.email,
}
"""Claims that a person has. A claim that is not here is not answered, as section 5.5.1 wants it."""

SUPPORTED: Final = ("sub", "auth_time", "acr", "amr", "sid", *_VALUES)


def of_scopes(scopes: Iterable[Scope]) -> frozenset[str]:
    """The claims that scopes bring to userinfo (section 5.4)."""
    return frozenset(name for scope in scopes for name in OF_SCOPE.get(scope, ()))


def read_claims_parameter(text: str) -> str:
    """The `claims` parameter as canonical JSON, as a grant keeps it. Raises InvalidRequest (section 5.5)."""
    try:
        asked = parse_object(text.encode())
    except NotStrictJson:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "claims") from None
    members = {name: asked.get(name) or {} for name in (USERINFO, ID_TOKEN)}
    if len(text) > MOST_BYTES or not all(_is_request(member) for member in members.values()):
        raise InvalidRequest(Reason.PARAMETER_INVALID, "claims")
    return orjson.dumps(members, option=orjson.OPT_SORT_KEYS).decode()


def _is_request(member: object) -> bool:
    """Each claim's member is null or an object (section 5.5.1)."""
    return isinstance(member, dict) and all(value is None or isinstance(value, dict) for value in member.values())


def requested(claims: str | None, place: str) -> frozenset[str]:
    """The claims that a grant's `claims` ask for in `place`: USERINFO or ID_TOKEN."""
    return frozenset() if claims is None else frozenset(orjson.loads(claims)[place])


def released(claims: str | None) -> frozenset[str]:
    """Everything about the person that the `claims` parameter asks for and gets, for the consent page."""
    return (requested(claims, USERINFO) | requested(claims, ID_TOKEN)) & _VALUES.keys()


def about(person: Person, names: Iterable[str]) -> dict[str, object]:
    """Values of those claims that the person has."""
    known = {name: _VALUES[name](person) for name in names if name in _VALUES}
    return {name: value for name, value in known.items() if value is not None}


def about_sign_in(grant: Grant) -> dict[str, object]:
    """How and when the person signed in (section 2)."""
    return {"auth_time": grant.auth_time, "acr": grant.acr, "amr": list(grant.amr), "sid": grant.session}
