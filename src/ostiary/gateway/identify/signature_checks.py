"""What a signature has to say and to cover before it lets a request in (RFC 9421 sections 1.4 and 3.2)."""

from collections.abc import Collection
from typing import Final

from ostiary.contract.model import SignatureRule
from ostiary.http.digest import ContentDigest
from ostiary.http.fields import REQUEST, value_of
from ostiary.http.request import RequestHead
from ostiary.http.signature import Signed
from ostiary.keys.message_signature import MessageKey
from ostiary.keys.replays import FIRST, Replays, Use
from ostiary.model.errors import InvalidSignature, Refusal, ServiceUnavailable
from ostiary.model.reasons import Reason

AHEAD: Final = 5
"""Seconds by which a client's clock may be ahead."""
LONGEST_NONCE: Final = 128
_WHOLE: Final = frozenset((b"@method", b"@target-uri"))
_IN_PARTS: Final = frozenset((b"@method", b"@authority", b"@path", b"@query"))
_OF_CONTENT: Final = (b"content-type", b"content-encoding")
"""How the content is read; another reading of the same bytes is another request."""


def require_parameters(stated: Signed, key: MessageKey, rule: SignatureRule) -> tuple[int, str]:
    """When it was made, and its nonce. Section 2.3 leaves all of them open; here they are required."""
    if stated.keyid != key.id:
        raise InvalidSignature(Reason.SIGNATURE_KEY_UNKNOWN)
    if stated.created is None or stated.nonce is None or not 0 < len(stated.nonce) <= LONGEST_NONCE:
        raise InvalidSignature(Reason.SIGNATURE_COVERS_LITTLE)
    if stated.tag != rule.tag:
        raise InvalidSignature(Reason.SIGNATURE_TAG)
    return stated.created, stated.nonce


def require_lately(created: int, expires: int | None, rule: SignatureRule, now: float) -> None:
    """Neither long ago nor in the future, nor past its own end."""
    if created > now + AHEAD:
        raise InvalidSignature(Reason.SIGNATURE_NOT_YET_VALID)
    if created < now - rule.max_age or (expires is not None and expires <= now):
        raise InvalidSignature(Reason.SIGNATURE_TOO_OLD)


def require_covered(names: frozenset[bytes], head: RequestHead, rule: SignatureRule) -> None:
    """Method and target, the content where there is one, what the contract adds, and what takes a covered field away
    (section 7.2.1)."""
    whole = names >= _WHOLE or names >= _IN_PARTS
    if not whole or not names >= rule.covers or not names.issuperset(_content(head)) or _loses_one(names, head):
        raise InvalidSignature(Reason.SIGNATURE_COVERS_LITTLE)


def _loses_one(names: frozenset[bytes], head: RequestHead) -> bool:
    """Whether a Connection field that anybody can have added keeps a covered field from the service (RFC 9110 section
    7.6.1). Those that the gateway itself reads or drops go on, or do not, whatever it says."""
    if b"connection" not in head.fields or b"connection" in names:
        return False
    options = map(value_of, head.fields[b"connection"].lower().split(b","))
    return any(option in names and option not in REQUEST for option in options)


def _content(head: RequestHead) -> list[bytes]:
    """What has to be covered where the request has content."""
    if not head.length:
        return []
    return [b"content-digest", *(name for name in _OF_CONTENT if name in head.fields)]


def digest_of_content(names: frozenset[bytes], head: RequestHead) -> ContentDigest | None:
    """The digest that the content has to have once it is there; it is checked here where there is none to come.

    Raises BadRequest.
    """
    if b"content-digest" not in names:
        return None
    digest = ContentDigest(head.fields[b"content-digest"])
    if head.length is None:
        digest.require()
        return None
    return digest


def require_first(key: MessageKey, nonce: str, created: int, rule: SignatureRule, replays: Replays, now: float) -> None:
    """Nobody has used the nonce with this key. What was made before the memory of nonces began could have been used
    without a trace, so it is not taken. Raises InvalidSignature, ServiceUnavailable."""
    if created <= replays.since + AHEAD:
        raise ServiceUnavailable(Reason.SIGNATURE_TOO_EARLY)
    used = replays.use(("signature", key.id, nonce), created + rule.max_age + 1, now)
    if used is not FIRST:
        raise _refused(used)


def _refused(used: Use) -> Refusal:
    if used is Use.AGAIN:
        return InvalidSignature(Reason.SIGNATURE_REPLAYED)
    return ServiceUnavailable(Reason.PROOF_MEMORY_FULL)


def asks(head: RequestHead, rules: Collection[SignatureRule], keyid: str | None = None) -> bytes:
    """How a request like this is to be signed, as a line (section 5.1): what all these rules ask, each once. A nonce is
    required too; the field could only state it."""
    tags = {rule.tag for rule in rules}
    covers = frozenset[bytes].intersection(*(rule.covers for rule in rules))
    names = dict.fromkeys((b"@method", b"@target-uri", *_content(head), *sorted(covers)))
    listed = b" ".join(b'"%b"' % name for name in names)
    named = b"" if keyid is None else b';keyid="%b"' % keyid.encode()
    tagged = b';tag="%b"' % tags.pop().encode() if len(tags) == 1 else b""
    return b"accept-signature: sig=(%b);created%b%b\r\n" % (listed, named, tagged)
