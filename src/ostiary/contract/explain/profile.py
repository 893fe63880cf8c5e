"""The lines of a kind, each with the setting of the client that stands in for it."""

from collections.abc import Iterator

from ostiary.contract.credentials import credential_of
from ostiary.contract.draft import Draft
from ostiary.contract.explain.line import Line, place
from ostiary.contract.explain.words import introspected, limit_in_words, refreshed, wanted
from ostiary.contract.file_client import Client
from ostiary.contract.model import ClientRule
from ostiary.contract.profiles import Chosen, Sheet
from ostiary.contract.quantities import in_words
from ostiary.model.frozen import frozen
from ostiary.model.principal import Binding

_WEAKENED = "insecure_"
_LIFETIMES = (
    ("access token", ("access_token", "access_token_lifetime")),
    ("refresh token, unused", ("refresh_idle", "refresh_idle")),
    ("refreshing at all", ("refresh_absolute", "refresh_absolute")),
)


def profile_lines(draft: Draft, name: str, client: Client, rule: ClientRule, sheet: Sheet) -> Iterator[Line]:
    """The lines of the kind, or of the setting that stands in for one."""
    profile = rule.profile
    tell = _Teller(draft, name, client)
    grants = ", ".join(sorted(profile.grants)) or "none"
    secret = ("credential", "secret", "certificate", "jwks", "jwks_file")
    methods, stated = (rule.auth_method, secret) if profile.auth_methods else ("none", ())
    yield tell.line("credential", credential_of(client), sheet.credentials, *secret)
    yield tell.line("grants", grants, sheet.grants, "acts_for_people")
    yield tell.line("token endpoint", methods, sheet.auth_methods, *stated)
    binding = profile.binding.name.lower().replace("_", "-")
    own_binding = ("insecure_bearer_tokens",) if profile.binding is Binding.BEARER else ("credential",)
    yield tell.line("proof of possession", binding, sheet.binding, *own_binding)
    for what, field in _LIFETIMES:
        seconds = getattr(profile, f"{field[0]}_seconds")
        value = in_words(seconds) if seconds and profile.grants else "none"
        yield tell.line(what, value, getattr(sheet, f"{field[0]}_seconds"), field[1], _WEAKENED + field[1])
    asks = "asked" if profile.asks_consent else "not asked"
    yield tell.line("consent", asks, sheet.asks_consent, "consent", "insecure_no_consent")
    pushed = wanted(profile.pushed_requests, sheet)
    yield tell.line("pushed requests", pushed, sheet.pushed_requests, "pushed_requests", "insecure_unpushed_requests")
    cors = ", ".join(sorted(rule.origins)) or "none"
    yield tell.line("calls across origins", cors, sheet.cors, "origins")
    if rule.signature is None:
        yield tell.line("carried in", sheet.carried.value, sheet.carried)
    limits = ", ".join(map(limit_in_words, rule.limits or (profile.limit,)))
    yield tell.line("requests", limits, sheet.limit, "limit", "quota")
    yield tell.line("routes without `kinds`", "yes" if profile.sees_unnamed else "no", sheet.sees_unnamed)
    yield tell.line("signed requests", wanted(profile.signed_requests, sheet), sheet.signed_requests)
    yield tell.line("signed answers", wanted(profile.signed_answers, sheet), sheet.signed_answers)
    yield tell.line("signed introspection", introspected(profile), sheet.signed_introspection)
    yield tell.line("refresh tokens", refreshed(profile), sheet.rotates_refresh)
    ahead = f"at most {in_words(profile.proof_ahead_seconds)} ahead"
    yield tell.line("clock of a proof", ahead, sheet.proof_ahead_seconds)


@frozen
class _Teller:
    draft: Draft
    name: str
    client: Client

    def line(self, what: str, value: str, chosen: Chosen[object], *settings: str) -> Line:
        """The kind's reason, unless one of the settings is stated: then that, with its place."""
        for setting in settings:
            if setting in self.client.model_fields_set:
                return Line(what, value, self._why(setting), place(self.draft, ("clients", self.name, setting)))
        return Line(what, value, chosen.why, chosen.source)

    def _why(self, setting: str) -> str:
        if setting.startswith(_WEAKENED):
            because: str = getattr(self.client, setting).because
            return f"Weakened, because: {because}"
        return f"Stated as `{setting}`."
