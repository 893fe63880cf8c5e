"""How many requests, in how many seconds, of whom together."""

from enum import StrEnum

from ostiary.model.frozen import frozen


@frozen
class Rate:
    """`count` requests in each `seconds`, with `burst` at once (GCRA)."""

    count: int
    seconds: int
    burst: int


class LimitBy(StrEnum):
    """Whose requests a limit counts together."""

    PERSON = "person"
    CLIENT = "client"
    TENANT = "tenant"
    IP = "ip"


@frozen
class Limit:
    """`name` is its policy name in the `RateLimit` fields (draft-ietf-httpapi-ratelimit-headers-11)."""

    name: str
    per: LimitBy
    rate: Rate
