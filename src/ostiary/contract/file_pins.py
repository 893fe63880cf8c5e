"""The file a user writes, as types: to which keys apps hold the door."""

from pydantic import Field

from ostiary.contract.setting import Setting
from ostiary.contract.words import Day, PinText, Seconds


class BackupOf(Setting):
    """A key that the door does not use yet: generated and kept where the one in use is not."""

    sha256: PinText
    """Its pin: `ostiary pins show FILE` prints that of a certificate, a request for one, or a public key."""
    since: Day
    """Since when apps are given it."""


class PinsOf(Setting):
    """The keys to which apps pin the door's certificate, beside the one in use.
    `ostiary client-config NAME` writes them."""

    backup: tuple[BackupOf, ...] = Field(min_length=1)
    """What the door can change to without locking apps out."""
    expires: Day
    """When apps stop checking pins, where their system knows an end: Android does, iOS does not."""
    settle: Seconds = 30 * 86400
    """How long apps have to have a backup before the door may use it; `ostiary pins check` refuses it until then."""
