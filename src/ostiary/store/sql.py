"""Both SQL stores: the same reads and writes, run by a driver."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Final, TypeVar

from ostiary.audit.records import Head, Record
from ostiary.contract.admin_records import AdminClient
from ostiary.contract.registered import RegisteredClient
from ostiary.gateway.old_uses import OldUse
from ostiary.issuer.app_configuration import AppConfiguration
from ostiary.issuer.attested_keys import AttestedKey
from ostiary.issuer.device_records import DeviceRequest
from ostiary.issuer.family import GrantFacts
from ostiary.issuer.initial_access import InitialAccessToken
from ostiary.issuer.instances import Instance
from ostiary.issuer.logo import Logo
from ostiary.issuer.logout_notices import LogoutNotice
from ostiary.issuer.records import AuthorizationCode, Grant, PushedRequest, RefreshFamily
from ostiary.issuer.user_code import UserCodeHash
from ostiary.issuer.web_records import WebSession
from ostiary.keys.admin_token import AdminToken
from ostiary.keys.api_key import ApiKey
from ostiary.keys.records import SigningKey
from ostiary.model.feed import Numbered
from ostiary.model.ids import ApiKeyId, ClientId, DeviceKeyId, GrantId, SessionId, Subject, TokenHash, TokenId
from ostiary.model.plan import AlreadySpent, Committed, Outcome, Plan
from ostiary.people.records import Consent, Failures, Person, Session
from ostiary.store import (
    ends,
    of_admin,
    of_api_keys,
    of_app_configurations,
    of_attested_keys,
    of_device,
    of_grants,
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
from ostiary.store.interface import Store, StoreUnavailable
from ostiary.store.of_issuer import Spent
from ostiary.store.plans import Encoded
from ostiary.store.statements import Steps

T = TypeVar("T")

MOST_TOGETHER: Final = 256
"""Plans that share one transaction."""


class Waiting:
    """A plan on its way to the disk."""

    __slots__ = ("encoded", "result")

    def __init__(self, plan: Plan) -> None:
        self.encoded: Final = Encoded.of(plan)
        self.result: Final[asyncio.Future[Committed]] = asyncio.get_running_loop().create_future()

    def settle(self, came: Committed | Exception) -> None:
        """Tell who waits, unless it waits no more."""
        if self.result.done():
            return
        if isinstance(came, Exception):
            self.result.set_exception(came)
        else:
            self.result.set_result(came)


class SqlStore(Store):
    """What does not depend on the driver."""

    @abstractmethod
    async def _read(self, steps: Steps[T]) -> T:
        """Run reads, outside of a transaction. Raises StoreUnavailable."""

    @abstractmethod
    def _enqueue(self, waiting: Waiting) -> None:
        """Hand a plan to the writer. Raises StoreUnavailable."""

    async def commit(self, plan: Plan) -> Outcome:
        waiting = Waiting(plan)
        self._enqueue(waiting)
        try:
            return await waiting.result
        except Spent as spent:
            return AlreadySpent(spent.spend)

    async def person(self, subject: Subject) -> Person | None:
        return await self._read(of_people.PERSON.only(of_people.PERSON_BY_SUBJECT, subject=subject))

    async def person_by_login(self, login: str) -> Person | None:
        return await self._read(of_people.PERSON.only(of_people.PERSON_BY_LOGIN, login=login))

    async def people(self) -> Sequence[Person]:
        return await self._read(of_people.people())

    async def session(self, id: SessionId) -> Session | None:
        return await self._read(of_people.SESSION.only(of_people.SESSION_BY_ID, id=id))

    async def session_by_hash(self, hash: TokenHash) -> Session | None:
        return await self._read(of_people.SESSION.only(of_people.SESSION_BY_HASH, hash=hash))

    async def consent(self, subject: Subject, client: ClientId) -> Consent | None:
        return await self._read(of_people.consent(subject, client))

    async def failures(self, keys: Sequence[bytes]) -> Sequence[Failures]:
        return await self._read(of_people.failures(keys))

    async def code(self, hash: TokenHash) -> AuthorizationCode | None:
        return await self._read(of_issuer.CODE.only(of_issuer.CODE_BY_HASH, hash=hash))

    async def pushed_request(self, hash: TokenHash) -> PushedRequest | None:
        return await self._read(of_issuer.PUSHED_REQUEST.only(of_issuer.PUSHED_REQUEST_BY_HASH, hash=hash))

    async def grant(self, id: GrantId) -> Grant | None:
        return await self._read(of_issuer.GRANT.only(of_issuer.GRANT_BY_ID, id=id))

    async def grant_facts(self, id: GrantId) -> GrantFacts:
        return await self._read(of_grants.grant_facts(id))

    async def code_with_grant(self, hash: TokenHash) -> tuple[AuthorizationCode | None, GrantFacts]:
        return await self._read(of_grants.code(hash))

    async def refresh_family(self, of: GrantId | TokenHash) -> tuple[RefreshFamily | None, GrantFacts]:
        return await self._read(of_grants.refresh_family(of))

    async def instances(self, subject: Subject, now: int) -> Sequence[Instance]:
        return await self._read(of_issuer.instances(subject, now))

    async def device_request(self, hash: TokenHash) -> DeviceRequest | None:
        return await self._read(of_device.REQUEST.only(of_device.REQUEST_BY_HASH, hash=hash))

    async def device_request_by_user_code(self, hash: UserCodeHash) -> DeviceRequest | None:
        return await self._read(of_device.REQUEST.only(of_device.REQUEST_BY_USER_CODE, user_code=hash))

    async def web_session(self, hash: TokenHash) -> WebSession | None:
        return await self._read(of_web.WEB_SESSION.only(of_web.BY_HASH, hash=hash))

    async def web_sessions_of(self, session: SessionId) -> Sequence[WebSession]:
        return await self._read(of_web.of_session(session))

    async def logout_notices(self, now: int) -> Sequence[LogoutNotice]:
        return await self._read(of_logout.due(now))

    async def access_token_revoked(self, token: TokenId) -> bool:
        return await self._read(of_issuer.access_token_revoked(token))

    async def client_disabled_at(self, client: ClientId) -> int | None:
        return await self._read(of_issuer.client_disabled_at(client))

    async def signing_keys(self) -> Sequence[SigningKey]:
        return await self._read(of_keys.signing_keys())

    async def api_key(self, id: ApiKeyId) -> ApiKey | None:
        return await self._read(of_api_keys.KEY.only(of_api_keys.BY_ID, id=id))

    async def api_keys(self) -> Sequence[ApiKey]:
        return await self._read(of_api_keys.api_keys())

    async def registered_clients(self) -> Sequence[RegisteredClient]:
        return await self._read(of_registered_clients.registered_clients())

    async def admin_token(self, hash: TokenHash) -> AdminToken | None:
        return await self._read(of_admin.TOKEN.only(of_admin.TOKEN_BY_HASH, hash=hash))

    async def admin_tokens(self) -> Sequence[AdminToken]:
        return await self._read(of_admin.admin_tokens())

    async def admin_clients(self) -> Sequence[AdminClient]:
        return await self._read(of_admin.admin_clients())

    async def logo(self, id: str) -> Logo | None:
        return await self._read(of_logos.LOGO.only(of_logos.BY_ID, id=id))

    async def app_configuration(self, client: ClientId) -> AppConfiguration | None:
        return await self._read(
            of_app_configurations.CONFIGURATION.only(of_app_configurations.BY_CLIENT, client=client)
        )

    async def attested_key(self, id: DeviceKeyId) -> AttestedKey | None:
        return await self._read(of_attested_keys.KEY.only(of_attested_keys.BY_ID, id=id))

    async def initial_access_token(self, hash: TokenHash) -> InitialAccessToken | None:
        return await self._read(of_initial_access.TOKEN.only(of_initial_access.BY_HASH, hash=hash))

    async def initial_access_tokens(self) -> Sequence[InitialAccessToken]:
        return await self._read(of_initial_access.initial_access_tokens())

    async def old_uses(self, since: int) -> Sequence[OldUse]:
        return await self._read(of_old_uses.old_uses(since))

    async def feed_since(self, position: int) -> Sequence[Numbered]:
        return await self._read(ends.feed_since(position))

    async def forget(self, now: int) -> None:
        await self.commit(Plan(writes=(past.Forget(now),)))

    async def records(self, after: int = 0) -> AsyncIterator[Record]:
        while page := await self._read(ends.records(after)):
            for record in page:
                yield record
            after = page[-1].position

    async def head(self) -> Head | None:
        return await self._read(ends.head())


def closed() -> StoreUnavailable:
    return StoreUnavailable("the store is closed")
