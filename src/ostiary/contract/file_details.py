"""The file a user writes, as types: what clients may ask for in detail (RFC 9396)."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from ostiary.contract.model import MemberType
from ostiary.contract.setting import Setting
from ostiary.contract.words import Flag, ScopeName, Words, written_like

DetailName = Annotated[
    str,
    written_like(
        r"^[\x21\x23-\x5b\x5d-\x7e]{1,128}$",
        "type",
        "This is not a type of authorization details.",
        "Use printable ASCII without space, quote and backslash.",
    ),
]
MemberPath = Annotated[
    str,
    written_like(
        r"^[A-Za-z_][A-Za-z0-9_]{0,63}(\.[A-Za-z_][A-Za-z0-9_]{0,63}){0,3}$",
        "member",
        "This is not the name of a member.",
        "Write `amount`, or `instructedAmount.amount` for a member of a member.",
    ),
]


def _as_member(value: object) -> object:
    return {"type": value} if isinstance(value, str) else value


class Member(Setting):
    """A member of authorization details. Its type alone stands for `{type: ...}`."""

    type: MemberType
    """`text`, `number`, `flag` (true or false), or `texts` (a list of texts)."""
    one_of: tuple[Words, ...] = ()
    """The texts that it may be. By default any text of one line."""
    optional: Flag = False
    """Whether it may be left out."""


MemberText = Annotated[Member, BeforeValidator(_as_member, json_schema_input_type=MemberType | Member)]


class Detail(Setting):
    """A type of authorization details: what it may hold, and how the person reads it. Nothing else is taken."""

    says: Words
    """What the person reads; `{name}` stands for the value of a member. Members that are not named stand below it."""
    scope: ScopeName
    """The scope that it goes with: a request has to ask for both, and a role of the person has to have it."""
    members: Annotated[dict[MemberPath, MemberText], Field(min_length=1)]
    """Its members beside `type`; a dot leads into a member, as in `amount.currency`."""
