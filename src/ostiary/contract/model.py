"""The contract as every room reads it: checked, expanded, frozen. Durations are whole seconds, sizes bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from ostiary.contract.builds import Builds
from ostiary.contract.pins import Pins
from ostiary.keys.certificate import NameType
from ostiary.model.ids import ClientId, GatewayName, Role, RouteId, Scope, Secret, ServiceName, TenantId, TokenHash
from ostiary.model.principal import Binding, Kind
from ostiary.model.reasons import Reason

Network = IPv4Network | IPv6Network

LONGEST_API_KEY: Final = 365 * 86400
"""Seconds."""
SIGNATURE_MAX_AGE: Final = 60
"""Seconds for which a signature over a request is taken; a contract may make it less."""
LONGEST_ACCESS_TOKEN: Final = 86400
"""Seconds. No contract gives an access token more, so what has to outlive every token lives this long: a revocation,
a key that signed. The contract in force does not tell, since tokens of the one before it may live longer."""


class OldWay(StrEnum):
    """How clients that cannot change prove themselves: what a copy of one request gives away."""

    BASIC = "basic"
    """RFC 7617."""
    BEARER = "bearer"
    """A text that is always the same, in the place of a token (RFC 6750 section 2.1)."""
    QUERY = "query"
    """A parameter of the URL (as RFC 6750 section 2.3 has it for tokens)."""


class Carrier(StrEnum):
    """Where the requests of a kind carry what they prove themselves by."""

    HEADER = "the Authorization field"
    COOKIE = "a cookie"
    NAMED = "where the contract names it"


class GrantType(StrEnum):
    """`grant_type` (RFC 6749 sections 4.1.3, 4.4.2 and 6, RFC 8628, RFC 8693)."""

    AUTHORIZATION_CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105  # the name of a grant, not a secret
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    """RFC 8628 section 3.4."""
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105  # the name of a grant
    """RFC 8693 section 2.1."""


class ClientAuth(StrEnum):
    """`token_endpoint_auth_method` (OpenID Connect Core section 9); later kinds bring more."""

    NONE = "none"
    SECRET_BASIC = "client_secret_basic"  # noqa: S105  # the name of a method, not a secret
    PRIVATE_KEY_JWT = "private_key_jwt"
    TLS = "tls_client_auth"
    """By a name in a certificate that an authority issued (RFC 8705 section 2.1)."""
    SELF_SIGNED_TLS = "self_signed_tls_client_auth"
    """By a certificate that is registered itself (RFC 8705 section 2.2)."""
    ATTESTATION = "attest_jwt_client_auth"
    """Of draft-ietf-oauth-attestation-based-client-auth-11; where the DPoP proof stands for a proof of its own, its
    name is `attest_jwt_client_auth_dpop` (section 8)."""
    HANDLED = "token_handler"
    """Nobody outside of this program can say to be such a client: it keeps the client's tokens itself (RFC 10017
    section 6.1), and the token endpoint refuses whoever comes in its name."""

    @property
    def by_certificate(self) -> bool:
        return self in (ClientAuth.TLS, ClientAuth.SELF_SIGNED_TLS)


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` requests in each `seconds`, with `burst` at once (GCRA)."""

    count: int
    seconds: int
    burst: int


class LimitBy(StrEnum):
    """Whose requests a limit counts together."""

    PERSON = "person"
    CLIENT = "client"
    TENANT = "tenant"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class Limit:
    """`name` is its policy name in the `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers-11)."""

    name: str
    per: LimitBy
    rate: Rate


