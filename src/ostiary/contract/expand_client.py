"""From a client of the file to its rule: the kind's profile, narrowed or weakened by what the client says."""

import hashlib
from dataclasses import replace
from urllib.parse import urlsplit

from ostiary.contract.attest import attest_rule
from ostiary.contract.builds import Builds, Ending, read_build
from ostiary.contract.certificates import certificate_rule
from ostiary.contract.credentials import credential_of
from ostiary.contract.draft import Draft
from ostiary.contract.expand_route import limits
from ostiary.contract.fapi2 import under_fapi2
from ostiary.contract.file_client import Client, Credential, OldWayOf, SignatureOf
from ostiary.contract.key_sets import key_set
from ostiary.contract.model import (
    SIGNATURE_MAX_AGE,
    CertificateRule,
    ClientAuth,
    ClientRule,
    GrantType,
    Limit,
    LimitBy,
    OldWayRule,
    Profile,
    Rate,
    SignatureRule,
)
from ostiary.contract.profiles import PARTNER_WHO_SIGNS, PROFILES, REFRESH, WEB_WITH_SERVER, Sheet
from ostiary.keys.hashing import token_hash
from ostiary.model import endpoints
from ostiary.model.ids import ClientId, Role, Scope, Secret, TenantId, TokenHash
from ostiary.model.principal import Binding, Kind

OIDC_SCOPES = frozenset({"openid", "profile", "email", "offline_access"})
"""Of OpenID Connect Core sections 5.4 and 11: every client with a person may ask for them."""

_AUTH = {
    Credential.NONE: ClientAuth.NONE,
    Credential.COOKIE: ClientAuth.HANDLED,
    Credential.SECRET: ClientAuth.SECRET_BASIC,
    Credential.PRIVATE_KEY_JWT: ClientAuth.PRIVATE_KEY_JWT,
    Credential.MTLS: ClientAuth.TLS,
    Credential.ATTESTATION: ClientAuth.ATTESTATION,
    Credential.API_KEY: ClientAuth.NONE,
    Credential.SIGNATURE: ClientAuth.NONE,
}
"""At the token endpoint a client with API keys can only exchange one, which proves it; one with signed requests has no
grant, and is refused whatever it brings."""
_BINDING = {Credential.MTLS: Binding.MTLS, Credential.SIGNATURE: Binding.SIGNATURE}


def sheet_of(client: Client) -> Sheet:
    """The profile that it carries, with reasons: its kind's, or of a web client the one for those that have a server of
    their own; under that of FAPI where it says so."""
    own = client.kind is Kind.WEB and credential_of(client) is not Credential.COOKIE
    sheet = WEB_WITH_SERVER if own else PROFILES[client.kind]
    if client.kind is Kind.PARTNER and credential_of(client) is Credential.SIGNATURE:
        sheet = PARTNER_WHO_SIGNS
    return sheet if client.profile is None else under_fapi2(sheet)


def binding_of(client: Client) -> Binding:
    """How strongly its requests are bound at least."""
    if client.insecure_bearer_tokens:
        return Binding.BEARER
    return _BINDING.get(credential_of(client), sheet_of(client).binding.value)


def profile_of(client: Client) -> Profile:
    """The kind's profile with the client's settings. In a browser there is no refresh token without a key."""
    base = sheet_of(client).profile(client.kind)
    if client.kind is Kind.SPA and client.insecure_bearer_tokens:
        base = replace(base, grants=base.grants - {REFRESH}, refresh_idle_seconds=None, refresh_absolute_seconds=None)
    if client.acts_for_people:
        base = replace(base, grants=base.grants | {GrantType.TOKEN_EXCHANGE})
    return replace(
        base,
        binding=binding_of(client),
        access_token_seconds=_value(client, "access_token_lifetime") or base.access_token_seconds,
        refresh_idle_seconds=_value(client, "refresh_idle") or base.refresh_idle_seconds,
        refresh_absolute_seconds=_value(client, "refresh_absolute") or base.refresh_absolute_seconds,
        pushed_requests=(base.pushed_requests or bool(client.pushed_requests))
        and not client.insecure_unpushed_requests,
        asks_consent=(base.asks_consent or bool(client.consent)) and not client.insecure_no_consent,
    )


def _value(client: Client, setting: str) -> int | None:
    insecure = getattr(client, f"insecure_{setting}")
    value: int | None = insecure.value if insecure is not None else getattr(client, setting)
    return value


