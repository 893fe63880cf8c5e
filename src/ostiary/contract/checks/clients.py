"""Clients: settings that their kind has, credentials that fit, lifetimes no longer than the profile's."""

from collections.abc import Iterator

from ostiary.contract.builds import read_build
from ostiary.contract.certificates import certificate_rule, names_of
from ostiary.contract.credentials import credential_of
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import sheet_of
from ostiary.contract.file import ContractFile
from ostiary.contract.file_client import Client, Credential
from ostiary.contract.key_sets import holds_private_keys, key_set
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.contract.profiles import SETTINGS
from ostiary.contract.quantities import in_words
from ostiary.keys.certificate import CertificateInvalid, NameType, require_name
from ostiary.keys.jwk import JwkInvalid
from ostiary.model.principal import Kind

_YEAR = 365 * 86400
_LONGEST = {"access_token_lifetime": LONGEST_ACCESS_TOKEN, "refresh_idle": _YEAR, "refresh_absolute": 5 * _YEAR}
"""Even with a reason."""
_PROFILE_FIELD = {
    "access_token_lifetime": "access_token_seconds",
    "refresh_idle": "refresh_idle_seconds",
    "refresh_absolute": "refresh_absolute_seconds",
}


def clients(draft: Draft) -> Iterator[Mistake]:
    """What each client says against what its kind allows."""
    for name, client in draft.file.clients.items():
        path: Path = ("clients", name)
        yield from _settings(draft, path, client)
        yield from _credential(draft, path, client)
        yield from _key_set(draft, path, client)
        yield from _certificate(draft, path, client)
        yield from _lifetimes(draft, path, client)
        yield from _safeguards(draft, path, client)
        yield from _builds(draft, path, client)
        yield from _acting(draft, path, client)
        yield from _served(draft, path, client)


