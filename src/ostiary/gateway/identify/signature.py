"""`Signature` and `Signature-Input`: a request that its client has signed, and that comes the first time (RFC 9421).

The checks are in `signature_checks`; `_proven` names them in their order.
"""

from typing import Final

from ostiary.contract.model import Contract
from ostiary.gateway.decision import Asked, Check
from ostiary.gateway.identify import signature_checks as checks
from ostiary.gateway.identify.itself import seen_of_client
from ostiary.gateway.identify.signers import Signer
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.remembered import Seen
from ostiary.http.signature_base import Site, site_of
from ostiary.http.signature_form import Forms
from ostiary.keys.replays import Replays
from ostiary.model.errors import InvalidSignature, Refusal
from ostiary.model.ids import TokenId
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

MARK: Final = b"\0S"


def serves(contract: Contract) -> bool:
    """Whether a client signs its requests."""
    return any(client.signature is not None for client in contract.clients.values())


def find(asked: Asked, trust: Trust) -> bytes | None:
    """The `keyid` that is stated. It only says whose key to take; the field is read and proven by `_proven`."""
    stated = asked.head.fields.get(b"signature-input")
    return None if stated is None else MARK + stated.partition(b';keyid="')[2].partition(b'"')[0]


def asks(asked: Asked, trust: Trust) -> bytes:
    """How to sign, for who did not."""
    return checks.asks(asked.head, [signer.rule for signer in trust.signers.values()])


def signed(credential: bytes, asked: Asked, trust: Trust) -> Seen:
    """Who signs with this key. Raises InvalidSignature(SIGNATURE_KEY_UNKNOWN)."""
    signer = trust.signers.get(credential[len(MARK) :].decode("latin-1"))
    if signer is None:
        asked.adds += asks(asked, trust)
        raise InvalidSignature(Reason.SIGNATURE_KEY_UNKNOWN)
    prove = _proven(signer, site_of(trust.origin), trust.proofs.replays)
    return seen_of_client(signer.client, Binding.SIGNATURE, TokenId(f"keyid {signer.key.id}"), trust, prove=prove)


def _proven(signer: Signer, site: Site, replays: Replays) -> Check:
    """The request is as it was signed (section 3.2). Its nonce is used up last, so that nobody else can use it up.
    Where that fails it is nobody's: everybody can name a key."""
    key, rule, forms = signer.key, signer.rule, Forms()

    def check(asked: Asked) -> Refusal | None:
        head, now = asked.head, asked.now
        try:
            signature_input = head.fields[b"signature-input"]
            stated = forms.read(signature_input, head.fields.get(b"signature", b""))
            created, nonce = checks.require_parameters(stated, key, rule)
            checks.require_lately(created, stated.expires, rule, now)
            checks.require_covered(stated.coverage.names, head, rule)
            key.require(stated.signature, stated.coverage.base(head, site, stated.parameters), stated.algorithm)
            if not stated.formed:
                forms.add(signature_input, stated)
            asked.digest = checks.digest_of_content(stated.coverage.names, head)
            checks.require_first(key, nonce, created, rule, replays, now)
        except Refusal as refused:
            asked.seen = None
            asked.adds += checks.asks(head, (rule,), key.id)
            return refused
        return None

    return check
