"""The types of addresses in a contract: networks, listeners, origins, the URLs of services and stores."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, PlainValidator

from ostiary.contract.mistakes import Code
from ostiary.contract.model import Network
from ostiary.contract.sources import REFERENCE, Reference
from ostiary.contract.words import as_text, wrong
from ostiary.model.frozen import frozen


def _network(value: object) -> Network:
    text = as_text(value)
    try:
        return ip_network(text)
    except ValueError:
        wrong(Code.BAD_NETWORK, f"`{text}` is no network.", _network_mend(text))


def _network_mend(text: str) -> str:
    try:
        return f"Write `{ip_network(text, strict=False)}`."
    except ValueError:
        return "Write an address or a block, such as `203.0.113.0/24` or `2001:db8::/32`."


NetworkText = Annotated[
    IPv4Network | IPv6Network,
    PlainValidator(_network, json_schema_input_type=Annotated[str, Field(title="network")]),
]


@frozen
class Address:
    """Where a listener binds."""

    host: str
    port: int


def _address(value: object) -> Address:
    text = value if isinstance(value, str) else ""
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535 or not _is_bindable(host):
        wrong(Code.BAD_ADDRESS, "This is not an address to listen at.", "Write `0.0.0.0:8443` or `[::1]:8443`.")
    return Address(host.strip("[]"), int(port))


def _is_bindable(text: str) -> bool:
    try:
        if text.startswith("[") and text.endswith("]"):
            return isinstance(ip_address(text[1:-1]), IPv6Address)
        return isinstance(ip_address(text), IPv4Address)
    except ValueError:
        return text == "localhost"


AddressText = Annotated[
    Address, PlainValidator(_address, json_schema_input_type=Annotated[str, Field(title="address")])
]


def split_url(text: str) -> SplitResult | None:
    """The parts of an absolute URL in printable ASCII with a valid port, or None."""
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        return None
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    return url if url.scheme and port != 0 else None


def is_loopback(host: str | None) -> bool:
    """`localhost`, or an address of this machine only (RFC 8252 section 7.3)."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f:.]+\]")


def is_host(text: str) -> bool:
    """A name in lower case, an IPv4 address, or an IPv6 address in brackets."""
    return _HOST.fullmatch(text) is not None


def is_web_origin(text: str, *, plain_loopback: bool = False) -> bool:
    """Whether browsers send exactly this as `Origin` (RFC 6454 section 6.2). `http` only for a loopback host.

    They read a host that ends in a number as an IPv4 address, and write each address in one way (WHATWG URL section
    3.5): `https://127.1` never comes back.
    """
    url = split_url(text)
    if url is None or text != f"{url.scheme}://{url.netloc}":
        return False
    host = url.netloc.removesuffix(f":{url.port}")
    if not (is_host(host) and _is_as_written(host)) or url.port == {"https": 443, "http": 80}.get(url.scheme):
        return False
    return url.scheme == "https" or (plain_loopback and url.scheme == "http" and is_loopback(url.hostname))


_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def _is_as_written(host: str) -> bool:
    """A name, or the one spelling of an address."""
    try:
        if host.startswith("["):
            return host == f"[{IPv6Address(host[1:-1])}]"
        return _NUMBER.fullmatch(host.rpartition(".")[2]) is None or host == str(IPv4Address(host))
    except ValueError:
        return False


def _origin(value: object) -> str:
    text = as_text(value)
    if not is_web_origin(text):
        wrong(
            Code.BAD_ORIGIN,
            "The origin is not `https://host` or `https://host:port`.",
            "Write it in lower case, with https, without path, and without the port 443.",
        )
    return text


OriginText = Annotated[
    str,
    PlainValidator(_origin, json_schema_input_type=Annotated[str, Field(title="origin", pattern="^https://[^/]+$")]),
]


@frozen
class Upstream:
    """A service's URL in its parts."""

    host: str
    port: int
    tls: bool
    base_path: str


_PRIVATE_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?")


def _is_reachable(host: str) -> bool:
    """An address, or a name; in private networks names have `_` too."""
    return is_host(f"[{host}]") if ":" in host else _PRIVATE_NAME.fullmatch(host) is not None


def _upstream(value: object) -> Upstream:
    text = as_text(value)
    url = split_url(text)
    if url is not None and url.password is not None:
        wrong(Code.SECRET_IN_CONTRACT, "A password is written into the URL.", "Take it out of the URL.")
    host = (url.hostname or "") if url is not None else ""
    if url is None or url.scheme not in ("http", "https") or not _is_reachable(host) or "@" in url.netloc:
        wrong(Code.BAD_URL, "This is not the URL of a service.", "Write `http://host:port` or `https://host`.")
    if url.query or url.fragment or text.endswith(("?", "#")) or "//" in url.path:
        wrong(Code.BAD_URL, "The URL of a service has no query and no fragment.", "Write scheme, host, port and path.")
    tls = url.scheme == "https"
    return Upstream(host, url.port or (443 if tls else 80), tls, url.path.rstrip("/"))


UpstreamUrl = Annotated[
    Upstream, PlainValidator(_upstream, json_schema_input_type=Annotated[str, Field(title="URL", pattern="^https?://")])
]


def _secret(value: object) -> Reference:
    if not isinstance(value, str) or not re.match(REFERENCE, value) or value.endswith("\n"):
        wrong(
            Code.SECRET_IN_CONTRACT,
            "The secret itself is written into the file.",
            "Move it out, and write `${env:NAME}` or `${file:PATH}` here; then replace it, since it was in a file.",
        )
    return Reference(value)


SecretText = Annotated[
    Reference, PlainValidator(_secret, json_schema_input_type=Annotated[str, Field(title="secret", pattern=REFERENCE)])
]


def _store(value: object) -> Reference:
    text = as_text(value)
    if re.match(REFERENCE, text):
        return Reference(text)
    url = split_url(re.sub(r"\$\{[^}]*\}", "reference", text))
    if url is None or url.scheme != "postgresql" or url.fragment:
        wrong(Code.BAD_URL, "This is not a store.", "Write `postgresql://user@host/database`, or nothing for SQLite.")
    if _has_password(text):
        mend = "Write `postgresql://user:${env:NAME}@host/database`, or the whole URL as `${env:NAME}`."
        wrong(Code.SECRET_IN_CONTRACT, "The store's password is written into the file.", mend)
    return Reference(text)


def _has_password(text: str) -> bool:
    """Whether a password stands in user information or query, other than as one whole reference."""
    url = urlsplit(re.sub(r"\$\{[a-z][a-z0-9-]*:[^${}]+\}", "", text))
    return bool(url.password) or re.search(r"(?i)\bpassword=[^&]", url.query) is not None


StoreText = Annotated[
    Reference,
    PlainValidator(
        _store, json_schema_input_type=Annotated[str, Field(title="store", pattern=r"^(postgresql://|\$\{)")]
    ),
]
