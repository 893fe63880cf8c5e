"""To which keys apps hold the door's certificate, and which new certificate would lock them out."""

from ostiary.contract.quantities import day_in_words, in_words
from ostiary.model.frozen import frozen
from ostiary.model.ids import Pin


@frozen
class Backup:
    """A key that the door does not use yet. `since`: when apps began to be given it, in seconds since the epoch."""

    pin: Pin
    since: int


@frozen
class Pins:
    """`expires`: seconds since the epoch; `settle`: seconds for which a backup is published before the door uses it."""

    backup: tuple[Backup, ...]
    expires: int
    settle: int


class PinsUnfit(Exception):
    """They do more harm than good; the text says why."""


def require_in_force(pins: Pins, current: Pin, now: float) -> tuple[Pin, ...]:
    """The pin set of an app that is built now: the key in use, then the backups. Raises PinsUnfit where it has expired,
    or would leave nothing to change to."""
    if now >= pins.expires:
        raise PinsUnfit(f"the pins expired on {day_in_words(pins.expires)}; please set `expires` anew")
    others = tuple(dict.fromkeys(backup.pin for backup in pins.backup if backup.pin != current))
    if not others:
        raise PinsUnfit("every backup pin is of the key in use, so the next key would lock all apps out")
    return (current, *others)


def require_known_key(pins: Pins, current: Pin, new: Pin, now: float) -> None:
    """Raise PinsUnfit unless apps take a certificate with the key `new`: it is the one in use, or a backup that they
    have had for long enough. That pins expire does not help: iOS knows no end of them."""
    if new == current:
        return
    stated = [backup for backup in pins.backup if backup.pin == new]
    if not stated:
        raise PinsUnfit(f"its key {new} is neither the one in use nor a backup pin: every app would refuse it")
    settled = min(backup.since for backup in stated) + pins.settle
    if now < settled:
        raise PinsUnfit(
            f"its key {new} has not been a backup pin for {in_words(pins.settle)} yet: apps that have not been updated "
            f"would refuse it; wait until {day_in_words(settled)}"
        )
