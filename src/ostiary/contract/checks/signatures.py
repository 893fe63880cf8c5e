"""Signed requests: settings that belong to them, and keys that tell whose they are."""

from collections.abc import Iterator
from contextlib import suppress

from ostiary.contract.credentials import credential_of
from ostiary.contract.draft import Draft
from ostiary.contract.file_client import Client, Credential
from ostiary.contract.key_sets import key_set
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import SIGNATURE_MAX_AGE
from ostiary.contract.quantities import in_words
from ostiary.keys.jwk import JwkInvalid
from ostiary.keys.message_signature import from_jwks
from ostiary.model.principal import Kind


def signatures(draft: Draft) -> Iterator[Mistake]:
    """What the clients say of their signatures, and whether each `keyid` means one of them."""
    owners: dict[str, str] = {}
    for name, client in draft.file.clients.items():
        if client.kind is not Kind.PARTNER:
            continue
        yield from _settings(draft, name, client)
        for keyid in _keyids(draft, name, client):
            owner = owners.setdefault(keyid, name)
            if owner != name:
                says = f"The client {owner} has a key with the keyid {keyid} too."
                mend = "Give each key a `kid` of its own."
                yield draft.mistake(("clients", name), Code.KEYID_REPEATED, says, mend, key=True)


def _settings(draft: Draft, name: str, client: Client) -> Iterator[Mistake]:
    stated, path = client.signature, ("clients", name, "signature")
    if stated is None:
        return
    if credential_of(client) is not Credential.SIGNATURE:
        says = f"The client proves itself by {credential_of(client)}, and signs nothing."
        yield draft.mistake(path, Code.CREDENTIAL_MISMATCH, says, "Write `credential: signature`.", key=True)
    if stated.max_age is not None and stated.max_age > SIGNATURE_MAX_AGE:
        says = f"This is longer than the {in_words(SIGNATURE_MAX_AGE)} of kind {client.kind}."
        mend = f"Write at most {in_words(SIGNATURE_MAX_AGE)}: a client signs each request anew."
        yield draft.mistake((*path, "max_age"), Code.WEAKER_THAN_PROFILE, says, mend)


def _keyids(draft: Draft, name: str, client: Client) -> Iterator[str]:
    """As signatures name them: the `kid` of public keys; a secret is named by its client."""
    if credential_of(client) is not Credential.SIGNATURE:
        return
    if client.secret:
        yield name
    with suppress(JwkInvalid, OSError):
        jwks = key_set(client, draft.read_file)
        yield from () if jwks is None else (key.id for key in from_jwks(jwks))
