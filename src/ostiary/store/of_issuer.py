"""Reads and writes of grants, codes, refresh tokens and what revokes them. What can be spent is spent in one step."""

from collections.abc import Mapping, Sequence
from typing import Final

from ostiary.issuer.instances import Instance
from ostiary.issuer.records import (
    AddPushedRequest,
    AuthorizationCode,
    DisableClient,
    Grant,
    OpenFamily,
    OpenGrant,
    ProlongRefreshToken,
    PushedRequest,
    RefreshFamily,
    RevokeAccessToken,
    RevokeGrant,
    SpendAssertion,
    SpendCode,
    SpendPushedRequest,
    SpendRefreshToken,
)
from ostiary.model.ids import ClientId, Subject, TokenId
from ostiary.model.plan import Spend
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps, add_new, put

MOST_INSTANCES: Final = 100
GRANT: Final = Shape(Grant, "grants", ("id",))
CODE: Final = Shape(AuthorizationCode, "codes", ("hash",))
REFRESH_FAMILY: Final = Shape(RefreshFamily, "refresh_families", ("grant",))
PUSHED_REQUEST: Final = Shape(PushedRequest, "pushed_requests", ("hash",))

GRANT_BY_ID: Final = GRANT.by("id")
CODE_BY_HASH: Final = CODE.by("hash")
PUSHED_REQUEST_BY_HASH: Final = PUSHED_REQUEST.by("hash")


class Spent(Exception):
    """Somebody was first."""

    def __init__(self, spend: Spend) -> None:
        super().__init__()
        self.spend = spend


def _spend(table: str) -> Statement:
    return Statement(f"UPDATE {table} SET spent_at = :at WHERE hash = :hash AND spent_at IS NULL", counts=True)


_SPEND: Final[Mapping[type[Spend], Statement]] = {
    SpendCode: _spend("codes"),
    SpendPushedRequest: _spend("pushed_requests"),
}
_NEXT: Final = Statement(
    "UPDATE refresh_families SET number = number + 1, issued_at = :at, expires_at = :expires_at"
    ' WHERE "grant" = :grant AND number = :number',
    counts=True,
)
_PROLONG: Final = Statement(
    'UPDATE refresh_families SET expires_at = :until WHERE "grant" = :grant AND expires_at < :until'
)
_SPEND_ASSERTION: Final = add_new("spent_assertions", ("client", "token"), ("expires_at",))
_LIVING_GRANTS: Final = Statement(f"{GRANT.select} WHERE subject = :subject AND revoked_at IS NULL")
_FAMILIES: Final = Statement(
    f'{REFRESH_FAMILY.select} WHERE "grant" IN (SELECT id FROM grants WHERE subject = :subject AND revoked_at IS NULL)'
    f" AND expires_at > :now ORDER BY issued_at DESC LIMIT {MOST_INSTANCES}"
)
_REVOKE_GRANT: Final = Statement("UPDATE grants SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_REVOKE_ACCESS_TOKEN: Final = put("revoked_access_tokens", ("token",), ("until",))
_DISABLE_CLIENT: Final = put("disabled_clients", ("client",), ("at",))
_REVOKED: Final = Statement("SELECT until FROM revoked_access_tokens WHERE token = :token")
_DISABLED: Final = Statement("SELECT at FROM disabled_clients WHERE client = :client")


def instances(subject: Subject, now: int) -> Steps[Sequence[Instance]]:
    """A grant that was revoked between the two reads is left out."""
    families = [REFRESH_FAMILY.record(row) for row in (yield _FAMILIES, {"subject": subject, "now": now})]
    grants = [GRANT.record(row) for row in (yield _LIVING_GRANTS, {"subject": subject})]
    by_id = {grant.id: grant for grant in grants}
    return [Instance(by_id[family.grant], family) for family in families if family.grant in by_id]


def access_token_revoked(token: TokenId) -> Steps[bool]:
    rows = yield _REVOKED, {"token": token}
    return bool(rows)


def client_disabled_at(client: ClientId) -> Steps[int | None]:
    rows = yield _DISABLED, {"client": client}
    return rows[0][0] if rows else None


def open_grant(write: OpenGrant) -> Steps[None]:
    yield GRANT.add, GRANT.values(write.grant)
    yield CODE.add, CODE.values(write.code)


def add_pushed_request(write: AddPushedRequest) -> Steps[None]:
    yield PUSHED_REQUEST.add, PUSHED_REQUEST.values(write.request)


def open_family(write: OpenFamily) -> Steps[None]:
    yield REFRESH_FAMILY.add, REFRESH_FAMILY.values(write.family)


def spend_refresh_token(write: SpendRefreshToken) -> Steps[None]:
    """Raises Spent."""
    values = {"grant": write.grant, "number": write.number, "at": write.at, "expires_at": write.expires_at}
    rows = yield _NEXT, values
    if not rows:
        raise Spent(write)


def prolong_refresh_token(write: ProlongRefreshToken) -> Steps[None]:
    """Never back: of two uses at once the later end holds."""
    yield _PROLONG, {"grant": write.grant, "until": write.until}


def spend(write: SpendCode | SpendPushedRequest) -> Steps[None]:
    """Raises Spent."""
    rows = yield _SPEND[type(write)], {"hash": write.hash, "at": write.at}
    if not rows:
        raise Spent(write)


def spend_assertion(write: SpendAssertion) -> Steps[None]:
    """Raises Spent."""
    values = {"client": write.client, "token": write.token, "expires_at": write.expires_at}
    rows = yield _SPEND_ASSERTION, values
    if not rows:
        raise Spent(write)


def revoke_grant(write: RevokeGrant) -> Steps[None]:
    yield _REVOKE_GRANT, {"id": write.grant, "at": write.at}


def revoke_access_token(write: RevokeAccessToken) -> Steps[None]:
    yield _REVOKE_ACCESS_TOKEN, {"token": write.token, "until": write.until}


def disable_client(write: DisableClient) -> Steps[None]:
    yield _DISABLE_CLIENT, {"client": write.client, "at": write.at}
