"""Reads and writes of grants, codes, refresh tokens and what revokes them. What can be spent is spent in one step."""

from collections.abc import Mapping, Sequence
from typing import Final

from ostiary.issuer.instances import Instance
from ostiary.issuer.records import (
    AddPushedRequest,
    AddRefreshToken,
    AuthorizationCode,
    DisableClient,
    Grant,
    OpenGrant,
    ProlongRefreshToken,
    PushedRequest,
    RefreshToken,
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
REFRESH_TOKEN: Final = Shape(RefreshToken, "refresh_tokens", ("hash",))
PUSHED_REQUEST: Final = Shape(PushedRequest, "pushed_requests", ("hash",))

GRANT_BY_ID: Final = GRANT.by("id")
CODE_BY_HASH: Final = CODE.by("hash")
REFRESH_TOKEN_BY_HASH: Final = REFRESH_TOKEN.by("hash")
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
    SpendRefreshToken: _spend("refresh_tokens"),
    SpendPushedRequest: _spend("pushed_requests"),
}
_PROLONG: Final = Statement("UPDATE refresh_tokens SET expires_at = :until WHERE hash = :hash AND expires_at < :until")
_SPEND_ASSERTION: Final = add_new("spent_assertions", ("client", "token"), ("expires_at",))
_LIVING_GRANTS: Final = Statement(f"{GRANT.select} WHERE subject = :subject AND revoked_at IS NULL")
_LAST_TOKENS: Final = Statement(
    f'{REFRESH_TOKEN.select} WHERE "grant" IN (SELECT id FROM grants WHERE subject = :subject AND revoked_at IS NULL)'
    f" AND spent_at IS NULL AND expires_at > :now ORDER BY issued_at DESC LIMIT {MOST_INSTANCES}"
)
_REVOKE_GRANT: Final = Statement("UPDATE grants SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL")
_REVOKE_ACCESS_TOKEN: Final = put("revoked_access_tokens", ("token",), ("until",))
_DISABLE_CLIENT: Final = put("disabled_clients", ("client",), ("at",))
_REVOKED: Final = Statement("SELECT until FROM revoked_access_tokens WHERE token = :token")
_DISABLED: Final = Statement("SELECT at FROM disabled_clients WHERE client = :client")


def instances(subject: Subject, now: int) -> Steps[Sequence[Instance]]:
    """A grant that was revoked between the two reads is left out."""
    tokens = [REFRESH_TOKEN.record(row) for row in (yield _LAST_TOKENS, {"subject": subject, "now": now})]
    grants = [GRANT.record(row) for row in (yield _LIVING_GRANTS, {"subject": subject})]
    by_id = {grant.id: grant for grant in grants}
    return [Instance(by_id[token.grant], token) for token in tokens if token.grant in by_id]


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


def add_refresh_token(write: AddRefreshToken) -> Steps[None]:
    yield REFRESH_TOKEN.add, REFRESH_TOKEN.values(write.token)


def prolong_refresh_token(write: ProlongRefreshToken) -> Steps[None]:
    """Never back: of two uses at once the later end holds."""
    yield _PROLONG, {"hash": write.hash, "until": write.until}


def spend(write: SpendCode | SpendRefreshToken | SpendPushedRequest) -> Steps[None]:
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
