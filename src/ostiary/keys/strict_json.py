"""JSON that two parsers can only read in one way (RFC 8725 section 2.4, RFC 7515 section 4, RFC 8259)."""

import json

import orjson


class NotStrictJson(ValueError):
    """Not UTF-8 JSON, not an object, a repeated member, a number that is none, or nested too deep."""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJson("a member is repeated")
    return members


def _whole(digits: str) -> int | float:
    """What has more than 64 bits is the nearest double, as `orjson` reads it too: it does not write such a number."""
    number = int(digits)
    return number if -(1 << 63) <= number < 1 << 64 else float(number)


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_whole)


def parse_array(data: bytes) -> list[object]:
    """As `parse_object`, where a text wants an array."""
    value = _parse(data)
    if not isinstance(value, list):
        raise NotStrictJson("not an array")
    return value


def parse_object(data: bytes) -> dict[str, object]:
    """Return the object. `orjson` refuses NaN, infinities, lone surrogates and depth; `json` shows repeated members.

    What `orjson` would write just so has none repeated, and is not read again: most JSON of machines is of that kind.
    """
    value = _parse(data)
    if not isinstance(value, dict):
        raise NotStrictJson("not an object")
    return value


def _parse(data: bytes) -> object:
    try:
        value: object = orjson.loads(data)
        if orjson.dumps(value) != data:
            value = _decoder.decode(data.decode("utf-8"))
    except (ValueError, TypeError, RecursionError):  # TypeError: of what it reads, `orjson` writes only 254 levels
        raise NotStrictJson("not strict JSON") from None
    return value
