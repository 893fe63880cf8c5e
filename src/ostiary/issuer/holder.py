"""Who asks has shown to hold a key: tokens are bound to it, and are worth nothing without it (RFC 9449, RFC 8705)."""

from typing import Final

from ostiary.contract.model import ClientAuth, ClientRule
from ostiary.issuer.form import Parameters
from ostiary.keys.certificate import ClientCertificate
from ostiary.keys.dpop import ProofRefused, Proofs, Request
from ostiary.model.errors import InvalidGrant, InvalidProof, InvalidRequest, NonceNeeded, TemporarilyUnavailable
from ostiary.model.frozen import frozen
from ostiary.model.ids import Thumbprint
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

THUMBPRINT_LENGTH: Final = 43
"""Of a SHA-256 in base64url."""
_NEEDED: Final = {Binding.DPOP: "DPoP", Binding.MTLS: "client certificate"}
"""What shows the key that a profile wants."""


@frozen
class Holder:
    """`binding`: DPOP or MTLS. Only what has checked a proof makes one."""

    binding: Binding
    thumbprint: Thumbprint

    @property
    def confirmation(self) -> dict[str, str]:
        """`cnf` of tokens that are bound to the key (RFC 9449 section 6.1, RFC 8705 section 3.1)."""
        return {"jkt" if self.binding is Binding.DPOP else "x5t#S256": self.thumbprint}


def require_proof(proofs: Proofs, proof: bytes, request: Request, now: float) -> tuple[Holder, bool]:
    """Whose proof it is, and whether its nonce is soon too old. Raises InvalidProof, NonceNeeded (RFC 9449 sections 5
    and 8), TemporarilyUnavailable."""
    try:
        thumbprint, ageing = proofs.require(proof, request, now)
    except ProofRefused as refused:
        match refused.reason:
            case Reason.PROOF_NONCE:
                raise NonceNeeded(refused.reason, proofs.nonces.newest(now)) from None
            case Reason.PROOF_MEMORY_FULL:
                raise TemporarilyUnavailable(refused.reason) from None
        raise InvalidProof(refused.reason) from None
    return Holder(Binding.DPOP, thumbprint), ageing


def holder_of(certificate: ClientCertificate) -> Holder:
    """Who holds the certificate's key: the handshake has proven it (RFC 8705 section 3)."""
    return Holder(Binding.MTLS, certificate.thumbprint)


def require_key(client: ClientRule, holder: Holder | None) -> None:
    """Raise InvalidRequest where the client's profile binds tokens to a key and none, or a weaker one, was shown: a
    token without it would be a downgrade (RFC 9449 section 5.2, RFC 8705 section 3). No proof is invalid that is not
    there, and which of both ways was meant is not known."""
    shown = Binding.BEARER if holder is None else holder.binding
    needed = _NEEDED.get(client.profile.binding)
    if needed is not None and shown < client.profile.binding:
        raise InvalidRequest(Reason.PROOF_REQUIRED, needed)


def require_key_of_request(key: Thumbprint | None, holder: Holder | None) -> None:
    """Raise InvalidGrant unless the key is the one that the authorization request named (RFC 9449 section 10)."""
    if key is not None and (holder is None or holder.thumbprint != key):
        raise InvalidGrant(Reason.PROOF_KEY)


def require_named_key(parameters: Parameters) -> Thumbprint | None:
    """`dpop_jkt` of an authorization request. Raises InvalidRequest for what is no thumbprint (section 10)."""
    named = parameters.get("dpop_jkt")
    if named is None:
        return None
    if len(named) != THUMBPRINT_LENGTH:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "dpop_jkt")
    return Thumbprint(named)


def key_of_family(client: ClientRule, holder: Holder | None) -> Thumbprint | None:
    """What a refresh token is bound to: of a client that cannot prove itself, its key (section 5); of one that proves
    its instance, the instance's (draft-ietf-oauth-attestation-based-client-auth-11 section 10.3)."""
    of_key = client.auth_method in (ClientAuth.NONE, ClientAuth.ATTESTATION)
    return holder.thumbprint if holder is not None and of_key else None
