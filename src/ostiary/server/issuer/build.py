"""Which builds of an app the issuer still talks to, and what those are told that are about to end."""

from ostiary.contract.model import ClientRule
from ostiary.http.problem import APP_VERSION
from ostiary.server.issuer.http import Header, Incoming


def build_fields(incoming: Incoming, client: ClientRule, now: float) -> tuple[Header, ...]:
    """What the app's build is told of its end. Raises UpgradeRequired."""
    builds = client.builds
    if builds is None or not builds.require(incoming.header(APP_VERSION), now) or builds.ending is None:
        return ()
    return builds.ending.fields()
