"""What all parts of the file share: nothing unknown is taken, nothing changes, a weakening gives its reason."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ostiary.contract.words import Words

T = TypeVar("T")


class Setting(BaseModel):
    """A mapping of the file. The docstring under a field is its description."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class Insecure(Setting, Generic[T]):
    """A setting that weakens what is safe by default; the reason is recorded in the audit log at every start."""

    value: T
    """What applies."""
    because: Words
    """Why this is acceptable here."""


Yes = Annotated[Literal[True], Field(title="true")]
