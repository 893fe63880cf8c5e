"""W3C Trace Context: which trace a request belongs to (https://www.w3.org/TR/trace-context/, level 1)."""

from typing import Final

ID_BYTES: Final = 24
"""Of a trace's id and a span's."""
_SPAN: Final = slice(49, 65)
"""Where a line has its span."""
_VERSION_00: Final = 55
"""Bytes of `00-<32 hex>-<16 hex>-<2 hex>`."""
_LOWER_HEX: Final = b"0123456789abcdef"
_MOST_STATE: Final = 512
_SAMPLED: Final = 1
"""The one flag of version 00; whoever does not know another has to clear it (section 3.2.2.5)."""


def begun(random: bytes) -> list[bytes]:
    """New traces, each as the field's line: one for every `ID_BYTES` random bytes."""
    ids = random.hex().encode()
    starts = range(0, len(ids), 2 * ID_BYTES)
    return [b"traceparent: 00-%b-%b-00\r\n" % (ids[at : at + 32], ids[at + 32 : at + 48]) for at in starts]


def continued(traceparent: bytes, tracestate: bytes | None, begun: bytes) -> bytes:
    """The trace fields for the upstream, as lines: the client's trace with the span of the one `begun`, or that one
    where the client's is none."""
    if not is_valid(traceparent):
        return begun
    sampled = int(traceparent[53:55], 16) & _SAMPLED
    line = b"traceparent: 00-%b-%b-%02x\r\n" % (traceparent[3:35], begun[_SPAN], sampled)
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
