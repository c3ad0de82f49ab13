"""The only package that knows Flask: pages, forms, feeds over HTTP."""

import gc
from collections.abc import Mapping
from datetime import timedelta

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session, configure_mappers, sessionmaker

from calendar_app.core import paths
from calendar_app.core.clock import Clock, utc_now
from calendar_app.core.settings import Settings, load_settings
from calendar_app.db.engine import make_engine, session_factory
from calendar_app.web import access, auth, errors, headers, templating
from calendar_app.web.context import EXTENSION, Current, Services
from calendar_app.web.converters import CONVERTERS
from calendar_app.web.middleware import KEY, LanguagePrefix
from calendar_app.web.views import BLUEPRINTS

MAX_UPLOAD = 21 * 1024 * 1024
MAX_FORM = 2 * 1024 * 1024


def create_app(
    settings: Mapping[str, object] | Settings | None = None,
    *,
    sessions: sessionmaker[Session] | None = None,
    clock: Clock = utc_now,
) -> Flask:
    """Makes the application. ``settings`` override ``config.py``; ``sessions`` replace those of
    ``DATABASE_URL``; ``clock`` tells the time."""
    known = settings if isinstance(settings, Settings) else load_settings(settings)
    app = Flask(
        "calendar_app.web",
        template_folder=str(paths.templates()),
        static_folder="static",
        instance_path=str(known.instance_dir),
    )
    app.config.update(
        SECRET_KEY=known.secret_key,
        SESSION_COOKIE_NAME="__Host-session" if known.secure else "session",
        SESSION_COOKIE_SECURE=known.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=MAX_FORM,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open all afternoon; the session limits it
        WTF_CSRF_SSL_STRICT=known.secure,
        TEMPLATES_AUTO_RELOAD=False,
    )
    if sessions is None:
        sessions = session_factory(make_engine(known.database_url))
    made = Services(known, sessions, clock)
    app.extensions[EXTENSION] = made
    app.url_map.strict_slashes = False
    app.url_map.converters.update(CONVERTERS)

    @app.before_request
    def begin() -> None:
        g.language = request.environ.get(KEY, "nl")
        g.calendar = Current(made, g.language, auth.find_viewer)

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        found = g.pop("calendar", None)
        if found is not None:
            found.close()

    CSRFProtect(app)
    auth.init_auth(app)
    app.before_request(access.check_access)
    errors.init_errors(app)
    headers.init_headers(app)
    templating.init_templating(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


def create_served() -> Flask:
    """The application of a server process. What was loaded until here lives as long as the process
    does: no garbage collection walks it again, a tenth of a second in the midst of a request."""
    app = create_app()
    configure_mappers()
    gc.collect()
    gc.freeze()
    return app


__all__ = ["create_app", "create_served"]
