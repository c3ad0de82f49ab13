"""feeds"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# SQLite numbers only an INTEGER by itself; instants are whole seconds since 1970.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "feed_state",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_feed_state")),
    )
    op.create_table(
        "feed_revision",
        sa.Column("institution_id", KEY, nullable=False),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_feed_revision_institution_id_institution"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("institution_id", "tier", name=op.f("pk_feed_revision")),
    )
    op.create_table(
        "feed_scope",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("scheme", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_feed_scope_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", "scheme", "key", name=op.f("pk_feed_scope")),
    )
    op.create_index(
        "ix_feed_scope_scheme_key", "feed_scope", ["scheme", "key", "event_id"], unique=False
    )

    op.create_table(
        "feed_item",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("occurrence_id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("tier", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_until", INSTANT, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("modified_at", INSTANT, nullable=False),
        sa.Column("signature", sa.String(length=32), nullable=False),
        sa.Column("text_hash", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_feed_item_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_feed_item_occurrence_id_occurrence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_item")),
        sa.UniqueConstraint(
            "occurrence_id",
            "tier",
            "language",
            "valid_from",
            name=op.f("uq_feed_item_occurrence_id_tier_language_valid_from"),
        ),
    )
    op.create_index(op.f("ix_feed_item_event_id"), "feed_item", ["event_id"], unique=False)
    op.create_index(
        "ix_feed_item_in_order", "feed_item", ["tier", "language", "starts_at", "uid"], unique=False
    )
    op.create_index(
        "ix_feed_item_valid_from", "feed_item", ["tier", "language", "valid_from"], unique=False
    )
    op.create_index(
        "ix_feed_item_valid_until", "feed_item", ["tier", "language", "valid_until"], unique=False
    )
