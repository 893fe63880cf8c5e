"""The file a user writes, as types: clients."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ostiary.contract.file_attest import AttestOf
from ostiary.contract.file_details import DetailName
from ostiary.contract.file_route import LimitOf, as_tuple
from ostiary.contract.model import OldWay
from ostiary.contract.places import NetworkText, SecretText
from ostiary.contract.setting import InsecureDuration, InsecureYes, Setting
from ostiary.contract.words import (
    ComponentName,
    CountPerTime,
    Day,
    FilePath,
    Flag,
    Name,
    OldName,
    RedirectUri,
    ScopeName,
    Seconds,
    SignatureTag,
    StoreLink,
    Uri,
    Version,
    Words,
)
from ostiary.model.principal import Kind


class Credential(StrEnum):
    """What a client proves itself with."""

    NONE = "none"
    COOKIE = "cookie"
    SECRET = "secret"  # noqa: S105  # the name of a credential, not a secret
    PRIVATE_KEY_JWT = "private-key-jwt"
    MTLS = "mtls"
    API_KEY = "api-key"
    SIGNATURE = "signature"
    ATTESTATION = "attestation"


class ClientProfile(StrEnum):
    """A stricter profile over that of the kind."""

    FAPI2 = "fapi2"


class SignatureOf(Setting):
    """What a partner's signed requests (RFC 9421) have to contain, beyond what all of them do."""

    tag: SignatureTag = "ostiary"
    """The `tag` of its signatures: it keeps signatures that were made for somebody else from being used here."""
    covers: tuple[ComponentName, ...] = ()
    """What else each request has and signs: fields such as `date`, in lower case."""
    max_age: Seconds | None = None
    """How old a signature may be; less than the kind's 60 seconds."""


class OldWayOf(Setting):
    """One thing that an old client still does, and the day on which that ends."""

    way: OldWay
    """`basic`: user name and password; `bearer`: a token that is always the same; `query`: a key in the URL."""
    name: OldName | None = None
    """The user name, or the name of the parameter in the URL. A bearer token has none."""
    secret: SecretText
    """Where the password, token or key is: `${env:NAME}` or `${file:PATH}`."""
    until: Day
    """The last day (UTC) on which it is let in, at most two years from now. After that it is refused."""


class CertificateOf(Setting):
    """What in its certificate the client is known by (RFC 8705 section 2): one of these, compared exactly."""

    subject: Words | None = None
    """Its whole distinguished name as RFC 4514 writes it, such as `CN=ledger,O=Example`."""
    dns: Words | None = None
    """A DNS name among its alternative names."""
    uri: Words | None = None
    """A URI among its alternative names."""
    ip: Words | None = None
    """An address among its alternative names."""
    email: Words | None = None
    """A mail address among its alternative names."""
    file: FilePath | None = None
    """A PEM file with the certificate itself, from the contract's folder, whoever signed it; or two, while
    one replaces the other."""


class EndingOf(Setting):
    """Builds of an app that are about to end."""

    version: Version
    """Builds below this one."""
    since: Day
    """From this day on they are told so by `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) on every answer."""
    sunset: Day
    """From this day on they are refused, like those below `min_version`. Days begin at midnight UTC."""


