"""Listeners of their own: addresses, origins, the certificates that they take, what they serve."""

from collections.abc import Callable, Iterator

from ostiary.contract.checks.references import suggest
from ostiary.contract.deployment import DEFAULT_ADMIN, listen_address
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.expand_gateway import is_named, named_routes
from ostiary.contract.file_listener import ClientCertificates, GatewayOf
from ostiary.contract.file_route import Expose
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.versions import version_of
from ostiary.keys.certificate import Authority, CertificateInvalid, authorities
from ostiary.keys.revocation_list import revocation_lists


def gateways(draft: Draft) -> Iterator[Mistake]:
    """What would keep a listener from running, or make it let in whom it should not."""
    taken = {listen_address(draft.file): "the door", draft.file.admin or DEFAULT_ADMIN: "the admin address"}
    origins = {draft.file.origin: "the door"}
    for name, stated in draft.file.gateways.items():
        path: Path = ("gateways", name)
        for setting, used, value in (("listen", taken, stated.listen), ("origin", origins, stated.origin)):
            if value in used:
                says = f"`{setting}` is the same as that of {used[value]}."  # type: ignore[index]  # each with its own
                yield draft.mistake((*path, setting), Code.SETTINGS_CONTRADICT, says, "Choose another port or name.")
        taken[stated.listen] = origins[stated.origin] = f"`{name}`"
        yield from _routes(draft, path, stated)
        yield from _versions(draft, path, stated)
        if stated.client_certificates is not None:
            yield from _certificates(draft, (*path, "client_certificates"), stated, stated.client_certificates)
    yield from _internal(draft)


def _routes(draft: Draft, path: Path, stated: GatewayOf) -> Iterator[Mistake]:
    if not draft.is_sure_of("routes"):
        return
    for index, named in enumerate(stated.routes or ()):
        if not any(is_named(route, named) for route in draft.file.routes):
            mend = suggest(named, [route.on.text for route in draft.file.routes], "", "routes")
            yield draft.mistake((*path, "routes", index), Code.UNKNOWN_ROUTE, f"No route is `{named}`.", mend)


def _versions(draft: Draft, path: Path, stated: GatewayOf) -> Iterator[Mistake]:
    if not draft.is_sure_of("routes"):
        return
    known = {version for route in named_routes(draft.file, stated) if (version := version_of(route)) is not None}
    for index, version in enumerate(stated.versions or ()):
        if version not in known:
            says = f"No route of this listener is of version `{version}`."
            mend = suggest(version, known, f"version: {version}` at its routes, or remove `{version}")
            yield draft.mistake((*path, "versions", index), Code.UNKNOWN_VERSION, says, mend)


def _certificates(draft: Draft, path: Path, stated: GatewayOf, asked: ClientCertificates) -> Iterator[Mistake]:
    if stated.tls is None and draft.file.insecure_plain_http is not None:
        says = "Certificates are shown in TLS, and this listener has none."
        yield draft.mistake(
            path, Code.SETTINGS_CONTRADICT, says, "Add `tls: {certificate: PATH, key: PATH}` beside it."
        )
    known: tuple[Authority, ...] = ()
    if asked.authorities is not None:
        file = asked.authorities
        wrong = _unusable(lambda: authorities(draft.read_file(file)))
        if wrong:
            yield draft.mistake((*path, "authorities"), Code.CERTIFICATE_INVALID, wrong, _PEM)
            return
        known = authorities(draft.read_file(file))
    if asked.revoked:
        wrong = _unusable(lambda: revocation_lists(map(draft.read_file, asked.revoked), known))
        if wrong:
            mend = "Name one list for each of the `authorities`, signed by it."
            yield draft.mistake((*path, "revoked"), Code.CERTIFICATE_INVALID, wrong, mend)


_PEM = "Write the path of a PEM file with the certificates of those that issue client certificates."


def _unusable(read: Callable[[], object]) -> str:
    """Why it cannot be used; empty: it can."""
    try:
        read()
    except CertificateInvalid as invalid:
        return f"The file is refused: {invalid}."
    except OSError as error:
        return f"The file cannot be read: {error.strerror or 'no such file'}."
    return ""


def _internal(draft: Draft) -> Iterator[Mistake]:
    file = draft.file
    for index, network in enumerate(file.internal_networks):
        if network.prefixlen == 0:
            says = "Everyone would be inside."
            yield draft.mistake(("internal_networks", index), Code.OUT_OF_RANGE, says, "Name your own networks.")
    inside = bool(file.internal_networks) or any(each.client_certificates for each in file.gateways.values())
    if inside or not draft.is_sure_of("gateways") or not draft.is_sure_of("internal_networks"):
        return
    for index, route in enumerate(file.routes):
        if route.expose is Expose.INTERNAL:
            says = "Nobody is inside: there are no `internal_networks`, and no listener asks for client certificates."
            mend = "Add `internal_networks`, or a gateway with `client_certificates`."
            yield draft.mistake(("routes", index, "expose"), Code.ROUTE_UNREACHABLE, says, mend)
