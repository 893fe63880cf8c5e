"""A request to exchange one token for another (RFC 8693 section 2.1)."""

from collections.abc import Mapping
from typing import Final

from ostiary.contract.model import GrantType
from ostiary.issuer.form import Parameters, require
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import Services
from ostiary.model.errors import InvalidRequest, InvalidTarget
from ostiary.model.frozen import frozen
from ostiary.model.ids import Scope, Secret, ServiceName
from ostiary.model.reasons import Reason

ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  # a type (section 3), not a secret
API_KEY: Final = "urn:ostiary:params:oauth:token-type:api-key"


@frozen
class _Exchange:
    """What either asks for. `audiences` are services by their names in the contract."""

    subject: Secret
    scopes: frozenset[Scope] | None
    resources: Services = frozenset()
    audiences: frozenset[str] = frozenset()
    details: str | None = None
    grant_type = GrantType.TOKEN_EXCHANGE


class ActRequest(_Exchange):
    """A service wants to act for the person whose access token it was given."""

    __slots__ = ()


class KeyRequest(_Exchange):
    """A partner wants a short token for its API key."""

    __slots__ = ()


ExchangeRequest = ActRequest | KeyRequest
_KINDS: Final[Mapping[str, type[ActRequest | KeyRequest]]] = {ACCESS_TOKEN: ActRequest, API_KEY: KeyRequest}


def read_exchange_request(
    form: Parameters, scopes: frozenset[Scope] | None, resources: Services, details: str | None
) -> ExchangeRequest:
    """Raises InvalidRequest. Who acts is the client, which has proven itself: an actor token could only say something
    else (section 2.1)."""
    subject, kind = require(form, "subject_token"), require(form, "subject_token_type")
    for name in ("actor_token", "actor_token_type"):
        if name in form:
            raise InvalidRequest(Reason.PARAMETER_INVALID, name)
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "requested_token_type")
    if kind not in _KINDS:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "subject_token_type")
    audiences = frozenset(form["audience"].split("\n")) if "audience" in form else frozenset[str]()
    return _KINDS[kind](Secret(subject), scopes, resources, audiences, details)


def named_services(request: ExchangeRequest, registry: Registry) -> Services:
    """Those of `resource` and of `audience`, which are names (section 2.1). Raises InvalidTarget for a name that no
    service has (section 2.2.2)."""
    services = registry.contract.services
    if not request.audiences <= services.keys():
        raise InvalidTarget(Reason.TARGET_NOT_REACHED, "audience")
    return request.resources | {services[ServiceName(name)].audience for name in request.audiences}
