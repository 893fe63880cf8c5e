"""From the file's types to the frozen contract: defaults filled in, kinds expanded, secrets only as hashes."""

from collections.abc import Iterable

from ostiary.contract.checks.details import PLACE
from ostiary.contract.deployment import is_development
from ostiary.contract.document import locate
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import OIDC_SCOPES, client_rule, profile_of
from ostiary.contract.expand_gateway import gateway_rule
from ostiary.contract.expand_route import route_rule, step_up
from ostiary.contract.file import ContractFile, ScopeOf, Service
from ostiary.contract.file_client import Client
from ostiary.contract.file_details import Detail
from ostiary.contract.key_sets import attester_keys
from ostiary.contract.model import (
    AttesterRule,
    Bounds,
    Contract,
    DetailRule,
    FetchRule,
    InsecureUse,
    MemberRule,
    RegistrationRule,
    ScopeRule,
    ServiceRule,
    Timeouts,
)
from ostiary.contract.overlaps import unserved
from ostiary.contract.pins import Backup, Pins
from ostiary.contract.setting import Insecure, Setting
from ostiary.keys.hashing import token_hash
from ostiary.model.ids import ClientId, GatewayName, Pin, Role, Scope, ServiceName
from ostiary.model.principal import Kind


def expand(draft: Draft, digest: str) -> Contract:
    """The contract in force. The draft has no mistakes that refuse it."""
    file = draft.file
    scopes = {Scope(name): _scope(name, scope) for name, scope in file.scopes.items()}
    lines = _lines(draft)
    routes = tuple(route_rule(file, route, scopes, line) for route, line in zip(file.routes, lines, strict=True))
    closed = ((ServiceName(name), each.shape) for name, service in file.services.items() for each in service.closed)
    return Contract(
        origin=file.origin,
        digest=digest,
        services={ServiceName(name): _service(name, service, file.origin) for name, service in file.services.items()},
        scopes=scopes,
        roles={Role(name): frozenset(map(Scope, granted)) for name, granted in file.roles.items()},
        clients={ClientId(name): client_rule(draft, name, client) for name, client in file.clients.items()},
        routes=routes,
        unserved=unserved(routes, closed),
        details={name: _detail(name, detail) for name, detail in file.details.items()},
        bounds=Bounds(**file.bounds.model_dump()),
        timeouts=Timeouts(**file.timeouts.model_dump()),
        trusted_proxies=file.trusted_proxies,
        internal_networks=file.internal_networks,
        gateways={GatewayName(name): gateway_rule(file, name, stated) for name, stated in file.gateways.items()},
        hsts=not is_development(file) and file.insecure_no_hsts is None,
        feed_bound_seconds=file.feed_bound,
        audit_bound_seconds=file.audit_bound,
        pins=_pins(file),
        attesters={
            name: AttesterRule(attester_keys(each, draft.read_file), each.max_age)
            for name, each in file.attesters.items()
        },
        registration=_registration(draft),
        key_rotation_seconds=file.keys.rotate,
        session_idle_seconds=file.sessions.idle,
        session_absolute_seconds=file.sessions.absolute,
        insecure=tuple(insecure_uses(file)),
    )


def _pins(file: ContractFile) -> Pins | None:
    stated = file.pins
    if stated is None:
        return None
    return Pins(tuple(Backup(Pin(each.sha256), each.since) for each in stated.backup), stated.expires, stated.settle)


def _registration(draft: Draft) -> RegistrationRule | None:
    """The same expansion as of a third-party client of the contract that says nothing of itself."""
    stated = draft.file.registration
    if stated is None:
        return None
    paths = (("registration", "initial_access_tokens", index) for index in range(len(stated.initial_access_tokens)))
    return RegistrationRule(
        tokens=tuple(token_hash(draft.secrets[path].reveal()) for path in paths if path in draft.secrets),
        scopes=frozenset(map(Scope, stated.scopes)) - OIDC_SCOPES,
        profile=profile_of(Client(kind=Kind.THIRD_PARTY)),
        most=stated.most,
        fetch=FetchRule(stated.fetch.networks, frozenset(stated.fetch.ports), _authorities(draft)),
    )


def _authorities(draft: Draft) -> str | None:
    """PEM. The checks have read it."""
    stated = draft.file.registration
    file = None if stated is None else stated.fetch.authorities
    return None if file is None else draft.read_file(file).decode()


def _lines(draft: Draft) -> list[int]:
    return [locate(draft.document, ("routes", index, "on")).line for index in range(len(draft.file.routes))]


def _scope(name: str, scope: ScopeOf) -> ScopeRule:
    return ScopeRule(Scope(name), scope.says, step_up(scope.step_up))


def _detail(name: str, detail: Detail) -> DetailRule:
    """`split` gives texts and names in turn."""
    parts = enumerate(PLACE.split(detail.says))
    members = {
        path: MemberRule(each.type, frozenset(each.one_of), each.optional) for path, each in detail.members.items()
    }
    return DetailRule(name, tuple((at % 2 == 1, part) for at, part in parts if part), Scope(detail.scope), members)


def _service(name: str, service: Service, origin: str) -> ServiceRule:
    return ServiceRule(
        name=ServiceName(name),
        host=service.url.host,
        port=service.url.port,
        tls=service.url.tls,
        base_path=service.url.base_path,
        audience=service.audience or f"{origin}/{name}",
        identity=service.identity,
        connections=service.connections,
        health_path=service.health,
        openapi=service.openapi,
    )


def insecure_uses(file: ContractFile) -> Iterable[InsecureUse]:
    """Every `insecure_` setting of the file with its reason, in the order of the file's types."""
    owners: list[tuple[str, Setting]] = [("", file)]
    for client_name, client in file.clients.items():
        owners.append((f"clients.{client_name}.", client))
        if client.attest is not None:
            apps = (("apple", client.attest.apple), ("android", client.attest.android))
            owners += [(f"clients.{client_name}.attest.{name}.", app) for name, app in apps if app is not None]
    for prefix, owner in owners:
        for name in type(owner).model_fields:
            value = getattr(owner, name)
            if isinstance(value, Insecure):
                yield InsecureUse(prefix + name, value.because)
