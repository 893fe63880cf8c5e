"""The tables. Times are seconds since the epoch; sets are sorted texts joined by a space, which no member contains."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata: Final = MetaData()

people: Final = Table(
    "people",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("tenant", Text),
    Column("roles", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("disabled", Boolean, nullable=False),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("subject", Text, ForeignKey("people.subject"), nullable=False, index=True),
    Column("auth_time", BigInteger, nullable=False),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger),
)

consents: Final = Table(
    "consents",
    metadata,
    Column("subject", Text, ForeignKey("people.subject"), primary_key=True),
    Column("client", Text, primary_key=True),
    Column("scopes", Text, nullable=False),
    Column("granted_at", BigInteger, nullable=False),
    Column("about", Text),
)

failures: Final = Table(
    "failures",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", Float(53), nullable=False, index=True),
)

grants: Final = Table(
    "grants",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("session", Text, nullable=False, index=True),
    Column("scopes", Text, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("acr", Text, nullable=False),
    Column("amr", Text, nullable=False),
    Column("nonce", Text),
    Column("claims", Text),
    Column("issued_at", BigInteger, nullable=False, index=True),
    Column("resources", Text, nullable=False),
    Column("details", Text),
    Column("revoked_at", BigInteger),
)

codes: Final = Table(
    "codes",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("grant", Text, ForeignKey("grants.id"), nullable=False, index=True),
    Column("client", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("spent_at", BigInteger),
    Column("key", Text),
)

refresh_families: Final = Table(
    "refresh_families",
    metadata,
    Column("grant", Text, ForeignKey("grants.id"), primary_key=True),
    Column("client", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("family_expires_at", BigInteger, nullable=False),
    Column("key", Text),
    Column("hash", LargeBinary),
)
_unnumbered: Final = text("hash IS NOT NULL")
Index("ix_refresh_families_hash", refresh_families.c.hash, sqlite_where=_unnumbered, postgresql_where=_unnumbered)

device_requests: Final = Table(
    "device_requests",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("user_code", LargeBinary, nullable=False, unique=True),
    Column("client", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("name", Text),
    Column("peer", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("interval", Integer, nullable=False),
    Column("polled_at", Float(53)),
    Column("entries", Integer, nullable=False),
    Column("grant", Text, ForeignKey("grants.id")),
    Column("denied_at", BigInteger),
    Column("spent_at", BigInteger),
    Column("key", Text),
)

web_sessions: Final = Table(
    "web_sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("client", Text, nullable=False),
    Column("grant", Text, nullable=False),
    Column("session", Text, nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

logout_notices: Final = Table(
    "logout_notices",
    metadata,
    Column("session", Text, primary_key=True),
    Column("client", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("ended_at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
)

revoked_access_tokens: Final = Table(
    "revoked_access_tokens",
    metadata,
    Column("token", Text, primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
)

disabled_clients: Final = Table(
    "disabled_clients",
    metadata,
    Column("client", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

pushed_requests: Final = Table(
    "pushed_requests",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("client", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("spent_at", BigInteger),
)

spent_assertions: Final = Table(
    "spent_assertions",
    metadata,
    Column("client", Text, primary_key=True),
    Column("token", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

signing_keys: Final = Table(
    "signing_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("use", Text, nullable=False),
    Column("public", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("signs_at", BigInteger, nullable=False),
    Column("dies_at", BigInteger),
)

api_keys: Final = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("client", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
)

registered_clients: Final = Table(
    "registered_clients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("secret_hash", LargeBinary),
    Column("auth_method", Text, nullable=False),
    Column("name", Text),
    Column("redirect_uris", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("refreshes", Boolean, nullable=False),
    Column("jwks", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("jwks_uri", Text),
    Column("logo_uri", Text),
    Column("logo", Text),
)

logos: Final = Table(
    "logos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

initial_access_tokens: Final = Table(
    "initial_access_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("most", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("revoked_at", BigInteger),
)

admin_tokens: Final = Table(
    "admin_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

admin_clients: Final = Table(
    "admin_clients",
    metadata,
    Column("id", Text, primary_key=True),
    Column("settings", Text, nullable=False),
    Column("secret_hash", LargeBinary),
    Column("former_hash", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("version", Integer, nullable=False),
)

attested_keys: Final = Table(
    "attested_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("instance", Text, nullable=False),
    Column("point", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("serials", Text, nullable=False),
    Column("attested_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, index=True),
)

spent_challenges: Final = Table(
    "spent_challenges",
    metadata,
    Column("token", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

app_configurations: Final = Table(
    "app_configurations",
    metadata,
    Column("client", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("config", Text, nullable=False),
    Column("published_at", BigInteger, nullable=False),
)

old_uses: Final = Table(
    "old_uses",
    metadata,
    Column("client", Text, primary_key=True),
    Column("way", Text, primary_key=True),
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Index("ix_old_uses_day", "day"),
)

feed: Final = Table(
    "feed",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_feed_until", "until"),
)

audit: Final = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

heads: Final = Table(
    "heads",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("feed", BigInteger, nullable=False),
)
"""One row, with id 1: the ends of the audit log and of the feed. Whoever commits holds its lock."""