class MemberType(StrEnum):
    """What a member of authorization details holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class MemberRule:
    """`one_of`: empty: any text."""

    type: MemberType
    one_of: frozenset[str] = frozenset()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class DetailRule:
    """A type of authorization details (RFC 9396)."""

    name: str
    says: tuple[tuple[bool, str], ...]
    """The words in parts, in order: a member whose value stands there (True), or text."""
    scope: Scope
    members: Mapping[str, MemberRule]
    """By their paths, with a dot between the name of a member and those of its own members."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a kind carries. `contract/profiles.py` is the table; a client may only narrow it, or say `insecure_`."""

    kind: Kind
    grants: frozenset[GrantType]
    auth_methods: frozenset[ClientAuth]
    """Empty: the kind has no way to the token endpoint yet."""
    binding: Binding
    """The least binding of an access token of this kind."""
    access_token_seconds: int
    refresh_idle_seconds: int | None
    """How long an unused refresh token lives; None: none is issued."""
    refresh_absolute_seconds: int | None
    asks_consent: bool
    pushed_requests: bool
    """Whether an authorization request has to be pushed (RFC 9126)."""
    cors: bool
    """Whether browsers of the client's origins may call routes across origins."""
    limit: Limit
    """Over all routes, where neither the client nor the route has one."""
    sees_unnamed: bool
    """Whether routes that name no kinds are for this one."""
    signed_requests: bool
    """Whether an authorization request has to be signed (RFC 9101)."""
    signed_answers: bool
    """Whether an authorization request has to ask for a signed answer (JARM)."""
    signed_introspection: bool
    """Whether an introspection request has to ask for a signed answer (RFC 9701)."""
    rotates_refresh: bool
    """Whether each use of a refresh token spends it for another."""


@dataclass(frozen=True, slots=True)
class StepUp:
    """RFC 9470: what a scope asks of the sign-in."""

    acr: str | None
    max_age: int | None


@dataclass(frozen=True, slots=True)
class ScopeRule:
    name: Scope
    says: str
    step_up: StepUp | None = None


@dataclass(frozen=True, slots=True)
class SignatureRule:
    """What the signed requests of a client rest on (RFC 9421)."""

    tag: str
    covers: frozenset[bytes]
    """Fields that every request has and signs, beside what all of them sign."""
    max_age: int
    """Seconds."""
    jwks: str | None
    """A JWK set of public keys, as JSON."""
    secrets: tuple[Secret, ...] = field(compare=False)
    """Of hmac-sha256; there are some where there are no public keys. Secrets compare with nothing."""


@dataclass(frozen=True, slots=True)
class OldWayRule:
    """One way of a legacy client. Times are seconds since the epoch."""

    way: OldWay
    name: str
    """Of the user or the parameter; empty for a static bearer token, which comes without one."""
    hash: TokenHash
    deprecated: int
    """Since when."""
    until: int
    """From then on it is refused."""


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """By which certificate a client is known (RFC 8705 section 2): one with this name, or one of its `own`."""

    kind: NameType | None
    name: str
    own: tuple[bytes, ...] = field(default=(), repr=False)
    """DER. Empty where the certificate is known by a name."""


@dataclass(frozen=True, slots=True)
class AttesterRule:
    """Who vouches for instances of apps. `jwks`: public keys as JSON; `max_age`: seconds, of an attestation."""

    jwks: str
    max_age: int


@dataclass(frozen=True, slots=True)
class AppleRule:
    """Which instances on Apple's devices the issuer vouches for."""

    app: str
    """Its App ID: the team's id, a dot, and the bundle's."""
    development: bool
    """Whether builds that are signed for development come in."""
    roots: bytes = field(repr=False)
    """PEM."""


class SecurityLevel(StrEnum):
    """Where an Android device keeps a key."""

    TRUSTED_ENVIRONMENT = "trusted-environment"
    """Apart from the system, on its processor."""
    STRONGBOX = "strongbox"
    """In a chip of its own."""


@dataclass(frozen=True, slots=True)
class AndroidRule:
    """Which instances on Android devices the issuer vouches for."""

    package: str
    certificates: frozenset[bytes]
    """SHA-256 of those that may sign the app."""
    security_level: SecurityLevel
    """At least."""
    patch_level: int
    """At least, as year and month, such as 202605; 0: any."""
    unlocked: bool
    """Whether devices come in whose bootloader is unlocked."""
    revoked: frozenset[str] = field(repr=False)
    """Serial numbers in hexadecimal."""
    roots: bytes = field(repr=False)
    """PEM."""


@dataclass(frozen=True, slots=True)
class AttestRule:
    """Which instances of an app the issuer vouches for itself, by platform, and for how many seconds."""

    lifetime: int
    apple: AppleRule | None
    android: AndroidRule | None


