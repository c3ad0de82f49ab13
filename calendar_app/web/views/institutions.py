"""The institutions of both regions, and the page of each."""

from flask import Blueprint, url_for

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import reading
from calendar_app.events.queries import EventFilter
from calendar_app.people.queries import get_institution, list_institutions
from calendar_app.places.queries import list_regions
from calendar_app.web.context import current
from calendar_app.web.filters import SLUG
from calendar_app.web.linked_data import institution_data
from calendar_app.web.programme import load_programme
from calendar_app.web.views.event_page import event_url

blueprint = Blueprint("institutions", __name__)


@blueprint.get("/institutions")
def index() -> str:
    """All institutions, by region."""
    with reading(current.session):
        regions = list_regions(current.session)
        found = list_institutions(current.session)
        members = {r.id: [i for i in found if i.region_id == r.id] for r in regions}
        return current.page("people/institutions.html", regions=regions, members=members)


@blueprint.get("/institutions/<slug>")
def show(slug: str) -> str:
    """One institution: who it is, what it programmes, its feed."""
    viewer = current.viewer
    if not SLUG.fullmatch(slug):
        raise NotFound
    with reading(current.session):
        institution = get_institution(current.session, slug)
        programme = load_programme(EventFilter(institutions=(slug,)), viewer)
        url = current.absolute(url_for("institutions.show", slug=slug))
        return current.page(
            "people/institution.html",
            institution=institution,
            programme=programme,
            linked_data=institution_data(institution, url, programme, event_url),
            kinds=programme.kinds,
            own=institution.id in viewer.institution_ids,
        )
