"""A token that is bound to a certificate or to a key, at the issuer's own resource (RFC 8705 section 3, RFC 9449
section 7.1)."""

import pytest

from ostiary.issuer.access_token import AccessToken
from ostiary.issuer.bearer import require_bound_as_brought
from ostiary.issuer.holder import Holder
from ostiary.model.errors import BEARER, DPOP, InvalidDpopProof, InvalidToken, TokenRefused
from ostiary.model.ids import ClientId, Scope, Subject, Thumbprint, TokenId
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

OWN, OTHER = Thumbprint("o" * 43), Thumbprint("x" * 43)
CERTIFICATE, KEY = Holder(Binding.MTLS, OWN), Holder(Binding.DPOP, OWN)


def token(confirmed: object) -> AccessToken:
    """`confirmed`: its `cnf`; None leaves it out."""
    return AccessToken(
        id=TokenId("t"),
        client=ClientId("bank"),
        subject=Subject("ada"),
        scopes=frozenset({Scope("openid")}),
        roles=(),
        issued_at=0,
        expires_at=1,
        grant=None,
        session=None,
        audiences=(),
        api_key=None,
        claims={} if confirmed is None else {"cnf": confirmed},
    )


@pytest.mark.parametrize(
    ("scheme", "confirmed", "holder"),
    [
        (BEARER, None, None),
        (BEARER, None, CERTIFICATE),
        (BEARER, CERTIFICATE.confirmation, CERTIFICATE),
        (DPOP, KEY.confirmation, KEY),
    ],
)
def test_a_token_is_taken_from_who_holds_what_it_is_bound_to(
    scheme: str, confirmed: object, holder: Holder | None
) -> None:
    require_bound_as_brought(scheme, token(confirmed), holder)


@pytest.mark.parametrize(
    ("scheme", "confirmed", "holder", "error", "reason"),
    [
        (BEARER, CERTIFICATE.confirmation, None, InvalidToken, Reason.CERTIFICATE_MISSING),
        (BEARER, CERTIFICATE.confirmation, KEY, InvalidToken, Reason.CERTIFICATE_MISSING),
        (BEARER, CERTIFICATE.confirmation, Holder(Binding.MTLS, OTHER), InvalidToken, Reason.CERTIFICATE_NOT_BOUND),
        (BEARER, {**CERTIFICATE.confirmation, "jkt": OWN}, CERTIFICATE, InvalidToken, Reason.CERTIFICATE_NOT_BOUND),
        (BEARER, KEY.confirmation, None, InvalidToken, Reason.BINDING_TOO_WEAK),
        (BEARER, KEY.confirmation, KEY, InvalidToken, Reason.BINDING_TOO_WEAK),
        (BEARER, "x5t#S256", CERTIFICATE, InvalidToken, Reason.BINDING_TOO_WEAK),
        (DPOP, KEY.confirmation, None, InvalidDpopProof, Reason.PROOF_MISSING),
        (DPOP, KEY.confirmation, CERTIFICATE, InvalidDpopProof, Reason.PROOF_MISSING),
        (DPOP, CERTIFICATE.confirmation, CERTIFICATE, InvalidDpopProof, Reason.PROOF_MISSING),
        (DPOP, CERTIFICATE.confirmation, KEY, InvalidDpopProof, Reason.PROOF_KEY),
        (DPOP, KEY.confirmation, Holder(Binding.DPOP, OTHER), InvalidDpopProof, Reason.PROOF_KEY),
        (DPOP, None, KEY, InvalidDpopProof, Reason.PROOF_KEY),
    ],
)
def test_a_token_is_refused_from_anybody_else_and_by_any_other_scheme(
    scheme: str, confirmed: object, holder: Holder | None, error: type[TokenRefused], reason: Reason
) -> None:
    with pytest.raises(error) as refused:
        require_bound_as_brought(scheme, token(confirmed), holder)
    assert refused.value.reason is reason
