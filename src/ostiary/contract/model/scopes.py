"""What people let clients do: scopes, and types of authorization details, with their words."""

from collections.abc import Mapping
from enum import StrEnum

from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope


class MemberType(StrEnum):
    """What a member of authorization details holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    TEXTS = "texts"


@frozen
class MemberRule:
    """`one_of`: empty: any text."""

    type: MemberType
    one_of: frozenset[str] = frozenset()
    optional: bool = False


@frozen
class DetailRule:
    """A type of authorization details (RFC 9396)."""

    name: str
    says: tuple[tuple[bool, str], ...]
    """The words in parts, in order: a member whose value stands there (True), or text."""
    scope: Scope
    members: Mapping[str, MemberRule]
    """By their paths, with a dot between the name of a member and those of its own members."""


@frozen
class StepUp:
    """RFC 9470: what a scope asks of the sign-in."""

    acr: str | None
    max_age: int | None


@frozen
class ScopeRule:
    name: Scope
    says: str
    step_up: StepUp | None = None
