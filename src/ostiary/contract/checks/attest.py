"""What is said of an app's instances: a platform, roots that can be read, and not too long a time."""

from collections.abc import Iterator

from ostiary.contract.attest import LONGEST, attest_rule
from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.file_attest import AttestOf
from ostiary.contract.mistakes import Code, Mistake
from ostiary.contract.quantities import in_words
from ostiary.keys.certificate import CertificateInvalid

_FOLDER = "Write the path of a PEM file from the contract's folder."


def attest(draft: Draft) -> Iterator[Mistake]:
    """Of each client that the issuer vouches for."""
    for name, client in draft.file.clients.items():
        if client.attest is not None:
            yield from _attest(draft, ("clients", name, "attest"), client.attest)


def _attest(draft: Draft, path: Path, stated: AttestOf) -> Iterator[Mistake]:
    if stated.apple is None:
        says = "No platform is named, so that no instance comes in."
        yield draft.mistake(path, Code.SETTINGS_CONTRADICT, says, "Add `apple: {team: ..., bundle: ...}`.", key=True)
    if stated.lifetime > LONGEST:
        mend = f"Write at most {in_words(LONGEST)}; the app asks again by itself."
        yield draft.mistake((*path, "lifetime"), Code.OUT_OF_RANGE, "This is longer than a statement may count.", mend)
    if stated.apple is not None:
        yield from _files(draft, (*path, "apple"), AttestOf(apple=stated.apple))


def _files(draft: Draft, path: Path, stated: AttestOf) -> Iterator[Mistake]:
    """Of one platform."""
    try:
        attest_rule(stated, draft.read_file)
    except CertificateInvalid as invalid:
        at = (*path, "insecure_roots", "value")
        yield draft.mistake(at, Code.CERTIFICATE_INVALID, f"The file is refused: {invalid}.", _FOLDER)
    except OSError as error:
        says = f"The file cannot be read: {error.strerror or 'no such file'}."
        yield draft.mistake((*path, "insecure_roots", "value"), Code.CERTIFICATE_INVALID, says, _FOLDER)
