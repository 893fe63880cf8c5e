"""A plan becomes statements. `WRITES` is the table: what each write of every room does to the store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ostiary.audit.chain import Sealer
from ostiary.audit.encode import encode
from ostiary.contract import admin_records, registered
from ostiary.gateway import old_uses
from ostiary.issuer import app_configuration as configuration
from ostiary.issuer import attested_keys as attested
from ostiary.issuer import device_records as devices
from ostiary.issuer import initial_access as initial
from ostiary.issuer import logo
from ostiary.issuer import logout_notices as notices
from ostiary.issuer import records as issued
from ostiary.issuer import web_records as web
from ostiary.keys import admin_token, api_key
from ostiary.keys import records as keyed
from ostiary.model.frozen import frozen
from ostiary.model.plan import Committed, Plan, Write, WrittenEvent
from ostiary.people import records as known
from ostiary.store import (
    ends,
    of_admin,
    of_api_keys,
    of_app_configurations,
    of_attested_keys,
    of_device,
    of_initial_access,
    of_issuer,
    of_keys,
    of_logos,
    of_logout,
    of_old_uses,
    of_people,
    of_registered_clients,
    of_web,
    past,
)
from ostiary.store.statements import Steps

WRITES: Final[Mapping[type[Write], Callable[[Any], Steps[None]]]] = {
    known.AddPerson: of_people.add_person,
    known.ChangePerson: of_people.change_person,
    known.StartSession: of_people.start_session,
    known.RenewSession: of_people.renew_session,
    known.TouchSession: of_people.touch_session,
    known.EndSession: of_people.end_session,
    known.PutConsent: of_people.put_consent,
    known.CountFailure: of_people.count_failure,
    known.ForgetFailures: of_people.forget_failures,
    issued.OpenGrant: of_issuer.open_grant,
    issued.AddPushedRequest: of_issuer.add_pushed_request,
    issued.SpendPushedRequest: of_issuer.spend,
    issued.SpendCode: of_issuer.spend,
    issued.OpenFamily: of_issuer.open_family,
    issued.SpendRefreshToken: of_issuer.spend_refresh_token,
    issued.ProlongRefreshToken: of_issuer.prolong_refresh_token,
    issued.RevokeGrant: of_issuer.revoke_grant,
    issued.RevokeAccessToken: of_issuer.revoke_access_token,
    issued.DisableClient: of_issuer.disable_client,
    issued.SpendAssertion: of_issuer.spend_assertion,
    devices.AddDeviceRequest: of_device.add_request,
    devices.EnterUserCode: of_device.enter,
    devices.AllowDevice: of_device.allow,
    devices.DenyDevice: of_device.deny,
    devices.PollDevice: of_device.poll,
    devices.SpendDeviceCode: of_device.spend,
    notices.DelayLogoutNotice: of_logout.delay,
    notices.DropLogoutNotice: of_logout.drop,
    web.StartWebSession: of_web.start,
    web.KeepWebTokens: of_web.keep,
    web.TouchWebSession: of_web.touch,
    web.EndWebSession: of_web.end,
    keyed.AddKey: of_keys.add_key,
    keyed.SetKeyDeath: of_keys.set_key_death,
    keyed.RemoveKey: of_keys.remove_key,
    api_key.AddApiKey: of_api_keys.add_api_key,
    api_key.RevokeApiKey: of_api_keys.revoke_api_key,
    api_key.TouchApiKey: of_api_keys.touch_api_key,
    configuration.PublishAppConfiguration: of_app_configurations.publish,
    attested.AddAttestedKey: of_attested_keys.add,
    attested.RaiseCounter: of_attested_keys.raise_counter,
    attested.TouchAttestedKey: of_attested_keys.touch,
    attested.SpendChallenge: of_attested_keys.spend_challenge,
    initial.AddInitialAccessToken: of_initial_access.add,
    initial.RevokeInitialAccessToken: of_initial_access.revoke,
    initial.UseInitialAccessToken: of_initial_access.use,
    logo.KeepLogo: of_logos.keep,
    admin_token.AddAdminToken: of_admin.add_token,
    admin_token.RevokeAdminToken: of_admin.revoke_token,
    admin_records.AddAdminClient: of_admin.add_client,
    admin_records.ChangeAdminClient: of_admin.change_client,
    registered.AddRegisteredClient: of_registered_clients.add,
    registered.ChangeRegisteredClient: of_registered_clients.change,
    registered.RemoveRegisteredClient: of_registered_clients.remove,
    old_uses.CountOldUse: of_old_uses.count,
    past.Forget: past.forget,
}


@frozen
class Encoded:
    """A plan with its events as the log keeps them."""

    plan: Plan
    bodies: tuple[bytes, ...]

    @classmethod
    def of(cls, plan: Plan) -> "Encoded":
        return cls(plan, tuple([each.body if isinstance(each, WrittenEvent) else encode(each) for each in plan.events]))


def write(plan: Plan) -> Steps[None]:
    """The plan's own changes, without its events. Raises `of_issuer.Spent` and `LoginTaken`."""
    for each in plan.writes:
        yield from WRITES[type(each)](each)


def finish(before: ends.Ends, written: Sequence[Encoded], sealer: Sealer) -> Steps[Sequence[Committed]]:
    """The events of plans that share a transaction, in the order of the plans. Returns an outcome for each."""
    bodies = [body for each in written for body in each.bodies]
    events = [event for each in written for event in each.plan.feed]
    yield from ends.extend(before, bodies, events, sealer)
    outcomes, position = [], before.feed
    for each in written:
        position += len(each.plan.feed)
        outcomes.append(Committed(position))
    return outcomes
