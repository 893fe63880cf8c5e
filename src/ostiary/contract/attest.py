"""From what the file says of an app's instances to the rule that they are judged by."""

from typing import Final

from ostiary.contract.draft import ReadFile
from ostiary.contract.file_attest import AndroidAppOf, AppleAppOf, AttestOf
from ostiary.contract.model import AndroidRule, AppleRule, AttestRule
from ostiary.contract.setting import InsecureFile
from ostiary.keys import published_roots
from ostiary.keys.device_chain import read_roots
from ostiary.keys.status_list import status_list

LONGEST: Final = 86400
"""Seconds: no longer than an access token may live."""


def attest_rule(stated: AttestOf, read_file: ReadFile) -> AttestRule:
    """Raises CertificateInvalid and `OSError` for files."""
    return AttestRule(
        stated.lifetime,
        None if stated.apple is None else apple_rule(stated.apple, read_file),
        None if stated.android is None else android_rule(stated.android, read_file),
    )


def apple_rule(stated: AppleAppOf, read_file: ReadFile) -> AppleRule:
    """As `attest_rule`."""
    return AppleRule(
        app=f"{stated.team}.{stated.bundle}",
        development=stated.insecure_development_builds is not None,
        roots=roots(stated.insecure_roots, published_roots.APPLE_APP_ATTEST, read_file),
    )


def android_rule(stated: AndroidAppOf, read_file: ReadFile) -> AndroidRule:
    """As `attest_rule`."""
    return AndroidRule(
        package=stated.package,
        certificates=frozenset(bytes.fromhex(each.replace(":", "")) for each in stated.certificates),
        security_level=stated.security_level,
        patch_level=int((stated.patch_level or "0").replace("-", "")),
        unlocked=stated.insecure_unlocked_devices is not None,
        revoked=revoked(stated, read_file),
        roots=roots(stated.insecure_roots, published_roots.ANDROID, read_file),
    )


def revoked(stated: AndroidAppOf, read_file: ReadFile) -> frozenset[str]:
    """Serial numbers in hexadecimal. Raises CertificateInvalid, `OSError`."""
    return frozenset() if stated.status_list is None else status_list(read_file(stated.status_list))


def roots(stated: InsecureFile | None, published: bytes, read_file: ReadFile) -> bytes:
    """PEM: those that are published, or others. Raises CertificateInvalid, `OSError`."""
    if stated is None:
        return published
    pem = read_file(stated.value)
    read_roots(pem)
    return pem
