"""What a decision hands to the shell: a plan with either an answer or a refusal."""

from typing import Generic, TypeVar

from ostiary.model.errors import OAuthError
from ostiary.model.frozen import frozen
from ostiary.model.plan import Plan

A = TypeVar("A")


@frozen
class Decided(Generic[A]):
    """Allowed: `answer` may leave once `plan` is committed."""

    plan: Plan
    answer: A


@frozen
class Refused:
    """Not allowed, and something changes all the same: a replay revokes what it was about. A refusal that changes
    nothing is raised."""

    plan: Plan
    error: OAuthError


Decision = Decided[A] | Refused
