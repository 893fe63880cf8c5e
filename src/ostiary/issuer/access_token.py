"""Access tokens, read and judged: JWTs in the profile of RFC 9068, typ `at+jwt`. Times are whole seconds since the
epoch."""

from collections.abc import Mapping
from typing import Final

from ostiary.contract.model import LONGEST_ACCESS_TOKEN
from ostiary.contract.rights import still_held
from ostiary.issuer.records import Grant
from ostiary.issuer.registry import Registry
from ostiary.keys.api_key import ApiKey
from ostiary.keys.claims import VerifiedClaims
from ostiary.keys.jwt import verify
from ostiary.keys.keyset import KeySet
from ostiary.model.actors import clients_of
from ostiary.model.errors import InvalidToken
from ostiary.model.frozen import frozen
from ostiary.model.ids import ApiKeyId, ClientId, GrantId, Role, Scope, SessionId, Subject, TokenId
from ostiary.model.reasons import Reason
from ostiary.people.records import Person, Session

TYPE: Final = "at+jwt"


@frozen
class AccessToken:
    """An access token that this issuer signed and that has not expired; whether it was revoked is another question."""

    id: TokenId
    client: ClientId
    subject: Subject
    scopes: frozenset[Scope]
    roles: tuple[Role, ...]
    issued_at: int
    expires_at: int
    grant: GrantId | None
    session: SessionId | None
    audiences: tuple[str, ...]
    api_key: ApiKeyId | None
    """For which it was exchanged."""
    claims: Mapping[str, object]

    @property
    def clients(self) -> tuple[ClientId, ...]:
        """All that it stands on."""
        return clients_of(self.claims, self.client)


def require_access_token(jwt: str, keys: KeySet, issuer: str, now: float) -> AccessToken:
    """Raise InvalidToken unless it is one of ours and lives (RFC 9068 section 4).

    The audience is not looked at: the issuer answers for every token that it made.
    """
    claims = verify(jwt, keys, TYPE)
    if claims.text("iss") != issuer:
        raise InvalidToken(Reason.TOKEN_ISSUER)
    if claims.integer("exp") <= now:
        raise InvalidToken(Reason.TOKEN_EXPIRED)
    return _read(claims)


def _read(claims: VerifiedClaims) -> AccessToken:
    grant, session = claims.text_or_none("grant_id"), claims.text_or_none("sid")
    key = claims.text_or_none("api_key")
    return AccessToken(
        id=TokenId(claims.text("jti")),
        client=ClientId(claims.text("client_id")),
        subject=Subject(claims.text("sub")),
        scopes=frozenset(map(Scope, claims.text("scope").split())),
        roles=tuple(map(Role, claims.texts_or_empty("roles"))),
        issued_at=claims.integer("iat"),
        expires_at=claims.integer("exp"),
        grant=None if grant is None else GrantId(grant),
        session=None if session is None else SessionId(session),
        audiences=claims.texts("aud"),
        api_key=None if key is None else ApiKeyId(key),
        claims=claims.values,
    )


@frozen
class TokenFacts:
    """What may have ended an access token before its time. None: there is no such record, or the token names none."""

    revoked: bool
    client_disabled: bool
    """One of those that the token stands on."""
    grant: Grant | None
    session: Session | None
    person: Person | None
    key: ApiKey | None = None


def require_living(registry: Registry, token: AccessToken, facts: TokenFacts, now: float) -> None:
    """Raise InvalidToken where the token, its client, grant, session or person was revoked."""
    if not lives(registry, token, facts, now):
        raise InvalidToken(Reason.TOKEN_REVOKED)


def lives(registry: Registry, token: AccessToken, facts: TokenFacts, now: float) -> bool:
    """Neither the token nor anything that it stands on was revoked, and the contract still has its client."""
    return (
        not facts.revoked
        and all(registry.client(each) is not None for each in token.clients)
        and not facts.client_disabled
        and (token.grant is None or _grant_lives(facts))
        and (token.session is None or session_lives(facts.session, now))
        and (token.api_key is None or (facts.key is not None and facts.key.lives(now)))
    )


def scopes_left(registry: Registry, token: AccessToken) -> frozenset[Scope]:
    """Those that a token which lives is still good for, as the contract is now."""
    clients = [registry.contract.clients[each] for each in token.clients]
    return still_held(token.scopes, clients, None if token.grant is None else token.roles, registry.contract)


def _grant_lives(facts: TokenFacts) -> bool:
    """A grant stands for a person, who must still be there and unchanged since they signed in. When the token was made
    does not count: it may have been in the making when they changed."""
    grant, person = facts.grant, facts.person
    if grant is None or grant.revoked_at is not None or person is None or person.disabled:
        return False
    return granted_unchanged(grant, person)


def granted_unchanged(grant: Grant, person: Person) -> bool:
    """Whether nothing about the person changed since the sign-in that the grant rests on."""
    return grant.auth_time > person.changed_at


def session_lives(session: Session | None, now: float) -> bool:
    """Neither signed out nor past its end. Idling ends a session's power to sign in anew, not what it has granted."""
    return session is not None and session.ended_at is None and now < session.expires_at


def revocation_end(now: float) -> int:
    """When the last access token is dead that was issued up to now."""
    return int(now) + LONGEST_ACCESS_TOKEN
