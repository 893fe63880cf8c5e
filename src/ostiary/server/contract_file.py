"""A contract on disk: the file itself, what it names beside it, and where `${env:...}` and `${file:...}` lead."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.read import Reading, read
from ostiary.contract.sources import SecretSource, SourceUnavailable
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret

MOST_SECRET_BYTES: Final = 64 * 1024
MOST_FILE_BYTES: Final = 32 * 1024 * 1024


@frozen
class EnvironmentSource:
    """`${env:NAME}`."""

    variables: Mapping[str, str]

    def read(self, name: str) -> Secret:
        """Raises SourceUnavailable for a variable that is not set or empty."""
        value = self.variables.get(name, "")
        if not value:
            raise SourceUnavailable(f"the environment has no {name}")
        return Secret(value)


@frozen
class FileSource:
    """`${file:PATH}`, from the contract's folder, without the line end that editors add."""

    folder: Path

    def read(self, name: str) -> Secret:
        """Raises SourceUnavailable for a file that cannot be read, is empty, no UTF-8 or larger than 64 KiB."""
        try:
            value = _read_bounded(self.folder / name, MOST_SECRET_BYTES).decode().rstrip("\r\n")
        except OSError as error:
            raise SourceUnavailable(f"{name}: {error.strerror or 'cannot be read'}") from None
        except ValueError:
            raise SourceUnavailable(f"{name} is not UTF-8 text") from None
        if not value:
            raise SourceUnavailable(f"{name} is empty")
        return Secret(value)


def read_contract_file(path: Path) -> Reading:
    """What the file says and what is wrong with it; a file that cannot be read is a mistake too."""
    folder = path.absolute().parent
    try:
        text = _read_bounded(path, MOST_FILE_BYTES)
    except OSError as error:
        says = f"The file cannot be read: {error.strerror or 'too large'}."
        mend = "Name one that can be read with `-c FILE`."
        return Reading((Mistake(str(path), 1, 1, Code.UNREADABLE, says, mend),))
    sources: dict[str, SecretSource] = {"env": EnvironmentSource(os.environ), "file": FileSource(folder)}

    def beside(name: str) -> bytes:
        return _read_bounded(folder / name, MOST_FILE_BYTES)

    return read(text, str(path), sources, beside, str(folder), time.time())


def _read_bounded(path: Path, most: int) -> bytes:
    """Raises OSError, also for a file that is larger than `most` bytes or is not a regular one."""
    if not path.exists():
        raise FileNotFoundError(2, "no such file")
    if not path.is_file():
        raise OSError(22, "it is no regular file")
    with path.open("rb") as file:
        text = file.read(most + 1)
    if len(text) > most:
        raise OSError(27, "the file is too large")
    return text
