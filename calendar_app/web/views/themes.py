"""The page of a theme: a joint programme line across institutions."""

from flask import Blueprint, url_for

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import reading
from calendar_app.events.queries import EventFilter, find_term
from calendar_app.web.context import current
from calendar_app.web.filters import SLUG
from calendar_app.web.linked_data import theme_data
from calendar_app.web.programme import load_programme
from calendar_app.web.views.event_page import event_url

blueprint = Blueprint("themes", __name__)


@blueprint.get("/themes/<slug>")
def show(slug: str) -> str:
    """One theme and its programme in both regions."""
    viewer = current.viewer
    if not SLUG.fullmatch(slug):
        raise NotFound
    with reading(current.session):
        theme = find_term(current.session, "theme", slug)
        if theme is None:
            raise NotFound
        programme = load_programme(EventFilter(themes=(slug,)), viewer)
        url = current.absolute(url_for("themes.show", slug=slug))
        return current.page(
            "places/theme.html",
            theme=theme,
            programme=programme,
            kinds=programme.kinds,
            linked_data=theme_data(theme, url, programme, event_url),
        )
