"""What the program does by itself: it starts, takes another contract, makes keys and drops them."""

from ostiary.model.events import Event
from ostiary.model.frozen import frozen
from ostiary.model.ids import ClientId, KeyId


@frozen(kw_only=True)
class AppConfigurationPublished(Event):
    """What an app's attested builds fetch has changed; `configuration` is its digest."""

    client: ClientId
    configuration: str


@frozen(kw_only=True)
class KeyCreated(Event):
    """A signing key was made and published; `use` says what it signs."""

    key: KeyId
    use: str


@frozen(kw_only=True)
class KeyRetired(Event):
    """A signing key is gone: the last token that it signed is dead."""

    key: KeyId
    use: str


@frozen(kw_only=True)
class Started(Event):
    """`ostiary up` began; `contract` is the digest of the contract in force."""

    contract: str
    version: str


@frozen(kw_only=True)
class InsecureSetting(Event):
    """A setting that weakens a profile, recorded at every start with the reason that the contract gives."""

    setting: str
    because: str


@frozen(kw_only=True)
class ContractChanged(Event):
    """Another contract is in force; both are named by their digest."""

    contract: str
    previous: str
