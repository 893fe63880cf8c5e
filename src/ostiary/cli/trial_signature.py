"""The signature that a client would put to a request; only its key is made up."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import replace

from ostiary.cli.signing import digest_of, signature_fields
from ostiary.cli.trial_request import Request
from ostiary.contract.model import ClientRule, Contract, SignatureRule
from ostiary.model.ids import Secret

_OF_CONTENT = ("content-type", "content-encoding")


def with_key(contract: Contract, client: ClientRule, rule: SignatureRule, key: str) -> Contract:
    """The contract, in which the client signs with this secret in place of its own keys."""
    signing = replace(client, signature=replace(rule, jwks=None, secrets=(Secret(key),)))
    return replace(contract, clients={**contract.clients, client.id: signing})


def signed_fields(
    client: ClientRule, rule: SignatureRule, key: str, request: Request, origin: str, now: float
) -> Mapping[str, str]:
    """The fields that bring the signature. What the contract wants covered and the request does not have is left out,
    as by a client that does not know."""
    sent = {"content-digest": digest_of(request.body)} if request.body else {}
    headers = {name.lower(): value for name, value in request.headers}
    covers = {name.decode() for name in rule.covers} | set(_OF_CONTENT if request.body else ())
    lines = {"@method": request.method, "@target-uri": origin + request.path, **sent}
    lines |= {name: headers[name] for name in sorted(covers) if name in headers}
    stated = f'created={int(now)};keyid="{client.id}";nonce="{secrets.token_urlsafe(12)}";tag="{rule.tag}"'
    return {**sent, **signature_fields(lambda base: hmac.digest(key.encode(), base, "sha256"), lines, stated)}
