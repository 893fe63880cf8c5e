"""The way into the `ostiary` command and out of it: what a terminal or a disk does is told in a line too."""

import os
import sys


def main() -> None:
    """Run the command that the arguments name; ends the process."""
    try:
        from ostiary.cli.main import app  # takes a moment, in which somebody may press Ctrl-C

        try:
            app(prog_name="ostiary")
        finally:
            print(end="", flush=True)  # what cannot be written is told here, not as the interpreter ends
    except KeyboardInterrupt:
        _end("interrupted")
    except OSError as error:
        if error.strerror is None:
            raise
        _end(error.strerror if error.filename is None else f"{error.filename}: {error.strerror}")


def _end(why: str) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what was not written would be tried again
    print(f"ostiary: {why}", file=sys.stderr)
    sys.exit(1)
