"""Old ways of legacy clients, ready to be looked up: of their secrets only the hashes are here."""

from collections.abc import Mapping
from email.utils import formatdate

from ostiary.contract.model import ClientRule, Contract, OldWay, OldWayRule
from ostiary.gateway.query_keys import QueryKeys
from ostiary.model.frozen import frozen
from ostiary.model.ids import TokenHash


@frozen
class Known:
    """Whose way it is, and what every answer says of its end."""

    client: ClientRule
    rule: OldWayRule
    says: bytes
    """Lines."""


@frozen
class OldWays:
    """`by_secret` is asked for the SHA-256 of what came, so that how long that takes tells nothing of a secret; a
    secret of one way or name is none of another."""

    by_secret: Mapping[tuple[OldWay, str, TokenHash], Known]
    in_query: QueryKeys

    @classmethod
    def of(cls, contract: Contract) -> "OldWays":
        ways = [(client, rule) for client in contract.clients.values() for rule in client.old_ways]
        known = {(rule.way, rule.name, rule.hash): Known(client, rule, endings(rule)) for client, rule in ways}
        return cls(known, QueryKeys(contract))


def endings(rule: OldWayRule) -> bytes:
    """Since when it is deprecated (RFC 9745 section 2.1), and when it ends (RFC 8594 section 3)."""
    sunset = formatdate(rule.until, usegmt=True)
    return f"deprecation: @{rule.deprecated}\r\nsunset: {sunset}\r\n".encode()
