"""grant_type=client_credentials (RFC 6749 section 4.4): a client that acts for itself."""

from ostiary.contract.model import ClientRule, GrantType
from ostiary.issuer.access_token_claims import client_claims
from ostiary.issuer.decision import Decided
from ostiary.issuer.holder import Holder
from ostiary.issuer.issue import issued_to_client
from ostiary.issuer.registry import Registry
from ostiary.issuer.resources import Target
from ostiary.issuer.scopes import require_allowed
from ostiary.issuer.token import Tokens, token_type
from ostiary.model.errors import InvalidScope
from ostiary.model.fresh import Fresh
from ostiary.model.ids import Scope
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason


def require_client_scopes(asked: frozenset[Scope] | None, client: ClientRule, registry: Registry) -> frozenset[Scope]:
    """The scopes asked for, or all that the client has. Raises InvalidScope (RFC 6749 section 3.3)."""
    scopes = client.scopes if asked is None else asked
    if not scopes:
        raise InvalidScope(Reason.SCOPE_NOT_ALLOWED)
    require_allowed(scopes, client, registry.contract)
    return scopes


def issue_to_client(
    registry: Registry, client: ClientRule, holder: Holder | None, target: Target, now: float, fresh: Fresh
) -> Decided[Tokens]:
    """An access token and nothing else (RFC 6749 section 4.4.3)."""
    access = client_claims(registry, client, holder, target, int(now), fresh)
    event = issued_to_client(client, access, target, GrantType.CLIENT_CREDENTIALS, now)
    tokens = Tokens(access, client.profile.access_token_seconds, type=token_type(holder))
    return Decided(Plan((), (event,)), tokens)
