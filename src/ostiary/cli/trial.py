"""A request tried without anything happening: the gateway's own pipeline judges its bytes, watched step by step. Only
the keys and the memory of limits are made up."""

import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Final

from ostiary.cli.trial_arrival import Arrival
from ostiary.cli.trial_cookie import of_page
from ostiary.cli.trial_old_way import in_old_way, last_way, with_old_secret
from ostiary.cli.trial_request import Request
from ostiary.cli.trial_signature import signed_fields, with_key
from ostiary.cli.trial_token import Visitor, token_claims
from ostiary.contract.model import LONGEST_API_KEY, ClientRule, Contract, SignatureRule
from ostiary.gateway import forward
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Allow, Asked, Load, Refuse, Reply
from ostiary.gateway.identify.api_key import FIELD
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.inspect import inspect
from ostiary.gateway.limits import SLOT_BYTES, Table
from ostiary.gateway.peer import peer_of
from ostiary.gateway.revocation import Revocations
from ostiary.gateway.watch import watched
from ostiary.issuer import access_token
from ostiary.issuer.client_authentication import require_enabled
from ostiary.issuer.holder import Holder, holder_of
from ostiary.keys import jwt
from ostiary.keys.api_key import AddApiKey, draw, keep
from ostiary.keys.dpop import Proofs, key_thumbprint, make_proof, token_digest
from ostiary.keys.dpop import Request as Proven
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.keys.nonces import Nonces
from ostiary.keys.replays import BLOCK_BYTES, Replays
from ostiary.model.errors import InvalidToken, OAuthError, Refusal, TooManyRequests
from ostiary.model.ids import RouteId
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

_SLOTS: Final = 256
_WEB_KEY: Final = b"trial"
_SIGNED: Final = "(signed by the gateway)"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and what it decided; `refusal` is None where it let the request pass."""

    stage: str
    says: str
    refusal: Refusal | OAuthError | None


@dataclass(slots=True)
class Trial:
    """What came of it."""

    arrival: Arrival
    steps: list[Step] = field(default_factory=list)
    token: Mapping[str, object] | None = None
    """The claims of the access token; None where the issuer gives none, or nobody asks for one."""
    route: RouteId | None = None
    answer: int | None = None
    """The status where the gateway answers OPTIONS itself."""
    upstream: bytes | None = None
    """The head that the upstream gets; None where the request does not get there."""
    identity: Mapping[str, object] | None = None
    """The claims of the JWT in it, where it has one."""

    @property
    def refusal(self) -> Refusal | OAuthError | None:
        """The one that ended it."""
        return self.steps[-1].refusal if self.steps else None

    def note(self, stage: str, says: str, refusal: Refusal | OAuthError | None) -> None:
        self.steps.append(Step(stage, says, refusal))

    def sign(self, claims: Mapping[str, object]) -> str:
        """In place of the gateway's key."""
        self.identity = claims
        return _SIGNED


def attempt(contract: Contract, request: Request, visitor: Visitor | None, arrival: Arrival) -> Trial:
    """Try it; `visitor` is None for a request without a token. Raises ValueError for an address that is none."""
    trial = Trial(arrival)
    if not _is_connected(contract, trial):
        return trial
    if visitor is None:
        _judge(_gateway(contract, SigningPrivateKey.generate(), trial), request, (), trial)
    elif visitor.client.signature is not None:
        _attempt_signed(contract, request, visitor, visitor.client.signature, trial)
    elif visitor.client.api_keys:
        _attempt_with_key(contract, request, visitor, trial)
    elif visitor.client.old_ways:
        _attempt_old_way(contract, request, visitor, trial)
    else:
        _attempt_with_token(contract, request, visitor, trial)
    return trial


def _is_connected(contract: Contract, trial: Trial) -> bool:
    """Noted where the listener asks for a certificate."""
    arrival = trial.arrival
    if arrival.listener is None or not arrival.listener.asks_certificate:
        return True
    refused = arrival.refusal(contract, time.time())
    trial.note("connect", "certificate", refused)
    return refused is None


def _attempt_with_token(contract: Contract, request: Request, visitor: Visitor, trial: Trial) -> None:
    key, now, arrival = SigningPrivateKey.generate(), time.time(), trial.arrival
    own = SigningPrivateKey.generate() if visitor.client.profile.binding is Binding.DPOP else None
    try:
        trial.token = token_claims(contract, visitor, request.address, arrival, now, _holder(own, arrival))
    except OAuthError as refused:
        trial.note("issue", "token", refused)
        return
    trial.note("issue", "token", None)
    credential, gateway = Credential(jwt.sign(trial.token, key, access_token.TYPE), own), _gateway(contract, key, trial)
    if visitor.client.is_handled:
        brings = of_page(gateway.trust, visitor.client, credential.token, request.headers, now)
    else:
        brings = credential.fields(request, arrival.origin(contract), gateway.trust.proofs, now)
    _judge(gateway, request, brings, trial)


def _holder(own: SigningPrivateKey | None, arrival: Arrival) -> Holder | None:
    """Who shows a key of its own is known by that, else by the connection's certificate."""
    if own is not None:
        return Holder(Binding.DPOP, key_thumbprint(own.public))
    return None if arrival.certificate is None else holder_of(arrival.certificate)


