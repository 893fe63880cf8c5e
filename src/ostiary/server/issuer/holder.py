"""The key that a request at an endpoint of the issuer shows to hold (RFC 9449 section 5)."""

from ostiary.issuer.holder import Holder, require_proof
from ostiary.keys.dpop import Request
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import Header, Incoming


def shown_holder(
    desk: Desk, incoming: Incoming, now: float, token: str | None = None
) -> tuple[Holder | None, tuple[Header, ...]]:
    """None where the request brings no proof; and the nonce for the next one, where it is time. `token`: the digest of
    the access token that comes with it. Raises InvalidProof, NonceNeeded, TemporarilyUnavailable."""
    proof = incoming.header(b"dpop")
    if proof is None:
        return None, ()
    request = Request(incoming.method, desk.registry.issuer + incoming.path, token)
    holder, ageing = require_proof(desk.proofs, proof, request, now)
    return holder, ((b"dpop-nonce", desk.proofs.nonces.newest(now).encode()),) if ageing else ()
