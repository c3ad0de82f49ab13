"""imports"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# SQLite numbers only an INTEGER by itself; instants are whole seconds since 1970.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("institution_id", KEY, nullable=False),
        sa.Column("event_kind", sa.String(length=60), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_import_run_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_import_run_user_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_run_public_id")),
    )
    op.create_index(
        op.f("ix_import_run_institution_id"), "import_run", ["institution_id"], unique=False
    )

    op.create_table(
        "source",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("institution_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("event_kind", sa.String(length=60), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_source_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("institution_id", "kind", name=op.f("uq_source_institution_id_kind")),
    )
    op.create_table(
        "source_item",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("uid", sa.String(length=500), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_source_item_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_source_item_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_item")),
        sa.UniqueConstraint("source_id", "uid", name=op.f("uq_source_item_source_id_uid")),
    )
    op.create_index(op.f("ix_source_item_event_id"), "source_item", ["event_id"], unique=True)
