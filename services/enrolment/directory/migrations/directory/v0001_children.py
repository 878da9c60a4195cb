"""Children with sealed fields, the numbers by which they are known, and who looked at whom."""

import sqlalchemy as sa
from alembic import op

revision = "directory_0001"
down_revision = None
branch_labels = None
depends_on = None

_SEALED = ("name", "birth_date", "number", "sex", "guardians", "address", "school", "class_name")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "children",
        sa.Column("student", sa.CHAR(32), primary_key=True, nullable=False),
        sa.Column("county", sa.CHAR(6), nullable=False),
        sa.Column("look_up", sa.LargeBinary(16)),
        *(sa.Column(f"sealed_{field}", sa.LargeBinary) for field in _SEALED),
        sa.Column("written_by", sa.String(32), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_children_look_up", "children", ["look_up"])
    op.create_table("numbers", sa.Column("hashed", sa.CHAR(32), primary_key=True, nullable=False), sa.Column("student", sa.CHAR(32), nullable=False))
    op.create_index("ix_numbers_student", "numbers", ["student"])
    op.create_table(
        "looks",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("offset", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("student", sa.CHAR(32), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("caller", sa.String(255), nullable=False),
        sa.Column("office", sa.String(32), nullable=False),
        sa.Column("roles", sa.String(128), nullable=False),
        sa.Column("county", sa.CHAR(6)),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("shown", sa.Boolean, nullable=False),
    )
    op.create_index("ix_looks_student", "looks", ["student", "moment"])
    op.create_index("ix_looks_caller", "looks", ["caller", "moment"])
    op.create_index("ix_looks_moment", "looks", ["moment"])
    op.create_table(
        "followed",
        sa.Column("partition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in ("followed", "looks", "numbers", "children"):
        op.drop_table(table)
