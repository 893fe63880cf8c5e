"""Clients that are to be told that a sign-in has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "logout_notices",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session", "client"),
    )
    op.create_index(op.f("ix_logout_notices_due_at"), "logout_notices", ["due_at"], unique=False)
    op.create_index(op.f("ix_grants_session"), "grants", ["session"], unique=False)
