"""The types of a route's words: what it matches, and which facts of a request it reads."""

import re
from typing import Annotated

from pydantic import Field, PlainValidator

from ostiary.contract.mistakes import Code
from ostiary.contract.model import Fact, Segments, Shape
from ostiary.contract.words import as_text, wrong
from ostiary.model.frozen import frozen

_MOST_SEGMENTS = 64
_METHOD = r"[A-Z]{1,16}"
PARAMETER = r"\{[A-Za-z_][A-Za-z0-9_-]*\}"
LITERAL = r"[A-Za-z0-9._~!$&'()+,=:@-]+"
"""What servers read in one way only: not `;`, which some take for the beginning of parameters."""


@frozen
class Pattern:
    """`GET /v1/users/{user}`: a method and the segments of a path, None for a parameter."""

    text: str
    method: str
    segments: Segments
    parameters: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        return self.method, self.segments


def parse_pattern(text: str) -> Pattern:
    """Raises `PydanticCustomError` with what is wrong."""
    method, _, path = text.partition(" ")
    if not re.fullmatch(_METHOD, method) or not path.startswith("/"):
        wrong(Code.BAD_ROUTE, "This is not a method and a path.", "Write it like `GET /v1/users/{user}`.")
    if method in ("CONNECT", "TRACE"):
        wrong(Code.BAD_ROUTE, f"{method} is not served.", "Remove the route.")
    segments = path[1:].split("/")
    if len(segments) > _MOST_SEGMENTS:
        wrong(Code.BAD_ROUTE, f"The path has more than {_MOST_SEGMENTS} segments.", "Shorten it.")
    for position, segment in enumerate(segments):
        _check_segment(segment, last=position == len(segments) - 1)
    parameters = tuple(segment[1:-1] for segment in segments if segment.startswith("{"))
    if len(set(parameters)) != len(parameters):
        wrong(Code.BAD_ROUTE, "A parameter stands twice in the path.", "Give each parameter a name of its own.")
    return Pattern(text, method, tuple(None if part.startswith("{") else part for part in segments), parameters)


def _check_segment(segment: str, *, last: bool) -> None:
    if re.fullmatch(PARAMETER, segment) or (segment == "" and last):
        return
    if "{" in segment or "}" in segment:
        wrong(
            Code.BAD_ROUTE, "A parameter is a whole segment of the path.", "Write `/{name}/`, with nothing beside it."
        )
    if segment.startswith(":"):
        wrong(Code.BAD_ROUTE, f"`{segment}` is a parameter only elsewhere.", f"Write `{{{segment[1:]}}}`.")
    if segment in ("", ".", "..") or not re.fullmatch(LITERAL, segment):
        mend = "Write plain segments between single slashes: no `*`, `%`, `;`, `?`, `#`, `.` or `..`."
        wrong(Code.BAD_ROUTE, f"`{segment}` is no segment of a path.", mend)


def _pattern(value: object) -> Pattern:
    return parse_pattern(as_text(value))


PatternText = Annotated[
    Pattern,
    PlainValidator(
        _pattern, json_schema_input_type=Annotated[str, Field(title="method and path", pattern=r"^[A-Z]{1,16} /")]
    ),
]

_SOURCES = ("path", "query", "body", "claims")


def _fact(value: object) -> Fact:
    text = as_text(value)
    source, dot, rest = text.partition(".")
    path = tuple(rest.split(".")) if dot else (source,)
    if (dot and source not in _SOURCES) or not all(re.fullmatch(r"[A-Za-z0-9_-]+", step) for step in path):
        wrong(
            Code.BAD_FACT,
            f"`{text}` is no fact of a request.",
            "Write `user`, `path.user`, `query.user` or `body.a.b`.",
        )
    if source in ("path", "query") and len(path) != 1 and dot:
        wrong(Code.BAD_FACT, f"`{source}` has no values within values.", f"Write `{source}.{path[0]}`.")
    return Fact(source if dot else "path", path)


FactText = Annotated[
    Fact,
    PlainValidator(
        _fact,
        json_schema_input_type=Annotated[str, Field(title="fact", pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")],
    ),
]
