"""How the connection of a tried request comes: to which listener, and with which client certificate."""

from collections.abc import Iterable
from dataclasses import field
from typing import Final

from ostiary.contract.draft import Draft
from ostiary.contract.model import ClientRule, Contract, GatewayRule
from ostiary.gateway.certificates import Trusted, own_of, refusal
from ostiary.keys.certificate import (
    Authority,
    ClientCertificate,
    authorities,
    client_certificate,
    identified,
    own_certificates,
)
from ostiary.keys.revocation_list import revocation_lists
from ostiary.model.errors import Forbidden, HttpRefused
from ostiary.model.frozen import frozen
from ostiary.model.ids import GatewayName, Thumbprint
from ostiary.model.reasons import Reason

_MADE_UP: Final = Thumbprint("trial")
_NEVER: Final = 1 << 40


class NoSuchListener(Exception):
    """The contract has none of this name."""


@frozen
class Arrival:
    """`listener`: None is the door."""

    listener: GatewayRule | None = None
    certificate: ClientCertificate | None = None
    is_made_up: bool = False
    """Whether the certificate stands for one that the client would have: of a good authority, with the right name."""
    needs_certificate: bool = False
    """Whether the listener takes no connection without one."""
    trusted: Trusted = field(default_factory=Trusted)

    def refusal(self, contract: Contract, now: float) -> HttpRefused | None:
        """Why nothing on the connection gets in."""
        if self.certificate is None:
            return Forbidden(Reason.CERTIFICATE_MISSING) if self.needs_certificate else None
        return refusal(self.certificate, self.trusted, own_of(contract.clients.values()), now)

    def origin(self, contract: Contract) -> str:
        """As the client sees it."""
        return contract.origin if self.listener is None else self.listener.origin


def arrival_of(
    draft: Draft, contract: Contract, client: ClientRule | None, gateway: str | None, shown: bytes | None
) -> Arrival:
    """`gateway`: None is where such a client comes. `shown`: PEM of its certificate; None: the one that it registered,
    or one made up, if it is known by one. Raises NoSuchListener, CertificateInvalid, OSError."""
    listener = _usual(contract, client) if gateway is None else _named(contract, gateway)
    if listener is None or not listener.asks_certificate:
        return Arrival(listener)
    asked = draft.file.gateways[listener.name].client_certificates
    assert asked is not None, "it asks for certificates"
    known = () if asked.authorities is None else authorities(draft.read_file(asked.authorities))
    lists = revocation_lists(map(draft.read_file, asked.revoked), known) if asked.revoked else {}
    issuers = frozenset(each.thumbprint for each in known)
    trusted = Trusted(issuers, lists)
    if shown is not None:
        return Arrival(listener, identified(own_certificates(shown)[0], known), False, asked.required, trusted)
    rule = None if client is None else client.certificate
    if rule is None:
        return Arrival(listener, needs_certificate=asked.required)
    if rule.kind is None:
        own = (client_certificate(der, None) for der in rule.own)
        return Arrival(listener, max(own, key=lambda one: one.ends_at), False, asked.required, trusted)
    return Arrival(listener, _made_up(known), True, asked.required, Trusted(issuers))


def _made_up(known: Iterable[Authority]) -> ClientCertificate:
    issuer = next((each.thumbprint for each in known), None)
    return ClientCertificate(b"", _MADE_UP, 0, _NEVER, issuer)


def _usual(contract: Contract, client: ClientRule | None) -> GatewayRule | None:
    """The first listener that takes the client's certificate, if it is known by one; else the door."""
    if client is None or not client.auth_method.by_certificate:
        return None
    listeners = contract.gateways.values()
    return next((each for each in listeners if each.asks_certificate and client.profile.kind in each.kinds), None)


def _named(contract: Contract, name: str) -> GatewayRule:
    found = contract.gateways.get(GatewayName(name))
    if found is None:
        raise NoSuchListener(name)
    return found
