"""Reads and writes of devices that wait for a person. Each gets one answer, and its device code is spent once."""

from typing import Final

from ostiary.issuer.device_records import (
    AddDeviceRequest,
    AllowDevice,
    DenyDevice,
    DeviceRequest,
    EnterUserCode,
    PollDevice,
    SpendDeviceCode,
)
from ostiary.store.of_issuer import GRANT, Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps

REQUEST: Final = Shape(DeviceRequest, "device_requests", ("hash",))
REQUEST_BY_HASH: Final = REQUEST.by("hash")
REQUEST_BY_USER_CODE: Final = REQUEST.by("user_code")
_UNANSWERED: Final = 'WHERE hash = :hash AND "grant" IS NULL AND denied_at IS NULL'
_ENTER: Final = Statement("UPDATE device_requests SET entries = entries + 1 WHERE hash = :hash")
_ALLOW: Final = Statement(f"UPDATE device_requests SET \"grant\" = :to, peer = '' {_UNANSWERED}", counts=True)
_DENY: Final = Statement(f"UPDATE device_requests SET denied_at = :at, peer = '' {_UNANSWERED}", counts=True)
"""What the person judged by is not needed any more."""
_POLL: Final = Statement('UPDATE device_requests SET polled_at = :at, "interval" = :seconds WHERE hash = :hash')
_SPEND: Final = Statement(
    'UPDATE device_requests SET spent_at = :at WHERE hash = :hash AND spent_at IS NULL AND "grant" IS NOT NULL',
    counts=True,
)


def add_request(write: AddDeviceRequest) -> Steps[None]:
    """Raises Spent."""
    rows = yield REQUEST.add_new, REQUEST.values(write.request)
    if not rows:
        raise Spent(write)


def enter(write: EnterUserCode) -> Steps[None]:
    yield _ENTER, {"hash": write.hash}


def allow(write: AllowDevice) -> Steps[None]:
    """Raises Spent."""
    yield GRANT.add, GRANT.values(write.grant)
    rows = yield _ALLOW, {"hash": write.hash, "to": write.grant.id}
    if not rows:
        raise Spent(write)


def deny(write: DenyDevice) -> Steps[None]:
    """Raises Spent."""
    rows = yield _DENY, {"hash": write.hash, "at": write.at}
    if not rows:
        raise Spent(write)


def poll(write: PollDevice) -> Steps[None]:
    yield _POLL, {"hash": write.hash, "at": write.at, "seconds": write.interval}


def spend(write: SpendDeviceCode) -> Steps[None]:
    """Raises Spent."""
    rows = yield _SPEND, {"hash": write.hash, "at": write.at}
    if not rows:
        raise Spent(write)
