"""Indexes that no statement reads cost every insert: they go."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_index("ix_refresh_tokens_family_expires_at", "refresh_tokens")
    op.drop_index("ix_grants_subject", "grants")
