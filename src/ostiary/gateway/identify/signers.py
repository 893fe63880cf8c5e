"""Whose key a signed request names: the clients that sign, by the `keyid` of their keys (RFC 9421 section 2.3)."""

from collections.abc import Iterator, Mapping

from ostiary.contract.model import ClientRule, Contract, SignatureRule
from ostiary.keys.message_signature import MessageKey, from_jwks, shared
from ostiary.model.frozen import frozen


@frozen
class Signer:
    """A client with one of its keys, and what its signatures have to say."""

    client: ClientRule
    rule: SignatureRule
    key: MessageKey


def signers_of(contract: Contract) -> Mapping[str, Signer]:
    """No two keys of a contract have the same `keyid`."""
    signing = ((client, client.signature) for client in contract.clients.values())
    return {
        key.id: Signer(client, rule, key) for client, rule in signing if rule is not None for key in _keys(client, rule)
    }


def _keys(client: ClientRule, rule: SignatureRule) -> Iterator[MessageKey]:
    """Those of its JWK set; or its secrets, whose `keyid` is the client itself."""
    if rule.jwks is not None:
        yield from from_jwks(rule.jwks)
    if rule.secrets:
        yield shared(client.id, tuple(secret.reveal().encode() for secret in rule.secrets))
