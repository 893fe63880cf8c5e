"""Codes and refresh tokens that are bound to a key."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("codes", sa.Column("key", sa.Text(), nullable=True))
    op.add_column("refresh_tokens", sa.Column("key", sa.Text(), nullable=True))
