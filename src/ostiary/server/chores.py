"""What a process does beside its requests, again and again."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from ostiary.store.interface import StoreUnavailable

_LOG = logging.getLogger("ostiary.chores")


async def again(every: float, do: Callable[[], Awaitable[object]]) -> NoReturn:
    """Do it, wait so many seconds, and so on until cancelled. No error ends it: a store that is away is asked again,
    and any other is in the log once, until it is another one or none."""
    told: type[Exception] | None = None
    while True:
        try:
            await do()
            told = None
        except StoreUnavailable:
            pass
        except Exception as error:  # noqa: BLE001  # whatever it is, the next time may do better
            if type(error) is not told:
                told = type(error)
                tell(_LOG, f"it is tried again every {every:g} s", error)
        await asyncio.sleep(every)


def tell(log: logging.Logger, what: str, error: Exception) -> None:
    """Say what came of an error that nobody expected, and where it happened."""
    log.error("%s; %s\n%s", type(error).__name__, what, where(error))


def tell_of_nobody_s(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Of what failed where nobody waits for it, which a loop would tell with the error's text."""
    error = context.get("exception")
    if isinstance(error, Exception):
        tell(_LOG, "nobody waited for it", error)
    else:
        loop.default_exception_handler(context)


def where(error: Exception) -> str:
    """Where it happened, and nothing of what was handled: an exception's text may hold it."""
    return "".join(traceback.format_tb(error.__traceback__))
