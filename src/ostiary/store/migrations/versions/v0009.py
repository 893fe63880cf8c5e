"""The services that a grant is for."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("grants", sa.Column("resources", sa.Text(), nullable=False, server_default=""))
