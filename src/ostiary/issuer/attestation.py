"""attest_jwt_client_auth: an instance of an app proves that an attester vouches for it, and that it holds the key that
was vouched for (draft-ietf-oauth-attestation-based-client-auth-11).

The proof is one of its own, or the DPoP proof of the request (section 5.2). Where both come they are by one key: the
text leaves that open, and here tokens are only ever bound to a key that is vouched for.
"""

from typing import Final

from ostiary.contract.model import ClientRule
from ostiary.issuer.holder import Holder
from ostiary.issuer.registry import Registry
from ostiary.keys.attestation import Attestation, InstanceProof, attestation_of, instance_proof_of
from ostiary.keys.dpop import Proofs
from ostiary.keys.keyset import KeySet
from ostiary.keys.nonces import end_of
from ostiary.keys.replays import Use
from ostiary.model.errors import InvalidClient, TemporarilyUnavailable, UseAttestationChallenge, UseFreshAttestation
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

CLOCKS_APART: Final = 10
"""Seconds by which an attester's or an app's clock may be ahead."""
PROOF_WINDOW: Final = 300
"""Seconds by which an app's clock may be off. The challenge tells the age; this only bounds what it can prepare."""
LONGEST_JTI: Final = 256


@frozen
class Attester:
    """Who vouches for the instances of a client, and how old that may be in seconds."""

    keys: KeySet
    max_age: int


def attester_of(client: ClientRule, registry: Registry, own: KeySet) -> Attester:
    """The one that the contract names, or the issuer itself, with its `own` keys. Raises InvalidClient."""
    if client.attest is not None:
        return Attester(own, client.attest.lifetime)
    keys = registry.attesters.get(client.attester or "")
    if keys is None:
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)
    return Attester(keys, registry.contract.attesters[client.attester or ""].max_age)


def require_attested(
    attestation: Secret,
    proof: Secret | None,
    shown: Holder | None,
    client: ClientRule,
    attester: Attester,
    registry: Registry,
    proofs: Proofs,
    now: float,
) -> Holder:
    """The instance's key, which tokens are bound to. `shown`: by the DPoP proof of the request, if any.

    Raises InvalidClient, UseFreshAttestation, UseAttestationChallenge, TemporarilyUnavailable.
    """
    vouched = require_vouched(attestation, client, attester)
    require_fresh(vouched, attester, now)
    require_same_key(vouched, shown)
    if proof is not None:
        stated = instance_proof_of(proof.reveal(), vouched.key)
        require_for_us(stated, registry, now)
        require_challenge(stated, proofs, now)
        require_first_use(stated, vouched, proofs, now)
    elif shown is None or shown.binding is not Binding.DPOP:
        raise InvalidClient(Reason.ATTESTATION_PROOF)
    return Holder(Binding.DPOP, vouched.thumbprint)


def require_vouched(attestation: Secret, client: ClientRule, attester: Attester) -> Attestation:
    """By the client's attester, about this client (section 7.1). Raises InvalidClient."""
    vouched = attestation_of(attestation.reveal(), attester.keys)
    if vouched.subject != client.id:
        raise InvalidClient(Reason.ATTESTATION_OF_ANOTHER_CLIENT)
    return vouched


def require_fresh(vouched: Attestation, attester: Attester, now: float) -> None:
    """Raise UseFreshAttestation for one that has ended, or is older than the contract takes; InvalidClient for one of
    the future (sections 7.1 and 7.4)."""
    oldest = now - attester.max_age
    if vouched.expires_at <= now or vouched.issued_at < oldest:
        raise UseFreshAttestation(Reason.ATTESTATION_OLD)
    if max(vouched.issued_at, vouched.not_before or 0) > now + CLOCKS_APART:
        raise InvalidClient(Reason.ATTESTATION_INVALID)


def require_same_key(vouched: Attestation, shown: Holder | None) -> None:
    """Raise InvalidClient where the request shows to hold another key (section 7.3)."""
    if shown is not None and shown.binding is Binding.DPOP and shown.thumbprint != vouched.thumbprint:
        raise InvalidClient(Reason.ATTESTATION_KEY)


def require_for_us(stated: InstanceProof, registry: Registry, now: float) -> None:
    """Raise InvalidClient unless the proof is for this issuer, and of now (section 7.2). It may also say itself when it
    begins and ends (RFC 7519 sections 4.1.4 and 4.1.5)."""
    if stated.audience != registry.issuer or not 0 < len(stated.id) <= LONGEST_JTI:
        raise InvalidClient(Reason.ATTESTATION_PROOF)
    begins = stated.issued_at if stated.not_before is None else max(stated.issued_at, stated.not_before)
    ends = stated.issued_at if stated.expires_at is None else min(stated.issued_at, stated.expires_at)
    if not begins - PROOF_WINDOW <= now <= ends + PROOF_WINDOW:
        raise InvalidClient(Reason.ATTESTATION_PROOF)


def require_challenge(stated: InstanceProof, proofs: Proofs, now: float) -> None:
    """Raise UseAttestationChallenge unless it has one that was given out lately (sections 6.1 and 7.2)."""
    if stated.challenge is None or not proofs.nonces.takes(stated.challenge, now):
        raise UseAttestationChallenge(Reason.ATTESTATION_CHALLENGE, proofs.nonces.newest(now))


def require_first_use(stated: InstanceProof, vouched: Attestation, proofs: Proofs, now: float) -> None:
    """Raise InvalidClient where the proof came before (section 12.1). Its challenge ends before the memory of it."""
    match proofs.replays.use(("attestation", vouched.thumbprint, stated.id), end_of(now), now):
        case Use.AGAIN:
            raise InvalidClient(Reason.ATTESTATION_REPLAYED)
        case Use.NO_ROOM:
            raise TemporarilyUnavailable(Reason.PROOF_MEMORY_FULL)
