"""Grants are looked up by the person who gave them."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index(op.f("ix_grants_subject"), "grants", ["subject"], unique=False)