def _attempt_signed(contract: Contract, request: Request, visitor: Visitor, rule: SignatureRule, trial: Trial) -> None:
    """A client that signs its requests needs no token."""
    key, client = secrets.token_urlsafe(32), visitor.client
    if _is_enabled(visitor, trial):
        gateway = _gateway(with_key(contract, client, rule, key), SigningPrivateKey.generate(), trial)
        fields = signed_fields(client, rule, key, request, trial.arrival.origin(contract), time.time())
        _judge(gateway, request, tuple(fields.items()), trial)


def _attempt_with_key(contract: Contract, request: Request, visitor: Visitor, trial: Trial) -> None:
    """Nor does one with an API key, of which it is given one for this."""
    if _is_enabled(visitor, trial):
        gateway = _gateway(contract, SigningPrivateKey.generate(), trial)
        _judge(gateway, request, _api_key(gateway.trust, visitor.client, int(time.time())), trial)


def _attempt_old_way(contract: Contract, request: Request, visitor: Visitor, trial: Trial) -> None:
    """Nor does an old client, of whose ways the one is tried that is let in for longest."""
    client, secret = visitor.client, secrets.token_urlsafe(32)
    rule = last_way(client)
    if _is_enabled(visitor, trial):
        known = with_old_secret(contract, client, rule, secret)
        _judge(_gateway(known, SigningPrivateKey.generate(), trial), in_old_way(rule, secret, request), (), trial)


def _is_enabled(visitor: Visitor, trial: Trial) -> bool:
    """Noted where the client was revoked."""
    try:
        require_enabled(visitor.disabled_at)
    except OAuthError as refused:
        trial.note("identify", "client", refused)
        return False
    return True


@dataclass(frozen=True, slots=True)
class Credential:
    """A token, and the key that each request has to prove, if it is bound to one."""

    token: str = field(repr=False)
    key: SigningPrivateKey | None

    def fields(self, request: Request, origin: str, proofs: Proofs, now: float) -> Sequence[tuple[str, str]]:
        """What brings it."""
        if self.key is None:
            return (("authorization", f"Bearer {self.token}"),)
        about = Proven(request.method, origin + request.path.partition("?")[0], token_digest(self.token))
        proof = make_proof(self.key, about, proofs.nonces.newest(now), "trial", now)
        return (("authorization", f"DPoP {self.token}"), ("dpop", proof))


def _api_key(trust: Trust, client: ClientRule, now: int) -> Sequence[tuple[str, str]]:
    """What brings a key that the client has just been given."""
    secret = draw(secrets.token_bytes)
    [given] = keep(secret, client.id, frozenset(), (), now, LONGEST_API_KEY).writes
    assert isinstance(given, AddApiKey)
    trust.api_keys.adopt((given.key,))
    return ((FIELD.decode(), secret.reveal()),)


def _gateway(contract: Contract, key: SigningPrivateKey, trial: Trial) -> Gateway:
    revocations = Revocations()
    revocations.heard_at = time.monotonic_ns()
    listener, keys = trial.arrival.listener, KeySet.of([key.public])
    web = _WEB_KEY if listener is None else None
    trust = Trust.of(contract, keys, revocations, _proofs(), ApiKeys(), web, origin=trial.arrival.origin(contract))
    table = Table(memoryview(bytearray(_SLOTS * SLOT_BYTES)))
    known = Facts(trust, table, trial.sign, trusted=trial.arrival.trusted)
    return Gateway(contract, known, lambda route: watched(route, trial.note), listener)


def _proofs() -> Proofs:
    return Proofs(Nonces(b"trial"), Replays(memoryview(bytearray(BLOCK_BYTES)), (nullcontext(),), 0))


def _judge(gateway: Gateway, request: Request, credential: Sequence[tuple[str, str]], trial: Trial) -> None:
    """What a worker does with a request, up to the head that it would send on."""
    host = gateway.origin.partition("://")[2]
    try:
        head = gateway.parser.parse(_bytes(request, host, credential))
    except Refusal as refused:
        trial.note("parse", "HTTP", refused)
        return
    trial.note("parse", "HTTP", None)
    peer = replace(peer_of(request.address, host), certificate=trial.arrival.certificate)
    decision = gateway.decide(head, peer, time.time(), time.monotonic_ns())
    match decision:
        case Reply(status=status):
            trial.answer = status
        case Refuse(error=error, asked=None):
            trial.note("route", "route", error)
        case Refuse(error=error, asked=asked) if asked is not None:
            trial.route = asked.route.id
            if isinstance(error, TooManyRequests):
                trial.note("limit", "limit", error)
        case Load(asked=asked):
            trial.route = asked.route.id
            trial.note("identify", "token", InvalidToken(Reason.WEB_SESSION_ENDED))
        case Allow(asked=asked):
            trial.route = asked.route.id
            trial.note("limit", "limit", None)
            _send(asked, request.body, trial)


def _send(asked: Asked, body: bytes, trial: Trial) -> None:
    """Rules that read the body, and the head for the upstream."""
    if asked.digest is not None:
        asked.digest.feed(body)
    if asked.route.inspect or asked.digest is not None:
        before, refusal = len(trial.steps), inspect(asked, body)
        if refusal is not None and len(trial.steps) == before:
            trial.note("inspect", "body", refusal)
        if refusal is not None:
            return
    trial.upstream = asked.route.forward(asked, b"", forward.frame(asked.head.length))


def _bytes(request: Request, host: str, credential: Sequence[tuple[str, str]]) -> bytes:
    """As a client would send it."""
    fields = [("host", host), *request.headers, *credential]
    if request.body:
        fields.append(("content-length", str(len(request.body))))
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    return "\r\n".join(lines).encode()
