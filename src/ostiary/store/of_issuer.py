"""Reads and writes of grants, codes, refresh tokens and what revokes them. What can be spent is spent in one step."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Table, bindparam, select, update

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
from ostiary.model.ids import ClientId, TokenId
from ostiary.model.plan import Spend
from ostiary.store import schema
from ostiary.store.shapes import Shape
from ostiary.store.statements import Statement, Steps, add_new, put

GRANT: Final = Shape(Grant, schema.grants)
CODE: Final = Shape(AuthorizationCode, schema.codes)
REFRESH_TOKEN: Final = Shape(RefreshToken, schema.refresh_tokens)
PUSHED_REQUEST: Final = Shape(PushedRequest, schema.pushed_requests)

GRANT_BY_ID: Final = GRANT.by("id")
CODE_BY_HASH: Final = CODE.by("hash")
REFRESH_TOKEN_BY_HASH: Final = REFRESH_TOKEN.by("hash")
PUSHED_REQUEST_BY_HASH: Final = PUSHED_REQUEST.by("hash")


class Spent(Exception):
    """Somebody was first."""

    def __init__(self, spend: Spend) -> None:
        super().__init__()
        self.spend = spend


def _spend(table: Table) -> Statement:
    return Statement(
        lambda _: (
            update(table)
            .where(table.c.hash == bindparam("the"), table.c.spent_at.is_(None))
            .values(spent_at=bindparam("at"))
            .returning(table.c.hash)
        )
    )


_SPEND: Final[Mapping[type[Spend], Statement]] = {
    SpendCode: _spend(schema.codes),
    SpendRefreshToken: _spend(schema.refresh_tokens),
    SpendPushedRequest: _spend(schema.pushed_requests),
}
_PROLONG: Final = Statement(
    lambda _: (
        update(schema.refresh_tokens)
        .where(
            schema.refresh_tokens.c.hash == bindparam("the"), schema.refresh_tokens.c.expires_at < bindparam("until")
        )
        .values(expires_at=bindparam("until"))
    )
)
_SPEND_ASSERTION: Final = add_new(schema.spent_assertions)
_REVOKE_GRANT: Final = Statement(
    lambda _: (
        update(schema.grants)
        .where(schema.grants.c.id == bindparam("the"), schema.grants.c.revoked_at.is_(None))
        .values(revoked_at=bindparam("at"))
    )
)
_REVOKE_ACCESS_TOKEN: Final = put(schema.revoked_access_tokens)
_DISABLE_CLIENT: Final = put(schema.disabled_clients)
_REVOKED: Final = Statement(
    lambda _: select(schema.revoked_access_tokens.c.until).where(
        schema.revoked_access_tokens.c.token == bindparam("the")
    )
)
_DISABLED: Final = Statement(
    lambda _: select(schema.disabled_clients.c.at).where(schema.disabled_clients.c.client == bindparam("the"))
)


def access_token_revoked(token: TokenId) -> Steps[bool]:
    rows = yield _REVOKED, {"the": token}
    return bool(rows)


def client_disabled_at(client: ClientId) -> Steps[int | None]:
    rows = yield _DISABLED, {"the": client}
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
    yield _PROLONG, {"the": write.hash, "until": write.until}


def spend(write: SpendCode | SpendRefreshToken | SpendPushedRequest) -> Steps[None]:
    """Raises Spent."""
    rows = yield _SPEND[type(write)], {"the": write.hash, "at": write.at}
    if not rows:
        raise Spent(write)


def spend_assertion(write: SpendAssertion) -> Steps[None]:
    """Raises Spent."""
    values = {"client": write.client, "token": write.token, "expires_at": write.expires_at}
    rows = yield _SPEND_ASSERTION, values
    if not rows:
        raise Spent(write)


def revoke_grant(write: RevokeGrant) -> Steps[None]:
    yield _REVOKE_GRANT, {"the": write.grant, "at": write.at}


def revoke_access_token(write: RevokeAccessToken) -> Steps[None]:
    yield _REVOKE_ACCESS_TOKEN, {"token": write.token, "until": write.until}


def disable_client(write: DisableClient) -> Steps[None]:
    yield _DISABLE_CLIENT, {"client": write.client, "at": write.at}
