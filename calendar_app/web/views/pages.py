"""The front page and the statements every public site owes its readers."""

from datetime import timedelta

from flask import Blueprint

from calendar_app.core.timespan import local_day, midnight
from calendar_app.db.transaction import reading
from calendar_app.events.agenda_queries import list_chosen, list_starts
from calendar_app.people.queries import list_institutions
from calendar_app.places.queries import list_regions
from calendar_app.web import calendar_views as shapes
from calendar_app.web.context import current
from calendar_app.web.programme import load_kinds

blueprint = Blueprint("pages", __name__)

HIGHLIGHTS = 6


@blueprint.get("/")
def home() -> str:
    """What this is, the coming seven days in both regions, and where to go from here."""
    viewer = current.viewer
    today = local_day(current.now)
    days = [today + timedelta(days=n) for n in range(7)]
    with reading(current.session):
        session, now = current.session, current.now
        starts = list_starts(
            session, viewer, now, since=midnight(today),
            before=midnight(today + timedelta(days=7)),
        )  # fmt: skip
        coming = [start for start in starts if start.second >= now.timestamp()]
        chosen = list_chosen(session, viewer, now, shapes.choose_highlights(coming, HIGHLIGHTS))
        regions = list_regions(session)
        counts = shapes.count_regions(shapes.on_days(starts, days))
        institutions = list_institutions(session)
        return current.page(
            "pages/home.html",
            today=today,
            kinds=load_kinds(),
            days=days,
            regions=regions,
            counts=counts,
            most=max(counts.values(), default=1),
            highlights=shapes.by_day(shapes.list_entries(chosen, (), today, days[-1])),
            members={r.id: [i for i in institutions if i.region_id == r.id] for r in regions},
        )


@blueprint.get("/accessibility")
def accessibility() -> str:
    """The accessibility statement."""
    return current.page("pages/accessibility.html")


@blueprint.get("/privacy")
def privacy() -> str:
    """The privacy statement."""
    return current.page("pages/privacy.html")
