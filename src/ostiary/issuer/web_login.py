"""Signing in at the pages of a web client whose tokens are kept here: there and back (RFC 10017 section 6.1).

Nothing is stored on the way. `state` says what was asked, and a mark binds it to a short-lived cookie of the browser
that asked; verifier and nonce are worked out of both again. Times are seconds since the epoch.
"""

import hmac
import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final
from urllib.parse import urlencode

import orjson

from ostiary.contract.model import ClientRule
from ostiary.contract.rights import OPENID, PROFILE
from ostiary.issuer import pkce
from ostiary.issuer.code_grant import CodeFacts
from ostiary.issuer.form import Parameters
from ostiary.issuer.registry import Registry
from ostiary.issuer.scopes import write_scope
from ostiary.keys import base64url
from ostiary.keys.hashing import same
from ostiary.model import endpoints
from ostiary.model.errors import Forbidden, InvalidRequest, UnauthorizedClient
from ostiary.model.fresh import Fresh, fresh_name
from ostiary.model.frozen import frozen
from ostiary.model.ids import Secret
from ostiary.model.reasons import Reason

SECONDS: Final = 1800
"""Until then the browser has to be back: long enough for a person who looks for their password."""
_ACR: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,64}")
_MAX_AGE: Final = re.compile(r"[0-9]{1,9}")
_ERROR: Final = re.compile(r"[a-z_]{1,64}")


@frozen
class Wish:
    """What a page asks for. `acr` and `max_age` (in seconds): what a route wants of the sign-in (RFC 9470 section
    4)."""

    client: ClientRule
    return_to: str
    acr: str | None
    max_age: int | None


@frozen
class Begun:
    """A sign-in that this browser has begun, whose answer is here. Only `require_begun` makes one."""

    client: ClientRule
    return_to: str
    verifier: Secret
    nonce: str = field(repr=False)


def handled_clients(registry: Registry) -> Iterator[ClientRule]:
    return (client for client in registry.contract.clients.values() if client.is_handled)


def require_client(registry: Registry, name: str | None) -> ClientRule:
    """The one that is named, or the only one. Raises InvalidRequest where the name is missing, and UnauthorizedClient
    where no client of that name has its tokens here."""
    handled = {client.id: client for client in handled_clients(registry)}
    if name is None and len(handled) > 1:
        raise InvalidRequest(Reason.PARAMETER_MISSING, "client")
    client = next((client for id, client in handled.items() if name in (None, id)), None)
    if client is None:
        raise UnauthorizedClient(Reason.CLIENT_UNKNOWN)
    return client


def require_return(client: ClientRule, path: str | None) -> str:
    """Where the sign-in leads back to: the first of the client's pages, or the one that is named. Raises InvalidRequest
    unless it is one of them, to the letter, or anybody could send people anywhere through us (RFC 9700 section
    4.11)."""
    if path is None:
        return client.returns[0]
    if path not in client.returns:
        raise InvalidRequest(Reason.REDIRECT_URI_MISMATCH, "return_to")
    return path


def require_strength(parameters: Parameters) -> tuple[str | None, int | None]:
    """`acr` and `max_age`. Raises InvalidRequest for what is neither."""
    acr, max_age = parameters.get("acr"), parameters.get("max_age")
    if acr is not None and _ACR.fullmatch(acr) is None:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "acr")
    if max_age is not None and _MAX_AGE.fullmatch(max_age) is None:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "max_age")
    return acr, None if max_age is None else int(max_age)


def state_of(key: bytes, browser: str, wish: Wish, now: float, fresh: Fresh) -> str:
    """`browser`: the value of its cookie. No two are the same."""
    said = (fresh_name(fresh), str(int(now)), wish.client.id, wish.return_to)
    return " ".join((_mark(key, "state", browser, *said), *said))


def authorization_request(registry: Registry, key: bytes, browser: str, wish: Wish, state: str) -> dict[str, str]:
    """The parameters that the browser takes to the authorization endpoint (RFC 6749 section 4.1.1)."""
    client = wish.client
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": registry.issuer + endpoints.SESSION_CALLBACK,
        "scope": write_scope(client.scopes | {OPENID, PROFILE}),
        "state": state,
        "code_challenge": pkce.challenge_of(_mark(key, "verifier", browser, state)),
        "code_challenge_method": pkce.METHOD,
        "nonce": _mark(key, "nonce", browser, state),
    }
    if wish.max_age is not None:
        asked["max_age"] = str(wish.max_age)
    if wish.acr is not None:
        asked["claims"] = orjson.dumps({"id_token": {"acr": {"essential": True, "values": [wish.acr]}}}).decode()
    return asked


def require_begun(registry: Registry, key: bytes, browser: str | None, state: str | None, now: float) -> Begun:
    """Raise Forbidden unless this browser began this very sign-in, and not too long ago: anybody else's answer would
    sign the person in as somebody else (RFC 6749 section 10.12). Raises InvalidRequest and UnauthorizedClient where the
    contract has changed meanwhile."""
    parts = (state or "").split(" ")
    if browser is None or state is None or len(parts) != 5:
        raise Forbidden(Reason.LOGIN_NOT_BEGUN)
    mark, *said = parts
    if not same(mark.encode(), _mark(key, "state", browser, *said).encode()):
        raise Forbidden(Reason.LOGIN_NOT_BEGUN)
    if now - int(said[1]) >= SECONDS:
        raise Forbidden(Reason.LOGIN_TOO_LATE)
    client = require_client(registry, said[2])
    verifier, nonce = _mark(key, "verifier", browser, state), _mark(key, "nonce", browser, state)
    return Begun(client, require_return(client, said[3]), Secret(verifier), nonce)


def require_own_issuer(registry: Registry, parameters: Parameters) -> None:
    """Raise InvalidRequest unless the answer says that it is ours (RFC 9207 section 2.4)."""
    if parameters.get("iss") != registry.issuer:
        raise InvalidRequest(Reason.PARAMETER_INVALID, "iss")


def require_first_use(facts: CodeFacts) -> None:
    """Raise Forbidden where the code has brought its session: the page was loaded twice, which is no theft, since only
    this browser can come so far with it."""
    if facts.code is not None and facts.code.spent_at is not None:
        raise Forbidden(Reason.LOGIN_REPEATED)


def require_nonce(begun: Begun, facts: CodeFacts) -> None:
    """Raise Forbidden unless the code is the answer to this request (OpenID Connect Core section 3.1.3.7)."""
    if facts.grant is not None and facts.grant.nonce != begun.nonce:
        raise Forbidden(Reason.LOGIN_NOT_BEGUN)


def return_with_error(begun: Begun, error: str) -> str:
    """The page learns that nobody is signed in now, and which error of RFC 6749 section 4.1.2.1 it was."""
    code = error if _ERROR.fullmatch(error) else "server_error"
    return f"{begun.return_to}{'&' if '?' in begun.return_to else '?'}{urlencode((('error', code),))}"


def _mark(key: bytes, purpose: str, *said: str) -> str:
    """43 characters that nobody without the key can tell. Nothing that is said has a NUL, or it says something else."""
    text = "\0".join((purpose, *said)).encode("utf-8", "surrogatepass")
    return base64url.encode(hmac.digest(key, text, "sha256"))
