"""A phone that is simulated: no demo has a real one. What it says has a real one's form, and a root of the demo's own
stands behind it, which the demo's contract names in place of Google's."""

import json
import secrets
import time
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ostiary.cli.demo.folder import ClientOfDemo
from ostiary.cli.demo.front_door import Answer, FrontDoor
from ostiary.cli.demo.prover import Prover
from ostiary.keys import base64url
from ostiary.keys.development_device import Said, attested
from ostiary.model import endpoints

PACKAGE: Final = b"com.example.pay"
SIGNER: Final = sha256(b"the certificate of whoever builds the app").digest()


class Phone:
    """With the app of one client."""

    def __init__(self, door: FrontDoor, known: ClientOfDemo) -> None:
        self._door = door
        self._known = known

    def vouched(self, prover: Prover, *, locked: bool = True) -> Answer:
        """Have the issuer vouch for an instance with this key."""
        said: dict[str, Any] = self._door.request("POST", endpoints.CHALLENGE).json()
        challenge = str(said["statement_challenge"])
        asked = {
            "client_id": self._known.client_id,
            "format": "android-key",
            "challenge": challenge,
            "key": dict(prover.members),
            "certificates": [base64url.encode(each) for each in self._chain(prover, challenge, locked)],
        }
        typed = {"content-type": "application/json"}
        return self._door.request("POST", endpoints.ATTEST, typed, json.dumps(asked).encode())

    def _chain(self, prover: Prover, challenge: str, locked: bool) -> tuple[bytes, bytes]:
        certificate, key = (
            Path(file or "").read_bytes() for file in (self._known.certificate, self._known.certificate_key)
        )
        said = Said(challenge.encode(), PACKAGE, SIGNER, locked)
        return attested(certificate, key, prover.members, said, int(time.time()), secrets.token_bytes)
