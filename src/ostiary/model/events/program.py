"""What the program does by itself: it starts, takes another contract, makes keys and drops them."""

from dataclasses import dataclass

from ostiary.model.events import Event
from ostiary.model.ids import ClientId, KeyId


@dataclass(frozen=True, slots=True, kw_only=True)
class AppConfigurationPublished(Event):
    """What an app's attested builds fetch has changed; `configuration` is its digest."""

    client: ClientId
    configuration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCreated(Event):
    """A signing key was made and published; `use` says what it signs."""

    key: KeyId
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRetired(Event):
    """A signing key is gone: the last token that it signed is dead."""

    key: KeyId
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """`ostiary up` began; `contract` is the digest of the contract in force."""

    contract: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsecureSetting(Event):
    """A setting that weakens a profile, recorded at every start with the reason that the contract gives."""

    setting: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChanged(Event):
    """Another contract is in force; both are named by their digest."""

    contract: str
    previous: str
