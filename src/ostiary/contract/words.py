"""The types of single values in a contract: names, sentences, numbers with units.

Each parser raises a `PydanticCustomError` whose type is a `Code`.
"""

import re
from collections.abc import Callable
from typing import Annotated, NoReturn, TypeVar

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from ostiary.contract import quantities
from ostiary.contract.mistakes import Code
from ostiary.keys.pin import PIN

T = TypeVar("T")


def wrong(code: Code, says: str, mend: str) -> NoReturn:
    """Refuse a value. The words must not repeat what could be a secret."""
    raise PydanticCustomError(code.value, "{says}", {"says": says, "mend": mend})


def as_text(value: object) -> str:
    if not isinstance(value, str):
        wrong(Code.WRONG_TYPE, "This has to be text.", "Write text; put it in quotes if it looks like a number.")
    return value


def _quantity(parse: Callable[[str], T], code: Code, says: str, mend: str) -> Callable[[object], T]:
    def validate(value: object) -> T:
        if isinstance(value, str):
            try:
                return parse(value)
            except ValueError:
                pass
        wrong(code, says, mend)

    return validate


Seconds = Annotated[
    int,
    PlainValidator(
        _quantity(
            quantities.seconds, Code.BAD_DURATION, "This is not a duration.", "Write `30s`, `5m`, `12h` or `90d`."
        ),
        json_schema_input_type=Annotated[str, Field(title="duration", pattern=quantities.DURATION)],
    ),
]
Timeout = Annotated[
    float,
    PlainValidator(
        _quantity(quantities.fraction, Code.BAD_DURATION, "This is not a duration.", "Write `500ms`, `30s` or `5m`."),
        json_schema_input_type=Annotated[str, Field(title="timeout", pattern=quantities.TIMEOUT)],
    ),
]
Size = Annotated[
    int,
    PlainValidator(
        _quantity(quantities.size, Code.BAD_SIZE, "This is not a size.", "Write `512B`, `64KiB`, `1MiB` or `2GiB`."),
        json_schema_input_type=Annotated[str, Field(title="size", pattern=quantities.SIZE)],
    ),
]
CountPerTime = Annotated[
    tuple[int, int],
    PlainValidator(
        _quantity(
            quantities.rate, Code.BAD_RATE, "This is not a rate.", "Write `50/s`, `100/m`, `5k/h` or `100k/day`."
        ),
        json_schema_input_type=Annotated[str, Field(title="rate", pattern=quantities.RATE)],
    ),
]

Day = Annotated[
    int,
    PlainValidator(
        _quantity(quantities.day, Code.BAD_DATE, "This is not a day of the calendar.", "Write it like `2027-03-31`."),
        json_schema_input_type=Annotated[str, Field(title="day", pattern=quantities.DAY)],
    ),
]
"""Its first moment (UTC), in seconds since the epoch."""

Flag = Annotated[bool, Field(strict=True)]


def written_like(pattern: str, title: str, says: str, mend: str, code: Code = Code.WRONG_TYPE) -> PlainValidator:
    """Text that matches `pattern` as a whole."""

    def validate(value: object) -> str:
        text = as_text(value)
        if not re.match(pattern, text) or text.endswith("\n"):
            wrong(code, says, mend)
        return text

    return PlainValidator(validate, json_schema_input_type=Annotated[str, Field(title=title, pattern=pattern)])


Name = Annotated[
    str,
    written_like(
        r"^[A-Za-z0-9][A-Za-z0-9._~-]{0,63}$",
        "name",
        "This is not a name.",
        "Use up to 64 letters, digits and `.`, `_`, `~`, `-`, beginning with a letter or digit.",
        Code.BAD_NAME,
    ),
]
"""Of a service, role, client or tenant."""
ScopeName = Annotated[
    str,
    written_like(
        r"^[\x21\x23-\x5b\x5d-\x7e]{1,128}$",
        "scope",
        "This is not a scope.",
        "Use printable ASCII without space, quote and backslash.",
        Code.BAD_NAME,
    ),
]
"""`scope-token` (RFC 6749 section 3.3)."""
Words = Annotated[
    str,
    written_like(
        r"^(?=.*\S)[^\x00-\x1f\x7f]{1,500}$",
        "text",
        "This says nothing, or is more than one line.",
        "Write one line of at most 500 characters.",
    ),
]
"""A sentence for people: one line, not blank."""
FilePath = Annotated[
    str,
    written_like(r"^[^\x00-\x1f]{1,4096}$", "path", "This is not a path.", "Write a path from the contract's folder."),
]
SignatureTag = Annotated[
    str,
    written_like(
        r"^[\x20\x21\x23-\x5b\x5d-\x7e]{1,64}$",
        "tag",
        "This is not the tag of a signature.",
        "Use up to 64 printable ASCII characters, without quote and backslash.",
    ),
]
"""`tag` (RFC 9421 section 2.3), without what would need an escape."""
ComponentName = Annotated[
    str,
    written_like(
        r"^(?!signature(-input)?$)[a-z0-9!#$%&'*+.^_`|~-]{1,64}$",
        "field name",
        "This is not a field that a signature can cover.",
        "Write the name of a header field in lower case, such as `date`.",
    ),
]
OldName = Annotated[
    str,
    written_like(
        r"^[\x21-\x39\x3b-\x7e]{1,128}$",
        "user or parameter name",
        "This is not the name of a user or a parameter.",
        "Use up to 128 printable ASCII characters, without space and colon.",
        Code.BAD_NAME,
    ),
]
"""`user-id` (RFC 7617 section 2), as far as files and command lines can show it."""
UrlPath = Annotated[
    str,
    written_like(r"^/[\x21-\x7e]{0,2000}$", "URL path", "This is not the path of a URL.", "Write it like `/healthz`."),
]
Uri = Annotated[
    str, written_like(r"^[\x21-\x7e]{1,2000}$", "URI", "This is not a URI.", "Write it in ASCII, without spaces.")
]
RedirectUri = Annotated[
    str,
    written_like(
        r"^[\x21-\x7e]{1,2000}$",
        "URI",
        "A redirect URI has no spaces and no letters beyond ASCII.",
        "Write it as the browser sends it, percent-encoded.",
        Code.REDIRECT_NOT_EXACT,
    ),
]

PinText = Annotated[
    str,
    written_like(
        PIN, "pin", "This is not a SHA-256 in base64.", "Write what `ostiary pins show FILE` prints.", Code.BAD_PIN
    ),
]
"""Of a public key (RFC 7469 section 2.4)."""
StoreLink = Annotated[
    str,
    written_like(
        r"^https://[\x21-\x7e]{1,1900}$",
        "https URL",
        "This is not a link to a store.",
        "Write a URL with https.",
        Code.BAD_URL,
    ),
]
Version = Annotated[
    str,
    written_like(
        r"^[0-9]{1,9}(\.[0-9]{1,9}){0,3}$", "version", "This is not a version.", 'Write it in quotes, like `"2.4"`.'
    ),
]
