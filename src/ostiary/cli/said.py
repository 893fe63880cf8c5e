"""What commands print, and how they end: 0 done, 1 refused or not found, 2 misused."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Final, NoReturn, TypeVar

import typer
from rich.console import Console

from ostiary.contract.mistakes import ContractBroken, Severity
from ostiary.keys.master import MasterKeyInvalid, SealBroken
from ostiary.server.children import ChildDied
from ostiary.server.control import NobodyIsUp
from ostiary.server.place import AddressTaken, TlsUnusable
from ostiary.server.state import StateUnusable
from ostiary.store.interface import StoreUnavailable

R = TypeVar("R")
UNFOLDED: Final = 160
"""Columns."""


def fail(why: str) -> NoReturn:
    """Say on standard error what went wrong, and end with 1."""
    typer.echo(f"ostiary: {why}", err=True)
    raise typer.Exit(1)


def fail_unknown(what: str, name: str, known: Iterable[str]) -> NoReturn:
    """The contract has none of this name, but perhaps one that was meant."""
    names = sorted(known)
    nearest = get_close_matches(name, names, n=1)
    hint = f"Did you mean {nearest[0]}?" if nearest else f"It has: {', '.join(names) or 'none'}."
    fail(f"the contract has no {what} {name}. {hint}")


def wide_console() -> Console:
    """As wide as the terminal; elsewhere wide enough that no table is folded."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=UNFOLDED)


def print_json(value: Any) -> None:
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_rows(rows: Sequence[R], line: Callable[[R], str], *, as_json: bool) -> None:
    """Each in a line of its own, or all of them as JSON."""
    if as_json:
        print_json(rows)
        return
    for row in rows:
        typer.echo(line(row))


@contextmanager
def expected_errors() -> Iterator[None]:
    """What can go wrong on a well-kept machine is said in one line, not in a traceback."""
    try:
        yield
    except ContractBroken as broken:
        for mistake in broken.mistakes:
            place = f"{mistake.file}:{mistake.line}:{mistake.column}"
            typer.echo(
                f"{place}: {mistake.severity.value}: {mistake.says} {mistake.mend} [{mistake.code.value}]", err=True
            )
        refused = any(mistake.severity is Severity.ERROR for mistake in broken.mistakes)
        fail("the contract is refused" if refused else "the contract needs a secret that cannot be read here")
    except NobodyIsUp as error:
        fail(f"no `ostiary up` runs on {error}")
    except StoreUnavailable as error:
        fail(f"the store cannot be read or written: {error}")
    except SealBroken as error:
        fail(f"the signing keys in the store do not open under this master key: {error}")
    except (StateUnusable, AddressTaken, MasterKeyInvalid, TlsUnusable, ChildDied) as error:
        fail(str(error))
    except FileExistsError as error:
        fail(f"{error.filename} is no folder")
    except OSError as error:
        if error.strerror is None:
            raise
        fail(error.strerror if error.filename is None else f"{error.filename}: {error.strerror}")