class Client(Setting):
    """A client: what it is, and what it may do. Its kind decides everything that is not said here."""

    kind: Kind
    """What the client is. `ostiary explain client NAME` prints what that means."""
    profile: ClientProfile | None = None
    """`fapi2`: the whole FAPI 2.0 Security Profile with Message Signing, where the kind's is not enough."""
    name: Words | None = None
    """What people read on the consent page. By default its `client_id`."""
    scopes: tuple[ScopeName, ...] = ()
    """What it may ask for."""
    details: tuple[DetailName, ...] = ()
    """Which of the contract's `details` it may ask for."""
    credential: Credential | None = None
    """What it proves itself with. By default what `secret`, `jwks` or `jwks_file` imply, or else its kind."""
    secret: Annotated[
        tuple[SecretText, ...], BeforeValidator(as_tuple, json_schema_input_type=SecretText | list[SecretText])
    ] = Field(default=(), max_length=2)
    """Where its secret is: `${env:NAME}` or `${file:PATH}`. Two while one replaces the other. With
    `credential: signature` it is the key of hmac-sha256."""
    jwks: Annotated[dict[str, Any], Field(title="JWK set")] | None = None
    """Its public keys as a JWK set (RFC 7517 section 5)."""
    jwks_file: FilePath | None = None
    """A file with its public keys as a JWK set, from the contract's folder."""
    signature: SignatureOf | None = None
    """What its signed requests have to contain."""
    old_ways: tuple[OldWayOf, ...] = ()
    """What the client still does, each way with its last day; the same way twice while one secret replaces another."""
    deprecated: Day | None = None
    """Since when (UTC) its old ways are deprecated: every answer says so (RFC 9745), and when they end (RFC 8594)."""
    certificate: CertificateOf | None = None
    """What in its certificate it is known by, with `credential: mtls`. Instead, `jwks` or `jwks_file` may hold the
    certificates themselves as `x5c` (RFC 8705 section 2.2.2). With `profile: fapi2` both may stand here: requests are
    then signed with those keys."""
    redirect_uris: tuple[RedirectUri, ...] = ()
    """Where people come back to after sign-in; compared exactly. Of a web client with a cookie: its pages."""
    post_logout_redirect_uris: tuple[RedirectUri, ...] = ()
    """Where people come back to after sign-out; compared exactly."""
    backchannel_logout_uri: RedirectUri | None = None
    """Where its server is told that a sign-in has ended (OpenID Connect Back-Channel Logout)."""
    origins: tuple[Uri, ...] | None = None
    """Web origins whose scripts may call. By default those of `redirect_uris`."""
    tenant: Name | None = None
    """The tenant that the client belongs to."""
    roles: tuple[Name, ...] = ()
    """Roles of the client where it acts for itself."""
    allow_ips: tuple[NetworkText, ...] = ()
    """Where it may call from. By default from anywhere."""
    quota: CountPerTime | None = None
    """How many requests in all, over all routes."""
    limit: Annotated[
        tuple[LimitOf, ...], BeforeValidator(as_tuple, json_schema_input_type=LimitOf | list[LimitOf])
    ] = ()
    """A limit or limits over all routes, in addition to those of the routes. Where there is none, the kind's holds."""
    attester: Name | None = None
    """One of `attesters`, which vouches for each instance of the app; others are refused."""
    attest: AttestOf | None = None
    """Which instances the issuer itself vouches for, by what their devices say: in place of an `attester`."""
    min_version: Version | None = None
    """The oldest build of the app that is let in. The app states its own, such as `2.4.0`, in `x-app-version` with each
    request. Versions are compared number by number. An older build, or one that does not say, gets 426 Upgrade
    Required."""
    deprecated_below: EndingOf | None = None
    """Builds that are still let in, and are told until when."""
    store_links: dict[Name, StoreLink] = Field(default_factory=dict)
    """Where people get a newer build: by platform, such as `ios`. The problem of a 426 has them."""
    access_token_lifetime: Seconds | None = None
    """Shorter than the kind's."""
    refresh_idle: Seconds | None = None
    """How long a refresh token lives unused; shorter than the kind's."""
    refresh_absolute: Seconds | None = None
    """How long refreshing goes on without a new sign-in; shorter than the kind's."""
    acts_for_people: Flag | None = None
    """`true`: it may exchange a person's access token, if that is for the service of its own name, for one with which
    it acts for that person at other services (RFC 8693), and never for more than both may do."""
    consent: Flag | None = None
    """`true`: ask the person, even where the kind does not."""
    pushed_requests: Flag | None = None
    """`true`: authorization requests have to be pushed (RFC 9126), even where the kind does not ask for it."""
    insecure_access_token_lifetime: InsecureDuration | None = None
    """Longer than the kind's; at most a day."""
    insecure_refresh_idle: InsecureDuration | None = None
    """Longer than the kind's; at most a year."""
    insecure_refresh_absolute: InsecureDuration | None = None
    """Longer than the kind's; at most five years."""
    insecure_no_consent: InsecureYes | None = None
    """Do not ask the person, though the kind does."""
    insecure_unpushed_requests: InsecureYes | None = None
    """Authorization requests may come through the browser alone, though the kind pushes them."""
    insecure_bound_subject_tokens: InsecureYes | None = None
    """Also exchange tokens that are bound to somebody else's key. The service itself has to check the proof that comes
    with such a token: nobody can check it later."""
    insecure_bearer_tokens: InsecureYes | None = None
    """Tokens without proof of possession, though the kind demands one."""
