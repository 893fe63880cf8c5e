"""Sessions of people at a web client's pages, as if each had signed in there."""

import secrets
import time
from collections.abc import Sequence

from bench.tokens import Person, Signer
from ostiary.issuer import web_session
from ostiary.issuer.records import AuthorizationCode, Grant, OpenGrant
from ostiary.issuer.web_records import StartWebSession, WebSession
from ostiary.issuer.web_session import Kept
from ostiary.keys.hashing import token_hash
from ostiary.keys.master import NONCE_BYTES, MasterKey
from ostiary.keys.session_cookie import PURPOSE, name_of, new_value
from ostiary.model.ids import ClientId, GrantId, Scope, Secret, SessionId, Subject, TenantId
from ostiary.model.plan import Plan
from ostiary.people.records import AddPerson, Session, StartSession
from ostiary.people.records import Person as Known
from ostiary.server.place import Place
from ostiary.store.interface import Store

SECONDS = 3600


async def sign_in(place: Place, store: Store, client: ClientId, signer: Signer, people: Sequence[Person]) -> list[str]:
    """Put the sessions into the store; the Cookie field of each."""
    master = place.master_key()
    return [await _one(master, store, client, signer, person) for person in people]


async def _one(master: MasterKey, store: Store, client: ClientId, signer: Signer, person: Person) -> str:
    now, name = int(time.time()), secrets.token_urlsafe(12)
    value = new_value(client, master.derive(PURPOSE), secrets.token_bytes).reveal()
    token = signer.token(person, f"cookie-{name}", client_id=client, sid=name, grant_id=name)
    hash, sealing = token_hash(value), MasterKey(master.derive("web session tokens"))
    sealed = web_session.seal(
        Kept(Secret(token), Secret(name), now + SECONDS), hash, sealing, secrets.token_bytes(NONCE_BYTES)
    )
    subject, session, grant = Subject(person.subject), SessionId(name), GrantId(name)
    known = Known(subject, name, name, None, TenantId(person.tenant), frozenset(), "none")
    ends = now + SECONDS
    await store.commit(
        Plan(
            (
                AddPerson(known),
                StartSession(Session(session, token_hash(name), subject, now, "pwd", ("pwd",), now, ends)),
                OpenGrant(
                    Grant(grant, client, subject, session, frozenset({Scope("openid")}), now, "pwd", (), issued_at=now),
                    AuthorizationCode(token_hash(name), grant, client, "", "", now, now),
                ),
                StartWebSession(WebSession(hash, client, grant, session, subject, sealed, now, now, ends)),
            )
        )
    )
    return f"Cookie: {name_of(client)}={value}"
