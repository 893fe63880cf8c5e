"""One client, whichever its kind."""

from ostiary.contract.builds import Builds
from ostiary.contract.model.apps import AttestRule
from ostiary.contract.model.credentials import CertificateRule, OldWayRule, SignatureRule
from ostiary.contract.model.kinds import ClientAuth, Profile
from ostiary.contract.model.limits import Limit
from ostiary.contract.model.listeners import Network
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Role, Scope, TenantId, TokenHash


@frozen
class ClientRule:
    """One client. Secrets are here only as hashes and public keys, but for those that sign by HMAC: these cannot be
    checked by a hash."""

    id: ClientId
    profile: Profile
    scopes: frozenset[Scope]
    auth_method: ClientAuth
    name: str
    """Shown on the consent page."""
    redirect_uris: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    """Of a client whose tokens are kept here: the paths of its pages that a sign-in may lead back to."""
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    secret_hashes: tuple[TokenHash, ...] = ()
    jwks: str | None = None
    """A JWK set of public keys, as JSON (RFC 7517 section 5)."""
    jwks_uri: str | None = None
    """Where a client that registered itself keeps its keys, in place of `jwks`."""
    logo: str | None = None
    """Shown on the consent page: the name under which the store has it."""
    tenant: TenantId | None = None
    roles: frozenset[Role] = frozenset()
    """Roles of the client where it acts for itself."""
    origins: frozenset[str] = frozenset()
    """Web origins whose scripts may call with this client's tokens; by default those of its redirect URIs."""
    allow_ips: tuple[Network, ...] = ()
    """Empty: from anywhere."""
    limits: tuple[Limit, ...] = ()
    """`quota` and the like: they count on every route."""
    attester: str | None = None
    """Who vouches for its instances, where they prove themselves by that."""
    attest: AttestRule | None = None
    """None: not the issuer, if anybody, vouches for its instances."""
    builds: Builds | None = None
    """Which builds of it are let in; None: it is not asked for its build."""
    signature: SignatureRule | None = None
    """None: it does not sign its requests."""
    api_keys: bool = False
    """Whether it proves itself by API keys, which the store has."""
    details: frozenset[str] = frozenset()
    """The types of authorization details that it may ask for."""
    old_ways: tuple[OldWayRule, ...] = ()
    """Those of a legacy client, and nothing else, let it in."""
    certificate: CertificateRule | None = None
    """None: it does not prove itself by a certificate."""
    acts_for_people: bool = False
    """Whether a service may go on in the name of a person whose access token is for it (RFC 8693)."""
    takes_bound_tokens: bool = False
    """Whether it is trusted to have checked the proof that came with a token that is bound to a key."""
    admin: bool = False
    """Whether it was made through the admin API."""
    registered: bool = False
    """Whether it registered itself: what it says of itself are the words of a stranger."""

    @property
    def is_handled(self) -> bool:
        """Whether its tokens are kept here, and its pages have a cookie."""
        return self.auth_method is ClientAuth.HANDLED
