"""Which settings clients of each kind have."""

from collections.abc import Mapping

from ostiary.model.principal import Kind

_PEOPLE = frozenset({"redirect_uris", "post_logout_redirect_uris", "consent", "pushed_requests", "details"})
_PUSHING = frozenset({"insecure_unpushed_requests"})
_TOLD = frozenset({"backchannel_logout_uri"})
_REFRESHING = frozenset({"refresh_idle", "refresh_absolute", "insecure_refresh_idle", "insecure_refresh_absolute"})
_TOKENS = frozenset({"access_token_lifetime", "insecure_access_token_lifetime"})
_KEPT = frozenset({"secret", "jwks", "jwks_file"})
_ALL = frozenset({"kind", "name", "scopes", "credential", "tenant", "allow_ips", "quota", "limit"})
_ITSELF = frozenset({"roles"})
_FAPI = frozenset({"profile", "certificate"})
_DETAILS = frozenset({"details"})
_CERTIFIED = frozenset({"certificate", "jwks", "jwks_file"})
_ACTING = frozenset({"acts_for_people", "insecure_bound_subject_tokens"})
_INSTALLED = frozenset({"min_version", "deprecated_below", "store_links", "insecure_bearer_tokens"})

SETTINGS: Mapping[Kind, frozenset[str]] = {
    Kind.WEB: _ALL | _TOLD | _FAPI | _PEOPLE | _REFRESHING | _TOKENS | _KEPT,
    Kind.SPA: _ALL | _PEOPLE | _REFRESHING | _TOKENS | {"origins", "insecure_bearer_tokens"},
    Kind.MOBILE: _ALL | _PEOPLE | _PUSHING | _REFRESHING | _TOKENS | _INSTALLED | {"attester", "attest"},
    Kind.PARTNER: _ALL | _ITSELF | _KEPT | {"signature"},
    Kind.THIRD_PARTY: _ALL | _FAPI | _PEOPLE | _PUSHING | _REFRESHING | _TOKENS | _KEPT | {"insecure_no_consent"},
    Kind.SERVICE: _ALL | _FAPI | _DETAILS | _TOKENS | _KEPT | _ITSELF | _ACTING,
    Kind.DEVICE: _ALL | _REFRESHING | _TOKENS | _CERTIFIED | _INSTALLED,
    Kind.LEGACY: _ALL | _ITSELF | {"old_ways", "deprecated"},
}