@dataclass(frozen=True, slots=True)
class ClientRule:
    """One client. Secrets are here only as hashes and public keys, but for those that sign by HMAC: these cannot be
    checked by a hash."""

    id: ClientId
    profile: Profile
    scopes: frozenset[Scope]
    auth_method: ClientAuth
    name: str
    """Shown on the consent page."""
    redirect_uris: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    """Of a client whose tokens are kept here: the paths of its pages that a sign-in may lead back to."""
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    secret_hashes: tuple[TokenHash, ...] = ()
    jwks: str | None = None
    """A JWK set of public keys, as JSON (RFC 7517 section 5)."""
    jwks_uri: str | None = None
    """Where a client that registered itself keeps its keys, in place of `jwks`."""
    logo: str | None = None
    """Shown on the consent page: the name under which the store has it."""
    tenant: TenantId | None = None
    roles: frozenset[Role] = frozenset()
    """Roles of the client where it acts for itself."""
    origins: frozenset[str] = frozenset()
    """Web origins whose scripts may call with this client's tokens; by default those of its redirect URIs."""
    allow_ips: tuple[Network, ...] = ()
    """Empty: from anywhere."""
    limits: tuple[Limit, ...] = ()
    """`quota` and the like: they count on every route."""
    attester: str | None = None
    """Who vouches for its instances, where they prove themselves by that."""
    attest: AttestRule | None = None
    """None: not the issuer, if anybody, vouches for its instances."""
    builds: Builds | None = None
    """Which builds of it are let in; None: it is not asked for its build."""
    signature: SignatureRule | None = None
    """None: it does not sign its requests."""
    api_keys: bool = False
    """Whether it proves itself by API keys, which the store has."""
    details: frozenset[str] = frozenset()
    """The types of authorization details that it may ask for."""
    old_ways: tuple[OldWayRule, ...] = ()
    """Those of a legacy client, and nothing else, let it in."""
    certificate: CertificateRule | None = None
    """None: it does not prove itself by a certificate."""
    acts_for_people: bool = False
    """Whether a service may go on in the name of a person whose access token is for it (RFC 8693)."""
    takes_bound_tokens: bool = False
    """Whether it is trusted to have checked the proof that came with a token that is bound to a key."""
    admin: bool = False
    """Whether it was made through the admin API."""
    registered: bool = False
    """Whether it registered itself: what it says of itself are the words of a stranger."""

    @property
    def is_handled(self) -> bool:
        """Whether its tokens are kept here, and its pages have a cookie."""
        return self.auth_method is ClientAuth.HANDLED


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a rule reads from the request: `path.user`, `query.user`, `body.account.owner`, `claims.tenant`."""

    source: str
    """`path`, `query`, `body` or `claims`."""
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a request may bring, each changeable by route except the first three's listener values."""

    request_line: int = 8 * 1024
    header_bytes: int = 32 * 1024
    header_count: int = 100
    body: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds."""

    headers: float = 10.0
    body: float = 30.0
    connect: float = 2.0
    first_byte: float = 30.0
    idle: float = 60.0
    """Between bytes of a stream, and of a kept-alive connection between requests."""


class Upgrade(StrEnum):
    WEBSOCKET = "websocket"


Segments = tuple[str | None, ...]
"""Of a path, percent-decoded; None for a `{parameter}`."""
Shape = tuple[str, Segments]
"""A method and segments: what a pattern matches, whatever its parameters are called."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One rule: which requests, to where, and what they must prove."""

    id: RouteId
    method: str
    segments: Segments
    parameters: tuple[str, ...]
    """Names of the `{parameter}` segments, in order."""
    service: ServiceName
    scopes: frozenset[Scope]
    """All are needed. Empty only on public routes."""
    public: bool = False
    roles: frozenset[Role] = frozenset()
    """One is enough; empty: any."""
    owner: Fact | None = None
    tenant: Fact | None = None
    kinds: frozenset[Kind] = frozenset(Kind)
    bound: Binding = Binding.BEARER
    limits: tuple[Limit, ...] = ()
    step_up: StepUp | None = None
    """The strictest of its scopes'."""
    bounds: Bounds = Bounds()
    timeouts: Timeouts = Timeouts()
    upgrade: Upgrade | None = None
    internal: bool = False
    """Whether it is there only for `internal_networks` and connections with a client certificate."""
    line: int = 0
    """In the contract's file."""

    @property
    def shape(self) -> Shape:
        return self.method, self.segments


