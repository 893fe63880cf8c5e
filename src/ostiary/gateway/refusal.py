"""Refusals and the gateway's own answers, as bytes."""

from typing import Final

from ostiary.contract.model import Contract
from ostiary.gateway import cors
from ostiary.gateway.decision import Asked, Reply
from ostiary.gateway.filter import security
from ostiary.http import problem
from ostiary.model.errors import DPOP, MissingToken, Refusal, TokenRefused, TooManyRequests
from ostiary.model.ids import Reference

_NO_STORE: Final = b"content-type: application/problem+json\r\ncache-control: no-store\r\n"


def rendered(
    error: Refusal, ref: Reference, asked: Asked | None, contract: Contract, connection: bytes, *, bodiless: bool
) -> bytes:
    """A refusal as a problem (RFC 9457), head and body. `connection`: the fields that the connection adds, as lines.

    `bodiless`: the request was a HEAD, and the next answer begins right behind this head (RFC 9110 section 9.3.2).
    """
    body = problem.body(error, ref, _violated(error, asked))
    metadata = None if asked is None else asked.route.metadata
    head = b"".join(
        (
            b"HTTP/1.1 %d %b\r\n" % (error.status, problem.PHRASES[error.status]),
            _NO_STORE,
            b"content-length: %d\r\nx-request-id: %b\r\n" % (len(body), ref.encode()),
            problem.lines(error, metadata, _schemes(error, asked)),
            security(contract.hsts, {}),
            b"" if asked is None else cors.lines(asked) + asked.limits + asked.adds,
            connection,
            b"\r\n",
        )
    )
    return head if bodiless else head + body


def replied(reply: Reply, ref: Reference, contract: Contract, connection: bytes) -> bytes:
    """An answer of the gateway itself, which has no body."""
    return b"".join(
        (
            b"HTTP/1.1 %d No Content\r\n" % reply.status,
            reply.lines,
            b"x-request-id: %b\r\n" % ref.encode(),
            security(contract.hsts, {}),
            connection,
            b"\r\n",
        )
    )


def _schemes(error: Refusal, asked: Asked | None) -> tuple[str, ...]:
    """Of the challenge: the scheme that was used; where none was, those that may be."""
    if asked is None or not isinstance(error, TokenRefused):
        return ()
    if isinstance(error, MissingToken):
        return asked.route.schemes
    used = asked.head.fields.get(b"authorization", b"")
    return (DPOP if used[:5].lower() == b"dpop " else error.scheme,)


def _violated(error: Refusal, asked: Asked | None) -> str | None:
    """The name of the limit that refused, as `RateLimit` has it."""
    if not isinstance(error, TooManyRequests) or asked is None:
        return None
    item = asked.limits.removeprefix(b"ratelimit: ").partition(b";")[0]
    return item.decode()[1:-1].replace('\\"', '"').replace("\\\\", "\\")
