"""What all parts of the file share: nothing unknown is taken, nothing changes, a weakening gives its reason."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ostiary.contract.words import FilePath, Seconds, Words


class Setting(BaseModel):
    """A mapping of the file. The docstring under a field is its description."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)


class Insecure(Setting):
    """A setting that weakens what is safe by default; the reason is recorded in the audit log at every start."""

    because: Words
    """Why this is acceptable here."""


class InsecureYes(Insecure):
    """A safeguard that is switched off."""

    value: Annotated[Literal[True], Field(title="true")]
    """That it is so."""


class InsecureDuration(Insecure):
    """A longer time than the kind's."""

    value: Seconds
    """What applies."""


class InsecureFile(Insecure):
    """A file in place of what is published."""

    value: FilePath
    """Its path, from the contract's folder."""
