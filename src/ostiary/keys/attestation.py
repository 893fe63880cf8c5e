"""A client attestation and the proof that goes with it: form and signatures
(draft-ietf-oauth-attestation-based-client-auth-11 sections 4 and 5.1).

Whom it names, for whom and when, and whether the proof came before, the issuer checks.
"""

from collections.abc import Mapping
from typing import Final

from ostiary.keys.jwk import JwkInvalid, VerificationKey, parse_public, thumbprint
from ostiary.keys.jwt import verify
from ostiary.keys.keyset import KeySet
from ostiary.model.errors import InvalidClient, InvalidToken
from ostiary.model.frozen import frozen
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason

ATTESTATION: Final = "oauth-client-attestation+jwt"
PROOF: Final = "oauth-client-attestation-pop+jwt"


@frozen
class Attestation:
    """Signed by an attester whose keys were given. Times are whole seconds since the epoch."""

    subject: str
    issued_at: int
    expires_at: int
    not_before: int | None
    key: VerificationKey
    """Of the app's instance."""
    thumbprint: Thumbprint


@frozen
class InstanceProof:
    """Signed by the key of an attestation."""

    audience: str
    id: str
    issued_at: int
    not_before: int | None
    expires_at: int | None
    challenge: str | None


def attestation_of(jwt: str, keys: KeySet) -> Attestation:
    """Raise InvalidClient(ATTESTATION_INVALID) where form, type, signature or the key in it do not hold."""
    try:
        claims = verify(jwt, keys, ATTESTATION)
        key = parse_public(_instance_key(claims.values.get("cnf")))
        return Attestation(
            subject=claims.text("sub"),
            issued_at=claims.date("iat"),
            expires_at=claims.date("exp"),
            not_before=claims.date_or_none("nbf"),
            key=key,
            thumbprint=Thumbprint(thumbprint(key.members)),
        )
    except (InvalidToken, JwkInvalid):
        raise InvalidClient(Reason.ATTESTATION_INVALID) from None


def _instance_key(confirmed: object) -> Mapping[str, object]:
    """`cnf` names one key, as `jwk` (RFC 7800 section 3.2). Raises JwkInvalid."""
    jwk = confirmed.get("jwk") if isinstance(confirmed, dict) and confirmed.keys() == {"jwk"} else None
    if not isinstance(jwk, dict):
        raise JwkInvalid("there is no cnf with one jwk")
    return jwk


def instance_proof_of(jwt: str, key: VerificationKey) -> InstanceProof:
    """Raise InvalidClient(ATTESTATION_PROOF) where form, type or signature do not hold."""
    try:
        claims = verify(jwt, KeySet.of((key,)), PROOF)
        return InstanceProof(
            audience=claims.text("aud"),
            id=claims.text("jti"),
            issued_at=claims.date("iat"),
            not_before=claims.date_or_none("nbf"),
            expires_at=claims.date_or_none("exp"),
            challenge=claims.text_or_none("challenge"),
        )
    except InvalidToken:
        raise InvalidClient(Reason.ATTESTATION_PROOF) from None
