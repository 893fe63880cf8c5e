"""The old way of a legacy client; only its secret is made up."""

from base64 import b64encode
from dataclasses import replace

from ostiary.cli.trial_request import Request
from ostiary.contract.model import ClientRule, Contract, OldWay, OldWayRule
from ostiary.keys.hashing import token_hash


def last_way(client: ClientRule) -> OldWayRule:
    """The one that is let in for longest."""
    return max(client.old_ways, key=lambda rule: rule.until)


def with_old_secret(contract: Contract, client: ClientRule, rule: OldWayRule, secret: str) -> Contract:
    """The contract, in which the client has this way alone, with this secret."""
    coming = replace(client, old_ways=(replace(rule, hash=token_hash(secret)),))
    return replace(contract, clients={**contract.clients, client.id: coming})


def in_old_way(rule: OldWayRule, secret: str, request: Request) -> Request:
    """The request as the client would send it."""
    match rule.way:
        case OldWay.BASIC:
            brings = "Basic " + b64encode(f"{rule.name}:{secret}".encode()).decode()
        case OldWay.BEARER:
            brings = f"Bearer {secret}"
        case OldWay.QUERY:
            path = f"{request.path}{'&' if '?' in request.path else '?'}{rule.name}={secret}"
            return replace(request, path=path)
    return replace(request, headers=[*request.headers, ("authorization", brings)])
