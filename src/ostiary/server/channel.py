"""What the supervisor and its children say to each other, over a socket pair that each child inherits.

The pair is also how a child notices that its supervisor is gone: the end of the stream means drain and leave.
"""

import asyncio
import pickle  # both ends are this program: an inherited socket pair, never the network or a file
import struct
from typing import Final

from ostiary.contract.model import Contract, TlsFiles
from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName, Secret

_LENGTH: Final = struct.Struct("!I")


@frozen
class CertificatesTaken:
    """Which client certificates a listener takes, beside those that clients register. Absolute paths."""

    authorities: str | None
    revoked: tuple[str, ...]
    required: bool


@frozen
class Listener:
    """Where a worker listens."""

    host: str
    port: int
    tls: TlsFiles | None
    """None: plain HTTP."""
    gateway: GatewayName | None = None
    """None: the door itself."""
    taken: CertificatesTaken | None = None
    """None: clients are not asked for a certificate."""


@frozen
class Setup:
    """The first message: all that a child needs. File descriptors are the child's own numbers."""

    number: int
    """Of the worker, from 0."""
    contract: Contract
    master_key: Secret
    """32 bytes in base64url."""
    store: Secret
    """What `open_store` takes; a URL may hold a password."""
    issuer_socket: str
    listeners: tuple[Listener, ...]
    memory: dict[str, int]
    """Shared memory by name: `limits`, `metrics`."""


@frozen
class Ready:
    """The child serves."""


@frozen
class Prepare:
    """Make everything ready for this contract, and go on with the old one. `listeners`: None where their files stay as
    they are."""

    contract: Contract
    listeners: tuple[Listener, ...] | None = None


@frozen
class Prepared:
    """Nothing can fail any more when Adopt comes."""


@frozen
class Unfit:
    """The child cannot serve under the contract that it was asked to prepare."""

    why: str


@frozen
class Adopt:
    """Serve under the prepared contract from the next request on."""


@frozen
class Drain:
    """Take nothing new, finish what runs, leave."""


Message = Setup | Ready | Prepare | Prepared | Unfit | Adopt | Drain


def pack(message: Message) -> bytes:
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


async def receive(reader: asyncio.StreamReader) -> Message | None:
    """The next message, or None where the other side is gone."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        message: Message = pickle.loads(await reader.readexactly(length))  # noqa: S301  # see the import
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return message
