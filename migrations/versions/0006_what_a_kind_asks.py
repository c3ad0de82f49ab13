"""what a kind asks: a course's term and enrolment, an offer for schools, a room's set-up time

One column with a default of nothing: the release before goes on writing.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("event", sa.Column("details", sa.JSON(), nullable=True))