def _settings(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    for setting in sorted(client.model_fields_set - SETTINGS[client.kind]):
        having = ", ".join(kind for kind in Kind if setting in SETTINGS[kind])
        says = f"Clients of kind {client.kind} have no `{setting}`."
        mend = f"Remove it; it is for {having}."
        yield draft.mistake((*path, setting), Code.SETTING_NOT_FOR_KIND, says, mend, key=True)


def _credential(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
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
        says = "Two vouch for its instances, so that the weaker one counts."
        yield draft.mistake((*path, "attest"), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    elif client.jwks is not None and client.jwks_file is not None:
        yield draft.mistake(
            (*path, "jwks_file"), Code.SETTINGS_CONTRADICT, "The keys stand twice.", "Keep one.", key=True
        )
    elif client.certificate is not None and (keys or credential is not Credential.MTLS):
        says = f"The client proves itself by {credential}, and `certificate` says something else."
        yield draft.mistake((*path, "certificate"), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    elif Credential.SIGNATURE in given and client.secret and keys:
        says = "The client signs with a secret and with keys, so that its weaker way counts."
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


def _key_set(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    setting = "jwks" if client.jwks_file is None else "jwks_file"
    if holds_private_keys(client):
        mend = "Leave only the public members; then replace the key, since it was in a file."
        yield draft.mistake((*path, "jwks"), Code.SECRET_IN_CONTRACT, "A private key is written here.", mend)
        return
    try:
        if credential_of(client) is Credential.MTLS:
            certificate_rule(client, draft.read_file)
        else:
            key_set(client, draft.read_file)
    except CertificateInvalid as invalid:
        at, mend = ("certificate", _PEM) if client.certificate is not None else (setting, _X5C)
        yield draft.mistake((*path, at), Code.CERTIFICATE_INVALID, f"The certificate is refused: {invalid}.", mend)
    except JwkInvalid as invalid:
        mend = "Write public keys of type EC P-256, OKP Ed25519 or RSA."
        yield draft.mistake((*path, setting), Code.KEY_SET_INVALID, f"The key set is refused: {invalid}.", mend)
    except OSError as error:
        if client.certificate is not None:
            says = f"The certificate cannot be read: {error.strerror or 'no such file'}."
            yield draft.mistake((*path, "certificate", "file"), Code.CERTIFICATE_INVALID, says, _PEM)
            return
        says = f"The key set cannot be read: {error.strerror or 'no such file'}."
        yield draft.mistake((*path, setting), Code.KEY_SET_INVALID, says, "Write its path from the contract's folder.")


_PEM = "Write the path of a PEM file from the contract's folder."
_X5C = "Give each key the client's certificate as `x5c`, in base64."


def _certificate(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """One name, of which some certificate could be."""
    if client.certificate is None:
        return
    stated = names_of(client.certificate)
    if len(stated) != 1:
        says = "A client is known by one thing of its certificate."
        mend = "Keep one of subject, dns, uri, ip, email and file."
        yield draft.mistake((*path, "certificate"), Code.SETTINGS_CONTRADICT, says, mend, key=True)
    for setting, name in stated.items():
        if setting in set(NameType):
            try:
                require_name(NameType(setting), name)
            except CertificateInvalid as invalid:
                says, mend = f"No certificate has this: {invalid}.", "Write it as it stands in the certificate."
                yield draft.mistake((*path, "certificate", setting), Code.CERTIFICATE_INVALID, says, mend)


def _lifetimes(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    profile = sheet_of(client).profile(client.kind)
    for setting, longest in _LONGEST.items():
        own, insecure = getattr(client, setting), getattr(client, f"insecure_{setting}")
        most = getattr(profile, _PROFILE_FIELD[setting])
        if own is not None and insecure is not None:
            says = f"`{setting}` and `insecure_{setting}` say two things."
            yield draft.mistake((*path, setting), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
        if own is not None and most is not None and own > most:
            says = f"This is longer than the {in_words(most)} of kind {client.kind}."
            mend = f"Write at most {in_words(most)}, or `insecure_{setting}: {{value: ..., because: ...}}`."
            yield draft.mistake((*path, setting), Code.WEAKER_THAN_PROFILE, says, mend)
        if insecure is not None and insecure.value > longest:
            says = "This is too long with any reason."
            at = (*path, f"insecure_{setting}", "value")
            yield draft.mistake(at, Code.OUT_OF_RANGE, says, f"Write at most {in_words(longest)}.")


def _safeguards(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """What a kind has switched on is switched off only with a reason."""
    sheet = sheet_of(client)
    for setting, insecure, has, does in (
        ("consent", "insecure_no_consent", sheet.asks_consent.value, "ask the person"),
        ("pushed_requests", "insecure_unpushed_requests", sheet.pushed_requests.value, "push their requests"),
    ):
        own = getattr(client, setting)
        if own is False and has:
            says = f"Clients of kind {client.kind} {does}."
            mend = f"Remove it, or write `{insecure}: {{value: true, because: ...}}`."
            yield draft.mistake((*path, setting), Code.WEAKER_THAN_PROFILE, says, mend)
        if own and getattr(client, insecure):
            says = f"`{setting}` and `{insecure}` say two things."
            yield draft.mistake((*path, setting), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)


def _builds(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """An end comes after its announcement (RFC 9745 section 4), and for builds that are let in."""
    ends = client.deprecated_below
    if ends is None:
        return
    at = (*path, "deprecated_below")
    if ends.sunset < ends.since:
        says, mend = "The builds end before they are told so.", "Write a later day, or an earlier one as `since`."
        yield draft.mistake((*at, "sunset"), Code.SETTINGS_CONTRADICT, says, mend)
    oldest, below = read_build((client.min_version or "").encode()), read_build(ends.version.encode())
    if oldest is not None and below is not None and below <= oldest:
        says, mend = "`min_version` refuses these builds already.", "Write a version above it."
        yield draft.mistake((*at, "version"), Code.SETTINGS_CONTRADICT, says, mend)


def _acting(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    """A person's token reaches a client as the service of its name (RFC 8693 section 2.1)."""
    if client.insecure_bound_subject_tokens is not None and not client.acts_for_people:
        says, mend = "It exchanges no tokens, bound or not.", "Add `acts_for_people: true`, or remove it."
        at = (*path, "insecure_bound_subject_tokens")
        yield draft.mistake(at, Code.SETTINGS_CONTRADICT, says, mend, key=True)
    if client.acts_for_people and draft.is_sure_of("services") and path[-1] not in draft.file.services:
        says, mend = "No service has the client's name, so no person's token is for it.", "Give both one name."
        yield draft.mistake((*path, "acts_for_people"), Code.ACTS_FOR_NOBODY, says, mend, key=True)


def not_served(file: ContractFile, client: Client) -> str:
    """What is missing before the client gets in; empty: nothing."""
    if credential_of(client) is Credential.MTLS:
        if client.certificate is None and client.jwks is None and client.jwks_file is None:
            return _UNNAMED
        return "" if _is_asked(file, client) else _NOBODY_ASKS
    return ""


_UNNAMED = "Nothing says by what of its certificate the client is known: the token endpoint refuses it."
_NOBODY_ASKS = "No gateway of the contract takes its certificate: the token endpoint refuses such a client."

_MENDS = {
    _UNNAMED: "Add `certificate: {dns: NAME}`, or another name that stands in it.",
    _NOBODY_ASKS: "Add a gateway with `client_certificates`, or choose another credential.",
}


def _is_asked(file: ContractFile, client: Client) -> bool:
    """Whether a listener for its kind takes such certificates: for a name, those of authorities."""
    named = client.certificate is not None and client.certificate.file is None
    listeners = (each for each in file.gateways.values() if each.kinds is None or client.kind in each.kinds)
    asked = (each.client_certificates for each in listeners)
    return any(each is not None and (each.authorities is not None or not named) for each in asked)


def _served(draft: Draft, path: Path, client: Client) -> Iterator[Mistake]:
    missing = not_served(draft.file, client)
    if missing and (missing is not _NOBODY_ASKS or draft.is_sure_of("gateways")):
        yield draft.mistake(path, Code.KIND_NOT_SERVED, missing, _MENDS[missing], key=True)
