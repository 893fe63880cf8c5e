"""Where a person is signed in: the apps and devices that can go on without asking, each an instance with a key of its
own where its tokens are bound to one."""

from collections.abc import Iterable, Mapping

from ostiary.contract.rights import OFFLINE_ACCESS
from ostiary.issuer.access_token import granted_unchanged, revocation_end, session_lives
from ostiary.issuer.records import Grant, RefreshFamily, RevokeGrant
from ostiary.model.events.people import InstanceEnded
from ostiary.model.feed import GrantRevoked
from ostiary.model.frozen import frozen
from ostiary.model.ids import SessionId
from ostiary.model.plan import Plan
from ostiary.people.records import Person, Session


@frozen
class Instance:
    """A grant that is not revoked, and the refresh tokens that it goes on with."""

    grant: Grant
    family: RefreshFamily

    @property
    def used_at(self) -> int:
        """When it was last given tokens, in seconds since the epoch."""
        return self.family.issued_at


def living(
    instances: Iterable[Instance], sessions: Mapping[SessionId, Session | None], person: Person, now: float
) -> tuple[Instance, ...]:
    """Those whose refresh token is still good: what `flows.refresh_token` asks of the grant."""
    return tuple(
        each
        for each in instances
        if (OFFLINE_ACCESS in each.grant.scopes or session_lives(sessions.get(each.grant.session), now))
        and granted_unchanged(each.grant, person)
    )


def named(instances: Iterable[Instance], grant: str | None) -> Instance | None:
    """The one of these with this grant."""
    return next((each for each in instances if each.grant.id == grant), None)


def end(instance: Instance, now: float) -> Plan:
    """All that the grant has issued is dead, at every gateway within a second."""
    grant = instance.grant
    return Plan(
        writes=(RevokeGrant(grant.id, int(now)),),
        events=(InstanceEnded(at=now, subject=grant.subject, client=grant.client, grant=grant.id),),
        feed=(GrantRevoked(grant.id, revocation_end(now)),),
    )
