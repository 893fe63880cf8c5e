"""The lines of what a client says beside its profile."""

from collections.abc import Iterator
from typing import Final

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.explain.line import Line, place
from ostiary.contract.file_client import Client
from ostiary.contract.model import ClientRule, OldWay
from ostiary.contract.quantities import day_in_words, in_words
from ostiary.keys.certificate import thumbprint_of


def own_lines(draft: Draft, name: str, client: Client, rule: ClientRule) -> Iterator[Line]:
    """What the client says beside its profile."""
    values: dict[str, tuple[str, str]] = {
        "scopes": (", ".join(sorted(client.scopes)), "What it may ask for."),
        "details": (", ".join(sorted(rule.details)), "What it may ask for in detail."),
        "redirect_uris": (", ".join(client.redirect_uris), "Where people come back to; compared exactly."),
        "post_logout_redirect_uris": (
            ", ".join(rule.post_logout_redirect_uris),
            "Where people come back to after sign-out; compared exactly.",
        ),
        "certificate": (_certificate(rule), "By what of its certificate it is known; compared exactly."),
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


def signature_lines(draft: Draft, name: str, client: Client, rule: ClientRule) -> Iterator[Line]:
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


def old_way_lines(draft: Draft, name: str, client: Client) -> Iterator[Line]:
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
