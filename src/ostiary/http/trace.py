"""W3C Trace Context: which trace a request belongs to (https://www.w3.org/TR/trace-context/, level 1)."""

from typing import Final

_VERSION_00: Final = 55
"""Bytes of `00-<32 hex>-<16 hex>-<2 hex>`."""
_LOWER_HEX: Final = b"0123456789abcdef"
_MOST_STATE: Final = 512
_SAMPLED: Final = 1
"""The one flag of version 00; whoever does not know another has to clear it (section 3.2.2.5)."""


def continued(traceparent: bytes | None, tracestate: bytes | None, fresh: bytes) -> bytes:
    """The trace fields for the upstream, as lines: the client's trace if it named one, with a span of ours.

    `fresh`: 48 random hexadecimal digits in lower case: a trace's id, then a span's.
    """
    if traceparent is None or not is_valid(traceparent):
        return b"traceparent: 00-%b-%b-00\r\n" % (fresh[:32], fresh[32:])
    sampled = int(traceparent[53:55], 16) & _SAMPLED
    line = b"traceparent: 00-%b-%b-%02x\r\n" % (traceparent[3:35], fresh[32:], sampled)
    if tracestate and len(tracestate) <= _MOST_STATE:
        line += b"tracestate: %b\r\n" % tracestate
    return line


def is_valid(traceparent: bytes) -> bool:
    """Section 3.2: four fields in lower-case hexadecimal; no id is all zeros; later versions may append fields."""
    version, trace, span = traceparent[:2], traceparent[3:35], traceparent[36:52]
    return (
        (
            len(traceparent) == _VERSION_00
            if version == b"00"
            else traceparent[_VERSION_00 : _VERSION_00 + 1] in (b"", b"-")
        )
        and version != b"ff"
        and traceparent[2:_VERSION_00:] == b"-%b-%b-%b" % (trace, span, traceparent[53:55])
        and len(traceparent) >= _VERSION_00
        and not (version + trace + span + traceparent[53:55]).translate(None, _LOWER_HEX)
        and bool(trace.strip(b"0"))
        and bool(span.strip(b"0"))
    )
