"""What a client's kind and settings come to: each line with value, reason, and the text or the line it is from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ostiary.contract.checks.clients import not_served
from ostiary.contract.credentials import credential_of
from ostiary.contract.document import Path, locate
from ostiary.contract.draft import Draft
from ostiary.contract.expand_client import sheet_of
from ostiary.contract.fapi2 import FIXED
from ostiary.contract.file_client import Client
from ostiary.contract.file_route import Route
from ostiary.contract.hurdles import hurdles
from ostiary.contract.model import ClientAuth, ClientRule, Contract, Limit, OldWay, Profile
from ostiary.contract.profiles import Chosen, Sheet
from ostiary.contract.quantities import day_in_words, in_words
from ostiary.keys.certificate import thumbprint_of
from ostiary.model.ids import ClientId
from ostiary.model.principal import Binding


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that holds for the client."""

    what: str
    value: str
    why: str
    source: str
    """A section of a standard, or `file:line` of the contract."""


@dataclass(frozen=True, slots=True)
class Way:
    """A route, and whether the client can get through it: `stopped_by` is empty where it can."""

    route: str
    stopped_by: str


@dataclass(frozen=True, slots=True)
class Explanation:
    client: str
    kind: str
    says: str
    """What the kind is for."""
    not_served: str
    """What is missing before the client gets in; empty: nothing."""
    lines: tuple[Line, ...]
    ways: tuple[Way, ...]


def explain_client(draft: Draft, contract: Contract, name: str) -> Explanation:
    """Raises `KeyError` for a client that the contract does not have."""
    client, rule = draft.file.clients[name], contract.clients[ClientId(name)]
    sheet = sheet_of(client)
    return Explanation(
        client=name,
        kind=client.kind,
        says=sheet.says,
        not_served=not_served(draft.file, client),
        lines=(
            *_profile(draft, name, client, rule, sheet),
            *_signature(draft, name, client, rule),
            *(Line(*line) for line in FIXED if client.profile is not None and sheet.signs_people_in),
            *_old_ways(draft, name, client),
            *_own(draft, name, client, rule),
        ),
        ways=tuple(Way(route.on.text, _stopped_by(draft, client, route)) for route in draft.file.routes),
    )


_WEAKENED = "insecure_"


def _profile(draft: Draft, name: str, client: Client, rule: ClientRule, sheet: Sheet) -> Iterator[Line]:
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
        value = "none" if seconds is None else in_words(seconds)
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


def wanted(value: bool, sheet: Sheet) -> str:
    """What a profile wants of authorization requests."""
    if value:
        return "required"
    return "allowed" if sheet.signs_people_in else "none"


def introspected(profile: Profile) -> str:
    """How a client of the profile is told of a token. Public clients are told nothing (RFC 7662 section 2.1)."""
    if profile.auth_methods <= _NOBODY_S:
        return "none"
    return "required" if profile.signed_introspection else "allowed"


def refreshed(profile: Profile) -> str:
    """What happens to a refresh token at its use."""
    if profile.refresh_idle_seconds is None:
        return "none"
    return "rotated at each use" if profile.rotates_refresh else "kept"


_NOBODY_S: Final = frozenset({ClientAuth.NONE, ClientAuth.HANDLED, ClientAuth.ATTESTATION})
"""Ways of clients that ask nothing about tokens: whoever has the app could ask in its name."""
_LIFETIMES = (
    ("access token", ("access_token", "access_token_lifetime")),
    ("refresh token, unused", ("refresh_idle", "refresh_idle")),
    ("refreshing at all", ("refresh_absolute", "refresh_absolute")),
)


@dataclass(frozen=True, slots=True)
class _Teller:
    draft: Draft
    name: str
    client: Client

    def line(self, what: str, value: str, chosen: Chosen[object], *settings: str) -> Line:
        """The kind's reason, unless one of the settings is stated: then that, with its place."""
        for setting in settings:
            if setting in self.client.model_fields_set:
                return Line(what, value, self._why(setting), self.place(setting))
        return Line(what, value, chosen.why, chosen.source)

    def _why(self, setting: str) -> str:
        if setting.startswith(_WEAKENED):
            because: str = getattr(self.client, setting).because
            return f"Weakened, because: {because}"
        return f"Stated as `{setting}`."

    def place(self, setting: str) -> str:
        return place(self.draft, ("clients", self.name, setting))


def place(draft: Draft, path: Path) -> str:
    """`file:line` of a setting."""
    return f"{draft.name}:{locate(draft.document, path, key=True).line}"


