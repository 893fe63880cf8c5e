"""The logo of a client that registered itself: fetched once, looked at, kept, and served from here (RFC 7591 section
5): whoever runs the client's server learns of nobody that decides about it, and cannot change what was shown."""

import hashlib
from dataclasses import field
from typing import Final

from ostiary.http.image import read_picture
from ostiary.model.errors import InvalidClientMetadata
from ostiary.model.frozen import frozen
from ostiary.model.plan import Write
from ostiary.model.reasons import Reason

TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp"})
MOST_BYTES: Final = 128 * 1024
MOST_PIXELS: Final = 1024
"""Of each side."""
_ID: Final = 32


@frozen
class Logo:
    """`id` is of its bytes: another picture is another logo."""

    id: str
    type: str
    body: bytes = field(repr=False)


@frozen
class KeepLogo(Write):
    """Once, however many clients have it."""

    logo: Logo


def require_logo(body: bytes, said: str) -> Logo:
    """Raise InvalidClientMetadata unless it is a small picture of the type that its server says."""
    picture = read_picture(body)
    if picture is None or picture.type != said or not 0 < len(body) <= MOST_BYTES:
        raise InvalidClientMetadata(Reason.METADATA_LOGO, "logo_uri")
    if not (0 < picture.width <= MOST_PIXELS and 0 < picture.height <= MOST_PIXELS):
        raise InvalidClientMetadata(Reason.METADATA_LOGO, "logo_uri")
    return Logo(hashlib.sha256(body).hexdigest()[:_ID], picture.type, body)
