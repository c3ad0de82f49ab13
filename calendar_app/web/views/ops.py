"""Is the process alive, is it ready to work (``interface.md``, Operations)."""

from flask import Blueprint
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from calendar_app.core import paths
from calendar_app.db.migrate import current as current_revision
from calendar_app.db.migrate import head
from calendar_app.db.transaction import reading
from calendar_app.web.context import current

blueprint = Blueprint("ops", __name__)


def _plain(text: str, status: int) -> Response:
    return Response(
        text + "\n", status, {"Cache-Control": "no-store"}, content_type="text/plain; charset=utf-8"
    )


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return _plain("ok", 200)


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers and is at the newest migration."""
    try:
        with reading(current.session):
            at = current_revision(current.session.connection())
    except SQLAlchemyError:
        return _plain("database: not reachable", 503)
    if at != head(paths.migrations()):
        return _plain(f"migrations: at {at}, run calendar-app migrate", 503)
    return _plain("ok", 200)
