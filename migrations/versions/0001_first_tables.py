"""first tables: places, people, events"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# SQLite numbers only an INTEGER by itself; instants are whole seconds since 1970.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("bucket", sa.String(length=120), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index("ix_attempt_bucket_at", "attempt", ["bucket", "at"], unique=False)

    op.create_table(
        "region",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name_nl", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("profile_nl", sa.Text(), nullable=False),
        sa.Column("profile_en", sa.Text(), nullable=False),
        sa.Column("color", sa.String(length=7), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("slug", name=op.f("uq_region_slug")),
    )
    op.create_table(
        "term",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("scheme", sa.String(length=12), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name_nl", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("schema_type", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "scheme in ('kind', 'discipline', 'audience', 'theme')", name=op.f("ck_term_scheme")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("scheme", "slug", name=op.f("uq_term_scheme_slug")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "coordination",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("region_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_coordination_region_id_region")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_coordination_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "region_id", name=op.f("pk_coordination")),
    )
    op.create_index(op.f("ix_coordination_region_id"), "coordination", ["region_id"], unique=False)

    op.create_table(
        "municipality",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region_id", KEY, nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_municipality_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality")),
        sa.UniqueConstraint("code", name=op.f("uq_municipality_code")),
    )
    op.create_index(op.f("ix_municipality_region_id"), "municipality", ["region_id"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_sign_in_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_expires_at"), "sign_in", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sign_in_user_id"), "sign_in", ["user_id"], unique=False)

    op.create_table(
        "institution",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("region_id", KEY, nullable=False),
        sa.Column("municipality_id", KEY, nullable=True),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("website", sa.String(length=300), nullable=False),
        sa.Column("default_disciplines", sa.JSON(), nullable=False),
        sa.Column("home_venue_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_institution_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_institution_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("slug", name=op.f("uq_institution_slug")),
    )
    op.create_index(op.f("ix_institution_region_id"), "institution", ["region_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("institution_id", KEY, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.CheckConstraint("role in ('editor', 'manager')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_membership_institution_id_institution"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_membership_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "institution_id", name=op.f("pk_membership")),
    )
    op.create_index(
        op.f("ix_membership_institution_id"), "membership", ["institution_id"], unique=False
    )

    op.create_table(
        "venue",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("street", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("municipality_id", KEY, nullable=True),
        sa.Column("region_id", KEY, nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("institution_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_venue_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"],
            ["municipality.id"],
            name=op.f("fk_venue_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_venue_region_id_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("slug", name=op.f("uq_venue_slug")),
    )
    op.create_index(op.f("ix_venue_institution_id"), "venue", ["institution_id"], unique=False)
    op.create_index(op.f("ix_venue_region_id"), "venue", ["region_id"], unique=False)

    # Institution and venue point at each other: the second half, once both are there.
    with op.batch_alter_table("institution") as batch:
        batch.create_foreign_key(
            "fk_institution_home_venue_id_venue", "venue", ["home_venue_id"], ["id"]
        )

    op.create_table(
        "event",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("title_nl", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("description_nl", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("search_text", sa.String(length=500), nullable=False),
        sa.Column("lead_id", KEY, nullable=False),
        sa.Column("venue_id", KEY, nullable=True),
        sa.Column("room", sa.String(length=120), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("production", sa.String(length=120), nullable=True),
        sa.Column("genre", sa.String(length=60), nullable=True),
        sa.Column("radius_km", sa.Integer(), nullable=True),
        sa.Column("radius_weeks", sa.Integer(), nullable=True),
        sa.Column("reach", sa.String(length=10), nullable=False),
        sa.Column("expected_visitors", sa.Integer(), nullable=True),
        sa.Column("date_type", sa.String(length=10), nullable=False),
        sa.Column("planning", sa.String(length=10), nullable=False),
        sa.Column("visibility", sa.String(length=12), nullable=False),
        sa.Column("public_at", INSTANT, nullable=True),
        sa.Column("cancel_reason", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("internal_note", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by_id", KEY, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "date_type in ('single', 'multiple', 'periodic')", name=op.f("ck_event_date_type")
        ),
        sa.CheckConstraint(
            "planning in ('idea', 'option', 'confirmed', 'cancelled')",
            name=op.f("ck_event_planning"),
        ),
        sa.CheckConstraint(
            "reach in ('local', 'regional', 'national')", name=op.f("ck_event_reach")
        ),
        sa.CheckConstraint(
            "visibility in ('sealed', 'coordinators', 'partners', 'public')",
            name=op.f("ck_event_visibility"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["user_account.id"],
            name=op.f("fk_event_created_by_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["institution.id"], name=op.f("fk_event_lead_id_institution")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["event.id"], name=op.f("fk_event_parent_id_event")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_event_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_public_id")),
    )
    op.create_index("ix_event_lead_id_updated_at", "event", ["lead_id", "updated_at"], unique=False)
    op.create_index(op.f("ix_event_parent_id"), "event", ["parent_id"], unique=False)
    op.create_index(op.f("ix_event_production"), "event", ["production"], unique=False)
    op.create_index(op.f("ix_event_venue_id"), "event", ["venue_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_change_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_change_user_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_event_id"), "change", ["event_id"], unique=False)

    op.create_table(
        "event_term",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("term_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_event_term_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_event_term_term_id_term")),
        sa.PrimaryKeyConstraint("event_id", "term_id", name=op.f("pk_event_term")),
    )
    op.create_index(op.f("ix_event_term_term_id"), "event_term", ["term_id"], unique=False)

    op.create_table(
        "occurrence",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("role", sa.String(length=14), nullable=False),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("starts_wall", sa.DateTime(), nullable=True),
        sa.Column("ends_wall", sa.DateTime(), nullable=True),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("starts_fold", sa.Integer(), nullable=False),
        sa.Column("ends_fold", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("revised_at", INSTANT, nullable=True),
        sa.Column("external_key", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "role in ('run', 'regular', 'opening', 'premiere', 'press', 'preview', 'last_day', 'school', 'announcement', 'on_sale', 'campaign')",
            name=op.f("ck_occurrence_role"),
        ),
        sa.CheckConstraint(
            "status in ('scheduled', 'cancelled')", name=op.f("ck_occurrence_status")
        ),
        sa.CheckConstraint(
            "(all_day and starts_on is not null and ends_on is not null) or (not all_day and starts_wall is not null and ends_wall is not null)",
            name=op.f("ck_occurrence_timed_or_all_day"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_occurrence_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_occurrence_event_id_event"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_occurrence_public_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_occurrence_uid")),
    )
    op.create_index(op.f("ix_occurrence_ends_at"), "occurrence", ["ends_at"], unique=False)
    op.create_index(op.f("ix_occurrence_event_id"), "occurrence", ["event_id"], unique=False)
    op.create_index(
        "ix_occurrence_starts_at_ends_at", "occurrence", ["starts_at", "ends_at"], unique=False
    )
