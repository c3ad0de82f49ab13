"""What a view works with during one request: session, viewer, now, language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import current_app, g, render_template
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.local import LocalProxy

from calendar_app.core.clock import Clock
from calendar_app.core.language import gettext
from calendar_app.core.settings import Settings
from calendar_app.people.viewer import Viewer

EXTENSION = "calendar"


@dataclass(frozen=True, slots=True)
class Services:
    """What the application was made with; there is one per app, none per module."""

    settings: Settings
    sessions: sessionmaker[Session]
    clock: Clock


def services() -> Services:
    """The services of the app that answers this request."""
    return cast(Services, current_app.extensions[EXTENSION])


class Current:
    """One request's context. The session is opened at its first use; the viewer is looked up
    at its first use, so that answers outside sign-in never touch the cookie."""

    def __init__(self, made: Services, language: str, find_viewer: Callable[[], Viewer]) -> None:
        self.settings = made.settings
        self.language = language
        self.now: datetime = made.clock()
        self._sessions = made.sessions
        self._session: Session | None = None
        self._find_viewer = find_viewer
        self._viewer: Viewer | None = None

    @property
    def session(self) -> Session:
        """The request's session; the view says ``reading`` or ``transaction``."""
        if self._session is None:
            self._session = self._sessions()
        return self._session

    @property
    def viewer(self) -> Viewer:
        """Who is looking."""
        if self._viewer is None:
            self._viewer = self._find_viewer()
        return self._viewer

    def forget_viewer(self) -> None:
        """Looks the viewer up anew (after signing in or out)."""
        self._viewer = None

    def assume_public(self) -> None:
        """Takes the viewer for the public, without asking the database."""
        self._viewer = Viewer.public(self.language)

    def text(self, message: str, **params: object) -> str:
        """A message in the request's language."""
        return gettext(self.language, message, **params)

    def page(self, template: str, **values: Any) -> str:
        """Renders a template."""
        return render_template(template, **values)

    def absolute(self, path: str) -> str:
        """The full address of a path; from ``BASE_URL``, never from the Host header."""
        return self.settings.base_url + path

    def close(self) -> None:
        """Gives the connection back."""
        if self._session is not None:
            self._session.close()


current: Current = cast(Current, LocalProxy(lambda: g.calendar))
