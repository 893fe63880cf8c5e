"""The challenge endpoint (draft-ietf-oauth-attestation-based-client-auth-11 section 6.3): what the next proof of an
app's instance has to say, be it one of its own or a DPoP proof."""

import orjson

from ostiary.server.issuer.desk import Desk
from ostiary.server.issuer.http import JSON, NO_STORE, Answer, Incoming


async def challenge(desk: Desk, incoming: Incoming) -> Answer:
    """The same for everyone; it is asked for without a body."""
    newest = desk.proofs.nonces.newest(desk.clock())
    body = orjson.dumps({"attestation_challenge": newest})
    return Answer(200, (JSON, NO_STORE, (b"dpop-nonce", newest.encode())), body)
