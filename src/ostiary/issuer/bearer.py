"""The access token of a request to the issuer's own resource, userinfo (RFC 6750 section 2)."""

from ostiary.issuer.form import Parameters
from ostiary.model.errors import InvalidRequest, MissingToken
from ostiary.model.reasons import Reason


def read_bearer(authorization: bytes | None, form: Parameters, query: Parameters) -> str:
    """The one token, from the header (section 2.1) or the form (section 2.2). Never from the query (section 2.3).

    Raises MissingToken for none, InvalidRequest for more than one or one in the query.
    """
    if "access_token" in query or (authorization is not None and "access_token" in form):
        raise InvalidRequest(Reason.TOKEN_REPEATED)
    if authorization is None:
        return _from_form(form)
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not token:
        raise MissingToken(Reason.TOKEN_MISSING)
    return token.strip().decode("latin-1")


def _from_form(form: Parameters) -> str:
    if "access_token" not in form:
        raise MissingToken(Reason.TOKEN_MISSING)
    return form["access_token"]
