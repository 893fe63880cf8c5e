"""Filter: the head that a client gets: the upstream's fields that pass, and what the door adds."""

from collections.abc import Mapping
from typing import Final

from ostiary.contract.model import Contract, ServiceRule
from ostiary.gateway import cors
from ostiary.gateway.decision import Answer, Asked
from ostiary.http import problem
from ostiary.http.response import ResponseHead

HSTS: Final = b"strict-transport-security: max-age=63072000; includeSubDomains\r\n"
"""RFC 6797 section 6.1: two years."""
NOSNIFF: Final = b"x-content-type-options: nosniff\r\n"
ENDINGS: Final = (b"deprecation", b"sunset")
"""RFC 9745 section 2, RFC 8594 section 3."""
UNLESS_SAID: Final = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
}
"""What an answer of an API needs; an upstream that serves pages says its own."""


def security(hsts: bool, said: Mapping[bytes, bytes]) -> bytes:
    """The security fields, as lines, beside those that the upstream `said`."""
    own = b"".join(b"%b: %b\r\n" % item for item in UNLESS_SAID.items() if item[0] not in said)
    return (HSTS if hsts else b"") + NOSNIFF + own


def of_service(service: ServiceRule, contract: Contract) -> Answer:
    """The answers of a service. What the door says of the end of an old way, or of a build, stands in the place of what
    the service says of its own: an answer has one `Deprecation` and one `Sunset`."""
    own, base = contract.origin.encode(), _base(service)

    def begun(head: ResponseHead) -> tuple[object, bytes, bytes]:
        """What all answers with this head begin with, for its note; and what the service says of its end."""
        fields = head.fields
        location = fields.get(b"location")
        lines = (
            head.passed,
            security(contract.hsts, fields),
            b"" if location is None else b"location: %b\r\n" % _outside(location, base, own),
            b"" if head.status != 426 else _upgrade(fields),
        )
        return begun, b"".join(lines), _endings(fields)

    def answer(asked: Asked, head: ResponseHead, connection: bytes) -> bytes:
        if head.note is None or head.note[0] is not begun:
            head.keep(begun(head))
        _, first, endings = head.note
        return b"".join(
            (
                first,
                cors.lines(asked),
                asked.limits,
                b"" if ENDINGS[0] in asked.adds else endings,
                asked.adds,
                connection,
                b"\r\n",
            )
        )

    return answer


def _upgrade(fields: Mapping[bytes, bytes]) -> bytes:
    """What a service wants to be asked by: a 426 says nothing without it (RFC 9110 section 15.5.22)."""
    wanted = fields.get(b"upgrade")
    return b"" if wanted is None else b"upgrade: %b\r\nconnection: upgrade\r\n" % wanted


def _endings(fields: Mapping[bytes, bytes]) -> bytes:
    """What the service says of its end."""
    return b"".join(b"%b: %b\r\n" % (name, fields[name]) for name in ENDINGS if name in fields)


def of_issuer(contract: Contract) -> Answer:
    """The answers of the issuer, which says itself which origins may read them."""

    def begun(head: ResponseHead) -> tuple[object, bytes]:
        """As above."""
        location = head.fields.get(b"location")
        lines = (
            head.passed,
            security(contract.hsts, head.fields),
            b"" if location is None else b"location: %b\r\n" % location,
            problem.UPGRADE if head.status == 426 else b"",
        )
        return begun, b"".join(lines)

    def answer(asked: Asked, head: ResponseHead, connection: bytes) -> bytes:
        if head.note is None or head.note[0] is not begun:
            head.keep(begun(head))
        return b"".join((head.note[1], asked.limits, asked.adds, connection, b"\r\n"))

    return answer


def _base(service: ServiceRule) -> bytes:
    """How the service calls itself in absolute URLs."""
    scheme = "https" if service.tls else "http"
    return f"{scheme}://{service.authority}{service.base_path}".encode()


def _outside(location: bytes, base: bytes, own: bytes) -> bytes:
    """Where clients find what the service calls by its inner address."""
    rest = location.removeprefix(base)
    return own + rest if rest != location and rest[:1] in (b"", b"/", b"?") else location
