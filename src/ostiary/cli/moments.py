"""How commands read and print times."""

from datetime import UTC, datetime

import typer

from ostiary.cli.said import fail
from ostiary.contract.quantities import in_words
from ostiary.contract.quantities import seconds as parse_seconds


def moment(at: float) -> str:
    """Seconds since the epoch in ISO 8601, to a second."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def lifetime(text: str, longest: int, what: str) -> int:
    """The seconds of a duration such as `90d`. Ends the command where it is none (with 2), or
    longer than `what` lives."""
    try:
        given = parse_seconds(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a duration; write it as `90d`") from None
    if given > longest:
        fail(f"{what} lives at most {in_words(longest)}")
    return given
