"""What is said of an app's instances: a platform, files that can be read, and not too long a time."""

from collections.abc import Callable, Iterator

from ostiary.contract.attest import LONGEST, revoked, roots
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_attest import AndroidAppOf, AttestOf
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.quantities import in_words
from ostiary.keys.certificate import CertificateInvalid

_FOLDER = "Write the path of such a file from the contract's folder."


def attest(draft: Draft) -> Iterator[Mistake]:
    """Of each client that the issuer vouches for."""
    for name, client in draft.file.clients.items():
        if client.attest is not None:
            yield from _attest(draft, ("clients", name, "attest"), client.attest)


def _attest(draft: Draft, path: Path, stated: AttestOf) -> Iterator[Mistake]:
    if stated.apple is None and stated.android is None:
        says, mend = "No platform is named, so that no instance comes in.", "Add `apple`, `android` or both."
        yield draft.mistake(path, Code.SETTINGS_CONTRADICT, says, mend, key=True)
    if stated.lifetime > LONGEST:
        mend = f"Write at most {in_words(LONGEST)}; the app asks again by itself."
        yield draft.mistake((*path, "lifetime"), Code.OUT_OF_RANGE, "This is longer than a statement may count.", mend)
    for name, app in (("apple", stated.apple), ("android", stated.android)):
        if app is not None and app.insecure_roots is not None:
            other = app.insecure_roots
            at = (*path, name, "insecure_roots", "value")
            yield from _read(draft, at, lambda other=other: roots(other, b"", draft.read_file))  # type: ignore[misc]
    if stated.android is not None:
        yield from _status_list(draft, (*path, "android"), stated.android)


def _status_list(draft: Draft, path: Path, app: AndroidAppOf) -> Iterator[Mistake]:
    if (app.status_list is None) == (app.insecure_no_status_list is None):
        says = "Nothing says which devices are no longer trusted."
        if app.status_list is not None:
            says = "`status_list` and `insecure_no_status_list` contradict each other."
        mend = "Write either `status_list: PATH` or `insecure_no_status_list` with its reason."
        yield draft.mistake(path, Code.SETTINGS_CONTRADICT, says, mend, key=True)
    yield from _read(draft, (*path, "status_list"), lambda: revoked(app, draft.read_file))


def _read(draft: Draft, at: Path, read: Callable[[], object]) -> Iterator[Mistake]:
    try:
        read()
    except CertificateInvalid as invalid:
        yield draft.mistake(at, Code.CERTIFICATE_INVALID, f"The file is refused: {invalid}.", _FOLDER)
    except OSError as error:
        says = f"The file cannot be read: {error.strerror or 'no such file'}."
        yield draft.mistake(at, Code.CERTIFICATE_INVALID, says, _FOLDER)
