"""The attestation endpoint: an instance of an app is vouched for, by what its device says of itself."""

import hmac
from typing import assert_never

import orjson

from ostiary.issuer import flows, vouching
from ostiary.issuer.decision import Decided
from ostiary.issuer.statement import AndroidChain, AndroidSignature, AppleStatement, Statement, read_statement
from ostiary.issuer.statement_challenge import require_challenge
from ostiary.issuer.vouching import App, Vouched, key_name, own_key_name
from ostiary.keys.attestation import ATTESTATION
from ostiary.keys.jwt import sign
from ostiary.model.errors import InvalidAttestation, Refusal
from ostiary.model.plan import AlreadySpent, Plan
from ostiary.people.delays import seconds_to_wait
from ostiary.people.records import Counted, CountFailure
from ostiary.people.sign_in import household
from ostiary.server.issuer.build import build_fields
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Header, Incoming
from ostiary.server.issuer.refusal import refuse


async def attest(desk: Desk, incoming: Incoming) -> Answer:
    """Statements from one address are judged one after another, and after too many that did not hold not at once.
    Raises InvalidRequest, StoreUnavailable."""
    request = read_statement(incoming.header(b"content-type"), incoming.body)
    counter = hmac.digest(desk.pseudonym_key, b"statements " + household(incoming.peer).encode(), "sha256")
    async with desk.statements.of(counter):
        return await _answer(desk, incoming, request, counter)


async def _answer(desk: Desk, incoming: Incoming, request: Statement, counter: bytes) -> Answer:
    now = desk.clock()
    told: tuple[Header, ...] = ()
    named = desk.registry.client(request.instance.client)
    try:
        vouching.require_no_delay(seconds_to_wait(await desk.store.failures((counter,)), now))
        disabled_at = None if named is None else await desk.store.client_disabled_at(named.id)
        app = flows.asking(desk.registry, request, disabled_at, incoming.peer, incoming.gateway)
        told = build_fields(incoming, app.client, now)
        decided = await _decide(desk, app, request, now)
        outcome = await desk.store.commit(decided.plan)
        if isinstance(outcome, AlreadySpent):
            raise vouching.lost(outcome.spend)
    except Refusal as error:
        failed = (CountFailure(counter, now, Counted.STATEMENTS),) if isinstance(error, InvalidAttestation) else ()
        refused = await refuse(desk, incoming, incoming.path, error, None if named is None else named.id, Plan(failed))
        return refused.adding(told)
    return _vouched(desk, decided.answer, now).adding(told)


async def _decide(desk: Desk, app: App, request: Statement, now: float) -> Decided[Vouched]:
    """Raises InvalidAttestation."""
    challenge = require_challenge(request.instance.challenge, desk.challenge_key, now)
    match request:
        case AndroidChain():
            return flows.android_attestation(desk.registry, app, request, challenge, now)
        case AndroidSignature():
            key = await desk.store.attested_key(own_key_name(request.instance))
            return flows.android_signature(desk.registry, app, request, key, challenge, now)
        case AppleStatement(is_first=True):
            return flows.apple_attestation(desk.registry, app, request, challenge, now)
        case AppleStatement():
            key = await desk.store.attested_key(key_name(request.key_id))
            return flows.apple_assertion(desk.registry, app, request, key, challenge, now)
        case _:
            assert_never(request)


def _vouched(desk: Desk, vouched: Vouched, now: float) -> Answer:
    """The attestation as the instance sends it from now on."""
    jwt = sign(vouched.claims, desk.keys.at(now).signing, ATTESTATION)
    body = orjson.dumps({"client_attestation": jwt, "expires_in": vouched.seconds})
    return Answer(200, (JSON, NO_STORE), body)
