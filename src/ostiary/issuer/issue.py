"""What all grants issue alike, and how it is recorded."""

from collections.abc import Mapping

from ostiary.contract.model import ClientRule, GrantType
from ostiary.contract.rights import OPENID, for_person
from ostiary.issuer.access_token_claims import person_claims
from ostiary.issuer.holder import Holder
from ostiary.issuer.id_token import id_claims
from ostiary.issuer.records import Grant
from ostiary.issuer.refresh_token import RefreshName
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import Target
from ostiary.issuer.token import Tokens, token_type
from ostiary.model.errors import InvalidScope
from ostiary.model.events.issuer import TokensIssued
from ostiary.model.fresh import Fresh
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, TokenId
from ostiary.model.reasons import Reason
from ostiary.people.records import Person


@frozen
class Entitlement:
    """Which client gets tokens for which person, by which grant, for what. Each part was checked."""

    client: ClientRule
    holder: Holder | None
    grant: Grant
    person: Person
    target: Target

    @property
    def scopes(self) -> frozenset[Scope]:
        return self.target.scopes


def require_scopes(asked: frozenset[Scope], client: ClientRule, person: Person, registry: Registry) -> frozenset[Scope]:
    """What is left of the scopes as client, roles and contract are now. Raises InvalidScope where nothing is."""
    scopes = for_person(asked, client, person.roles, registry.contract)
    if not scopes:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    return scopes


def tokens_for_person(
    registry: Registry,
    who: Entitlement,
    refresh: RefreshName | None,
    now: float,
    fresh: Fresh,
    *,
    refreshed: bool = False,
) -> Tokens:
    """An access token, an ID token where openid was granted, and the refresh token that goes with them. `refreshed`:
    they are not the grant's first ones."""
    signs_in = OPENID in who.scopes
    return Tokens(
        access=person_claims(registry, who.client, who.holder, who.grant, who.person, who.target, int(now), fresh),
        expires_in=who.client.profile.access_token_seconds,
        id=id_claims(registry, who.client, who.grant, who.person, int(now), refreshed=refreshed) if signs_in else None,
        refresh=refresh,
        type=token_type(who.holder),
    )


def issued_to_client(
    client: ClientRule, access: Mapping[str, object], target: Target, grant_type: GrantType, now: float
) -> TokensIssued:
    """To one that acts for itself."""
    return TokensIssued(
        at=now,
        client=client.id,
        grant_type=grant_type.value,
        token=TokenId(str(access["jti"])),
        scopes=tuple(sorted(target.scopes)),
        tenant=client.tenant,
    )


def issued_to_person(who: Entitlement, tokens: Tokens, grant_type: GrantType, now: float) -> TokensIssued:
    return TokensIssued(
        at=now,
        client=who.client.id,
        grant_type=grant_type.value,
        token=TokenId(str(tokens.access["jti"])),
        scopes=tuple(sorted(who.scopes)),
        subject=who.person.subject,
        grant=who.grant.id,
        tenant=who.person.tenant,
    )