def _own(draft: Draft, name: str, client: Client, rule: ClientRule) -> Iterator[Line]:
    """What the client says beside its profile."""
    values: dict[str, tuple[str, str]] = {
        "scopes": (", ".join(sorted(client.scopes)), "What it may ask for."),
        "details": (", ".join(sorted(rule.details)), "What it may ask for in detail."),
        "redirect_uris": (", ".join(client.redirect_uris), "Where people come back to; compared to the letter."),
        "post_logout_redirect_uris": (
            ", ".join(rule.post_logout_redirect_uris),
            "Where people come back to after sign-out; compared to the letter.",
        ),
        "certificate": (_certificate(rule), "By what of its certificate it is known; compared to the letter."),
        "backchannel_logout_uri": (rule.backchannel_logout_uri or "", "Where its server is told of each sign-out."),
        "tenant": (rule.tenant or "", "The tenant that it belongs to."),
        "roles": (", ".join(sorted(rule.roles)), "Its own roles where it acts for itself."),
        "acts_for_people": (
            "people whose tokens are for it" if rule.acts_for_people else "nobody",
            "It exchanges such a token, and only one that is no more than its own (RFC 8693).",
        ),
        "insecure_bound_subject_tokens": (
            "exchanged" if rule.takes_bound_tokens else "refused",
            "Its own check of the proofs that come with them is all that there is.",
        ),
        "allow_ips": (", ".join(map(str, rule.allow_ips)), "From elsewhere it is refused."),
        "attester": (client.attester or "", "Only instances that it vouches for come in."),
        "attest": (_attest(rule), "Only instances whose device shows this come in; then it is asked again."),
        "min_version": (client.min_version or "", "Older builds, and those that do not say, get 426 with the links."),
        "deprecated_below": (_ending(client), "Older builds are told of their end on every answer, then refused."),
        "store_links": (", ".join(client.store_links.values()), "Where people get a newer build."),
    }
    for setting, (value, why) in values.items():
        if setting in client.model_fields_set:
            yield Line(setting, value, why, place(draft, ("clients", name, setting)))


def _certificate(rule: ClientRule) -> str:
    known = rule.certificate
    if known is None:
        return ""
    return f"{known.kind} {known.name}" if known.kind else ", ".join(map(thumbprint_of, known.own))


def _attest(rule: ClientRule) -> str:
    """Which instances, and for how long each is vouched for."""
    if rule.attest is None:
        return ""
    apple, android = rule.attest.apple, rule.attest.android
    said = [] if apple is None else [f"on iOS {apple.app}"]
    if android is not None:
        patched = f", patched in {android.patch_level // 100}-{android.patch_level % 100:02} or later"
        said.append(
            f"on Android {android.package}, its key at least in the {android.security_level}"
            f"{patched if android.patch_level else ''}"
        )
    return f"{'; '.join(said)}; for {in_words(rule.attest.lifetime)}"


def _ending(client: Client) -> str:
    ends = client.deprecated_below
    if ends is None:
        return ""
    return f"{ends.version}, told since {day_in_words(ends.since)}, refused from {day_in_words(ends.sunset)}"


def _signature(draft: Draft, name: str, client: Client, rule: ClientRule) -> Iterator[Line]:
    """What its signed requests have to say; the places are of what the contract adds."""
    needs = rule.signature
    if needs is None:
        return
    stated = set() if client.signature is None else client.signature.model_fields_set
    more = "".join(f", {field.decode()}" for field in sorted(needs.covers))
    covers = f"@method, @target-uri{more}; with a body content-digest and content-type"
    yield Line("carried in", "Signature and Signature-Input", "They go with this request alone.", "RFC 9421 section 4")
    for what, setting, value, why, source in (
        ("signatures cover", "covers", covers, "What is not signed can be changed.", "RFC 9421 section 7.2.1"),
        ("signatures carry", "tag", f'created, keyid, nonce, tag="{needs.tag}"', _ONCE, "RFC 9421 section 7.2.2"),
        ("signatures live", "max_age", in_words(needs.max_age), _ONCE, "RFC 9421 section 7.2.2"),
    ):
        own = place(draft, ("clients", name, "signature", setting)) if setting in stated else ""
        yield Line(what, value, why, own or source)


def _old_ways(draft: Draft, name: str, client: Client) -> Iterator[Line]:
    """What a legacy client still does, each with its end."""
    path: Path = ("clients", name)
    if client.deprecated is not None:
        why = "Every answer says so: `Deprecation` (RFC 9745), and `Sunset` (RFC 8594) for the end."
        yield Line("deprecated", f"since {day_in_words(client.deprecated)}", why, place(draft, (*path, "deprecated")))
    for index, each in enumerate(client.old_ways):
        value = f"{_WAYS[each.way].format(each.name)}, until {day_in_words(each.until)}"
        why = "Its use is counted: `ostiary report legacy`. After that day it is refused."
        yield Line("old way", value, why, place(draft, (*path, "old_ways", index, "way")))


_WAYS: Final = {
    OldWay.BASIC: "Basic as {}",
    OldWay.BEARER: "a static bearer token",
    OldWay.QUERY: "the key in the query parameter {}",
}
_ONCE = "Each is good once and for a moment: who sees it cannot use it again."


def limit_in_words(limit: Limit) -> str:
    """For people."""
    rate = limit.rate
    return f"{rate.count} in {in_words(rate.seconds)} per {limit.per}, {rate.burst} at once"


def _stopped_by(draft: Draft, client: Client, route: Route) -> str:
    if route.public:
        return ""
    return next((hurdle.says for hurdle in hurdles(draft.file, route) if not hurdle.passes(client)), "")
