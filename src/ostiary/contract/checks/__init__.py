"""What can be wrong with a contract beyond its types: one file for each family."""

from collections.abc import Callable, Iterable

from ostiary.contract.checks.attest import attest
from ostiary.contract.checks.attesters import attesters
from ostiary.contract.checks.broken import broken
from ostiary.contract.checks.clients import clients
from ostiary.contract.checks.details import details
from ostiary.contract.checks.fapi2 import fapi2
from ostiary.contract.checks.gateways import gateways
from ostiary.contract.checks.old_ways import old_ways
from ostiary.contract.checks.openapi import openapi
from ostiary.contract.checks.reach import reach
from ostiary.contract.checks.redirects import redirects
from ostiary.contract.checks.references import references
from ostiary.contract.checks.registration import registration
from ostiary.contract.checks.routes import routes
from ostiary.contract.checks.running import running
from ostiary.contract.checks.scopes import scopes
from ostiary.contract.checks.secrets import secrets
from ostiary.contract.checks.signatures import signatures
from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import Mistake

FAMILIES: tuple[Callable[[Draft], Iterable[Mistake]], ...] = (
    references,
    broken,
    scopes,
    details,
    routes,
    reach,
    redirects,
    clients,
    attesters,
    attest,
    signatures,
    fapi2,
    old_ways,
    secrets,
    openapi,
    running,
    gateways,
    registration,
)
"""All of them run, whatever the ones before found."""
