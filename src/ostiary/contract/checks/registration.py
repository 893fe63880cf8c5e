"""Clients that register themselves: what is trusted to fetch for them."""

from collections.abc import Iterator

from ostiary.contract.draft import Draft
from ostiary.contract.mistakes import Code, Mistake
from ostiary.keys.certificate import CertificateInvalid, authorities

_MEND = "Write the path of a PEM file with the certificates of those that issue server certificates."


def registration(draft: Draft) -> Iterator[Mistake]:
    """Authorities that cannot be read, and networks that are everything."""
    stated = draft.file.registration
    if stated is None:
        return
    path = ("registration", "fetch")
    for index, network in enumerate(stated.fetch.networks):
        if network.prefixlen == 0:
            says = "Everything inside could be reached by whoever may register."
            yield draft.mistake(
                (*path, "networks", index), Code.OUT_OF_RANGE, says, "Name the networks that are meant."
            )
    if stated.fetch.authorities is not None:
        wrong = _unusable(draft, stated.fetch.authorities)
        if wrong:
            yield draft.mistake((*path, "authorities"), Code.CERTIFICATE_INVALID, wrong, _MEND)


def _unusable(draft: Draft, file: str) -> str:
    try:
        authorities(draft.read_file(file))
    except CertificateInvalid as invalid:
        return f"The file is refused: {invalid}."
    except OSError as error:
        return f"The file cannot be read: {error.strerror or 'no such file'}."
    return ""
