"""The key that a request at an endpoint of the issuer shows to hold (RFC 9449 section 5, RFC 8705 section 3)."""

from ostiary.issuer.holder import Holder, holder_of, require_proof
from ostiary.keys.dpop import IAT_WINDOW, Request
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Header, Incoming


def shown_holder(
    desk: Desk, incoming: Incoming, now: float, token: str | None = None, ahead: int = IAT_WINDOW
) -> tuple[Holder | None, tuple[Header, ...]]:
    """By the proof that the request brings, else by the certificate of its connection, if any; and the nonce for the
    next proof, where it is time. `token`: the digest of the access token that comes with it; `ahead`: seconds by which
    the client's clock may be ahead. Raises InvalidProof, NonceNeeded, TemporarilyUnavailable."""
    proof = incoming.header(b"dpop")
    if proof is None:
        return None if incoming.certificate is None else holder_of(incoming.certificate), ()
    request = Request(incoming.method, _origin(desk, incoming) + incoming.path, token, ahead)
    holder, ageing = require_proof(desk.proofs, proof, request, now)
    return holder, ((b"dpop-nonce", desk.proofs.nonces.newest(now).encode()),) if ageing else ()


def _origin(desk: Desk, incoming: Incoming) -> str:
    """As the client sees the listener that it came to."""
    gateway = None if incoming.gateway is None else desk.registry.contract.gateways.get(incoming.gateway)
    return desk.registry.issuer if gateway is None else gateway.origin
