"""`Authorization: DPoP`: a token bound to a key, and with each request a proof by that key (RFC 9449 section 7)."""

from ostiary.gateway.decision import Asked, Check
from ostiary.gateway.identify.access_token import client_of, seen_of, verified
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.dpop import ProofRefused, Proofs, Request, token_digest
from ostiary.model.errors import InvalidDpopProof, InvalidToken, Refusal, ServiceUnavailable, UseDpopNonce
from ostiary.model.ids import Thumbprint
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

NONCE = "dpop-nonce: {}\r\n"


def dpop(token: bytes, asked: Asked, trust: Trust) -> Seen:
    """An access token that is bound to a key. Raises InvalidToken."""
    claims = verified(token, trust, asked.now)
    client = client_of(claims, trust)
    holder = _holder(claims)
    if client.profile.binding > Binding.DPOP:
        raise InvalidToken(Reason.BINDING_TOO_WEAK)
    seen = seen_of(claims, client, Binding.DPOP, trust)
    seen.prove = _proven(holder, token_digest(token), trust.origin, trust.proofs)
    return seen


def _holder(claims: VerifiedClaims) -> Thumbprint:
    """The key that the token is bound to (section 6.1). Raises InvalidToken."""
    confirmed = claims.values.get("cnf")
    holder = confirmed.get("jkt") if isinstance(confirmed, dict) else None
    if not isinstance(holder, str):
        raise InvalidToken(Reason.PROOF_KEY)
    return Thumbprint(holder)


def _proven(holder: Thumbprint, token: str, origin: str, proofs: Proofs) -> Check:
    """The request proves possession of that key, in the one proof that it brings (section 7.1)."""

    def check(asked: Asked) -> Refusal | None:
        head, now = asked.head, asked.now
        proof = head.fields.get(b"dpop")
        if proof is None:
            return InvalidDpopProof(Reason.PROOF_MISSING)
        request = Request(head.method.decode("latin-1"), origin + head.path.decode("latin-1"), token)
        try:
            shown, ageing = proofs.require(proof, request, now)
        except ProofRefused as refused:
            return _refused(refused.reason, now, proofs)
        if ageing:
            asked.adds += NONCE.format(proofs.nonces.newest(now)).encode()
        return None if shown == holder else InvalidDpopProof(Reason.PROOF_KEY)

    return check


def _refused(reason: Reason, now: float, proofs: Proofs) -> Refusal:
    """With the nonce to use, where that is what is missing (section 9)."""
    match reason:
        case Reason.PROOF_NONCE:
            return UseDpopNonce(reason, proofs.nonces.newest(now))
        case Reason.PROOF_MEMORY_FULL:
            return ServiceUnavailable(reason)
    return InvalidDpopProof(reason)
