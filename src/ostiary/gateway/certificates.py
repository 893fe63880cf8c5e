"""Whether the certificate of a client's connection is still good: asked with every request, since a connection may
outlive its certificate, the authority's trust in it, and the client that registered it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ostiary.contract.model import ClientRule
from ostiary.keys.certificate import ClientCertificate
from ostiary.keys.revocation_list import RevocationLists, fault
from ostiary.model.errors import Forbidden, HttpRefused
from ostiary.model.ids import Thumbprint
from ostiary.model.reasons import Reason


@dataclass(slots=True)
class Trusted:
    """The authorities of a listener, and what they have taken back. `lists` is replaced as a whole when they publish
    anew."""

    authorities: frozenset[Thumbprint] = frozenset()
    lists: RevocationLists = field(default_factory=dict)


def own_of(clients: Iterable[ClientRule]) -> frozenset[bytes]:
    """The certificates that clients registered themselves."""
    rules = (client.certificate for client in clients if client.certificate is not None)
    return frozenset(own for rule in rules for own in rule.own)


def refusal(certificate: ClientCertificate, trusted: Trusted, own: frozenset[bytes], now: float) -> HttpRefused | None:
    """What is refused is refused on every route: nothing on the connection can be told from what a thief sends.

    A handshake takes a certificate that a registered one has signed, too, if that may sign: it is nobody's here.
    """
    if certificate.authority not in trusted.authorities and certificate.der not in own:
        return Forbidden(Reason.CERTIFICATE_UNKNOWN)
    why = fault(certificate, trusted.lists, now)
    return None if why is None else Forbidden(why)
