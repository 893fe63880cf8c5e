"""The file a user writes: read, check, expand the kinds, compare two versions."""

from ostiary.contract.deployment import Deployment
from ostiary.contract.mistakes import Code, ContractBroken, Mistake, Severity
from ostiary.contract.model import Contract
from ostiary.contract.read import Reading, check, load, load_for_up, read
from ostiary.contract.sources import SecretSource, Sources, SourceUnavailable

__all__ = [
    "Code",
    "Contract",
    "ContractBroken",
    "Deployment",
    "Mistake",
    "Reading",
    "SecretSource",
    "Severity",
    "SourceUnavailable",
    "Sources",
    "check",
    "load",
    "load_for_up",
    "read",
]
