"""The file a user writes, as types: the root of `ostiary.yaml`. The JSON Schema and the reference come from these."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from ostiary.contract.file_attest import AttesterOf
from ostiary.contract.file_client import Client
from ostiary.contract.file_details import Detail, DetailName
from ostiary.contract.file_listener import GatewayOf, Tls
from ostiary.contract.file_pins import PinsOf
from ostiary.contract.file_registration import RegistrationOf
from ostiary.contract.file_route import BoundsOf, LimitOf, Route, StepUpOf, TimeoutsOf, as_tuple
from ostiary.contract.model import Identity
from ostiary.contract.patterns import PatternText
from ostiary.contract.places import AddressText, NetworkText, OriginText, SecretText, StoreText, UpstreamUrl
from ostiary.contract.setting import InsecureYes, Setting
from ostiary.contract.words import FilePath, Flag, Name, ScopeName, Seconds, Uri, UrlPath, Words


class Service(Setting):
    """An API behind the door."""

    url: UpstreamUrl
    """Where it listens. A path in it is put before the path of every request."""
    openapi: FilePath | None = None
    """Its OpenAPI document (YAML or JSON), from the contract's folder. Every operation then needs a route or a place
    in `closed`, and every route an operation."""
    closed: tuple[PatternText, ...] = ()
    """Operations that nobody may call through this door, not even by a more general route."""
    audience: Uri | None = None
    """The `aud` of tokens for it (RFC 9068 section 2.2). By default `{origin}/{name of the service}`."""
    identity: Identity = Identity.JWT
    """How it learns who asks: a short-lived JWT in `x-ostiary-identity`, or plain `x-ostiary-*` header fields."""
    connections: Annotated[int, Field(strict=True, ge=1, le=65536)] = 128
    """The most connections to it from each worker."""
    health: UrlPath | None = None
    """A path that answers 200 while the service is well. By default only requests tell."""


def _scope_in_words(value: object) -> object:
    return {"says": value} if isinstance(value, str) else value


class ScopeOf(Setting):
    """A scope, in the words of the consent page. Text alone stands for `{says: text}`."""

    says: Words
    """What the person reads."""
    step_up: StepUpOf | None = None
    """What every route that needs the scope asks of the sign-in (RFC 9470)."""


ScopeText = Annotated[ScopeOf, BeforeValidator(_scope_in_words, json_schema_input_type=Words | ScopeOf)]


class Keys(Setting):
    """The issuer's and the gateway's signing keys."""

    rotate: Seconds = 90 * 86400
    """How long a key signs before the next one takes over."""


class Sessions(Setting):
    """Sign-in sessions at the issuer."""

    idle: Seconds = 3600
    """How long a session lives unused."""
    absolute: Seconds = 12 * 3600
    """How long a session lives at most."""


class ContractFile(Setting):
    """`ostiary.yaml`: everything in one file."""

    origin: OriginText
    """What clients see: `https://host` or `https://host:port`. It is also the issuer's name: another
    one makes every token worthless."""
    services: dict[Name, Service] = Field(default_factory=dict)
    """The APIs behind the door."""
    scopes: dict[ScopeName, ScopeText] = Field(default_factory=dict)
    """What clients may be allowed to do, in the words of the consent page."""
    roles: dict[Name, tuple[ScopeName, ...]] = Field(default_factory=dict)
    """What people may do: the scopes of each role."""
    details: dict[DetailName, Detail] = Field(default_factory=dict)
    """What clients may ask for in detail (RFC 9396), by `type`: a payment, one account, a document."""
    clients: dict[Name, Client] = Field(default_factory=dict)
    """Who may call: each by its `client_id`."""
    attesters: dict[Name, AttesterOf] = Field(default_factory=dict)
    """Who vouches for instances of apps (draft-ietf-oauth-attestation-based-client-auth-11)."""
    registration: RegistrationOf | None = None
    """Lets clients register themselves. Without it none does, and none that did is let in."""
    routes: tuple[Route, ...] = ()
    """Which requests are let in. Whatever has no route is refused."""
    limit: Annotated[
        tuple[LimitOf, ...], BeforeValidator(as_tuple, json_schema_input_type=LimitOf | list[LimitOf])
    ] = ()
    """The limit or limits of every route that has none of its own; each route counts by itself. On public routes only
    those per `ip` apply."""
    bounds: BoundsOf = Field(default_factory=BoundsOf)
    """The most that a request may bring."""
    timeouts: TimeoutsOf = Field(default_factory=TimeoutsOf)
    """How long the gateway waits."""
    trusted_proxies: tuple[NetworkText, ...] = ()
    """Proxies before the door whose `X-Forwarded-For` is believed."""
    internal_networks: tuple[NetworkText, ...] = ()
    """Where routes with `expose: internal` can be called from."""
    gateways: dict[Name, GatewayOf] = Field(default_factory=dict)
    """More listeners beside the door. `ostiary up --gateway NAME` runs just one."""
    keys: Keys = Field(default_factory=Keys)
    """Rotation of the signing keys."""
    sessions: Sessions = Field(default_factory=Sessions)
    """Lifetimes of sign-in sessions."""
    feed_bound: Seconds = 5
    """A gateway that has not heard of revocations for longer than this refuses what needs a token; at most a minute."""
    audit_bound: Seconds = 5
    """A gateway that could not record for longer than this refuses what needs a token; at most a minute."""
    listen: AddressText | None = None
    """Where the door listens. By default the port of `origin`: on every address, or on 127.0.0.1 only where the
    origin is this machine."""
    admin: AddressText | None = None
    """Where health and metrics are served, as plain HTTP. By default `127.0.0.1:9443`."""
    admin_api: Flag = False
    """`true`: clients may also be made through the admin API at `admin`, with tokens of `ostiary admin-token add`. Only
    where `admin` is an address of this machine itself."""
    workers: Annotated[int, Field(strict=True, ge=1, le=1024)] | None = None
    """Gateway processes. By default one for each core."""
    state: FilePath = "ostiary-state"
    """The folder for what is kept, relative to the contract's folder."""
    store: StoreText | None = None
    """`postgresql://user@host/database`, with `${env:NAME}` for its password. By default SQLite in `state`."""
    master_key: SecretText | None = None
    """32 random bytes in base64url that encrypt the signing keys; kept outside `state`. It may be left out only where
    the origin is this machine: `ostiary up` then keeps one in a file beside the folder `state`."""
    tls: Tls | None = None
    """It may be left out only where the origin is this machine: `ostiary up` then makes a development certificate."""
    pins: PinsOf | None = None
    """The keys to which apps pin the door's certificate. By default they pin none."""
    insecure_plain_http: InsecureYes | None = None
    """The door listens without TLS, because something before it ends TLS."""
    insecure_no_hsts: InsecureYes | None = None
    """No `Strict-Transport-Security` on answers (RFC 6797)."""
