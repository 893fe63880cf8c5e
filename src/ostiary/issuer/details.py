"""Rich authorization requests (RFC 9396): what exactly a client wants, held to the types of the contract.

Details are kept as canonical JSON: an array of objects with sorted members. None stands for none.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from ostiary.contract.model import ClientRule, Contract, DetailRule, MemberRule, MemberType
from ostiary.issuer.form import Parameters
from ostiary.issuer.readable import is_stacked, is_unseen
from ostiary.issuer.resources import Target
from ostiary.keys.strict_json import NotStrictJson, parse_array
from ostiary.model.errors import AccessDenied, InvalidAuthorizationDetails
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope
from ostiary.model.reasons import Reason

PARAMETER: Final = "authorization_details"
MOST: Final = 20
MOST_BYTES: Final = 8192
MOST_CHARACTERS: Final = 500
MOST_TEXTS: Final = 50
MOST_NUMBER: Final = 2**53 - 1
"""Beyond it parsers read different numbers (RFC 7493 section 2.2)."""

Element = Mapping[str, Any]


@frozen
class Told:
    """One element in words: a sentence, and every member that it does not have."""

    says: str
    rest: tuple[tuple[str, str], ...]


def read_details(parameters: Parameters) -> str | None:
    """The details that are asked for, as canonical JSON. Raises InvalidAuthorizationDetails for what is no array of
    objects with a `type` (section 2)."""
    text = parameters.get(PARAMETER)
    if text is None:
        return None
    try:
        elements = parse_array(text.encode())
    except NotStrictJson:
        raise _invalid() from None
    if not 0 < len(elements) <= MOST or len(text) > MOST_BYTES:
        raise _invalid()
    if not all(isinstance(element, dict) and isinstance(element.get("type"), str) for element in elements):
        raise _invalid()
    return _written(elements)


def require_details(
    details: str | None, client: ClientRule, scopes: frozenset[Scope], contract: Contract
) -> str | None:
    """Raise InvalidAuthorizationDetails for a type that is unknown, not the client's, or goes with a scope that is not
    asked for; and for a member that its type does not have, or lacks (section 5)."""
    for element in elements_of(details):
        _require_element(element, client, scopes, contract)
    return details


def _require_element(element: Element, client: ClientRule, scopes: frozenset[Scope], contract: Contract) -> None:
    rule = contract.details.get(element["type"])
    if rule is None:
        raise _invalid()
    if rule.name not in client.details or rule.scope not in scopes:
        raise InvalidAuthorizationDetails(Reason.DETAILS_NOT_ALLOWED, PARAMETER)
    _require_members(element, rule)


def _require_members(element: Element, rule: DetailRule) -> None:
    values = dict(_leaves(element, ""))
    needed = {name for name, member in rule.members.items() if not member.optional}
    if not needed <= values.keys() or not values.keys() <= rule.members.keys():
        raise _invalid()
    if not all(_fits(value, rule.members[name]) for name, value in values.items()):
        raise _invalid()


def _leaves(element: Element, path: str) -> Iterator[tuple[str, Any]]:
    """Every value with its path. A name with a dot is refused: it would read as two."""
    for name, value in element.items():
        if "." in name:
            raise _invalid()
        if isinstance(value, dict) and value:
            yield from _leaves(value, f"{path}{name}.")
        elif path or name != "type":
            yield path + name, value


def _fits(value: object, member: MemberRule) -> bool:
    match member.type:
        case MemberType.TEXT:
            return _is_text(value, member)
        case MemberType.NUMBER:
            return type(value) in (int, float) and abs(value) <= MOST_NUMBER  # type: ignore[arg-type]  # a number
        case MemberType.FLAG:
            return type(value) is bool
        case MemberType.TEXTS:
            listed = isinstance(value, list) and 0 < len(value) <= MOST_TEXTS
            return listed and all(_is_text(each, member) for each in value)  # type: ignore[attr-defined]  # a list


def _is_text(value: object, member: MemberRule) -> bool:
    """One line that looks like what it is: no control character, none that turns the direction of writing, none that
    nobody sees, and no pile of marks that hides what stands around it."""
    if not isinstance(value, str) or not 0 < len(value) <= MOST_CHARACTERS or not value.isprintable():
        return False
    if any(map(is_unseen, value)) or is_stacked(value):
        return False
    return not member.one_of or value in member.one_of


def require_grantable(details: str | None, scopes: frozenset[Scope], contract: Contract) -> None:
    """Raise AccessDenied for details that go with a scope that the person cannot give."""
    if any(contract.details[element["type"]].scope not in scopes for element in elements_of(details)):
        raise AccessDenied(Reason.SCOPE_NOT_ALLOWED)


def require_own(asked: str | None, target: Target, client: ClientRule, contract: Contract) -> Target:
    """What a client that acts for itself asks for. Raises InvalidAuthorizationDetails as `require_details`."""
    if asked is None:
        return target
    return replace(target, details=require_details(asked, client, target.scopes, contract))


def require_granted(
    asked: str | None, granted: str | None, target: Target, client: ClientRule, contract: Contract
) -> Target:
    """With that of what was granted which is asked for, else all of it that the contract and the scopes still allow.

    Raises InvalidAuthorizationDetails for an element that was not granted just so, or not as often (section 6.1).
    """
    if asked is granted is None:
        return target
    still = [each for each in elements_of(granted) if _is_allowed(each, client, target.scopes, contract)]
    wanted = still if asked is None else elements_of(asked)
    if not Counter(map(_written, wanted)) <= Counter(map(_written, still)):
        raise InvalidAuthorizationDetails(Reason.DETAILS_NOT_GRANTED, PARAMETER)
    return replace(target, details=_written(wanted) if wanted else None)


def _is_allowed(element: Element, client: ClientRule, scopes: frozenset[Scope], contract: Contract) -> bool:
    """Whether the client could ask for it as the contract is now."""
    try:
        _require_element(element, client, scopes, contract)
    except InvalidAuthorizationDetails:
        return False
    return True


def _written(details: object) -> str:
    """In the one way: to Python, `true` is also 1."""
    return orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode()


def in_words(details: str | None, contract: Contract) -> tuple[Told, ...]:
    """How the details are told to the person: nothing that is in them is left out."""
    return tuple(_told(element, contract.details[element["type"]]) for element in elements_of(details))


def _told(element: Element, rule: DetailRule) -> Told:
    values = {name: _in_words(value) for name, value in _leaves(element, "")}
    says = "".join(values[part] if is_name else part for is_name, part in rule.says)
    named = {part for is_name, part in rule.says if is_name}
    return Told(says, tuple((name, value) for name, value in values.items() if name not in named))


def _in_words(value: object) -> str:
    match value:
        case list():
            return ", ".join(value)
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def types_of(details: str | None) -> tuple[str, ...]:
    """For the audit log, which has no values."""
    return tuple(element["type"] for element in elements_of(details))


def elements_of(details: str | None) -> list[dict[str, Any]]:
    """As tokens and answers carry them."""
    return [] if details is None else orjson.loads(details)


def _invalid() -> InvalidAuthorizationDetails:
    return InvalidAuthorizationDetails(Reason.DETAILS_INVALID, PARAMETER)
