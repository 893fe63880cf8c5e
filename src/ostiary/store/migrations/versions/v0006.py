"""Devices show their key when they ask."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("device_requests", sa.Column("key", sa.Text(), nullable=True))
