"""Keys of legacy clients in a query: found however they are spelled, and taken out before anyone else reads it."""

from dataclasses import replace
from typing import Final
from urllib.parse import unquote_to_bytes

from ostiary.contract.model import Contract, OldWay
from ostiary.gateway.decision import Asked
from ostiary.gateway.facts import alike, heard_as
from ostiary.model.errors import Refusal


class QueryKeys:
    """The parameters of URLs in which legacy clients have their keys."""

    def __init__(self, contract: Contract) -> None:
        rules = [rule for client in contract.clients.values() for rule in client.old_ways]
        self.names: Final = frozenset(rule.name.encode() for rule in rules if rule.way is OldWay.QUERY)
        self._alike: Final = frozenset(each for name in self.names for each in alike(name))

    def parted(self, query: bytes) -> tuple[list[bytes], bytes | None]:
        """The pairs that have one of the names, or what some servers take for it; and the query without them."""
        found: list[bytes] = []
        kept: list[bytes] = []
        for part in query.split(b"&"):
            pairs = part.split(b";")
            keys = [pair for pair in pairs if self._is_key(pair)]
            if len(keys) < len(pairs):
                kept.append(b";".join(pair for pair in pairs if pair not in keys) if keys else part)
            found += keys
        return found, b"&".join(kept) if kept else None

    def taken_out(self, asked: Asked) -> Refusal | None:
        """From here on the query has no key: no rule and no service gets to see one. A parsed head is shared by all
        requests that are like it, so this request goes on with one of its own."""
        query = asked.head.query
        if query is not None:
            found, kept = self.parted(query)
            if found:
                asked.head = replace(asked.head, query=kept)
        return None

    def _is_key(self, pair: bytes) -> bool:
        return not self._alike.isdisjoint(heard_as(pair.partition(b"=")[0]))


def text_of(value: bytes) -> str:
    """Of a pair, percent-decoded. Raises ValueError where that is no UTF-8."""
    return unquote_to_bytes(value.replace(b"+", b" ")).decode()
