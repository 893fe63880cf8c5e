"""What a client that registers names by its address: its keys and its logo. The shell fetches them once it is known
that the client may register, so that nobody else has anything fetched."""

from ostiary.issuer.client_metadata import ClientMetadata
from ostiary.issuer.logo import Logo
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidClientMetadata
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason


@frozen
class Wanted:
    """What is to be fetched; None: nothing is."""

    jwks_uri: str | None = None
    logo_uri: str | None = None


@frozen
class Found:
    """What was there. None where nothing was wanted, or nothing good found."""

    keys: KeySet | None = None
    logo: Logo | None = None


def wanted_of(metadata: ClientMetadata, logo_uri: str | None = None) -> Wanted:
    """`logo_uri`: of the logo that is there already, which is not fetched again."""
    return Wanted(metadata.jwks_uri, None if metadata.logo_uri == logo_uri else metadata.logo_uri)


def require_found(wanted: Wanted, found: Found) -> None:
    """Raise InvalidClientMetadata where something that is wanted is not there. Why, is not told: who registers would
    learn what is where."""
    if wanted.jwks_uri is not None and found.keys is None:
        raise InvalidClientMetadata(Reason.METADATA_UNFETCHED, "jwks_uri")
    if wanted.logo_uri is not None and found.logo is None:
        raise InvalidClientMetadata(Reason.METADATA_UNFETCHED, "logo_uri")
