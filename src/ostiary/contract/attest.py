"""From what the file says of an app's instances to the rule that they are judged by."""

from typing import Final

from ostiary.contract.draft import ReadFile
from ostiary.contract.file_attest import AppleAppOf, AttestOf
from ostiary.contract.model import AppleRule, AttestRule
from ostiary.contract.setting import InsecureFile
from ostiary.keys import published_roots
from ostiary.keys.device_chain import read_roots

LONGEST: Final = 86400
"""Seconds: no longer than an access token may live."""


def attest_rule(stated: AttestOf, read_file: ReadFile) -> AttestRule:
    """Raises CertificateInvalid and `OSError` for files."""
    return AttestRule(stated.lifetime, None if stated.apple is None else _apple(stated.apple, read_file))


def _apple(stated: AppleAppOf, read_file: ReadFile) -> AppleRule:
    return AppleRule(
        app=f"{stated.team}.{stated.bundle}",
        development=stated.insecure_development_builds is not None,
        roots=_roots(stated.insecure_roots, published_roots.APPLE_APP_ATTEST, read_file),
    )


def _roots(stated: InsecureFile | None, published: bytes, read_file: ReadFile) -> bytes:
    if stated is None:
        return published
    pem = read_file(stated.value)
    read_roots(pem)
    return pem
