"""Clients with `profile: fapi2`: nothing that they say contradicts it."""

from collections.abc import Iterator

from ostiary.contract.credentials import credential_of
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.fapi2 import ALGORITHMS, CREDENTIALS
from ostiary.contract.file_client import Client
from ostiary.contract.key_sets import key_set
from ostiary.contract.mistakes import Code, Mistake
from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.keyset import KeySet


def fapi2(draft: Draft) -> Iterator[Mistake]:
    """What would leave the client outside of the profile that it states."""
    for name, client in draft.file.clients.items():
        if client.profile is not None:
            path: Path = ("clients", name)
            yield from _credential(draft, path, client)
            yield from _algorithms(draft, path, client)
            yield from _redirects(draft, path, client)
            yield from _weakened(draft, path, client)


def _credential(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    credential = credential_of(client)
    if credential not in CREDENTIALS and client.credential is None:
        says = f"A client of the FAPI profile does not prove itself by {credential}."
        yield _contradicts(draft, (*path, "secret"), says, "Replace it by `jwks` or `jwks_file`.")


def _algorithms(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """A key set that cannot be read is told by the checks of all clients."""
    try:
        text = key_set(client, draft.read_file)
        keys = () if text is None else KeySet.from_jwks(text).keys.values()
    except (JwkInvalid, OSError):
        return
    if any(key.algorithms.isdisjoint(ALGORITHMS) for key in keys):
        setting = "jwks" if client.jwks_file is None else "jwks_file"
        says = "A key is for RS256, which the FAPI profile does not accept."
        yield _contradicts(draft, (*path, setting), says, "Use keys for PS256, ES256 or EdDSA.")


def _redirects(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    for index, uri in enumerate(client.redirect_uris):
        if not uri.startswith("https://"):
            says = "In the FAPI profile people come back by https alone."
            yield _contradicts(draft, (*path, "redirect_uris", index), says, "Write an address with https.")


def _weakened(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    if client.insecure_unpushed_requests is not None:
        says = "In the FAPI profile every request is pushed."
        yield _contradicts(draft, (*path, "insecure_unpushed_requests"), says, "Remove it, or `profile`.")


def _contradicts(draft: Draft, path: Path, says: str, mend: str) -> Mistake:
    return draft.mistake(path, Code.PROFILE_CONTRADICTED, says, mend, key=True)
