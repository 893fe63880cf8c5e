"""Consent: what a person lets somebody else's client do, in words, remembered, and asked again when more is wanted
(OpenID Connect Core section 3.1.2.4)."""

from collections.abc import Mapping
from typing import Final

from ostiary.contract.model import ClientRule, Contract
from ostiary.contract.rights import EMAIL, OFFLINE_ACCESS, OPENID, PROFILE
from ostiary.issuer.authorize import AuthorizationRequest
from ostiary.issuer.claims import OF_SCOPE, released
from ostiary.issuer.details import types_of
from ostiary.issuer.openid_parameters import Prompt
from ostiary.keys.hashing import token_hash
from ostiary.model.errors import AccessDenied
from ostiary.model.events.people import ConsentGranted, ConsentRefused
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, Scope, Subject
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from ostiary.people.records import Consent, PutConsent

_OPENID_SAYS: Final[Mapping[Scope, str]] = {
    OPENID: "Recognise you when you come back",
    PROFILE: "See your name and user name",
    EMAIL: "See your e-mail address",
    OFFLINE_ACCESS: "Keep its access while you are away, also after you sign out",
}


@frozen
class Question:
    """What the person is asked. `already`: what they allowed before. `details`: asked each time, and not remembered."""

    wanted: frozenset[Scope]
    already: frozenset[Scope] = frozenset()
    details: str | None = None


def appearance(client: ClientRule) -> str | None:
    """What people go by when they decide about a client that is changed from outside of the contract, by itself or
    through the admin API: who looks different to them is asked about anew. None for one of the contract."""
    if not client.registered and not client.admin:
        return None
    shown = "\n".join((client.name, client.logo or "", *sorted(client.redirect_uris)))
    return token_hash(shown).hex()[:32]


def question(request: AuthorizationRequest, scopes: frozenset[Scope], remembered: Consent | None) -> Question | None:
    """What to ask before the client gets these scopes; None where nothing is to be asked."""
    details, needed = request.details, scopes | _revealing(request.claims)
    if Prompt.CONSENT in request.prompts:
        return Question(needed, details=details)
    if not request.address.client.profile.asks_consent:
        return None if details is None else Question(frozenset(), details=details)
    already = needed & still_holds(remembered, request.address.client)
    return Question(needed - already, already, details) if needed - already or details else None


def still_holds(remembered: Consent | None, client: ClientRule) -> frozenset[Scope]:
    """What the person allowed the client as it is now."""
    same = remembered is not None and remembered.about == appearance(client)
    return remembered.scopes if remembered is not None and same else frozenset()


def _revealing(claims: str | None) -> frozenset[Scope]:
    """The scopes whose words tell what single claims would reveal."""
    names = released(claims)
    return frozenset(scope for scope, reveals in OF_SCOPE.items() if not names.isdisjoint(reveals))


def in_words(scopes: frozenset[Scope], contract: Contract) -> tuple[str, ...]:
    """A sentence for each scope: first the contract's, in its order, then who the person is."""
    of_contract = [rule.says for scope, rule in contract.scopes.items() if scope in scopes]
    return (*of_contract, *(says for scope, says in _OPENID_SAYS.items() if scope in scopes))


def granted(subject: Subject, client: ClientRule, question: Question, remembered: Consent | None, now: int) -> Plan:
    """Remember what was allowed beside what was before."""
    allowed = still_holds(remembered, client) | question.wanted
    remember = PutConsent(Consent(subject, client.id, allowed, granted_at=now, about=appearance(client)))
    event = ConsentGranted(
        at=now,
        subject=subject,
        client=client.id,
        scopes=tuple(sorted(question.wanted)),
        details=types_of(question.details),
    )
    return Plan(writes=(remember,) if question.wanted else (), events=(event,))


def refused(subject: Subject, client: ClientId, now: int) -> tuple[Plan, AccessDenied]:
    """The person said no: the client learns that, and nothing of them (RFC 6749 section 4.1.2.1)."""
    return Plan(events=(ConsentRefused(at=now, subject=subject, client=client),)), AccessDenied(Reason.CONSENT_REFUSED)
