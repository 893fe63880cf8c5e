"""What every store promises; each test runs over SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from ostiary.audit.verify import Holds, verify_growing
from ostiary.contract.admin_records import AddAdminClient, AdminClient, ChangeAdminClient
from ostiary.contract.model import ClientAuth, OldWay
from ostiary.contract.registered import (
    AddRegisteredClient,
    ChangeRegisteredClient,
    RegisteredClient,
    RemoveRegisteredClient,
)
from ostiary.gateway.old_uses import CountOldUse, OldUse
from ostiary.issuer.app_configuration import PublishAppConfiguration
from ostiary.issuer.attested_keys import (
    AddAttestedKey,
    AttestedKey,
    Grade,
    Platform,
    RaiseCounter,
    SpendChallenge,
    TouchAttestedKey,
)
from ostiary.issuer.device_records import (
    AddDeviceRequest,
    AllowDevice,
    DenyDevice,
    DeviceRequest,
    EnterUserCode,
    PollDevice,
    SpendDeviceCode,
)
from ostiary.issuer.family import GrantFacts
from ostiary.issuer.initial_access import (
    AddInitialAccessToken,
    InitialAccessToken,
    RevokeInitialAccessToken,
    UseInitialAccessToken,
)
from ostiary.issuer.instances import Instance
from ostiary.issuer.logo import KeepLogo, Logo
from ostiary.issuer.logout_notices import DelayLogoutNotice, DropLogoutNotice, LogoutNotice
from ostiary.issuer.records import (
    AddPushedRequest,
    AuthorizationCode,
    DisableClient,
    Grant,
    OpenFamily,
    OpenGrant,
    ProlongRefreshToken,
    PushedRequest,
    RefreshFamily,
    RevokeAccessToken,
    RevokeGrant,
    SpendAssertion,
    SpendCode,
    SpendPushedRequest,
    SpendRefreshToken,
)
from ostiary.issuer.user_code import UserCodeHash
from ostiary.issuer.web_records import EndWebSession, KeepWebTokens, StartWebSession, TouchWebSession, WebSession
from ostiary.keys.admin_token import AddAdminToken, AdminToken, RevokeAdminToken
from ostiary.keys.api_key import AddApiKey, ApiKey, RevokeApiKey, TouchApiKey
from ostiary.keys.records import AddKey, KeyUse, RemoveKey, SetKeyDeath, SigningKey
from ostiary.model.events.operators import ClientRevocation
from ostiary.model.events.program import Started
from ostiary.model.feed import ClientRevoked, GrantRevoked, KeysChanged, SessionEnded, SubjectChanged, TokenRevoked
from ostiary.model.ids import (
    AdminTokenId,
    ApiKeyId,
    ClientId,
    DeviceKeyId,
    GrantId,
    InitialAccessTokenId,
    KeyId,
    Role,
    Scope,
    Secret,
    SessionId,
    Subject,
    TenantId,
    Thumbprint,
    TokenHash,
)
from ostiary.model.ids import TokenId as Jti
from ostiary.model.plan import AlreadySpent, Committed, Plan, Write
from ostiary.people.delays import delay
from ostiary.people.records import (
    AddPerson,
    ChangePerson,
    Consent,
    Counted,
    CountFailure,
    EndSession,
    ForgetFailures,
    Person,
    PutConsent,
    RenewSession,
    Session,
    StartSession,
    TouchSession,
)
from ostiary.store.interface import LoginTaken, Store, StoreUnavailable
from ostiary.store.opening import open_store
from ostiary.store.plans import WRITES

from .conftest import AUDIT_KEY, opened

NOW = 1_800_000_000
ANN = Person(
    Subject("s-ann"), "ann", "Ann Å", "ann@example.org", TenantId("north"), frozenset({Role("a"), Role("b")}), "$argon2"
)
BOB = Person(Subject("s-bob"), "bob", "Bob", None, None, frozenset(), "$argon2", disabled=True)
SESSION = Session(
    SessionId("sid"), TokenHash(b"h" * 32), ANN.subject, NOW, "pwd", ("pwd", "otp"), seen_at=NOW, expires_at=NOW + 100
)
GRANT = Grant(
    GrantId("g"),
    ClientId("web"),
    ANN.subject,
    SESSION.id,
    frozenset({Scope("x"), Scope("y")}),
    NOW,
    "pwd",
    ("pwd",),
    nonce="n",
    claims=None,
    issued_at=NOW,
    resources=frozenset({"https://api.example/a", "https://api.example/b"}),
    details='[{"type":"payment"}]',
)
CODE = AuthorizationCode(
    TokenHash(b"c" * 32), GRANT.id, GRANT.client, "https://web.example/cb", "challenge", NOW, NOW + 60
)
FAMILY = RefreshFamily(GRANT.id, GRANT.client, 1, NOW, NOW + 50, family_expires_at=NOW + 500)
PUSHED = PushedRequest(TokenHash(b"p" * 32), GRANT.client, b"sealed", NOW, NOW + 60)
WEB = WebSession(
    TokenHash(b"w" * 32), GRANT.client, GRANT.id, SESSION.id, ANN.subject, b"sealed", NOW, NOW, expires_at=NOW + 100
)
DEVICE = DeviceRequest(
    TokenHash(b"d" * 32),
    UserCodeHash(b"u" * 32),
    ClientId("till"),
    frozenset({Scope("x")}),
    name="Till 3",
    peer="192.0.2.7",
    issued_at=NOW,
    expires_at=NOW + 600,
    interval=5,
    key=Thumbprint("t" * 43),
)
DEVICE_GRANT = replace(GRANT, id=GrantId("of-device"), client=DEVICE.client)
KEY = SigningKey(KeyId("k"), KeyUse.ISSUER, "{}", b"sealed", NOW, NOW + 5)
MADE = AdminClient(ClientId("made"), '{"kind": "service"}', TokenHash(b"m" * 32), None, NOW, NOW)
ADMIN = AdminToken(AdminTokenId("a"), TokenHash(b"a" * 32), frozenset({"clients.read"}), NOW, NOW + 60)
LOGO = Logo("l" * 32, "image/png", b"\x89PNG")
INITIAL = InitialAccessToken(InitialAccessTokenId("a"), TokenHash(b"i" * 32), NOW, NOW + 60, most=2)
REGISTERED = RegisteredClient(
    id=ClientId("r-a"),
    token_hash=TokenHash(b"t" * 32),
    secret_hash=TokenHash(b"s" * 32),
    auth_method=ClientAuth.SECRET_BASIC,
    name="Ledger Book",
    redirect_uris=("https://app.example/cb", "com.example.app:/cb"),
    scopes=frozenset({Scope("a"), Scope("b")}),
    refreshes=True,
    jwks=None,
    created_at=NOW,
)
API_KEY = ApiKey(ApiKeyId("a"), TokenHash(b"k" * 32), ClientId("acme"), frozenset({Scope("x")}), NOW, NOW + 100)
ATTESTED = AttestedKey(
    DeviceKeyId("d" * 43),
    ClientId("phone"),
    Platform.APPLE,
    Grade.PRODUCTION,
    Thumbprint("t" * 43),
    b"\x04" + bytes(64),
    counter=0,
    serials=("1a", "2b"),
    attested_at=NOW,
    used_at=NOW,
)
OTHER = TokenHash(b"o" * 32)
STARTED = Started(at=1.5, contract="c", version="1")


def plan(*writes: Write) -> Plan:
    return Plan(writes)


async def committed(store: Store, *writes: Write) -> None:
    assert isinstance(await store.commit(plan(*writes)), Committed)


async def test_what_was_written_is_read_back_in_every_field(location: Secret) -> None:
    async with opened(location) as store:
        consent = Consent(ANN.subject, GRANT.client, GRANT.scopes, NOW, about="looks")
        await committed(store, AddPerson(ANN), AddPerson(BOB), StartSession(SESSION), PutConsent(consent))
        await committed(store, OpenGrant(GRANT, CODE), OpenFamily(FAMILY), AddKey(KEY), AddPushedRequest(PUSHED))
        assert await store.person(ANN.subject) == ANN
        assert await store.person_by_login("bob") == BOB
        assert list(await store.people()) == [ANN, BOB]
        assert await store.session(SESSION.id) == await store.session_by_hash(SESSION.hash) == SESSION
        assert await store.consent(ANN.subject, GRANT.client) == consent
        assert await store.grant(GRANT.id) == GRANT
        assert await store.code(CODE.hash) == CODE
        assert await store.refresh_family(GRANT.id) == (FAMILY, GrantFacts(GRANT, SESSION, ANN))
        assert await store.pushed_request(PUSHED.hash) == PUSHED
        assert list(await store.signing_keys()) == [KEY]


async def test_a_grant_is_read_with_what_stands_behind_it_and_only_with_that(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(SESSION, id=SessionId("other"), hash=TokenHash(b"o" * 32), subject=BOB.subject)
        await committed(store, AddPerson(ANN), AddPerson(BOB), StartSession(SESSION), StartSession(other))
        lonely = replace(GRANT, id=GrantId("lonely"), session=SessionId("gone"), subject=Subject("gone"))
        await committed(store, OpenGrant(GRANT, CODE), OpenGrant(lonely, replace(CODE, hash=TokenHash(b"l" * 32))))
        assert await store.grant_facts(GRANT.id) == GrantFacts(GRANT, SESSION, ANN)
        assert await store.grant_facts(lonely.id) == GrantFacts(lonely, None, None)
        assert await store.grant_facts(GrantId("none")) == GrantFacts(None, None, None)


async def test_what_a_grant_issued_is_read_with_the_grant(location: Secret) -> None:
    async with opened(location) as store:
        stray = TokenHash(b"s" * 32)
        nothing = GrantFacts(None, None, None)
        await committed(store, AddPerson(ANN), StartSession(SESSION), OpenGrant(GRANT, CODE), OpenFamily(FAMILY))
        facts = GrantFacts(GRANT, SESSION, ANN)
        assert await store.code_with_grant(CODE.hash) == (CODE, facts)
        assert await store.refresh_family(GRANT.id) == (FAMILY, facts)
        assert await store.code_with_grant(stray) == await store.refresh_family(stray) == (None, nothing)
        assert await store.refresh_family(GrantId("none")) == (None, nothing)


async def test_a_session_of_a_web_client_keeps_its_tokens_is_touched_and_ends(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(WEB, hash=TokenHash(b"x" * 32), session=SessionId("other"), expires_at=NOW + 10)
        await committed(store, StartWebSession(WEB), StartWebSession(other))
        assert await store.web_session(WEB.hash) == WEB
        assert list(await store.web_sessions_of(WEB.session)) == [WEB]
        await committed(store, KeepWebTokens(WEB.hash, b"new"), TouchWebSession(WEB.hash, NOW + 5))
        await committed(store, TouchWebSession(WEB.hash, NOW + 4))
        assert await store.web_session(WEB.hash) == replace(WEB, sealed=b"new", seen_at=NOW + 5)
        await store.forget(NOW + 10)
        assert await store.web_session(other.hash) is None
        await committed(store, EndWebSession(WEB.hash))
        await committed(store, KeepWebTokens(WEB.hash, b"late"), EndWebSession(WEB.hash))
        assert await store.web_session(WEB.hash) is None
        assert not await store.web_sessions_of(WEB.session)


async def test_every_client_of_a_session_that_ends_is_to_be_told_once(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(GRANT, id=GrantId("g2"), client=ClientId("other"))
        again = replace(GRANT, id=GrantId("g3"))
        await committed(store, AddPerson(ANN), StartSession(SESSION), StartWebSession(WEB))
        for at, grant in enumerate((GRANT, other, again)):
            await committed(store, OpenGrant(grant, replace(CODE, hash=TokenHash(bytes([at]) * 32), grant=grant.id)))
        assert not await store.logout_notices(NOW + 99)
        await committed(store, EndSession(SESSION.id, NOW + 5))
        await committed(store, EndSession(SESSION.id, NOW + 6))
        assert await store.web_session(WEB.hash) is None
        web, elsewhere = (
            LogoutNotice(SESSION.id, client, ANN.subject, NOW + 5, 0, NOW + 5)
            for client in (GRANT.client, other.client)
        )
        assert not await store.logout_notices(NOW + 4)
        assert set(await store.logout_notices(NOW + 5)) == {web, elsewhere}
        await committed(store, DelayLogoutNotice(SESSION.id, GRANT.client, 1, NOW + 9))
        await committed(store, DropLogoutNotice(SESSION.id, other.client))
        assert not await store.logout_notices(NOW + 8)
        assert list(await store.logout_notices(NOW + 9)) == [replace(web, tries=1, due_at=NOW + 9)]
        await store.forget(NOW + 5 + 86400)
        assert not await store.logout_notices(NOW + 9)


async def test_the_clients_of_a_session_that_expires_are_to_be_told(location: Secret) -> None:
    async with opened(location) as store:
        ended = replace(SESSION, id=SessionId("ended"), hash=TokenHash(b"e" * 32))
        lives = replace(SESSION, id=SessionId("lives"), hash=TokenHash(b"l" * 32), expires_at=SESSION.expires_at + 1)
        await committed(store, AddPerson(ANN))
        for at, session in enumerate((SESSION, ended, lives)):
            grant = replace(GRANT, id=GrantId(session.id), session=session.id)
            code = replace(CODE, hash=TokenHash(bytes([at]) * 32), grant=grant.id)
            await committed(store, StartSession(session), OpenGrant(grant, code))
        await committed(store, EndSession(ended.id, NOW), DropLogoutNotice(ended.id, GRANT.client))
        await store.forget(SESSION.expires_at - 1)
        assert not await store.logout_notices(SESSION.expires_at + 9)
        for _ in range(2):
            await store.forget(SESSION.expires_at)
            told = await store.logout_notices(SESSION.expires_at)
            assert [(each.session, each.client, each.ended_at) for each in told] == [
                (SESSION.id, GRANT.client, SESSION.expires_at)
            ]


async def test_a_change_that_ends_a_person_s_sessions_is_told_to_their_clients(location: Secret) -> None:
    async with opened(location) as store:
        later = replace(SESSION, id=SessionId("later"), hash=TokenHash(b"l" * 32), auth_time=SESSION.auth_time + 1)
        await committed(store, AddPerson(ANN), StartWebSession(WEB))
        for at, session in enumerate((SESSION, later)):
            grant = replace(GRANT, id=GrantId(session.id), session=session.id)
            code = replace(CODE, hash=TokenHash(bytes([at]) * 32), grant=grant.id)
            await committed(store, StartSession(session), OpenGrant(grant, code))
        renamed = replace(ANN, name="Another")
        await committed(store, ChangePerson(renamed, ANN))
        assert not await store.logout_notices(NOW + 99)
        await committed(store, ChangePerson(replace(renamed, changed_at=SESSION.auth_time), renamed))
        assert [each.session for each in await store.logout_notices(NOW + 99)] == [SESSION.id]
        assert await store.web_session(WEB.hash) is None
        ended, lives = await store.session(SESSION.id), await store.session(later.id)
        assert ended is not None and ended.ended_at == SESSION.auth_time
        assert lives is not None and lives.ended_at is None


async def test_a_person_s_grants_are_found_with_the_token_that_each_goes_on_with(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(GRANT, id=GrantId("g2"), client=ClientId("other"))
        theirs = replace(GRANT, id=GrantId("g3"), subject=Subject("somebody"))
        await committed(store, AddPerson(ANN), StartSession(SESSION))
        for at, grant in enumerate((GRANT, other, theirs)):
            await committed(store, OpenGrant(grant, replace(CODE, hash=TokenHash(bytes([at]) * 32), grant=grant.id)))
        assert not await store.instances(ANN.subject, NOW)
        later = replace(FAMILY, number=2, issued_at=NOW + 5, expires_at=NOW + 55)
        of_other = replace(FAMILY, grant=other.id, issued_at=NOW + 3)
        of_theirs = replace(FAMILY, grant=theirs.id)
        await committed(store, *map(OpenFamily, (FAMILY, of_other, of_theirs)))
        await committed(store, SpendRefreshToken(GRANT.id, 1, NOW + 5, NOW + 55))
        both = [Instance(GRANT, later), Instance(other, of_other)]
        assert list(await store.instances(ANN.subject, NOW + 6)) == both
        assert list(await store.instances(ANN.subject, FAMILY.expires_at)) == both[:1]
        assert not await store.instances(ANN.subject, later.expires_at)
        await committed(store, RevokeGrant(GRANT.id, NOW + 7))
        assert list(await store.instances(ANN.subject, NOW + 6)) == both[1:]


async def test_what_is_written_of_one_is_written_of_no_other(location: Secret) -> None:
    async with opened(location) as store:
        await _two_of_each(store)
        others = await _others(store)
        await committed(store, SpendCode(CODE.hash, NOW), SpendPushedRequest(PUSHED.hash, NOW))
        await committed(store, SpendRefreshToken(GRANT.id, 1, NOW, NOW + 55), ProlongRefreshToken(GRANT.id, NOW + 90))
        await committed(store, KeepWebTokens(WEB.hash, b"new"), TouchWebSession(WEB.hash, NOW + 5))
        await committed(store, EndWebSession(WEB.hash), RevokeGrant(GRANT.id, NOW), ForgetFailures(b"key"))
        await committed(store, EnterUserCode(DEVICE.hash), PollDevice(DEVICE.hash, NOW + 2.5, 10))
        await committed(store, AllowDevice(DEVICE.hash, DEVICE_GRANT), SpendDeviceCode(DEVICE.hash, NOW))
        await committed(store, SetKeyDeath(KEY.id, NOW + 77), RemoveKey(KEY.id))
        await committed(store, RevokeApiKey(API_KEY.id, NOW), TouchApiKey(API_KEY.id, NOW + 5))
        await committed(store, RevokeAdminToken(ADMIN.id, NOW))
        await committed(store, ChangeAdminClient(replace(MADE, settings="{}", ended_at=NOW, version=2)))
        await committed(store, ChangeRegisteredClient(replace(REGISTERED, name="New", version=2)))
        await committed(store, UseInitialAccessToken(INITIAL.id, NOW), RevokeInitialAccessToken(INITIAL.id, NOW))
        await committed(store, RaiseCounter(ATTESTED.id, 3, NOW + 5), TouchAttestedKey(ATTESTED.id, NOW + 7))
        await committed(store, DelayLogoutNotice(SessionId("over"), GRANT.client, 1, NOW + 9))
        await committed(store, DropLogoutNotice(SessionId("over"), GRANT.client))
        await committed(store, RenewSession(replace(SESSION, auth_time=NOW - 1)), TouchSession(SESSION.id, NOW + 9))
        await committed(store, ChangePerson(replace(ANN, name="Ann Other", changed_at=NOW), ANN))
        await committed(store, EndSession(SESSION.id, NOW))
        assert await _others(store) == others


async def _two_of_each(store: Store) -> None:
    """What is written of the first, and what only looks like it."""
    beside = SessionId("s2")
    over = [replace(SESSION, id=SessionId(id), hash=TokenHash(id.encode() * 8)) for id in ("over", "gone")]
    ended = [replace(GRANT, id=GrantId(each.id), session=each.id) for each in over]
    two: dict[Callable[..., Write], tuple[object, ...]] = {
        AddPerson: (ANN, BOB),
        StartSession: (SESSION, replace(SESSION, id=beside, hash=OTHER, subject=BOB.subject), *over),
        OpenFamily: (FAMILY, replace(FAMILY, grant=GrantId("g2"))),
        AddPushedRequest: (PUSHED, replace(PUSHED, hash=OTHER)),
        StartWebSession: (WEB, replace(WEB, hash=OTHER, subject=BOB.subject, session=beside)),
        AddDeviceRequest: (DEVICE, replace(DEVICE, hash=OTHER, user_code=UserCodeHash(b"v" * 32))),
        AddKey: (KEY, replace(KEY, id=KeyId("k2"))),
        AddApiKey: (API_KEY, replace(API_KEY, id=ApiKeyId("b"), hash=OTHER)),
        AddAdminToken: (ADMIN, replace(ADMIN, id=AdminTokenId("b"), hash=OTHER)),
        AddAdminClient: (MADE, replace(MADE, id=ClientId("made too"))),
        AddInitialAccessToken: (INITIAL, replace(INITIAL, id=InitialAccessTokenId("b"), hash=OTHER)),
        AddAttestedKey: (ATTESTED, replace(ATTESTED, id=DeviceKeyId("e" * 43))),
    }
    for grant in (GRANT, replace(GRANT, id=GrantId("g2"), subject=BOB.subject, session=beside), *ended):
        code = replace(CODE, hash=TokenHash(grant.id.encode()), grant=grant.id)
        await committed(store, OpenGrant(grant, CODE if grant is GRANT else code))
    for add, records in two.items():
        await committed(store, *map(add, records))
    for id in ("r-a", "r-b"):
        await committed(store, AddRegisteredClient(replace(REGISTERED, id=ClientId(id)), 2))
    for key in (b"key", b"other"):
        await committed(store, CountFailure(key, float(NOW), Counted.ACCOUNT))
    for session in over:
        await committed(store, EndSession(session.id, NOW))
    await committed(store, AllowDevice(OTHER, replace(DEVICE_GRANT, id=GrantId("of another"))))


async def _others(store: Store) -> Mapping[str, object]:
    """All that looks like what is written of."""
    return {
        "person": await store.person(BOB.subject),
        "session": await store.session(SessionId("s2")),
        "grant": await store.grant(GrantId("g2")),
        "code": await store.code(TokenHash(b"g2")),
        "refresh token": await store.refresh_family(GrantId("g2")),
        "pushed request": await store.pushed_request(OTHER),
        "web session": await store.web_session(OTHER),
        "device": await store.device_request(OTHER),
        "signing key": [each for each in await store.signing_keys() if each.id != KEY.id],
        "API key": [each for each in await store.api_keys() if each.id != API_KEY.id],
        "admin token": await store.admin_token(OTHER),
        "admin client": [each for each in await store.admin_clients() if each.id != MADE.id],
        "registered client": [each for each in await store.registered_clients() if each.id != REGISTERED.id],
        "token to register with": await store.initial_access_token(OTHER),
        "attested key": await store.attested_key(DeviceKeyId("e" * 43)),
        "failures": await store.failures([b"other"]),
        "notices": [each for each in await store.logout_notices(NOW) if each.session == "gone"],
    }


async def test_what_is_not_there_is_none(location: Secret) -> None:
    async with opened(location) as store:
        assert await store.person(ANN.subject) is None
        assert await store.person_by_login("ann") is None
        assert await store.session(SESSION.id) is None
        assert await store.consent(ANN.subject, GRANT.client) is None
        assert await store.code(CODE.hash) is None
        assert await store.client_disabled_at(GRANT.client) is None
        assert not await store.access_token_revoked(Jti("t"))
        assert not await store.failures([b"k"])
        assert await store.head() is None


async def test_a_login_belongs_to_one_person(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), AddPerson(BOB))
        with pytest.raises(LoginTaken):
            await store.commit(plan(AddPerson(replace(ANN, subject=Subject("s-other")))))
        with pytest.raises(LoginTaken):
            await store.commit(plan(AddPerson(ANN)))
        with pytest.raises(LoginTaken):
            await store.commit(plan(ChangePerson(replace(BOB, login="ann"), BOB)))
        await committed(store, ChangePerson(replace(BOB, login="robert"), BOB))
        assert (await store.person_by_login("robert")) == replace(BOB, login="robert")
        assert await store.person_by_login("bob") is None


async def test_a_change_of_a_person_never_undoes_another(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN))
        shut_out = replace(ANN, disabled=True, changed_at=NOW)
        await committed(store, ChangePerson(shut_out, ANN))
        renamed = ChangePerson(replace(ANN, name="Ann Other"), ANN)
        assert await store.commit(plan(renamed)) == AlreadySpent(renamed)
        assert await store.person(ANN.subject) == shut_out
        await committed(store, ChangePerson(replace(shut_out, name="Ann Other"), shut_out))


async def test_sessions_are_renewed_touched_and_ended(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), StartSession(SESSION))
        renewed = replace(SESSION, hash=TokenHash(b"i" * 32), auth_time=NOW + 3)
        await committed(store, RenewSession(renewed))
        assert await store.session_by_hash(SESSION.hash) is None
        await committed(store, TouchSession(SESSION.id, NOW + 9))
        await committed(store, TouchSession(SESSION.id, NOW + 2))
        assert (await store.session(SESSION.id)) == replace(renewed, seen_at=NOW + 9)
        await committed(store, EndSession(SESSION.id, NOW + 20), EndSession(SESSION.id, NOW + 30))
        ended = await store.session(SESSION.id)
        assert ended is not None and ended.ended_at == NOW + 20


async def test_a_session_that_ended_is_not_renewed(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), StartSession(SESSION), EndSession(SESSION.id, NOW + 1))
        renewal = RenewSession(replace(SESSION, hash=TokenHash(b"i" * 32)))
        assert await store.commit(plan(renewal)) == AlreadySpent(renewal)
        assert await store.session(SESSION.id) == replace(SESSION, ended_at=NOW + 1)


async def test_failures_at_the_same_time_all_count(location: Secret) -> None:
    async with opened(location) as store:
        count = CountFailure(b"key", float(NOW), Counted.ACCOUNT)
        await asyncio.gather(*(store.commit(plan(count)) for _ in range(8)))
        [failures] = await store.failures([b"other", b"key"])
        assert (failures.count, failures.until) == (8, NOW + delay(8, Counted.ACCOUNT))
        await committed(store, ForgetFailures(b"key"))
        assert not await store.failures([b"key"])


@pytest.mark.parametrize(
    "spend",
    [
        SpendCode(CODE.hash, NOW),
        SpendRefreshToken(GRANT.id, 1, NOW, NOW + 50),
        SpendPushedRequest(PUSHED.hash, NOW),
        SpendAssertion(GRANT.client, Jti("j"), NOW + 60),
        SpendChallenge("c", NOW + 60),
        AddAttestedKey(ATTESTED),
    ],
)
async def test_of_many_who_spend_at_once_exactly_one_wins(location: Secret, spend: Write) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), OpenGrant(GRANT, CODE), OpenFamily(FAMILY), AddPushedRequest(PUSHED))
        together = Plan((spend, DisableClient(ClientId("x"), NOW)), (STARTED,))
        outcomes = await asyncio.gather(*(store.commit(together) for _ in range(12)))
        assert [type(outcome) for outcome in outcomes].count(Committed) == 1
        assert [outcome for outcome in outcomes if isinstance(outcome, AlreadySpent)] == [AlreadySpent(spend)] * 11
        assert await store.commit(plan(spend)) == AlreadySpent(spend)
        assert [record.position async for record in store.records()] == [1]


async def test_two_processes_spend_once_between_them(location: Secret) -> None:
    async with opened(location) as one, opened(location) as other:
        await committed(one, AddPerson(ANN), OpenGrant(GRANT, CODE))
        spend = plan(SpendCode(CODE.hash, NOW))
        outcomes = await asyncio.gather(*(store.commit(spend) for store in (one, other) * 6))
        assert [type(outcome) for outcome in outcomes].count(Committed) == 1


async def test_a_device_waits_is_let_in_and_spends_its_code(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), AddDeviceRequest(DEVICE))
        assert await store.device_request(DEVICE.hash) == DEVICE
        assert await store.device_request_by_user_code(DEVICE.user_code) == DEVICE
        await committed(store, EnterUserCode(DEVICE.hash), EnterUserCode(DEVICE.hash))
        await committed(store, PollDevice(DEVICE.hash, NOW + 2.5, 10))
        waiting = replace(DEVICE, entries=2, polled_at=NOW + 2.5, interval=10)
        assert await store.device_request(DEVICE.hash) == waiting
        early = SpendDeviceCode(DEVICE.hash, NOW + 3)
        assert await store.commit(plan(early)) == AlreadySpent(early)
        await committed(store, AllowDevice(DEVICE.hash, DEVICE_GRANT))
        assert await store.grant(DEVICE_GRANT.id) == DEVICE_GRANT
        await committed(store, SpendDeviceCode(DEVICE.hash, NOW + 4))
        let_in = replace(waiting, grant=DEVICE_GRANT.id, peer="", spent_at=NOW + 4)
        assert await store.device_request(DEVICE.hash) == let_in


async def test_a_device_has_codes_of_its_own(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddDeviceRequest(DEVICE))
        for taken in (replace(DEVICE, hash=TokenHash(b"e" * 32)), replace(DEVICE, user_code=UserCodeHash(b"v" * 32))):
            add = AddDeviceRequest(taken)
            assert await store.commit(plan(add)) == AlreadySpent(add)
        both = replace(DEVICE, hash=TokenHash(b"e" * 32), user_code=UserCodeHash(b"v" * 32))
        await committed(store, AddDeviceRequest(both))
        assert await store.device_request_by_user_code(DEVICE.user_code) == DEVICE


async def test_of_many_who_answer_a_device_at_once_exactly_one_is_heard(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddDeviceRequest(DEVICE))
        allowed = (AllowDevice(DEVICE.hash, replace(GRANT, id=GrantId(f"g{number}"))) for number in range(6))
        answers: list[Write] = [*allowed, *(DenyDevice(DEVICE.hash, NOW) for _ in range(6))]
        outcomes = await asyncio.gather(*(store.commit(plan(answer)) for answer in answers))
        assert [type(outcome) for outcome in outcomes].count(Committed) == 1
        grants = [await store.grant(GrantId(f"g{number}")) for number in range(6)]
        answered = await store.device_request(DEVICE.hash)
        assert answered is not None and answered.answered
        assert len([grant for grant in grants if grant is not None]) == (answered.grant is not None)


async def test_devices_are_forgotten_sooner_where_nobody_answered(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(DEVICE, hash=TokenHash(b"e" * 32), user_code=UserCodeHash(b"v" * 32))
        await committed(store, AddDeviceRequest(DEVICE), AddDeviceRequest(other))
        await committed(store, AllowDevice(other.hash, DEVICE_GRANT))
        await store.forget(DEVICE.expires_at + 599)
        assert await store.device_request(DEVICE.hash) == DEVICE
        await store.forget(DEVICE.expires_at + 600)
        assert await store.device_request(DEVICE.hash) is None
        assert await store.device_request(other.hash) is not None
        await store.forget(other.expires_at + 86400)
        assert await store.device_request(other.hash) is None
        await store.forget(NOW + 8 * 86400)
        assert await store.grant(DEVICE_GRANT.id) is None


async def test_unknown_codes_cannot_be_spent(location: Secret) -> None:
    async with opened(location) as store:
        spend = SpendCode(CODE.hash, NOW)
        assert await store.commit(plan(spend)) == AlreadySpent(spend)


async def test_what_another_process_has_disabled_is_seen_by_who_has_just_asked(location: Secret) -> None:
    async with opened(location) as store, opened(location) as other:
        for name in (ClientId("a"), ClientId("b")):
            assert await store.client_disabled_at(name) is None
            await other.commit(Plan((DisableClient(name, NOW),)))
            assert await store.client_disabled_at(name) == NOW


async def test_a_plan_that_fails_leaves_nothing_and_the_others_succeed(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN))
        taken = AddPerson(replace(ANN, subject=Subject("s-2")))
        bad = Plan((DisableClient(ClientId("bad"), NOW), taken), (STARTED,), (KeysChanged(NOW),))
        good = Plan((DisableClient(ClientId("good"), NOW),), (STARTED,), (KeysChanged(NOW),))
        outcomes = await asyncio.gather(*map(store.commit, (good, bad, good)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Committed, LoginTaken, Committed]
        assert await store.client_disabled_at(ClientId("bad")) is None
        assert await store.client_disabled_at(ClientId("good")) == NOW
        assert [record.position async for record in store.records()] == [1, 2]
        assert [numbered.position for numbered in await store.feed_since(0)] == [1, 2]


async def test_uses_of_old_ways_add_up_by_client_way_and_day(location: Secret) -> None:
    ticker, day = ClientId("ticker"), 86400 * 20_000
    first = OldUse(ticker, OldWay.QUERY, day, 2, day + 60)
    others = (
        replace(first, way=OldWay.BASIC),
        replace(first, day=day + 86400, used_at=day + 86401),
        replace(first, client=ClientId("other")),
    )

    async with opened(location) as store:
        await store.commit(Plan(tuple(map(CountOldUse, (first, *others)))))
        await store.commit(Plan((CountOldUse(replace(first, count=3, used_at=day + 90)),)))
        await store.commit(Plan((CountOldUse(replace(first, count=1, used_at=day + 30)),)))
        summed = replace(first, count=6, used_at=day + 90)
        assert list(await store.old_uses(0)) == [others[2], others[0], summed, others[1]]
        assert list(await store.old_uses(day + 1)) == [others[1]]
        await store.forget(day + 400 * 86400)
        assert list(await store.old_uses(0)) == [others[1]]


async def test_api_keys_are_kept_revoked_and_touched(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(API_KEY, id=ApiKeyId("b"), hash=TokenHash(b"o" * 32), client=ClientId("zeta"))
        await committed(store, AddApiKey(other), AddApiKey(API_KEY))
        assert list(await store.api_keys()) == [API_KEY, other]
        assert await store.api_key(API_KEY.id) == API_KEY
        assert await store.api_key(ApiKeyId("nobody")) is None
        await committed(store, TouchApiKey(API_KEY.id, NOW + 60), TouchApiKey(API_KEY.id, NOW + 5))
        await committed(store, RevokeApiKey(other.id, NOW + 7), RevokeApiKey(other.id, NOW + 9))
        assert list(await store.api_keys()) == [
            replace(API_KEY, used_at=NOW + 60),
            replace(other, revoked_at=NOW + 7),
        ]
        await store.forget(API_KEY.expires_at + 31 * 86400)
        assert not await store.api_keys()


async def test_clients_that_registered_are_kept_changed_and_removed(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(REGISTERED, id=ClientId("r-b"), secret_hash=None, name=None, jwks='{"keys": []}', logo=LOGO.id)
        await committed(store, AddRegisteredClient(other, 2), AddRegisteredClient(REGISTERED, 2))
        assert list(await store.registered_clients()) == [REGISTERED, other]
        uris = ("https://new.example/",)
        new = replace(REGISTERED, name="New", redirect_uris=uris, refreshes=False, secret_hash=None, version=2)
        await committed(store, ChangeRegisteredClient(new), RemoveRegisteredClient(other.id))
        assert list(await store.registered_clients()) == [new]
        gone = ChangeRegisteredClient(replace(other, version=2))
        assert await store.commit(plan(gone)) == AlreadySpent(gone)
        assert list(await store.registered_clients()) == [new]


async def test_a_logo_is_kept_once_and_while_somebody_has_it(location: Secret) -> None:
    async with opened(location) as store:
        having = replace(REGISTERED, logo=LOGO.id, logo_uri="https://book.example/l.png")
        await committed(store, AddRegisteredClient(having, 2), KeepLogo(LOGO), KeepLogo(LOGO))
        await store.forget(NOW)
        assert await store.logo(LOGO.id) == LOGO
        await committed(store, ChangeRegisteredClient(replace(REGISTERED, version=2)))
        await store.forget(NOW)
        assert await store.logo(LOGO.id) is None


async def test_of_two_changes_of_one_registration_the_second_knows_it(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddRegisteredClient(REGISTERED, 1))
        mine, theirs = (ChangeRegisteredClient(replace(REGISTERED, name=name, version=2)) for name in ("M", "T"))
        outcomes = await asyncio.gather(store.commit(plan(mine)), store.commit(plan(theirs)))
        assert [type(outcome) for outcome in outcomes] == [Committed, AlreadySpent]
        assert list(await store.registered_clients()) == [mine.client]


async def test_no_more_clients_register_than_may_and_one_that_was_revoked_takes_no_place(location: Secret) -> None:
    async with opened(location) as store:
        one, two = (AddRegisteredClient(replace(REGISTERED, id=ClientId(id)), 1) for id in ("r-1", "r-2"))
        outcomes = await asyncio.gather(store.commit(plan(one)), store.commit(plan(two)))
        assert outcomes[1] == AlreadySpent(two)
        await committed(store, DisableClient(ClientId("r-1"), NOW), two)
        assert [client.id for client in await store.registered_clients()] == ["r-1", "r-2"]


async def test_clients_of_the_admin_api_have_versions_and_keep_their_names(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddAdminClient(MADE))
        again = AddAdminClient(replace(MADE, settings="{}"))
        assert await store.commit(plan(again)) == AlreadySpent(again)
        changed = replace(MADE, settings='{"kind": "spa"}', former_hash=MADE.secret_hash, changed_at=NOW + 1, version=2)
        await committed(store, ChangeAdminClient(changed))
        late = ChangeAdminClient(replace(MADE, version=2))
        assert await store.commit(plan(late)) == AlreadySpent(late)
        ended = replace(changed, ended_at=NOW + 2, version=3)
        await committed(store, ChangeAdminClient(ended))
        risen = ChangeAdminClient(replace(ended, ended_at=None, version=4))
        assert await store.commit(plan(risen)) == AlreadySpent(risen)
        assert list(await store.admin_clients()) == [ended]


async def test_tokens_of_the_admin_api_are_kept_and_revoked_once(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddAdminToken(ADMIN))
        assert await store.admin_token(ADMIN.hash) == ADMIN
        await committed(store, RevokeAdminToken(ADMIN.id, NOW + 1), RevokeAdminToken(ADMIN.id, NOW + 9))
        assert list(await store.admin_tokens()) == [replace(ADMIN, revoked_at=NOW + 1)]
        assert await store.admin_token(TokenHash(b"z" * 32)) is None


async def test_a_token_to_register_with_is_used_as_often_as_it_may_be_and_not_past_its_end(location: Secret) -> None:
    async with opened(location) as store:
        other = replace(INITIAL, id=InitialAccessTokenId("b"), hash=TokenHash(b"o" * 32))
        await committed(store, AddInitialAccessToken(other), AddInitialAccessToken(INITIAL))
        assert list(await store.initial_access_tokens()) == [INITIAL, other]
        use = UseInitialAccessToken(INITIAL.id, NOW)
        outcomes = await asyncio.gather(*(store.commit(plan(use)) for _ in range(3)))
        assert [type(outcome) for outcome in outcomes] == [Committed, Committed, AlreadySpent]
        late = UseInitialAccessToken(other.id, other.expires_at)
        assert await store.commit(plan(late)) == AlreadySpent(late)
        await committed(store, UseInitialAccessToken(other.id, other.expires_at - 1))
        await committed(store, RevokeInitialAccessToken(other.id, NOW + 1), RevokeInitialAccessToken(other.id, NOW + 9))
        assert await store.initial_access_token(other.hash) == replace(other, used=1, revoked_at=NOW + 1)
        assert await store.commit(plan(replace(late, at=NOW))) == AlreadySpent(replace(late, at=NOW))
        await store.forget(INITIAL.expires_at + 31 * 86400)
        assert not await store.initial_access_tokens()


async def test_an_attested_key_is_added_once_and_its_counter_only_rises(location: Secret) -> None:
    async with opened(location) as store:
        assert await store.attested_key(ATTESTED.id) is None
        await committed(store, AddAttestedKey(ATTESTED))
        assert await store.attested_key(ATTESTED.id) == ATTESTED
        again = AddAttestedKey(replace(ATTESTED, client=ClientId("other")))
        assert await store.commit(plan(again)) == AlreadySpent(again)
        rises = [RaiseCounter(ATTESTED.id, 3, NOW + at) for at in (5, 6)]
        outcomes = await asyncio.gather(*(store.commit(plan(each)) for each in rises))
        assert outcomes[1] == AlreadySpent(rises[1])
        lower = RaiseCounter(ATTESTED.id, 2, NOW + 7)
        assert await store.commit(plan(lower)) == AlreadySpent(lower)
        await committed(store, TouchAttestedKey(ATTESTED.id, NOW + 7), TouchAttestedKey(ATTESTED.id, NOW + 6))
        assert await store.attested_key(ATTESTED.id) == replace(ATTESTED, counter=3, used_at=NOW + 7)
        await committed(store, RaiseCounter(ATTESTED.id, 2**32 - 1, NOW + 8))
        assert await store.attested_key(ATTESTED.id) == replace(ATTESTED, counter=2**32 - 1, used_at=NOW + 8)
        unknown = RaiseCounter(DeviceKeyId("unknown"), 1, NOW)
        assert await store.commit(plan(unknown)) == AlreadySpent(unknown)
        await store.forget(NOW + 8 + 400 * 86400 - 1)
        assert await store.attested_key(ATTESTED.id) is not None
        await store.forget(NOW + 9 + 400 * 86400)
        assert await store.attested_key(ATTESTED.id) is None


async def test_what_apps_fetch_has_a_version_that_only_grows(location: Secret) -> None:
    """Also where the clock was set back, and after a backup: it is no less than the time."""

    async with opened(location) as store:
        app = ATTESTED.client
        assert await store.app_configuration(app) is None
        seen = []
        for config, at in (
            ("{}", NOW),
            ("{}", NOW + 5),
            ('{"a":1}', NOW + 9),
            ("{}", NOW + 3),
            ("[]", NOW + 4),
            ("{}", NOW + 11),
        ):
            await committed(store, PublishAppConfiguration(app, config, at))
            latest = await store.app_configuration(app)
            assert latest is not None
            assert latest.config == config
            seen.append((latest.version - NOW, latest.published_at - NOW))
        assert seen == [(0, 0), (0, 0), (9, 9), (10, 3), (11, 4), (12, 11)]
        assert await store.app_configuration(ClientId("other")) is None


async def test_a_challenge_that_is_used_up_is_remembered_until_it_could_not_be_used(location: Secret) -> None:
    async with opened(location) as store:
        spend = SpendChallenge("c", NOW + 300)
        await committed(store, spend, SpendChallenge("other", NOW + 300))
        await store.forget(NOW + 300)
        assert await store.commit(plan(spend)) == AlreadySpent(spend)
        await store.forget(NOW + 301 + 3600)
        await committed(store, spend)


async def test_a_plan_that_the_database_itself_refuses_leaves_nothing_and_the_others_succeed(location: Secret) -> None:
    async with opened(location) as store:
        nobodys = Plan((DisableClient(ClientId("bad"), NOW), StartSession(SESSION)), (STARTED,))
        good = Plan((DisableClient(ClientId("good"), NOW),), (STARTED,))
        outcomes = await asyncio.gather(*map(store.commit, (good, nobodys)), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Committed, StoreUnavailable]
        assert await store.client_disabled_at(ClientId("bad")) is None
        assert await store.session(SESSION.id) is None
        await committed(store, AddPerson(ANN), StartSession(SESSION))
        assert [record.position async for record in store.records()] == [1]


async def test_grants_and_tokens_are_revoked_once(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), OpenGrant(GRANT, CODE))
        await committed(store, RevokeGrant(GRANT.id, NOW + 1), RevokeGrant(GRANT.id, NOW + 2))
        assert await store.grant(GRANT.id) == replace(GRANT, revoked_at=NOW + 1)
        await committed(store, RevokeAccessToken(Jti("t"), NOW), RevokeAccessToken(Jti("t"), NOW))
        assert await store.access_token_revoked(Jti("t"))
        await committed(store, DisableClient(GRANT.client, NOW))
        assert await store.client_disabled_at(GRANT.client) == NOW


async def test_a_refresh_token_lives_longer_and_never_shorter(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), OpenGrant(GRANT, CODE), OpenFamily(FAMILY))
        await committed(store, ProlongRefreshToken(GRANT.id, NOW + 90), ProlongRefreshToken(GRANT.id, NOW + 70))
        family, _ = await store.refresh_family(GRANT.id)
        assert family == replace(FAMILY, expires_at=NOW + 90)


async def test_keys_get_their_end_and_go(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddKey(KEY), SetKeyDeath(KEY.id, NOW + 77))
        assert list(await store.signing_keys()) == [replace(KEY, dies_at=NOW + 77)]
        await committed(store, RemoveKey(KEY.id))
        assert not await store.signing_keys()


async def test_the_feed_has_every_event_in_order(location: Secret) -> None:
    events = (
        TokenRevoked(Jti("t"), NOW),
        GrantRevoked(GRANT.id, NOW),
        SessionEnded(SESSION.id, NOW),
        SubjectChanged(ANN.subject, NOW, NOW),
        ClientRevoked(GRANT.client, NOW),
        KeysChanged(NOW),
    )

    async with opened(location) as store:
        assert await store.commit(Plan(feed=events[:2])) == Committed(2)
        assert await store.commit(Plan(feed=events[2:])) == Committed(6)
        assert [numbered.event for numbered in await store.feed_since(0)] == list(events)
        assert [numbered.position for numbered in await store.feed_since(4)] == [5, 6]


async def test_the_log_holds_under_many_writers(location: Secret) -> None:
    async with opened(location) as one, opened(location) as other:
        started = [Plan(events=(replace(STARTED, at=float(at)),)) for at in range(40)]
        await asyncio.gather(*((one, other)[at % 2].commit(each) for at, each in enumerate(started)))
        verdict = await verify_growing(one.records, one.head, AUDIT_KEY)
        assert isinstance(verdict, Holds) and verdict.end.position == 40


async def test_records_come_in_pages_without_a_gap(location: Secret) -> None:
    async with opened(location) as store:
        await store.commit(Plan(events=(ClientRevocation(at=1.0, client=GRANT.client),) * 1203))
        assert [record.position async for record in store.records(2)] == list(range(3, 1204))


async def test_what_is_past_is_forgotten_and_nothing_else(location: Secret) -> None:
    async with opened(location) as store:
        await committed(store, AddPerson(ANN), StartSession(SESSION), OpenGrant(GRANT, CODE), OpenFamily(FAMILY))
        spend = SpendAssertion(GRANT.client, Jti("j"), NOW + 10)
        await committed(store, RevokeAccessToken(Jti("t"), NOW + 10), spend)
        await store.commit(Plan(feed=(KeysChanged(NOW + 10), KeysChanged(NOW + 11))))
        await store.forget(NOW + 10)
        assert not await store.access_token_revoked(Jti("t"))
        assert await store.commit(plan(spend)) == AlreadySpent(spend)
        assert [numbered.position for numbered in await store.feed_since(0)] == [2]
        assert await store.session(SESSION.id) and await store.grant(GRANT.id)
        assert (await store.refresh_family(GRANT.id))[0] == FAMILY
        await store.forget(NOW + 100)
        assert await store.session(SESSION.id) is None
        assert (await store.refresh_family(GRANT.id))[0] is None
        assert await store.code(CODE.hash) is not None
        await store.forget(NOW + 10 + 3600)
        await committed(store, spend)
        await store.forget(NOW + 60 + 8 * 86400)
        assert await store.code(CODE.hash) is None
        await store.forget(NOW + 60 + 8 * 86400)
        assert await store.grant(GRANT.id) is None
        assert await store.commit(Plan(feed=(KeysChanged(NOW),))) == Committed(3)


async def test_a_grant_is_kept_as_long_as_it_has_a_token_that_can_be_refreshed(location: Secret) -> None:
    async with opened(location) as store:
        month = NOW + 30 * 86400
        await committed(store, AddPerson(ANN), OpenGrant(GRANT, CODE), OpenFamily(replace(FAMILY, expires_at=month)))
        await store.forget(month - 1)
        assert await store.code(CODE.hash) is None
        assert await store.grant(GRANT.id) == GRANT
        await store.forget(month)
        assert await store.grant(GRANT.id) is None


async def test_who_waits_no_more_keeps_nobody_else_from_an_answer(location: Secret) -> None:
    async with opened(location) as store:
        commits = [asyncio.create_task(store.commit(Plan(events=(STARTED,)))) for _ in range(6)]
        await asyncio.sleep(0)
        commits[0].cancel()
        outcomes = await asyncio.gather(*commits, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes[1:]] == [Committed] * 5
        await committed(store, AddPerson(ANN))


def test_what_was_acknowledged_is_there_when_the_store_opens_again(location: Secret) -> None:
    async def first() -> None:
        async with opened(location) as store:
            await store.commit(Plan((AddPerson(ANN),), (STARTED,), (KeysChanged(NOW),)))

    async def second() -> None:
        async with opened(location) as store:
            assert await store.person(ANN.subject) == ANN
            assert await store.commit(Plan((), (STARTED,), (KeysChanged(NOW),))) == Committed(2)
            assert [record.position async for record in store.records()] == [1, 2]

    asyncio.run(first())
    asyncio.run(second())


async def test_a_closed_store_writes_what_waits_and_takes_nothing_more(location: Secret) -> None:
    store = await open_store(location, AUDIT_KEY)
    waiting = asyncio.create_task(store.commit(plan(AddPerson(ANN))))
    await asyncio.sleep(0)
    await store.close()
    assert isinstance(await waiting, Committed)
    with pytest.raises(StoreUnavailable):
        await store.commit(plan(AddPerson(BOB)))


def test_every_write_has_its_statement() -> None:
    def below(kind: type[Write]) -> set[str]:
        return {kind.__name__}.union(*map(below, kind.__subclasses__()))

    assert below(Write) - {"Write", "Spend"} == {each.__name__ for each in WRITES}
