"""What access tokens say (RFC 9068 section 2.2). Times are whole seconds since the epoch."""

from ostiary.contract.model import ClientRule
from ostiary.contract.rights import OFFLINE_ACCESS
from ostiary.issuer.details import PARAMETER, elements_of
from ostiary.issuer.holder import Holder
from ostiary.issuer.records import Grant
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import Target
from ostiary.issuer.scopes import write_scope
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.ids import ClientId
from ostiary.people.records import Person

Claims = dict[str, object]


def client_claims(
    registry: Registry, client: ClientRule, holder: Holder | None, target: Target, now: int, fresh: Fresh
) -> Claims:
    """Of a client that acts for itself: it is its own subject (RFC 9068 section 2.2)."""
    claims = _claims(registry, client, holder, client.id, target, now, fresh)
    return _with_rights(claims, client.tenant, client.roles)


def person_claims(
    registry: Registry,
    client: ClientRule,
    holder: Holder | None,
    grant: Grant,
    person: Person,
    target: Target,
    now: int,
    fresh: Fresh,
) -> Claims:
    """Of a client that acts for a person. Without offline_access it names the session that it ends with.

    `may_act` (RFC 8693 section 4.4) has room for one. Where the token is for more services that act for people, the
    contract alone says who may.
    """
    claims = _claims(registry, client, holder, person.subject, target, now, fresh)
    claims |= {"auth_time": grant.auth_time, "acr": grant.acr, "grant_id": grant.id}
    if OFFLINE_ACCESS not in grant.scopes:
        claims["sid"] = grant.session
    actors = frozenset[ClientId]().union(*(registry.actors.get(each, ()) for each in target.services))
    if len(actors) == 1:
        claims["may_act"] = {"sub": next(iter(actors))}
    return _with_rights(claims, person.tenant, person.roles)


def _claims(
    registry: Registry,
    client: ClientRule,
    holder: Holder | None,
    subject: str,
    target: Target,
    now: int,
    fresh: Fresh,
) -> Claims:
    """RFC 9068 section 2.2, RFC 9396 section 9.1, and `cnf` of RFC 7800 section 3.1 where it is bound to a key."""
    bound = {} if holder is None else {"cnf": holder.confirmation}
    in_detail = {} if target.details is None else {PARAMETER: elements_of(target.details)}
    return {
        **bound,
        **in_detail,
        "iss": registry.issuer,
        "sub": subject,
        "aud": audience(registry, target),
        "client_id": client.id,
        "iat": now,
        "exp": now + client.profile.access_token_seconds,
        "jti": fresh_name(fresh),
        "scope": write_scope(target.scopes),
    }


def _with_rights(claims: Claims, tenant: str | None, roles: frozenset[str]) -> Claims:
    """RFC 9068 section 2.2.3.1 for `roles`; `tenant` is our own."""
    if tenant is not None:
        claims["tenant"] = tenant
    if roles:
        claims["roles"] = sorted(roles)
    return claims


def audience(registry: Registry, target: Target) -> str | list[str]:
    """The services that the token is for; where there is none, the issuer itself, for its userinfo."""
    services = sorted(target.services) or [registry.issuer]
    return services if len(services) > 1 else services[0]
