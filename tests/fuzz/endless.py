"""Fuzzing until told to stop, with libFuzzer's options."""

import sys
from collections.abc import Callable


def fuzz(*targets: Callable[[bytes], object]) -> None:
    """Give the same bytes to each of them."""
    import atheris  # only where `make fuzz` installed it

    def every(data: bytes) -> None:
        for target in targets:
            target(data)

    atheris.instrument_all()
    atheris.Setup(sys.argv, every)
    atheris.Fuzz()
