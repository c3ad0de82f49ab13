"""an event in full

Dates, axes, organisers, content, moderation; people's proofs; the outbox. Every new column has a
default in the store, so that the release before goes on writing.
"""

from collections.abc import Sequence
from typing import Literal

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# SQLite numbers only an INTEGER by itself; instants are whole seconds since 1970.
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger()

# A check cannot be changed: it is made anew, on SQLite with its table.
EVENT = {
    "planning": ("idea", "option", "confirmed", "cancelled"),
    "visibility": ("sealed", "coordinators", "partners", "press", "public"),
    "reach": ("local", "regional", "national"),
    "date_type": ("single", "multiple", "periodic", "permanent"),
    "precision": ("exact", "day", "week", "month", "season"),
    "moderation": ("draft", "submitted", "approved", "rejected"),
}
TERM = {"scheme": ("kind", "discipline", "audience", "theme", "access")}
WIDENED = (("event", "visibility"), ("event", "date_type"), ("term", "scheme"))


def _check(table: str, column: str, values: Sequence[str]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} in ({listed})", name=op.f(f"ck_{table}_{column}"))


def _checks(table: str, columns: dict[str, tuple[str, ...]]) -> list[sa.CheckConstraint]:
    return [_check(table, column, values) for column, values in columns.items()]


def _text(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=default)


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default="[]")


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def upgrade() -> None:
    _widen()
    _tables()


def _widen() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        for table, column in WIDENED:
            op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
    # SQLite builds the table anew; by itself it would not, and would keep the checks it had.
    again = [] if postgresql else _checks("event", EVENT)
    how: Literal["never", "always"] = "never" if postgresql else "always"
    with op.batch_alter_table("event", recreate=how, table_args=again) as event:
        for column in () if postgresql else ("planning", "visibility", "reach", "date_type"):
            event.drop_constraint(op.f(f"ck_event_{column}"), type_="check")
        event.add_column(_text("precision", 8, "exact"))
        event.add_column(sa.Column("opening_hours", sa.JSON(), nullable=True))
        event.add_column(_text("moderation", 10, "approved"))
        event.add_column(_text("moderation_reason", 500))
        event.add_column(sa.Column("approved_version", sa.Integer(), nullable=True))
        event.add_column(sa.Column("price_cents", sa.Integer(), nullable=True))
        event.add_column(_text("price_note_nl", 300))
        event.add_column(_text("price_note_en", 300))
        event.add_column(_text("ticket_url", 500))
        event.add_column(_list("languages"))
        event.add_column(_text("contact_email", 254))
        event.add_column(_list("channels"))
    if postgresql:
        for column in ("visibility", "date_type", "precision", "moderation"):
            check = _check("event", column, EVENT[column])
            op.create_check_constraint(check.name, "event", check.sqltext)
        check = _check("term", "scheme", TERM["scheme"])
        op.create_check_constraint(check.name, "term", check.sqltext)
    else:
        with op.batch_alter_table(
            "term", recreate="always", table_args=_checks("term", TERM)
        ) as term:
            term.drop_constraint(op.f("ck_term_scheme"), type_="check")
    op.add_column("institution", _text("contact_email", 254))
    op.add_column("institution", sa.Column("complete_until", sa.Date(), nullable=True))
    op.add_column("occurrence", sa.Column("previous_starts_at", INSTANT, nullable=True))
    op.add_column("occurrence", _flag("sold_out"))
    op.add_column("occurrence", _list("access"))
    op.add_column("region", _text("moderation", 8, "direct"))
    op.add_column("sign_in", _text("device", 80))
    op.add_column("user_account", _flag("is_press"))
    op.add_column("user_account", sa.Column("totp_secret", sa.String(length=64), nullable=True))
    op.add_column("user_account", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("venue") as venue:
        venue.add_column(sa.Column("merged_into_id", KEY, nullable=True))
        venue.create_foreign_key(
            op.f("fk_venue_merged_into_id_venue"), "venue", ["merged_into_id"], ["id"]
        )


def _tables() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=254), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_audit_entry_user_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index(
        op.f("ix_audit_entry_subject_subject_id"),
        "audit_entry",
        ["subject", "subject_id"],
        unique=False,
    )

    op.create_table(
        "bulk_change",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_bulk_change_user_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_change")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulk_change_public_id")),
    )
    op.create_index(op.f("ix_bulk_change_at"), "bulk_change", ["at"], unique=False)

    op.create_table(
        "mail",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("failed_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_mail_user_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
    )
    op.create_index(op.f("ix_mail_sent_at_due_at"), "mail", ["sent_at", "due_at"], unique=False)
    op.create_index(op.f("ix_mail_user_id"), "mail", ["user_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "purpose in ('invitation', 'reset', 'address')", name=op.f("ck_one_time_link_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_one_time_link_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    op.create_index(op.f("ix_one_time_link_email"), "one_time_link", ["email"], unique=False)
    op.create_index(
        op.f("ix_one_time_link_expires_at"), "one_time_link", ["expires_at"], unique=False
    )
    op.create_index(op.f("ix_one_time_link_user_id"), "one_time_link", ["user_id"], unique=False)

    op.create_table(
        "passkey",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_passkey_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_user_id"), "passkey", ["user_id"], unique=False)

    op.create_table(
        "image",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=12), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("alt_nl", sa.String(length=300), nullable=False),
        sa.Column("alt_en", sa.String(length=300), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("license", sa.String(length=40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_image_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image")),
        sa.UniqueConstraint("event_id", name=op.f("uq_image_event_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_image_public_id")),
    )
    op.create_table(
        "organiser",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("institution_id", KEY, nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("role in ('co', 'host', 'partner')", name=op.f("ck_organiser_role")),
        sa.CheckConstraint(
            "state in ('invited', 'accepted', 'declined')", name=op.f("ck_organiser_state")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_organiser_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["institution.id"],
            name=op.f("fk_organiser_institution_id_institution"),
        ),
        sa.PrimaryKeyConstraint("event_id", "institution_id", name=op.f("pk_organiser")),
    )
    op.create_index(
        op.f("ix_organiser_institution_id"), "organiser", ["institution_id"], unique=False
    )

    op.create_table(
        "promotion",
        sa.Column("campaign_id", KEY, nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["event.id"],
            name=op.f("fk_promotion_campaign_id_event"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_promotion_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "event_id", name=op.f("pk_promotion")),
    )
    op.create_index(op.f("ix_promotion_event_id"), "promotion", ["event_id"], unique=False)

    op.create_table(
        "share",
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("institution_id", KEY, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_share_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_share_institution_id_institution")
        ),
        sa.PrimaryKeyConstraint("event_id", "institution_id", name=op.f("pk_share")),
    )
    op.create_index(op.f("ix_share_institution_id"), "share", ["institution_id"], unique=False)

    op.create_table(
        "image_file",
        sa.Column("image_id", KEY, nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["image.id"],
            name=op.f("fk_image_file_image_id_image"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("image_id", "width", name=op.f("pk_image_file")),
    )
