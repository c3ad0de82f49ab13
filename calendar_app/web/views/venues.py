"""The page of a venue."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import reading
from calendar_app.events.queries import EventFilter
from calendar_app.places.queries import get_venue
from calendar_app.web.context import current
from calendar_app.web.filters import SLUG
from calendar_app.web.linked_data import venue_data
from calendar_app.web.programme import load_programme
from calendar_app.web.views.event_page import event_url

blueprint = Blueprint("venues", __name__)


@blueprint.get("/venues/<slug>")
def show(slug: str) -> str | Response:
    """One venue: where it is and what is on there; a duplicate leads to the one that stayed."""
    viewer = current.viewer
    if not SLUG.fullmatch(slug):
        raise NotFound
    with reading(current.session):
        venue = get_venue(current.session, slug)
        if venue.merged_into is not None:
            return redirect(url_for("venues.show", slug=venue.merged_into.slug), 301)
        programme = load_programme(EventFilter(venues=(slug,)), viewer)
        url = current.absolute(url_for("venues.show", slug=slug))
        return current.page(
            "places/venue.html",
            venue=venue,
            programme=programme,
            kinds=programme.kinds,
            linked_data=venue_data(venue, url, programme, event_url),
        )
