"""The wrapped keys, and the children whose keys were destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "keystore_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "wrapped_keys",
        sa.Column("owner", sa.String(32), primary_key=True, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(128), nullable=False),
    )
    op.create_index("ix_wrapped_keys_version", "wrapped_keys", ["version"])
    op.create_table(
        "destroyed",
        sa.Column("student", sa.CHAR(32), primary_key=True, nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "followed",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("followed", "destroyed", "wrapped_keys"):
        op.drop_table(table)
