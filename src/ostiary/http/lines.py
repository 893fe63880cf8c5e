"""A head's field lines, sorted by what becomes of them: what passes, and what the gateway reads."""

from typing import Final

from ostiary.http.fields import DROP, PASS, Names, Read, is_our_cookie, value_of
from ostiary.model.errors import BadRequest
from ostiary.model.reasons import Reason

Fields = dict[bytes, bytes]
"""What the gateway reads, by name in lower case."""


def sort(lines: list[bytes], names: Names) -> tuple[list[bytes], Fields]:
    """The lines that pass as they are, and the fields to read.

    Raises BadRequest(REQUEST_MALFORMED) for a line without a name and a colon right behind it, which covers folded
    lines (RFC 9112 sections 5.1 and 5.2), and BadRequest for a field that came twice.
    """
    passed: list[bytes] = []
    fields: Fields = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        treatment = names[name]
        if treatment is None or not colon:
            raise BadRequest(Reason.REQUEST_MALFORMED)
        if treatment is PASS:
            passed.append(line)
        elif type(treatment) is Read:
            _read(fields, treatment, value)
            if treatment.passes:
                passed.append(line)
        elif treatment is not DROP and not is_our_cookie(value):
            passed.append(line)
    return passed, fields


def _read(fields: Fields, treatment: Read, value: bytes) -> None:
    """Take the value; a repeated list field is one list (RFC 9110 section 5.3)."""
    name, text = treatment.name, value_of(value)
    if name not in fields:
        fields[name] = text
    elif treatment.repeated is not None:
        raise BadRequest(treatment.repeated)
    else:
        fields[name] += (b"; " if name == b"cookie" else b", ") + text


def connection(passed: list[bytes], fields: Fields, minor: int, names: Names) -> tuple[list[bytes], bool]:
    """What still passes after Connection took away what it names, and whether the connection persists
    (RFC 9110 section 7.6.1, RFC 9112 section 9.3).

    Raises BadRequest(REQUEST_MALFORMED) where it names a field that is meant for the other end.
    """
    value = fields.get(b"connection")
    if value is None:
        return passed, minor == 1
    plain = _PLAIN.get(value)
    if plain is not None:
        return passed, plain
    options = {value_of(option) for option in value.lower().split(b",")}
    if any(names.is_end_to_end(option) for option in options):
        raise BadRequest(Reason.REQUEST_MALFORMED)
    left = [line for line in passed if line.partition(b":")[0].lower() not in options]
    return left, b"close" not in options and (minor == 1 or b"keep-alive" in options)


def joined(passed: list[bytes]) -> bytes:
    """The lines as they go on, each with its end."""
    return b"\r\n".join((*passed, b""))


_PLAIN: Final = {b"keep-alive": True, b"Keep-Alive": True, b"close": False, b"Close": False}
"""The usual values, which name no field."""
