"""Notes and attachments of children, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "directory_0002"
down_revision = "directory_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "notes",
        sa.Column("note", sa.CHAR(32), primary_key=True, nullable=False),
        sa.Column("student", sa.CHAR(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("caller", sa.String(255), nullable=False),
        sa.Column("office", sa.String(32), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_notes_student", "notes", ["student", "written_at"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("notes")
