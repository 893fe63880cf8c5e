"""What a trial comes to: the gateway's own pipeline, with keys and a memory of limits that are made up, judges the
bytes, and each step is noted."""

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Final

from ostiary.cli.trial_arrival import Arrival
from ostiary.cli.trial_request import Request
from ostiary.contract.model import Contract
from ostiary.gateway import forward
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.decision import Allow, Asked, Load, Refuse, Reply
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.inspect import inspect
from ostiary.gateway.limits import SLOT_BYTES, Table
from ostiary.gateway.peer import peer_of
from ostiary.gateway.revocation import Revocations
from ostiary.gateway.watch import watched
from ostiary.keys.dpop import Proofs
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.keyset import KeySet
from ostiary.keys.nonces import Nonces
from ostiary.keys.replays import BLOCK_BYTES, Replays
from ostiary.model.errors import InvalidToken, OAuthError, Refusal, TooManyRequests
from ostiary.model.frozen import frozen
from ostiary.model.ids import RouteId
from ostiary.model.reasons import Reason

_SLOTS: Final = 256
_WEB_KEY: Final = b"trial"
_SIGNED: Final = "(signed by the gateway)"


@frozen
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


def made_up_gateway(contract: Contract, key: SigningPrivateKey, trial: Trial) -> Gateway:
    """Watched by the trial. `key`: the one that signs access tokens."""
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


def judge(gateway: Gateway, request: Request, credential: Sequence[tuple[str, str]], trial: Trial) -> None:
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
