"""Where clients that registered themselves keep their keys, and their logos."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for name in ("jwks_uri", "logo_uri", "logo"):
        op.add_column("registered_clients", sa.Column(name, sa.Text(), nullable=True))
    op.create_table(
        "logos",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
