"""Clients that are made through the admin API, beside those of the contract, which nobody changes from outside.

What such a client says of itself is what it would say in the contract, and the same checks judge it. Times are seconds
since the epoch.
"""

import json
from collections.abc import Iterable, Mapping

from ostiary.contract.admin_records import AdminClient
from ostiary.contract.draft import Draft
from ostiary.contract.judged import Pointed, judge
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.model import ClientRule, Contract
from ostiary.keys.message_signature import from_jwks
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, ServiceName


@frozen
class Admitted:
    """`judged`: what came of each client by itself; None for one that does not hold. `rules`: of those that hold beside
    each other, too."""

    judged: Mapping[AdminClient, ClientRule | None]
    rules: Mapping[ClientId, ClientRule]


def admitted(
    draft: Draft, contract: Contract, clients: Iterable[AdminClient], known: Mapping[AdminClient, ClientRule | None]
) -> Admitted:
    """What the contract does not have any more keeps out only who needs it, and of two that cannot live beside each
    other the younger stays outside. `known`: how this contract judged before."""
    living = [each for each in clients if each.ended_at is None and not is_taken(contract, each.id)]
    judged = {each: known[each] if each in known else _rule(draft, each) for each in living}
    rules: dict[ClientId, ClientRule] = {}
    for client in sorted(living, key=lambda each: (each.created_at, each.id)):
        rule = judged[client]
        if rule is not None and not clash(rule, rules.values()):
            rules[client.id] = rule
    return Admitted(judged, rules)


def _rule(draft: Draft, client: AdminClient) -> ClientRule | None:
    hashes = tuple(hash for hash in (client.secret_hash, client.former_hash) if hash is not None)
    return judge(draft, client.id, json.loads(client.settings), hashes).rule


def is_taken(contract: Contract, id: str) -> bool:
    """Whether the contract has a client of the name, or a service: a client is told what tokens are worth that are for
    the service of its name."""
    return ClientId(id) in contract.clients or ServiceName(id) in contract.services


def clash(rule: ClientRule, others: Iterable[ClientRule]) -> tuple[Pointed, ...]:
    """The others whose signed requests could not be told from this client's."""
    own = _keyids(rule)
    says = "Another client has a key with one of these keyids."
    mistake = Mistake("", -1, 1, Code.KEYID_REPEATED, says, "Give each key a `kid` of its own.")
    found = own and any(other.id != rule.id and own & _keyids(other) for other in others)
    return (Pointed("/jwks", mistake),) if found else ()


def _keyids(rule: ClientRule) -> frozenset[str]:
    """A client of the admin API signs by its public keys alone."""
    if rule.signature is None or rule.signature.jwks is None:
        return frozenset()
    return frozenset(key.id for key in from_jwks(rule.signature.jwks))


def taken(draft: Draft, clients: Iterable[AdminClient]) -> tuple[Mistake, ...]:
    """The contract's clients whose names others have or had: consents and keys would go from one to the other."""
    return tuple(
        draft.mistake(
            ("clients", client.id),
            Code.KEY_REPEATED,
            "The admin API has made a client of this name, so that it would be two.",
            "Choose another name: that of a client is never given again.",
            key=True,
        )
        for client in clients
        if client.id in draft.file.clients
    )
