"""The challenge endpoint (draft-ietf-oauth-attestation-based-client-auth-11 section 6.3): what the next proof of an
app's instance has to say, be it one of its own or a DPoP proof."""

import orjson

from ostiary.issuer.statement_challenge import new_challenge
from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming


async def challenge(desk: Desk, incoming: Incoming) -> Answer:
    """Asked for without a body. The first is the same for everyone; the second, what a device's statement has to be
    about, is not (where the issuer vouches for instances itself)."""
    now = desk.clock()
    newest, told = desk.proofs.nonces.newest(now), {}
    if any(client.attest is not None for client in desk.registry.contract.clients.values()):
        told = {"statement_challenge": new_challenge(desk.challenge_key, now, desk.fresh)}
    body = orjson.dumps({"attestation_challenge": newest, **told})
    return Answer(200, (JSON, NO_STORE, (b"dpop-nonce", newest.encode())), body)
