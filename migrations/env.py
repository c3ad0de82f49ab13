"""Runs the migrations on the connection that our own command hands over; no alembic.ini.

Migrations only go forward: to go back, restore a backup.
"""

from alembic import context

from calendar_app.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    # SQLite alters a table by building it anew.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