def client_rule(draft: Draft, name: str, client: Client) -> ClientRule:
    """The rule of a client. Of its secrets only the hashes stay."""
    profile, own, credential = profile_of(client), draft.file.origin, credential_of(client)
    handled, signs = credential is Credential.COOKIE, credential is Credential.SIGNATURE
    certificate = certificate_rule(client, draft.read_file)
    return ClientRule(
        id=ClientId(name),
        profile=profile,
        scopes=frozenset(map(Scope, client.scopes)) - OIDC_SCOPES,
        auth_method=_AUTH[credential] if certificate is None or certificate.kind else ClientAuth.SELF_SIGNED_TLS,
        name=client.name or name,
        redirect_uris=(own + endpoints.SESSION_CALLBACK,) if handled else client.redirect_uris,
        returns=tuple(uri.removeprefix(own) for uri in client.redirect_uris) if handled else (),
        post_logout_redirect_uris=client.post_logout_redirect_uris,
        backchannel_logout_uri=client.backchannel_logout_uri,
        secret_hashes=() if signs else _secret_hashes(draft, name, client),
        jwks=key_set(client, draft.read_file) if _has_keys_of_jwts(client, certificate, profile) else None,
        tenant=TenantId(client.tenant) if client.tenant else None,
        roles=frozenset(map(Role, client.roles)),
        origins=_origins(client) if profile.cors else frozenset(),
        allow_ips=client.allow_ips,
        limits=_limits(client),
        attester=client.attester,
        attest=None if client.attest is None else attest_rule(client.attest, draft.read_file),
        builds=_builds(client),
        api_keys=credential_of(client) is Credential.API_KEY,
        signature=_signature(draft, name, client) if signs else None,
        details=frozenset(client.details),
        old_ways=_old_ways(draft, name, client),
        certificate=certificate,
        acts_for_people=bool(client.acts_for_people),
        takes_bound_tokens=client.insecure_bound_subject_tokens is not None,
    )


def _has_keys_of_jwts(client: Client, certificate: CertificateRule | None, profile: Profile) -> bool:
    """Whether its keys verify its assertions or request objects. Those of partners verify each request, and those of a
    client that proves itself by a certificate are there for that alone, unless its requests have to be signed."""
    if credential_of(client) is Credential.SIGNATURE:
        return False
    return certificate is None or profile.signed_requests


def _secrets(draft: Draft, name: str, client: Client) -> tuple[Secret, ...]:
    paths = (("clients", name, "secret", index) for index in range(len(client.secret)))
    return tuple(draft.secrets[path] for path in paths if path in draft.secrets)


def _secret_hashes(draft: Draft, name: str, client: Client) -> tuple[TokenHash, ...]:
    secrets = (secret.reveal() for secret in _secrets(draft, name, client))
    return tuple(TokenHash(hashlib.sha256(secret.encode()).digest()) for secret in secrets)


def _old_ways(draft: Draft, name: str, client: Client) -> tuple[OldWayRule, ...]:
    """Those whose secrets could be read. The day until which one is good is its last."""
    paths = (("clients", name, "old_ways", index, "secret") for index in range(len(client.old_ways)))
    return tuple(
        OldWayRule(
            each.way, each.name or "", token_hash(draft.secrets[path].reveal()), client.deprecated or 0, end_of(each)
        )
        for path, each in zip(paths, client.old_ways, strict=True)
        if path in draft.secrets
    )


def end_of(way: OldWayOf) -> int:
    """The first moment in which it is refused."""
    return way.until + 86400


def _signature(draft: Draft, name: str, client: Client) -> SignatureRule:
    stated = client.signature or SignatureOf()
    return SignatureRule(
        tag=stated.tag,
        covers=frozenset(field.encode() for field in stated.covers),
        max_age=stated.max_age or SIGNATURE_MAX_AGE,
        jwks=key_set(client, draft.read_file),
        secrets=_secrets(draft, name, client),
    )


def _origins(client: Client) -> frozenset[str]:
    if client.origins is not None:
        return frozenset(client.origins)
    urls = (urlsplit(uri) for uri in client.redirect_uris)
    return frozenset(f"{url.scheme}://{url.netloc}" for url in urls)


def _builds(client: Client) -> Builds | None:
    stated, ends = client.min_version, client.deprecated_below
    if stated is None and ends is None:
        return None
    below = None if ends is None else read_build(ends.version.encode())
    ending = None if ends is None or below is None else Ending(below, ends.since, ends.sunset)
    return Builds(None if stated is None else read_build(stated.encode()), ending, client.store_links)


def _limits(client: Client) -> tuple[Limit, ...]:
    own = limits(client.limit, "total-")
    if client.quota is None:
        return own
    count, seconds = client.quota
    return (Limit("quota", LimitBy.CLIENT, Rate(count, seconds, count)), *own)
