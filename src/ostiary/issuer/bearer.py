"""The access token of a request to the issuer's own resource, userinfo (RFC 6750 section 2, RFC 9449 section 7)."""

from dataclasses import field

from ostiary.issuer.access_token import AccessToken
from ostiary.issuer.form import Parameters
from ostiary.issuer.holder import Holder
from ostiary.model.errors import BEARER, DPOP, InvalidDpopProof, InvalidRequest, InvalidToken, MissingToken
from ostiary.model.frozen import frozen
from ostiary.model.principal import Binding
from ostiary.model.reasons import Reason

_SCHEMES = {BEARER.lower().encode(): BEARER, DPOP.lower().encode(): DPOP}


@frozen
class Brought:
    """A token, and the scheme by which it came."""

    scheme: str
    token: str = field(repr=False)


def read_token(authorization: bytes | None, form: Parameters, query: Parameters) -> Brought:
    """The one token, from the header (RFC 6750 section 2.1) or the form (section 2.2). Never from the query (section
    2.3).

    Raises MissingToken for none, InvalidRequest for more than one or one in the query.
    """
    if "access_token" in query or (authorization is not None and "access_token" in form):
        raise InvalidRequest(Reason.TOKEN_REPEATED)
    if authorization is None:
        return _from_form(form)
    scheme, _, token = authorization.partition(b" ")
    known = _SCHEMES.get(scheme.lower())
    if known is None or not token:
        raise MissingToken(Reason.TOKEN_MISSING)
    return Brought(known, token.strip().decode("latin-1"))


def _from_form(form: Parameters) -> Brought:
    if "access_token" not in form:
        raise MissingToken(Reason.TOKEN_MISSING)
    return Brought(BEARER, form["access_token"])


def require_bound_as_brought(scheme: str, token: AccessToken, holder: Holder | None) -> None:
    """Raise InvalidToken where the scheme is not the token's or the connection is not made with its certificate (RFC
    8705 section 3), InvalidDpopProof unless its key was shown (RFC 9449 section 7.1): a bound token is no bearer
    token."""
    confirmed = token.claims.get("cnf")
    if scheme != DPOP:
        _require_certificate(confirmed, holder)
        return
    if holder is None or holder.binding is not Binding.DPOP:
        raise InvalidDpopProof(Reason.PROOF_MISSING)
    if confirmed != holder.confirmation:
        raise InvalidDpopProof(Reason.PROOF_KEY)


def _require_certificate(confirmed: object, holder: Holder | None) -> None:
    if confirmed is None:
        return
    if not isinstance(confirmed, dict) or "x5t#S256" not in confirmed:
        raise InvalidToken(Reason.BINDING_TOO_WEAK)
    if holder is None or holder.binding is not Binding.MTLS:
        raise InvalidToken(Reason.CERTIFICATE_MISSING)
    if confirmed != holder.confirmation:
        raise InvalidToken(Reason.CERTIFICATE_NOT_BOUND)
