"""One page for everything that goes wrong: what happened, and what to do next."""

import logging

from flask import Flask, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from calendar_app.core.errors import AppError, Invalid
from calendar_app.core.language import N_
from calendar_app.web.access import OUTSIDE, ROUTES
from calendar_app.web.context import current
from calendar_app.web.field_names import named

log = logging.getLogger(__name__)

_TEXTS = {
    400: N_("The request is not complete or not understood. Go back and try again."),
    401: N_("Sign in first."),
    403: N_("You may not see or do this."),
    404: N_("This page does not exist, or is not meant for you. Check the address."),
    405: N_("This address cannot be used in this way. Go back and try again."),
    409: N_("Somebody else was first. Look at what is stored now and try again."),
    413: N_("This is too large. Send a smaller file or a shorter text."),
    414: N_("This address is too long. Choose fewer filters."),
    422: N_("Something in the form is not right. Go back and correct it."),
    429: N_("Too many requests. Wait a moment and try again."),
    500: N_("Something went wrong here. Nothing was saved; try again in a moment."),
    503: N_(
        "The calendar cannot be reached at the moment. Nothing was saved; try again in a minute."
    ),
}


def init_errors(app: Flask) -> None:
    """Registers the handlers."""
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(Exception, _bug)


def answer(status: int, message: str = "", **params: object) -> Response:
    """The error page, or one plain line for addresses that programs read."""
    return _answer(
        status, current.text(message, **params) if message else current.text(_TEXTS[status])
    )


def _answer(status: int, text: str) -> Response:
    if ROUTES.get(request.endpoint or "") == OUTSIDE or request.path.startswith("/feeds/"):
        response = Response(text + "\n", status, content_type="text/plain; charset=utf-8")
    else:
        if status >= 500:
            # The database may be what is broken: this page asks it nothing.
            current.assume_public()
        page = current.page("errors/error.html", status=status, message=text)
        response = Response(page, status, content_type="text/html; charset=utf-8")
    if status in (429, 503):
        response.headers["Retry-After"] = "60"
    response.headers["Cache-Control"] = "no-store"
    return response


def _app_error(error: AppError) -> Response:
    if isinstance(error, Invalid):
        # No form that they could stand in.
        return _answer(error.status, " ".join(map(named, error.errors)))
    return answer(error.status, error.message, **error.params)


def _csrf_error(error: CSRFError) -> Response:
    return answer(
        400,
        N_("This form was open too long or came from elsewhere. Go back, reload and try again."),
    )


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    return answer(status if status in _TEXTS else 400 if status < 500 else 500)


def _database_error(error: DBAPIError) -> Response:
    if isinstance(error, DataError):
        # A value that no text of the store can hold, such as NUL: what was sent is wrong.
        return answer(400)
    log.error("database: %s", error.orig.__class__.__name__, exc_info=error)
    return answer(503)


def _bug(error: Exception) -> Response:
    log.exception("unexpected error", exc_info=error)
    return answer(500)
