"""How a contract writes numbers with units: `5m`, `64KiB`, `100k/day`. Parsers raise `ValueError` on all else."""

import re
from datetime import UTC, date, datetime, time

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_PERIODS = {
    **dict.fromkeys(("s", "sec", "second"), 1),
    **dict.fromkeys(("m", "min", "minute"), 60),
    **dict.fromkeys(("h", "hour"), 3600),
    **dict.fromkeys(("d", "day"), 86400),
}
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_TIMES = {"": 1, "k": 1000, "M": 1_000_000}

DURATION = r"^[0-9]{1,9}(s|m|h|d|w)$"
TIMEOUT = r"^[0-9]{1,9}(ms|s|m|h)$"
SIZE = r"^[0-9]{1,9}(B|KiB|MiB|GiB)$"
DAY = r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"
RATE = r"^[0-9]{1,9}(k|M)?/(s|sec|second|m|min|minute|h|hour|d|day)$"


def _split(pattern: str, text: str) -> tuple[int, str]:
    if not re.match(pattern, text) or text.endswith("\n"):
        raise ValueError("not a quantity")
    digits = re.match(r"[0-9]+", text)
    assert digits is not None
    return int(digits[0]), text[digits.end() :]


def seconds(text: str) -> int:
    """Of a duration: whole seconds, at least one."""
    count, unit = _split(DURATION, text)
    return _positive(count * _SECONDS[unit])


def fraction(text: str) -> float:
    """Of a timeout: seconds, with thousandths."""
    count, unit = _split(TIMEOUT, text)
    return _positive(count) / 1000 if unit == "ms" else float(_positive(count * _SECONDS[unit]))


def size(text: str) -> int:
    """Of a size: bytes; 0 is one."""
    count, unit = _split(SIZE, text)
    return count * _BYTES[unit]


def rate(text: str) -> tuple[int, int]:
    """Of a rate: how many, in how many seconds."""
    count, rest = _split(RATE, text)
    factor, period = rest.split("/")
    return _positive(count * _TIMES[factor]), _PERIODS[period]


def day(text: str) -> int:
    """Of a day of this century: its first moment (UTC), in seconds since the epoch."""
    if not re.match(DAY, text) or text.endswith("\n"):
        raise ValueError("not a day")
    return int(datetime.combine(date.fromisoformat(text), time(), UTC).timestamp())


def day_in_words(moment: int) -> str:
    """The day (UTC) of a moment, as a contract writes it."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _positive(number: int) -> int:
    if number < 1:
        raise ValueError("nothing")
    return number


def in_words(number: int) -> str:
    """A duration as a contract writes it, in its largest whole unit."""
    for unit in ("d", "h", "m"):
        if number % _SECONDS[unit] == 0:
            return f"{number // _SECONDS[unit]}{unit}"
    return f"{number}s"


def size_in_words(number: int) -> str:
    """A size as a contract writes it, in its largest whole unit."""
    for unit in ("GiB", "MiB", "KiB"):
        if number and number % _BYTES[unit] == 0:
            return f"{number // _BYTES[unit]}{unit}"
    return f"{number}B"
