"""What a signature over a request covers, and the bytes that it is made over (RFC 9421 sections 2 and 2.5).

Components of requests: those derived from method and target, and whole fields. Parameters of fields (`sf`, `key`, `bs`,
`tr`, `req`) are not understood, and what is not understood is refused. All is read from the bytes of the head as they
came, but for scheme and authority: those are what the client sees of this door, which its Host has to name anyway.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from ostiary.http import structured, syntax, target
from ostiary.http.fields import value_of
from ostiary.http.request import RequestHead
from ostiary.model.errors import InvalidSignature
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason

_REMEMBERED: Final = 256
"""Lists of components: a client signs the same ones again and again."""
_MOST_COMPONENTS: Final = 32


class Site(NamedTuple):
    """An origin as signatures spell it: in lower case, without its scheme's default port (RFC 9421 section 2.2.3)."""

    scheme: bytes
    authority: bytes


def site_of(origin: str) -> Site:
    scheme, _, authority = origin.lower().partition("://")
    return Site(scheme.encode(), authority.removesuffix({"https": ":443", "http": ":80"}[scheme]).encode())


Resolve = Callable[[RequestHead, Site], bytes]
"""The value of a component. Raises InvalidSignature(SIGNATURE_COMPONENT) where the request does not have it."""


@frozen
class Coverage:
    """The components that a signature covers, in order."""

    names: frozenset[bytes]
    """Those that stand for the whole of what they name."""
    components: tuple[tuple[bytes, Resolve], ...]
    """Identifiers, and where their values are read."""

    def base(self, head: RequestHead, site: Site, parameters: bytes) -> bytes:
        """The signature base (section 2.5). `parameters`: the member of Signature-Input, serialised.

        Raise InvalidSignature(SIGNATURE_COMPONENT).
        """
        lines = [b"%b: %b" % (identifier, resolve(head, site)) for identifier, resolve in self.components]
        lines.append(b'"@signature-params": ' + parameters)
        base = b"\n".join(lines)
        if not base.isascii():
            raise InvalidSignature(Reason.SIGNATURE_COMPONENT)
        return base


@lru_cache(_REMEMBERED)
def coverage(listed: bytes) -> Coverage:
    """What an inner list of component identifiers covers; none of them twice (section 2.5).

    Raise NotStructured, or InvalidSignature(SIGNATURE_COMPONENT) for a component that is not understood.
    """
    items = structured.strings(listed)
    names = [name for name, parameters in items if not parameters]
    components = {_identifier(item): _resolve(item) for item in items}
    if len(components) != len(items) or len(items) > _MOST_COMPONENTS:
        raise InvalidSignature(Reason.SIGNATURE_COMPONENT)
    return Coverage(frozenset(names), tuple(components.items()))


def _identifier(item: structured.Item) -> bytes:
    """Component identifiers are serialised as strict structured fields; here only `name` has a value."""
    name, parameters = item
    return b'"%b"' % name + b"".join(b';%b="%b"' % (key, str(value).encode()) for key, value in parameters.items())


def _resolve(item: structured.Item) -> Resolve:
    match item:
        case b"@query-param", {b"name": str() as name, **others} if not others:
            return _query_parameter(name.encode())
        case name, parameters if not parameters:
            if name in _DERIVED:
                return _DERIVED[name]
            if syntax.is_token(name) and name == name.lower():
                return _field(name)
    raise InvalidSignature(Reason.SIGNATURE_COMPONENT)


def _field(name: bytes) -> Resolve:
    """A field's lines as one list (section 2.1)."""

    def resolve(head: RequestHead, site: Site) -> bytes:
        known = head.fields.get(name)
        if known is not None and name != b"cookie":
            return known
        lines = (line.partition(b":") for line in head.raw.split(syntax.CRLF)[1:])
        values = [value_of(value) for spelled, _, value in lines if spelled.lower() == name]
        if not values:
            raise InvalidSignature(Reason.SIGNATURE_COMPONENT)
        return b", ".join(values)

    return resolve


def _query_parameter(name: bytes) -> Resolve:
    """The one value of a parameter, encoded anew (section 2.2.8). One that comes twice cannot be covered."""

    def resolve(head: RequestHead, site: Site) -> bytes:
        pairs = (pair.partition(b"=") for pair in (head.query or b"").split(b"&") if pair)
        values = [value for spelled, _, value in pairs if _encoded(spelled) == name]
        if len(values) != 1:
            raise InvalidSignature(Reason.SIGNATURE_COMPONENT)
        return _encoded(values[0])

    return resolve


def _encoded(text: bytes) -> bytes:
    """Decoded as a form, where U+FFFD stands for what is no UTF-8, then encoded by the one rule (URL Standard,
    application/x-www-form-urlencoded)."""
    decoded = unquote_to_bytes(text.replace(b"+", b" ")).decode(errors="replace")
    return quote(decoded, safe="*").replace("~", "%7E").encode()


def _request_target(head: RequestHead) -> bytes:
    begin = len(head.method) + 1
    return head.raw[begin : head.raw.index(b" ", begin)]


def _origin_form(head: RequestHead) -> bytes:
    wanted = _request_target(head)
    return wanted if wanted[:1] == b"/" else target.absolute(wanted)[1]


def _scheme(head: RequestHead, site: Site) -> bytes:
    """That of this door, which a target in absolute-form has to name: it is the target URI (RFC 9110 section 7.1)."""
    wanted = _request_target(head)
    if wanted[:1] != b"/" and wanted.partition(b":")[0].lower() != site.scheme:
        raise InvalidSignature(Reason.SIGNATURE_COMPONENT)
    return site.scheme


_DERIVED: Final[Mapping[bytes, Resolve]] = {
    b"@method": lambda head, site: head.method,
    b"@target-uri": lambda head, site: b"%b://%b%b" % (_scheme(head, site), site.authority, _origin_form(head)),
    b"@authority": lambda head, site: site.authority,
    b"@scheme": _scheme,
    b"@request-target": lambda head, site: _request_target(head),
    b"@path": lambda head, site: _origin_form(head).partition(b"?")[0],
    b"@query": lambda head, site: b"?" + (head.query or b""),
}
"""RFC 9421 section 2.2."""
