"""The contract in force with the clients that were made through the admin API: worked out in one process, from where
every child gets the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from ostiary.contract.admin_clients import admitted, taken
from ostiary.contract.admin_records import AdminClient
from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import ContractBroken
from ostiary.contract.model import ClientRule, Contract
from ostiary.model.frozen import frozen
from ostiary.store.interface import Store


async def find_admission(
    draft: Draft | None, contract: Contract, store: Store, before: "Admission | None" = None
) -> "Admission":
    """With the clients that the store has now; who was judged `before` is not judged again. Raises ContractBroken,
    StoreUnavailable."""
    assert draft is not None, "a contract that was read has what it was read from"
    return Admission.of(draft, contract, await store.admin_clients(), before)


@frozen
class Admission:
    """Nothing in one ever changes."""

    draft: Draft
    contract: Contract
    clients: Sequence[AdminClient]
    whole: Contract
    judged: Mapping[AdminClient, ClientRule | None] = field(repr=False)

    @classmethod
    def of(
        cls, draft: Draft, contract: Contract, clients: Sequence[AdminClient], before: "Admission | None" = None
    ) -> "Admission":
        """Raises ContractBroken where the contract has a client of a name that was given already."""
        mistakes = taken(draft, clients)
        if mistakes:
            raise ContractBroken(mistakes)
        known = before.judged if before is not None and before.draft is draft else {}
        beside = admitted(draft, contract, clients, known)
        whole = replace(contract, clients={**contract.clients, **beside.rules})
        return cls(draft, contract, clients, whole, beside.judged)
