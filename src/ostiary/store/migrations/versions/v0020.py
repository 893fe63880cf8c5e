"""Refresh tokens have numbers, and what is stored is their family. Who has one from before goes on with it."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "refresh_families",
        sa.Column("grant", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("family_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["grant"], ["grants.id"]),
        sa.PrimaryKeyConstraint("grant"),
    )
    op.create_index("ix_refresh_families_expires_at", "refresh_families", ["expires_at"])
    known = sa.text("hash IS NOT NULL")
    op.create_index(
        "ix_refresh_families_hash", "refresh_families", ["hash"], sqlite_where=known, postgresql_where=known
    )
    op.execute(
        'INSERT INTO refresh_families ("grant", client, number, issued_at, expires_at, family_expires_at, key, hash)'
        ' SELECT "grant", client, 0, issued_at, expires_at, family_expires_at, key, hash'
        " FROM refresh_tokens WHERE spent_at IS NULL"
    )
    op.drop_table("refresh_tokens")
