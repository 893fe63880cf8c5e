"""What exactly a grant is for."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("grants", sa.Column("details", sa.Text(), nullable=True))
