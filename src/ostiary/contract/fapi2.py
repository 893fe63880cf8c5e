"""`profile: fapi2` on a client: the FAPI 2.0 Security Profile with Message Signing, over what the client's kind has.

What holds for every client here is in `FIXED`: it is shown beside the client's own lines, and nothing has to change.
"""

from dataclasses import replace
from typing import Any, Final

from ostiary.contract.file_client import Credential
from ostiary.contract.model import ClientAuth
from ostiary.contract.profiles import Chosen, Sheet
from ostiary.model.principal import Binding

SECURITY: Final = "FAPI 2.0 Security Profile section"
SIGNING: Final = "FAPI 2.0 Message Signing section"

CREDENTIALS: Final = (Credential.PRIVATE_KEY_JWT, Credential.MTLS)
ALGORITHMS: Final = frozenset({"PS256", "ES256", "EdDSA", "Ed25519"})
"""Section 5.4.1; Ed25519 is the name that RFC 9864 gives to its EdDSA."""

_ALWAYS: Final[dict[str, Chosen[Any]]] = {
    "credentials": Chosen(CREDENTIALS, "A key never leaves the client.", f"{SECURITY} 5.3.2.1 item 6"),
    "auth_methods": Chosen(
        frozenset({ClientAuth.PRIVATE_KEY_JWT, ClientAuth.TLS, ClientAuth.SELF_SIGNED_TLS}),
        "It authenticates by a key, with the issuer's name alone as audience.",
        f"{SECURITY} 5.3.2.1 items 3, 6 and 8",
    ),
    "binding": Chosen(
        Binding.DPOP, "A copied token is worthless without its key.", f"{SECURITY} 5.3.2.1 items 4 and 5"
    ),
    "proof_ahead_seconds": Chosen(60, "No clock of a server is further ahead.", f"{SECURITY} 5.3.2.1 item 13"),
    "signed_introspection": Chosen(True, "The issuer cannot deny what it said of a token.", f"{SIGNING} 5.5.1"),
}
_OF_PEOPLE: Final[dict[str, Chosen[Any]]] = {
    "pushed_requests": Chosen(
        True,
        "A request comes from the authenticated client, and the browser carries only its name.",
        f"{SECURITY} 5.3.2.2 items 2 to 4",
    ),
    "signed_requests": Chosen(True, "The client cannot deny what it asked for.", f"{SIGNING} 5.3.1"),
    "signed_answers": Chosen(True, "The issuer cannot deny what it answered.", f"{SIGNING} 5.4.1"),
    "rotates_refresh": Chosen(
        False,
        "Bound to keys of the client, it gains nothing by changing, and a lost answer would cost the access.",
        f"{SECURITY} 5.3.2.1 item 9",
    ),
}

FIXED: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("response type", "code", "Nothing else is served.", f"{SECURITY} 5.3.2.2 item 1"),
    ("PKCE", "S256", "A stolen code is worthless.", f"{SECURITY} 5.3.2.2 item 5"),
    ("answers", "with iss", "Issuers cannot be mixed up.", f"{SECURITY} 5.3.2.2 item 7"),
    ("redirect URIs", "https", "Nobody on the way reads an answer.", f"{SECURITY} 5.3.2.2 item 8"),
    ("code", "60s, once", "It is exchanged at once or never.", f"{SECURITY} 5.3.2.1 item 11 and 5.3.2.2 item 9"),
    ("redirects", "303", "A password is never sent on.", f"{SECURITY} 5.3.2.2 items 10 and 11"),
    ("pushed request", "60s", "Long enough to open a link.", f"{SECURITY} 5.3.2.2 item 12"),
    (
        "code's key",
        "kept to",
        "Without it a code is worthless.",
        f"{SECURITY} 5.3.2.1 item 12",
    ),
    ("clocks", "10s ahead, of proofs 60s", "Honest clocks differ a little.", f"{SECURITY} 5.3.2.1 item 13"),
    ("ID tokens", "signed, ES256", "The issuer cannot deny who signed in.", f"{SIGNING} 5.6"),
    ("algorithms", "PS256, ES256, EdDSA", "No weaker one is accepted.", f"{SECURITY} 5.4.1"),
)
"""What, value, why, source."""


def under_fapi2(sheet: Sheet) -> Sheet:
    """The profile of a kind with the lines of FAPI in place of its own."""
    lines: dict[str, Any] = _ALWAYS | _OF_PEOPLE if sheet.signs_people_in else {**_ALWAYS}
    return replace(sheet, **lines)
