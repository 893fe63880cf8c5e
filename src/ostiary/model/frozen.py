"""How a class of values is declared (docs/adr/0027)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(of: type[T], /) -> type[T]: ...


@overload
def frozen(*, kw_only: bool = ..., order: bool = ...) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    of: type[T] | None = None, /, *, kw_only: bool = False, order: bool = False
) -> type[T] | Callable[[type[T]], type[T]]:
    """A dataclass with slots whose instances are equal where their fields are, may be hashed, and never change.

    That nobody changes them, the type checker sees to: one that guards itself takes four times as long to make.
    """
    declared: Callable[[type[T]], type[T]] = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only, order=order)
    return declared if of is None else declared(of)
