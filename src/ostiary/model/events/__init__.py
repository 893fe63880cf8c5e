"""Audit events: facts, not objects. There is a module for each who does what they tell.

Fields are ids, counts, times and reasons: no token, password, secret, name, e-mail or address. `peer` is a keyed
pseudonym of an address, so that an operator who has the address and the key can find its records, and nobody else.
`at` is in seconds since the epoch, with fractions.
"""

from ostiary.model.frozen import frozen


@frozen(kw_only=True)
class Event:
    """What happened. Subclasses are the whole vocabulary of the log; a field not declared cannot be recorded."""

    at: float
