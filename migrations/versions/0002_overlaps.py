"""overlaps and conflicts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# SQLite numbers only an INTEGER by itself; instants are whole seconds since 1970.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "conflict",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(length=12), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("day_part", sa.String(length=10), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("owner_id", KEY, nullable=True),
        sa.Column("waiting_for_id", KEY, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["user_account.id"],
            name=op.f("fk_conflict_owner_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["waiting_for_id"],
            ["institution.id"],
            name=op.f("fk_conflict_waiting_for_id_institution"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("public_id", name=op.f("uq_conflict_public_id")),
    )
    op.create_index(op.f("ix_conflict_local_on"), "conflict", ["local_on"], unique=False)
    op.create_index(op.f("ix_conflict_owner_id"), "conflict", ["owner_id"], unique=False)
    op.create_index("ix_conflict_state_starts_at", "conflict", ["state", "starts_at"], unique=False)

    op.create_table(
        "conflict_entry",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conflict_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"],
            ["conflict.id"],
            name=op.f("fk_conflict_entry_conflict_id_conflict"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_conflict_entry_user_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_entry")),
    )
    op.create_index(
        op.f("ix_conflict_entry_conflict_id"), "conflict_entry", ["conflict_id"], unique=False
    )

    op.create_table(
        "conflict_region",
        sa.Column("conflict_id", KEY, nullable=False),
        sa.Column("region_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"],
            ["conflict.id"],
            name=op.f("fk_conflict_region_conflict_id_conflict"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_conflict_region_region_id_region")
        ),
        sa.PrimaryKeyConstraint("conflict_id", "region_id", name=op.f("pk_conflict_region")),
    )
    op.create_index(
        op.f("ix_conflict_region_region_id"), "conflict_region", ["region_id"], unique=False
    )

    op.create_table(
        "conflict_pair",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("conflict_id", KEY, nullable=False),
        sa.Column("a_public_id", sa.String(length=12), nullable=False),
        sa.Column("b_public_id", sa.String(length=12), nullable=False),
        sa.Column("event_a_id", KEY, nullable=False),
        sa.Column("event_b_id", KEY, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conflict_id"],
            ["conflict.id"],
            name=op.f("fk_conflict_pair_conflict_id_conflict"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_a_id"],
            ["event.id"],
            name=op.f("fk_conflict_pair_event_a_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_b_id"],
            ["event.id"],
            name=op.f("fk_conflict_pair_event_b_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_pair")),
    )
    op.create_index(
        "ix_conflict_pair_a_public_id_b_public_id",
        "conflict_pair",
        ["a_public_id", "b_public_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_conflict_pair_conflict_id"), "conflict_pair", ["conflict_id"], unique=False
    )
    op.create_index(
        op.f("ix_conflict_pair_event_a_id"), "conflict_pair", ["event_a_id"], unique=False
    )
    op.create_index(
        op.f("ix_conflict_pair_event_b_id"), "conflict_pair", ["event_b_id"], unique=False
    )

    op.create_table(
        "overlap",
        sa.Column("a_id", KEY, nullable=False),
        sa.Column("b_id", KEY, nullable=False),
        sa.Column("event_a_id", KEY, nullable=False),
        sa.Column("event_b_id", KEY, nullable=False),
        sa.Column("lane", sa.String(length=12), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_overlap_ordered")),
        sa.ForeignKeyConstraint(
            ["a_id"], ["occurrence.id"], name=op.f("fk_overlap_a_id_occurrence"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["b_id"], ["occurrence.id"], name=op.f("fk_overlap_b_id_occurrence"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_a_id"],
            ["event.id"],
            name=op.f("fk_overlap_event_a_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_b_id"],
            ["event.id"],
            name=op.f("fk_overlap_event_b_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("a_id", "b_id", name=op.f("pk_overlap")),
    )
    op.create_index(op.f("ix_overlap_b_id"), "overlap", ["b_id"], unique=False)
    op.create_index(op.f("ix_overlap_event_a_id"), "overlap", ["event_a_id"], unique=False)
    op.create_index(op.f("ix_overlap_event_b_id"), "overlap", ["event_b_id"], unique=False)
    op.create_index("ix_overlap_level_starts_at", "overlap", ["level", "starts_at"], unique=False)
