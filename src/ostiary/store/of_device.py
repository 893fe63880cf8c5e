"""Reads and writes of devices that wait for a person. Each gets one answer, and its device code is spent once."""

from typing import Final

from sqlalchemy import bindparam, update
from sqlalchemy.sql.dml import Update

from ostiary.issuer.device_records import (
    AddDeviceRequest,
    AllowDevice,
    DenyDevice,
    DeviceRequest,
    EnterUserCode,
    PollDevice,
    SpendDeviceCode,
)
from ostiary.store import schema
from ostiary.store.of_issuer import GRANT, Spent
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps, add_new

_TABLE: Final = schema.device_requests
REQUEST: Final = Shape(DeviceRequest, _TABLE)
REQUEST_BY_HASH: Final = REQUEST.by("hash")
REQUEST_BY_USER_CODE: Final = REQUEST.by("user_code")


def _changing() -> Update:
    return update(_TABLE).where(_TABLE.c.hash == bindparam("the"))


def _answering() -> Update:
    """What the person judged by is not needed any more."""
    open_yet = _changing().where(_TABLE.c.grant.is_(None), _TABLE.c.denied_at.is_(None))
    return open_yet.values(peer="").returning(_TABLE.c.hash)


_ADD: Final = add_new(_TABLE)
_ENTER: Final = Statement(lambda _: _changing().values(entries=_TABLE.c.entries + 1))
_ALLOW: Final = Statement(lambda _: _answering().values(grant=bindparam("to")))
_DENY: Final = Statement(lambda _: _answering().values(denied_at=bindparam("at")))
_POLL: Final = Statement(lambda _: _changing().values(polled_at=bindparam("at"), interval=bindparam("seconds")))
_SPEND: Final = Statement(
    lambda _: (
        _changing()
        .where(_TABLE.c.spent_at.is_(None), _TABLE.c.grant.is_not(None))
        .values(spent_at=bindparam("at"))
        .returning(_TABLE.c.hash)
    )
)


def add_request(write: AddDeviceRequest) -> Steps[None]:
    """Raises Spent."""
    rows = yield _ADD, REQUEST.values(write.request)
    if not rows:
        raise Spent(write)


def enter(write: EnterUserCode) -> Steps[None]:
    yield _ENTER, {"the": write.hash}


def allow(write: AllowDevice) -> Steps[None]:
    """Raises Spent."""
    yield GRANT.add, GRANT.values(write.grant)
    rows = yield _ALLOW, {"the": write.hash, "to": write.grant.id}
    if not rows:
        raise Spent(write)


def deny(write: DenyDevice) -> Steps[None]:
    """Raises Spent."""
    rows = yield _DENY, {"the": write.hash, "at": write.at}
    if not rows:
        raise Spent(write)


def poll(write: PollDevice) -> Steps[None]:
    yield _POLL, {"the": write.hash, "at": write.at, "seconds": write.interval}


def spend(write: SpendDeviceCode) -> Steps[None]:
    """Raises Spent."""
    rows = yield _SPEND, {"the": write.hash, "at": write.at}
    if not rows:
        raise Spent(write)