def limits_of(rule: RouteRule, client: ClientRule) -> tuple[Limit, ...]:
    """What a request of the client spends on the route: the limits of both, or the kind's where neither has one."""
    return rule.limits + client.limits or (client.profile.limit,)


class Identity(StrEnum):
    """How an upstream learns who asks."""

    JWT = "jwt"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """An upstream. `audience` is the `aud` of tokens for it."""

    name: ServiceName
    host: str
    port: int
    tls: bool
    base_path: str
    """Prefixed to every path; empty or `/like/this`."""
    audience: str
    identity: Identity = Identity.JWT
    connections: int = 128
    """The most to this service, from each worker."""
    health_path: str | None = None
    openapi: str | None = None


@dataclass(frozen=True, slots=True)
class GatewayRule:
    """A listener of its own, beside the door."""

    name: GatewayName
    origin: str
    """`https://host[:port]`: what its clients see."""
    kinds: frozenset[Kind]
    routes: frozenset[RouteId]
    """Those that are there; the others are not."""
    asks_certificate: bool
    """Whether it asks for a client certificate."""


@dataclass(frozen=True, slots=True)
class FetchRule:
    """Where things are fetched from because a client that registers says so: by https from public addresses."""

    networks: tuple[Network, ...] = ()
    """Reached beside those."""
    ports: frozenset[int] = frozenset()
    """Beside 443."""
    authorities: str | None = None
    """PEM: who may vouch for such servers beside whom this machine trusts."""


@dataclass(frozen=True, slots=True)
class RegistrationRule:
    """What clients may be that register themselves (RFC 7591)."""

    tokens: tuple[TokenHash, ...]
    """Of the initial access tokens; empty: nobody new registers."""
    scopes: frozenset[Scope]
    """The most that one gets, beside those of OpenID Connect."""
    profile: Profile
    """That of third-party clients."""
    most: int
    """So many clients at once."""
    fetch: FetchRule = FetchRule()


@dataclass(frozen=True, slots=True)
class InsecureUse:
    """A setting that weakens a profile, with the reason the contract must give."""

    setting: str
    because: str


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything in force. `digest` names this version: SHA-256 of its file's bytes, in hexadecimal."""

    origin: str
    """`https://host[:port]`: what clients see, and the issuer's name."""
    digest: str
    services: Mapping[ServiceName, ServiceRule]
    scopes: Mapping[Scope, ScopeRule]
    roles: Mapping[Role, frozenset[Scope]]
    clients: Mapping[ClientId, ClientRule]
    routes: tuple[RouteRule, ...]
    unserved: Mapping[Shape, Reason] = field(default_factory=dict)
    """Requests that a route fits and that none answers (`contract.overlaps`)."""
    details: Mapping[str, DetailRule] = field(default_factory=dict)
    bounds: Bounds = Bounds()
    timeouts: Timeouts = Timeouts()
    trusted_proxies: tuple[Network, ...] = ()
    internal_networks: tuple[Network, ...] = ()
    gateways: Mapping[GatewayName, GatewayRule] = field(default_factory=dict)
    hsts: bool = True
    feed_bound_seconds: int = 5
    """A gateway that has not heard the feed for longer refuses."""
    audit_bound_seconds: int = 5
    pins: Pins | None = None
    attesters: Mapping[str, AttesterRule] = field(default_factory=dict)
    registration: RegistrationRule | None = None
    """None: no client registers itself, and none that did before is let in."""
    key_rotation_seconds: int = 90 * 86400
    session_idle_seconds: int = 3600
    session_absolute_seconds: int = 12 * 3600
    insecure: tuple[InsecureUse, ...] = field(default=())

    @property
    def proves(self) -> bool:
        """Whether a client's tokens are bound to a key of its own (RFC 9449)."""
        return any(client.profile.binding is Binding.DPOP for client in self.clients.values())

    @property
    def mutual_tls(self) -> GatewayRule | None:
        """The first listener that asks for client certificates (RFC 8705 section 5)."""
        return next((gateway for gateway in self.gateways.values() if gateway.asks_certificate), None)
