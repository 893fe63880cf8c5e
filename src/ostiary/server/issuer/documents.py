"""What the issuer publishes: metadata and key sets. All of it is public, made once, and may be cached."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import orjson

from ostiary.contract.model import Contract
from ostiary.issuer import metadata
from ostiary.model import endpoints
from ostiary.server.issuer.http import JSON, Answer, Header, Incoming

if TYPE_CHECKING:
    from ostiary.server.issuer.desk import Desk

Documents = Mapping[str, bytes]
"""By path."""

METADATA_SECONDS: Final = 300
"""For so long clients may keep metadata."""
KEYS_SECONDS: Final = 60
"""For so long clients may keep a key set: no longer than a key is published before it signs."""
_METADATA: Final[tuple[Header, ...]] = (JSON, (b"cache-control", b"public, max-age=%d" % METADATA_SECONDS))
_KEYS: Final[tuple[Header, ...]] = (
    (b"content-type", b"application/jwk-set+json"),
    (b"cache-control", b"public, max-age=%d" % KEYS_SECONDS),
)


def documents(contract: Contract) -> Documents:
    """Metadata of the issuer under both its names, and of each service."""
    server = orjson.dumps(metadata.authorization_server(contract))
    resources = metadata.protected_resource_paths(contract).items()
    return {
        endpoints.OPENID_CONFIGURATION: server,
        endpoints.AUTHORIZATION_SERVER: server,
        **{path: orjson.dumps(metadata.protected_resource(contract, service)) for path, service in resources},
    }


async def document(desk: "Desk", incoming: Incoming) -> Answer:
    """The one at this path (RFC 8414 section 3.2, RFC 9728 section 3.2)."""
    return Answer(200, _METADATA, desk.documents[incoming.path])


async def jwks(desk: "Desk", incoming: Incoming) -> Answer:
    """The issuer's keys (RFC 7517 section 5)."""
    return Answer(200, _KEYS, desk.keys.at(desk.clock()).jwks)


async def gateway_jwks(desk: "Desk", incoming: Incoming) -> Answer:
    """The keys with which upstreams verify the identity that the gateway gives them."""
    return Answer(200, _KEYS, desk.keys.at(desk.clock()).gateway_jwks)
