"""A request tried without anything happening: what its client would bring is made up, and then judged."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import field

from ostiary.cli.trial_arrival import Arrival
from ostiary.cli.trial_cookie import of_page
from ostiary.cli.trial_judged import Trial, judge, made_up_gateway
from ostiary.cli.trial_old_way import in_old_way, last_way, with_old_secret
from ostiary.cli.trial_request import Request
from ostiary.cli.trial_signature import signed_fields, with_key
from ostiary.cli.trial_token import Visitor, token_claims
from ostiary.contract.model import LONGEST_API_KEY, ClientRule, Contract, SignatureRule
from ostiary.gateway.identify.api_key import FIELD
from ostiary.gateway.identify.trust import Trust
from ostiary.issuer import access_token
from ostiary.issuer.client_authentication import require_enabled
from ostiary.issuer.holder import Holder, holder_of
from ostiary.keys import jwt
from ostiary.keys.api_key import AddApiKey, draw, keep
from ostiary.keys.dpop import Proofs, key_thumbprint, make_proof, token_digest
from ostiary.keys.dpop import Request as Proven
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.errors import OAuthError
from ostiary.model.frozen import frozen
from ostiary.model.principal import Binding


def attempt(contract: Contract, request: Request, visitor: Visitor | None, arrival: Arrival) -> Trial:
    """Try it; `visitor` is None for a request without a token. Raises ValueError for an address that is none."""
    trial = Trial(arrival)
    if not _is_connected(contract, trial):
        return trial
    if visitor is None:
        judge(made_up_gateway(contract, SigningPrivateKey.generate(), trial), request, (), trial)
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
    credential, gateway = (
        Credential(jwt.sign(trial.token, key, access_token.TYPE), own),
        made_up_gateway(contract, key, trial),
    )
    if visitor.client.is_handled:
        brings = of_page(gateway.trust, visitor.client, credential.token, request.headers, now)
    else:
        brings = credential.fields(request, arrival.origin(contract), gateway.trust.proofs, now)
    judge(gateway, request, brings, trial)


def _holder(own: SigningPrivateKey | None, arrival: Arrival) -> Holder | None:
    """Who shows a key of its own is known by that, else by the connection's certificate."""
    if own is not None:
        return Holder(Binding.DPOP, key_thumbprint(own.public))
    return None if arrival.certificate is None else holder_of(arrival.certificate)


def _attempt_signed(contract: Contract, request: Request, visitor: Visitor, rule: SignatureRule, trial: Trial) -> None:
    """A client that signs its requests needs no token."""
    key, client = secrets.token_urlsafe(32), visitor.client
    if _is_enabled(visitor, trial):
        gateway = made_up_gateway(with_key(contract, client, rule, key), SigningPrivateKey.generate(), trial)
        fields = signed_fields(client, rule, key, request, trial.arrival.origin(contract), time.time())
        judge(gateway, request, tuple(fields.items()), trial)


def _attempt_with_key(contract: Contract, request: Request, visitor: Visitor, trial: Trial) -> None:
    """Nor does one with an API key, of which it is given one for this."""
    if _is_enabled(visitor, trial):
        gateway = made_up_gateway(contract, SigningPrivateKey.generate(), trial)
        judge(gateway, request, _api_key(gateway.trust, visitor.client, int(time.time())), trial)


def _attempt_old_way(contract: Contract, request: Request, visitor: Visitor, trial: Trial) -> None:
    """Nor does an old client, of whose ways the one is tried that is let in for longest."""
    client, secret = visitor.client, secrets.token_urlsafe(32)
    rule = last_way(client)
    if _is_enabled(visitor, trial):
        known = with_old_secret(contract, client, rule, secret)
        judge(made_up_gateway(known, SigningPrivateKey.generate(), trial), in_old_way(rule, secret, request), (), trial)


def _is_enabled(visitor: Visitor, trial: Trial) -> bool:
    """Noted where the client was revoked."""
    try:
        require_enabled(visitor.disabled_at)
    except OAuthError as refused:
        trial.note("identify", "client", refused)
        return False
    return True


@frozen
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
