"""Parameters of a request: read strictly, once, at the door."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from ostiary.model.errors import InvalidRequest
from ostiary.model.reasons import Reason

MOST_PARAMETERS = 50
FORM_TYPE = b"application/x-www-form-urlencoded"

Parameters = Mapping[str, str]
"""Names and values, none repeated, none empty. The values of one that may repeat stand in one, on a line each: no value
has a line break of its own."""
REPEATABLE: Final = frozenset({"resource", "audience"})
"""RFC 8707 section 2, RFC 8693 section 2.1."""


def read_parameters(raw: bytes) -> Parameters:
    """The parameters of a query or of a form's body (RFC 6749 sections 3.1, 3.2 and appendix B).

    A parameter without a value counts as left out. Raises InvalidRequest for a repeated parameter and as `read_pairs`.
    """
    return require_no_repetition(read_pairs(raw))


def require_no_repetition(pairs: Sequence[tuple[str, str]]) -> Parameters:
    """Raise InvalidRequest where a parameter stands twice that may not (RFC 6749 sections 3.1 and 3.2)."""
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        return _repeating(pairs)
    return {name: value for name, value in parameters.items() if value}


def _repeating(pairs: Sequence[tuple[str, str]]) -> Parameters:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in values and name not in REPEATABLE:
            raise InvalidRequest(Reason.PARAMETER_REPEATED)
        values.setdefault(name, []).append(value)
    joined = {name: "\n".join(filter(None, each)) for name, each in values.items()}
    return {name: value for name, value in joined.items() if value}


def pairs_of(parameters: Parameters) -> list[tuple[str, str]]:
    """Names and values as they were sent."""
    return [(name, value) for name, values in parameters.items() for value in values.split("\n")]


def read_pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values as they stand. Raises InvalidRequest for what is not UTF-8, for a control character and for
    more than MOST_PARAMETERS."""
    text = utf8(raw)
    pairs = [pair.partition("=") for pair in text.split("&")] if raw else []
    if len(pairs) > MOST_PARAMETERS:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "too many parameters")
    if decode(text) is text:  # nothing of it is encoded
        return [(name, value) for name, _, value in pairs]
    return [(decode(name), decode(value)) for name, _, value in pairs]


def decode(text: str) -> str:
    """Undo the form encoding of one name or value. Raises InvalidRequest (RFC 6749 appendix B)."""
    if "%" in text or "+" in text:
        text = utf8(unquote_to_bytes(text.replace("+", " ")))
    if not text.isprintable() and has_control(text):
        raise InvalidRequest(Reason.PARAMETER_INVALID, "control character")
    return text


def utf8(raw: bytes) -> str:
    """Raises InvalidRequest."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "not UTF-8") from None


def has_control(text: str) -> bool:
    """Whether a C0 control or DEL is in the text: none of the parameters' definitions allows one."""
    return any(character < " " or character == "\x7f" for character in text)


def require_form(content_type: bytes | None) -> None:
    """Raise InvalidRequest unless the body is a form in UTF-8 (RFC 6749 section 3.2 and appendix B)."""
    kind, _, parameter = (content_type or b"").partition(b";")
    if kind.strip().lower() != FORM_TYPE:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "content type")
    if parameter and parameter.strip().lower().replace(b'"', b"") != b"charset=utf-8":
        raise InvalidRequest(Reason.PARAMETER_INVALID, "charset")


def require(parameters: Parameters, name: str) -> str:
    """The parameter's value. Raises InvalidRequest where it is missing (RFC 6749 section 5.2)."""
    value = parameters.get(name)
    if value is None:
        raise InvalidRequest(Reason.PARAMETER_MISSING, name)
    return value
