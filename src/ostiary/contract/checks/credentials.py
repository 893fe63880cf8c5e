"""Clients: credentials that fit their kind, and what comes with them."""

from collections.abc import Iterator

from ostiary.contract.certificates import certificate_rule, names_of
from ostiary.contract.credentials import credential_of
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import sheet_of
from ostiary.contract.file import ContractFile
from ostiary.contract.file_client import Client, Credential
from ostiary.contract.key_sets import holds_private_keys, key_set
from ostiary.contract.mistakes import Code, Mistake
from ostiary.keys.certificate import CertificateInvalid, NameType, require_name
from ostiary.keys.jwk import JwkInvalid


def credentials(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """One that the kind has, and what it needs, and nothing else."""
    credential, allowed = credential_of(client), sheet_of(client).credentials.value
    vouching = [name for name in ("attester", "attest") if getattr(client, name) is not None]
    keys = client.jwks is not None or client.jwks_file is not None
    given = {Credential.SECRET: bool(client.secret), Credential.PRIVATE_KEY_JWT: keys}
    if credential is Credential.MTLS:
        given = {Credential.SECRET: bool(client.secret)}
    if credential is Credential.SIGNATURE and credential in allowed:
        given = {Credential.SIGNATURE: bool(client.secret) or keys}
    if credential is Credential.ATTESTATION:
        given |= {Credential.ATTESTATION: bool(vouching)}
    stated = "credential" if client.credential is not None else "certificate" if client.certificate else None
    if stated is not None and credential not in allowed:
        says = f"Clients of kind {client.kind} do not prove themselves by {credential}."
        mend = f"Write one of {', '.join(allowed)}."
        yield draft.mistake((*path, stated), Code.CREDENTIAL_NOT_FOR_KIND, says, mend)
    elif vouching and credential is not Credential.ATTESTATION:
        says = f"The client proves itself by {credential}, and `{vouching[0]}` says something else."
        yield draft.mistake((*path, vouching[0]), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    elif len(vouching) > 1:
        says = "Two vouch for its instances: the weaker one would count."
        yield draft.mistake((*path, "attest"), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    elif client.jwks is not None and client.jwks_file is not None:
        yield draft.mistake(
            (*path, "jwks_file"), Code.SETTINGS_CONTRADICT, "The keys stand twice.", "Keep one.", key=True
        )
    elif client.certificate is not None and (credential is not Credential.MTLS or (keys and not _signs(client))):
        says = f"The client proves itself by {credential}, and `certificate` says something else."
        yield draft.mistake((*path, "certificate"), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    elif Credential.SIGNATURE in given and client.secret and keys:
        says = "The client signs with a secret and with keys: the weaker way would count."
        yield draft.mistake((*path, "secret"), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    elif any(is_given and other is not credential for other, is_given in given.items()):
        extra = "secret" if credential is not Credential.SECRET and client.secret else "a key set"
        says = f"The client proves itself by {credential}, and {extra} is given."
        yield draft.mistake(path, Code.CREDENTIAL_MISMATCH, says, "Remove one of them.", key=True)
    elif not given.get(credential, True) and draft.is_sure_of("clients", "secret", "jwks", "jwks_file"):
        yield _without(draft, path, client, credential)


def _without(draft: Draft, path: Path, client: Client, credential: Credential) -> Mistake:
    setting = "secret: ${env:NAME}" if credential is Credential.SECRET else "jwks_file: PATH"
    says = f"The client proves itself by {credential}, and has none."
    if credential is Credential.ATTESTATION:
        return draft.mistake(path, Code.CREDENTIAL_MISSING, says, "Add `attest`, or `attester: NAME`.", key=True)
    either = client.credential is None or credential is Credential.SIGNATURE
    mend = "Add `jwks_file: PATH` or `secret: ${env:NAME}`." if either else f"Add `{setting}`."
    return draft.mistake(path, Code.CREDENTIAL_MISSING, says, mend, key=True)


def _signs(client: Client) -> bool:
    """Whether its requests are signed with keys of its own, whatever it proves itself by."""
    return sheet_of(client).signed_requests.value


def given_keys(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """Its public keys or certificates can be read, and nothing private is among them."""
    if holds_private_keys(client):
        mend = "Leave only the public members; then replace the key, since it was in a file."
        yield draft.mistake((*path, "jwks"), Code.SECRET_IN_CONTRACT, "A private key is written here.", mend)
        return
    by_certificate = credential_of(client) is Credential.MTLS
    if by_certificate:
        yield from _certificate_refused(draft, path, client)
    if not by_certificate or _signs(client):
        yield from _keys_refused(draft, path, client)


def _certificate_refused(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """Of a client that proves itself by one."""
    named, setting = client.certificate is not None, _setting_of_keys(client)
    try:
        certificate_rule(client, draft.read_file)
    except CertificateInvalid as invalid:
        at, mend = ("certificate", _PEM) if named else (setting, _X5C)
        yield draft.mistake((*path, at), Code.CERTIFICATE_INVALID, f"The certificate is refused: {invalid}.", mend)
    except OSError as error:
        if named:
            says = f"The certificate cannot be read: {error.strerror or 'no such file'}."
            yield draft.mistake((*path, "certificate", "file"), Code.CERTIFICATE_INVALID, says, _PEM)
        else:
            yield _unreadable_keys(draft, path, client, error)


def _keys_refused(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    try:
        key_set(client, draft.read_file)
    except JwkInvalid as invalid:
        says, mend = f"The key set is refused: {invalid}.", "Write public keys of type EC P-256, OKP Ed25519 or RSA."
        yield draft.mistake((*path, _setting_of_keys(client)), Code.KEY_SET_INVALID, says, mend)
    except OSError as error:
        yield _unreadable_keys(draft, path, client, error)


def _unreadable_keys(draft: Draft, path: Path, client: Client, error: OSError) -> Mistake:
    says = f"The key set cannot be read: {error.strerror or 'no such file'}."
    mend = "Write its path from the contract's folder."
    return draft.mistake((*path, _setting_of_keys(client)), Code.KEY_SET_INVALID, says, mend)


def _setting_of_keys(client: Client) -> str:
    return "jwks" if client.jwks_file is None else "jwks_file"


_PEM = "Write the path of a PEM file from the contract's folder."
_X5C = "Give each key the client's certificate as `x5c`, in base64."


def certificates(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """One name, of which some certificate could be."""
    if client.certificate is None:
        return
    stated = names_of(client.certificate)
    if len(stated) != 1:
        says = "A client is known by one thing in its certificate."
        mend = "Keep one of subject, dns, uri, ip, email and file."
        yield draft.mistake((*path, "certificate"), Code.SETTINGS_CONTRADICT, says, mend, key=True)
    for setting, name in stated.items():
        if setting in set(NameType):
            try:
                require_name(NameType(setting), name)
            except CertificateInvalid as invalid:
                says, mend = f"No certificate has this: {invalid}.", "Write it as it stands in the certificate."
                yield draft.mistake((*path, "certificate", setting), Code.CERTIFICATE_INVALID, says, mend)


def not_served(file: ContractFile, client: Client) -> str:
    """What is missing before the client gets in; empty: nothing."""
    if credential_of(client) is not Credential.MTLS:
        return ""
    keys = client.jwks is not None or client.jwks_file is not None
    if client.certificate is None and not keys:
        return _UNNAMED
    if not keys and _signs(client):
        return _UNSIGNED
    return "" if _is_asked(file, client) else _NOBODY_ASKS


_UNNAMED = "Nothing says by what of its certificate the client is known: the token endpoint refuses it."
_UNSIGNED = "Its requests have to be signed, and nothing says by which keys: each of them is refused."
_NOBODY_ASKS = "No gateway of the contract takes its certificate: the token endpoint refuses such a client."

_MENDS = {
    _UNNAMED: "Add `certificate: {dns: NAME}`, or another name that stands in it.",
    _UNSIGNED: "Add `jwks_file: PATH` with the public keys of what it signs its requests with.",
    _NOBODY_ASKS: "Add a gateway with `client_certificates`, or choose another credential.",
}


def _is_asked(file: ContractFile, client: Client) -> bool:
    """Whether a listener for its kind takes such certificates: for a name, those of authorities."""
    named = client.certificate is not None and client.certificate.file is None
    listeners = (each for each in file.gateways.values() if each.kinds is None or client.kind in each.kinds)
    asked = (each.client_certificates for each in listeners)
    return any(each is not None and (each.authorities is not None or not named) for each in asked)


def served(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """Nothing is missing before it gets in."""
    missing = not_served(draft.file, client)
    if missing and (missing is not _NOBODY_ASKS or draft.is_sure_of("gateways")):
        yield draft.mistake(path, Code.KIND_NOT_SERVED, missing, _MENDS[missing], key=True)
