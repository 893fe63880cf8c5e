"""Running it: keys, certificates, bounds and addresses of `ostiary up`."""

import posixpath
from collections.abc import Iterator

from ostiary.contract.checks.secrets import MAKE_ONE
from ostiary.contract.deployment import DEFAULT_ADMIN, is_development, listen_address
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_route import Acr, StepUpOf
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.places import is_loopback

_MINUTE, _HOUR = 60, 3600


def running(draft: Draft) -> Iterator[Mistake]:
    """What would keep `ostiary up` from running this, or make it run unsafely."""
    yield from _master_key(draft)
    yield from _tls(draft)
    yield from _durations(draft)
    yield from _addresses(draft)
    yield from _admin_api(draft)
    yield from _step_up(draft)


def _master_key(draft: Draft) -> Iterator[Mistake]:
    file = draft.file
    if file.master_key is None:
        if not is_development(file) and draft.is_sure_of("origin") and draft.is_sure_of("master_key"):
            says = "Signing keys are encrypted under a master key, and there is none."
            mend = f"Add `master_key: ${{file:PATH}}` or `${{env:NAME}}`. {MAKE_ONE}"
            yield draft.mistake(("origin",), Code.MASTER_KEY_MISSING, says, mend)
        return
    folder = draft.folder or posixpath.dirname(draft.name)
    state = posixpath.normpath(posixpath.join(folder, file.state))
    for source, name in file.master_key.parts():
        place = posixpath.normpath(posixpath.join(folder, name))
        if source == "file" and _is_within(place, state):
            says = "The master key lies in the folder of what it protects: whoever copies one has both."
            yield draft.mistake(("master_key",), Code.MASTER_KEY_IN_STATE, says, "Keep it outside of `state`.")


def _admin_api(draft: Draft) -> Iterator[Mistake]:
    """Its tokens cross no network."""
    at = draft.file.admin or DEFAULT_ADMIN
    if draft.file.admin_api and not is_loopback(at.host):
        says = "The tokens of the admin API would cross the network in the clear."
        mend = "Let `admin` listen on 127.0.0.1; whoever is elsewhere comes through SSH or a proxy with TLS."
        yield draft.mistake(("admin",), Code.TLS_MISSING, says, mend)


def _is_within(place: str, folder: str) -> bool:
    if folder == ".":
        return not place.startswith(("/", ".."))
    return f"{place}/".startswith(f"{folder}/")


def _tls(draft: Draft) -> Iterator[Mistake]:
    file = draft.file
    if file.tls is not None and file.insecure_plain_http is not None:
        says = "The door listens either with TLS or without."
        yield draft.mistake(("insecure_plain_http",), Code.SETTINGS_CONTRADICT, says, "Keep one.", key=True)
    sure = all(map(draft.is_sure_of, ("origin", "tls", "insecure_plain_http")))
    if sure and file.tls is None and file.insecure_plain_http is None and not is_development(file):
        says, mend = "The door needs a certificate.", "Add `tls: {certificate: PATH, key: PATH}`."
        yield draft.mistake(("origin",), Code.TLS_MISSING, says, mend)


def _durations(draft: Draft) -> Iterator[Mistake]:
    file = draft.file
    for setting in ("feed_bound", "audit_bound"):
        if getattr(file, setting) > _MINUTE:
            says = "A gateway that hears nothing for so long lets in what was revoked, or records nothing."
            yield draft.mistake((setting,), Code.OUT_OF_RANGE, says, "Write at most `60s`.")
    if file.keys.rotate < _HOUR:
        says = "Keys that change so often outnumber the tokens."
        yield draft.mistake(("keys", "rotate"), Code.OUT_OF_RANGE, says, "Write at least `1h`.")
    if file.sessions.idle > file.sessions.absolute:
        says = "A session cannot be unused for longer than it lives."
        yield draft.mistake(("sessions", "idle"), Code.SETTINGS_CONTRADICT, says, "Write at most `absolute`.")


def _addresses(draft: Draft) -> Iterator[Mistake]:
    if listen_address(draft.file) == (draft.file.admin or DEFAULT_ADMIN):
        says = "The door and the admin address are the same."
        yield draft.mistake(("admin",), Code.SETTINGS_CONTRADICT, says, "Choose another port for one of them.")
    for index, network in enumerate(draft.file.trusted_proxies):
        if network.prefixlen == 0:
            says = "Everyone would be believed about the address that they come from."
            mend = "Name the addresses of your proxies."
            yield draft.mistake(("trusted_proxies", index), Code.OUT_OF_RANGE, says, mend)


def _step_up(draft: Draft) -> Iterator[Mistake]:
    asked: list[tuple[Path, StepUpOf | None]] = []
    asked += [(("scopes", name, "step_up"), scope.step_up) for name, scope in draft.file.scopes.items()]
    asked += [(("routes", index, "step_up"), route.step_up) for index, route in enumerate(draft.file.routes)]
    for path, step_up in asked:
        if step_up is not None and step_up.acr is Acr.MULTI_FACTOR:
            says = "No sign-in of this version reaches `mfa`: the route refuses everyone."
            mend = "Keep it for when second factors are served, or write `pwd`."
            yield draft.mistake((*path, "acr"), Code.STEP_UP_UNREACHABLE, says, mend)
