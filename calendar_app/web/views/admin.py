"""Administration: venues, institutions, people, taxonomy, regions, audit log."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, NotFound, Stale
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line
from calendar_app.core.timespan import midnight
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.models import SCHEMES
from calendar_app.events.queries import find_term, list_terms
from calendar_app.people.admin_queries import get_person, list_actors, list_audit, list_people
from calendar_app.people.queries import get_institution, list_institutions, names_of
from calendar_app.places.duplicates import Spot, likely_same
from calendar_app.places.queries import get_venue, list_regions, list_venues
from calendar_app.web.context import current
from calendar_app.web.filters import read_choice, read_number, read_period, read_search
from calendar_app.web.forms.admin import (
    InstitutionForm,
    InvitePersonForm,
    PersonForm,
    RegionForm,
    SigningInForm,
    TermForm,
    VenueForm,
    choices_of,
)
from calendar_app.web.forms.fields import BaseForm
from calendar_app.web.templating import pick_text
from calendar_app.workflow import accounts, administer, second_step

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

PAGE, MOST_PAGES = 100, 9999
MOST_KEY = 999_999
_STALE = N_("Somebody else changed this while you were working on it. Look at it again.")
_SUBJECTS = ("venue", "institution", "user", "term", "region", "site")


@blueprint.get("")
def index() -> str:
    """What can be administered."""
    return current.page("admin/index.html")


def _form_page(
    form: BaseForm, title: str, fields: list[tuple[Any, ...]], back: str, status: int = 200,
    **more: Any,
) -> tuple[str, int]:  # fmt: skip
    """One page for every form: ``fields`` are (kind of field, name, label, options or hint)."""
    page = current.page(
        "admin/form.html", form=form, title=title, fields=fields, back=back,
        errors=form.found_errors(), **more,
    )  # fmt: skip
    return page, status


def _version(form: Any) -> int:
    given = form.version.data or ""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _sent() -> Any:
    return request.form if request.method == "POST" else None


# ── venues ───────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/venues")
def venues() -> str:
    """All venues, and those that are likely one."""
    q = read_search(request.args)
    with reading(current.session):
        found = list_venues(current.session)
    pairs = likely_same(
        [Spot(v.id, v.name, v.city, v.lat, v.lon, v.institution_id) for v in found]
    )[:50]
    known = {venue.id: venue for venue in found}
    shown = [venue for venue in found if q.casefold() in f"{venue.name} {venue.city}".casefold()]
    return current.page(
        "admin/venues.html", venues=shown[:500], q=q,
        pairs=[(known[one.key], known[other.key], score) for one, other, score in pairs],
    )  # fmt: skip


@blueprint.route("/venues/new", methods=["GET", "POST"], endpoint="new_venue")
@blueprint.route("/venues/<slug>", methods=["GET", "POST"])
def venue(slug: str | None = None) -> Response | tuple[str, int]:
    """Adds or changes a venue."""
    session = current.session
    with reading(session):
        stored = get_venue(session, slug) if slug else None
        regions, owners = list_regions(session), list_institutions(session)
    owner_of = {one.id: one.slug for one in owners}
    start = {} if stored is None else {
        "version": str(stored.version), "name": stored.name, "street": stored.street,
        "postcode": stored.postcode, "city": stored.city, "lat": _degrees(stored.lat),
        "lon": _degrees(stored.lon), "region": stored.region.slug if stored.region else "",
        "institution": owner_of.get(stored.institution_id or 0, ""),
    }  # fmt: skip
    form = VenueForm(_sent(), data=start)
    form.region.choices = [("", ""), *((one.slug, pick_text(one, "name")) for one in regions)]
    form.institution.choices = choices_of(owners)
    fields = [*_PLACE, ("select", "region", N_("Region")),
              ("select", "institution", N_("Belongs to"))]  # fmt: skip
    back, title = url_for("admin.venues"), stored.name if stored else current.text(N_("New venue"))
    if request.method == "GET":
        return _form_page(form, title, fields, back)
    values = form.read_place({one.slug: one.id for one in regions})
    if values is None:
        return _form_page(form, title, fields, back, 422)
    keys = {one.slug: one.id for one in owners}
    values["institution_id"] = keys.get(form.institution.data or "")
    return _saved(
        lambda: administer.save_venue(
            session, current.viewer, slug, _version(form), values, current.now,
            current.settings.base_url,
        ),
        form, title, fields, back,
    )  # fmt: skip


_PLACE = [
    ("text", "name", N_("Name")), ("text", "street", N_("Street and number")),
    ("text", "postcode", N_("Postcode")), ("text", "city", N_("Place")),
    ("text", "lat", N_("Latitude"), N_("In degrees, like 52.0805.")),
    ("text", "lon", N_("Longitude"), N_("In degrees, like 4.3143.")),
]  # fmt: skip


def _degrees(value: float | None) -> str:
    return "" if value is None else f"{value:.5f}".rstrip("0").rstrip(".")


def _saved(
    save: Any, form: BaseForm, title: str, fields: list[tuple[Any, ...]], back: str
) -> Response | tuple[str, int]:
    try:
        with transaction(current.session):
            save()
    except Stale:
        form.add_errors([FieldError(fields[0][1], _STALE)])
        return _form_page(form, title, fields, back, 409)
    except Invalid as problem:
        form.add_errors(problem.errors)
        return _form_page(form, title, fields, back, 422)
    flash(current.text(N_("Saved.")))
    return redirect(back, 303)


@blueprint.route("/venues/<slug>/merge", methods=["GET", "POST"])
def merge(slug: str) -> str | Response | tuple[str, int]:
    """Asks first, then makes one venue of two."""
    session, into = current.session, clean_line(request.values.get("into", ""))
    with reading(session):
        gone = get_venue(session, slug)
        kept = get_venue(session, into)
    errors: list[FieldError] = []
    if request.method == "POST":
        try:
            with transaction(session):
                administer.merge_venues(
                    session, current.viewer, slug, into, current.now, current.settings.base_url
                )
            flash(current.text(N_("They are one now. The old address leads to the new one.")))
            return redirect(url_for("admin.venues"), 303)
        except Invalid as problem:
            errors = list(problem.errors)
    page = current.page("admin/merge.html", gone=gone, kept=kept, errors=errors)
    return (page, 422) if errors else page


# ── institutions ─────────────────────────────────────────────────────────────────────────────


@blueprint.get("/institutions")
def institutions() -> str:
    """All institutions."""
    with reading(current.session):
        return current.page(
            "admin/institutions.html", institutions=list_institutions(current.session)
        )


@blueprint.route("/institutions/new", methods=["GET", "POST"], endpoint="new_institution")
@blueprint.route("/institutions/<slug>", methods=["GET", "POST"])
def institution(slug: str | None = None) -> Response | tuple[str, int]:
    """Adds or changes an institution."""
    session = current.session
    with reading(session):
        stored = get_institution(session, slug) if slug else None
        regions = list_regions(session)
        disciplines = [term for term in list_terms(session) if term.scheme == "discipline"]
    start = {} if stored is None else {
        "version": str(stored.version), "name": stored.name, "street": stored.street,
        "postcode": stored.postcode, "city": stored.city, "lat": _degrees(stored.lat),
        "lon": _degrees(stored.lon), "region": stored.region.slug, "kind": stored.kind,
        "website": stored.website, "contact_email": stored.contact_email,
        "disciplines": list(stored.default_disciplines or ()),
    }  # fmt: skip
    form = InstitutionForm(_sent(), data=start)
    form.region.choices = [("", ""), *((one.slug, pick_text(one, "name")) for one in regions)]
    form.disciplines.choices = [(one.slug, pick_text(one, "name")) for one in disciplines]
    fields = [
        *_PLACE, ("select", "region", N_("Region")),
        ("text", "kind", N_("Kind of institution"), N_("museum, stage, festival, university, …")),
        ("text", "website", N_("Website")), ("text", "contact_email", N_("Shared mailbox")),
        ("checks", "disciplines", N_("Usual disciplines")),
    ]  # fmt: skip
    back = url_for("admin.institutions")
    title = stored.name if stored else current.text(N_("New institution"))
    if request.method == "GET":
        return _form_page(form, title, fields, back)
    values = form.read_place({one.slug: one.id for one in regions})
    if values is None or not form.check_more():
        return _form_page(form, title, fields, back, 422)
    values |= {
        "kind": form.kind.data, "website": form.website.data,
        "contact_email": form.contact_email.data.lower(),
        "default_disciplines": list(form.disciplines.data or ()),
    }  # fmt: skip
    return _saved(
        lambda: administer.save_institution(
            session, current.viewer, slug, _version(form), values, current.now,
            current.settings.base_url,
        ),
        form, title, fields, back,
    )  # fmt: skip


# ── people ───────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/users")
def users() -> str:
    """Accounts, by name or address."""
    q = read_search(request.args)
    with reading(current.session):
        people = list_people(current.session, q, PAGE)
        return current.page("admin/users.html", people=people, q=q)


@blueprint.route("/users/new", methods=["GET", "POST"])
def new_user() -> Response | tuple[str, int]:
    """Invites somebody: to a region, to the administration, to an institution, or as press."""
    session = current.session
    with reading(session):
        regions, owners = list_regions(session), list_institutions(session)
    form = InvitePersonForm(_sent())
    form.regions.choices = [(one.slug, pick_text(one, "name")) for one in regions]
    form.institution.choices = choices_of(owners)
    form.role.choices = _roles()
    fields = [
        ("text", "email", N_("E-mail address")), ("checks", "regions", N_("Coordinates")),
        ("select", "institution", N_("Works for")), ("select", "role", N_("as")),
        ("check", "is_press", N_("Press or tourist board")),
        ("check", "is_admin", N_("Administrator")),
    ]  # fmt: skip
    back, title = url_for("admin.users"), current.text(N_("Invite somebody"))
    if request.method == "GET":
        return _form_page(form, title, fields, back)
    if not form.validate():
        return _form_page(form, title, fields, back, 422)
    invitation = accounts.Invitation(
        form.email.data,
        {form.institution.data: form.role.data} if form.institution.data else {},
        form.regions.data or (), bool(form.is_admin.data), bool(form.is_press.data),
        current.language,
    )  # fmt: skip
    return _saved(
        lambda: accounts.invite(
            session, current.viewer, current.settings, invitation, current.now
        ),
        form, title, fields, back,
    )  # fmt: skip


def _roles() -> list[tuple[str, str]]:
    return [("editor", current.text(N_("editor"))), ("manager", current.text(N_("manager")))]


@blueprint.route("/users/<int:user_id>", methods=["GET", "POST"])
def user(user_id: int) -> Response | tuple[str, int]:
    """What somebody may do."""
    session = current.session
    with reading(session):
        person = get_person(session, user_id)
        regions, owners = list_regions(session), list_institutions(session)
    account = person.user
    form = PersonForm(
        _sent(),
        data={"active": account.active, "is_admin": account.is_admin,
              "is_press": account.is_press, "regions": list(person.regions)},
    )  # fmt: skip
    form.regions.choices = [(one.slug, pick_text(one, "name")) for one in regions]
    form.institution.choices = choices_of(owners)
    form.role.choices = _roles()
    fields = [
        ("check", "active", N_("May sign in")), ("check", "is_admin", N_("Administrator")),
        ("check", "is_press", N_("Press or tourist board")),
        ("checks", "regions", N_("Coordinates")),
        ("select", "institution", N_("Also works for")), ("select", "role", N_("as")),
    ]  # fmt: skip
    back, title = url_for("admin.users"), account.name
    if request.method == "GET":
        return _form_page(form, title, fields, back, works=person.works, lead=account.email)
    if not form.validate():
        return _form_page(form, title, fields, back, 422, works=person.works, lead=account.email)
    memberships = {
        slug: "" if slug in request.form.getlist("leave") else role
        for slug, _name, role in person.works
    }
    if form.institution.data:
        memberships[form.institution.data] = form.role.data
    values = {name: bool(form[name].data) for name in ("active", "is_admin", "is_press")}
    return _saved(
        lambda: administer.save_person(
            session, current.viewer, user_id, values, form.regions.data or (), memberships,
            current.now,
        ),
        form, title, fields, back,
    )  # fmt: skip


# ── taxonomy and regions ─────────────────────────────────────────────────────────────────────


@blueprint.get("/taxonomy")
def taxonomy() -> str:
    """Kinds, disciplines, audiences, themes, access facts."""
    with reading(current.session):
        terms = list_terms(current.session)
    groups = [(one, [term for term in terms if term.scheme == one]) for one in SCHEMES]
    return current.page("admin/taxonomy.html", groups=groups)


@blueprint.route("/taxonomy/<scheme>/new", methods=["GET", "POST"], endpoint="new_term")
@blueprint.route("/taxonomy/<scheme>/<slug>", methods=["GET", "POST"])
def term(scheme: str, slug: str | None = None) -> Response | tuple[str, int]:
    """Adds or renames an entry."""
    if scheme not in SCHEMES:
        raise NotFound
    with reading(current.session):
        stored = find_term(current.session, scheme, slug) if slug else None
    if slug and stored is None:
        raise NotFound
    start = {"name_nl": stored.name_nl, "name_en": stored.name_en} if stored else {}
    form = TermForm(_sent(), data=start)
    fields: list[tuple[Any, ...]] = [
        ("text", "name_nl", N_("In Dutch")), ("text", "name_en", N_("In English"))
    ]  # fmt: skip
    back = url_for("admin.taxonomy")
    title = pick_text(stored, "name") if stored else current.text(N_("New entry"))
    if request.method == "GET":
        return _form_page(form, title, fields, back)
    if not form.validate():
        return _form_page(form, title, fields, back, 422)
    values = {"name_nl": form.name_nl.data, "name_en": form.name_en.data}
    return _saved(
        lambda: administer.save_term(
            current.session, current.viewer, scheme, slug, values, current.now,
            current.settings.base_url,
        ),
        form, title, fields, back,
    )  # fmt: skip


@blueprint.get("/regions")
def regions() -> str:
    """The regions."""
    with reading(current.session):
        return current.page("admin/regions.html", regions=list_regions(current.session))


@blueprint.route("/regions/<slug>", methods=["GET", "POST"])
def region(slug: str) -> Response | tuple[str, int]:
    """A region's names, profile, colour, and whether it checks first."""
    names = ("name_nl", "name_en", "profile_nl", "profile_en", "color", "moderation")
    with reading(current.session):
        stored = next((one for one in list_regions(current.session) if one.slug == slug), None)
    if stored is None:
        raise NotFound
    form = RegionForm(_sent(), data={name: getattr(stored, name) for name in names})
    form.moderation.choices = [
        ("direct", current.text(N_("what institutions file stands at once"))),
        ("review", current.text(N_("the coordinators approve first"))),
    ]
    fields: list[tuple[Any, ...]] = [
        ("text", "name_nl", N_("Name in Dutch")), ("text", "name_en", N_("Name in English")),
        ("area", "profile_nl", N_("Profile in Dutch")),
        ("area", "profile_en", N_("Profile in English")),
        ("text", "color", N_("Colour"), N_("Like #154273.")),
        ("radios", "moderation", N_("Checked by the region")),
    ]  # fmt: skip
    back, title = url_for("admin.regions"), pick_text(stored, "name")
    if request.method == "GET":
        return _form_page(form, title, fields, back)
    if not form.validate() or not form.check_color():
        return _form_page(form, title, fields, back, 422)
    values = {name: form[name].data for name in names}
    return _saved(
        lambda: administer.save_region(
            current.session, current.viewer, slug, values, current.now
        ),
        form, title, fields, back,
    )  # fmt: skip


# ── signing in ───────────────────────────────────────────────────────────────────────────────


@blueprint.route("/sign-in", methods=["GET", "POST"])
def signing_in() -> Response | tuple[str, int]:
    """Whether those who see the most need a second step."""
    with reading(current.session):
        required = second_step.is_required(current.session)
    form = SigningInForm(_sent(), data={"required": required})
    fields = [("check", "required", N_("Coordinators and administrators need a second step"))]
    back, title = url_for("admin.index"), current.text(N_("Signing in"))
    lead = current.text(
        N_("A code from an app or a passkey, beside the password. Who has none yet is asked to "
           "make one at the next sign-in.")
    )  # fmt: skip
    if request.method == "GET":
        return _form_page(form, title, fields, back, lead=lead)
    if not form.validate():
        return _form_page(form, title, fields, back, 422, lead=lead)
    try:
        with transaction(current.session):
            second_step.require_it(
                current.session, current.viewer, bool(form.required.data), current.now
            )
    except Invalid as problem:
        form.add_errors(problem.errors)
        return _form_page(form, title, fields, back, 422, lead=lead)
    flash(current.text(N_("Saved.")))
    return redirect(back, 303)


# ── audit log ────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/audit")
def audit() -> str:
    """Who did what to institutions, people, venues, terms and regions."""
    subject = read_choice(request.args, "subject", ("", *_SUBJECTS), "")
    since, until = read_period(request.args)
    number = read_number(request.args, "page", 1, MOST_PAGES)
    who = read_number(request.args, "who", 0, MOST_KEY)
    with reading(current.session):
        actors = list_actors(current.session)
        lines = list_audit(
            current.session, subject=subject, user_id=who or None,
            since=midnight(since) if since else None,
            before=midnight(until + timedelta(days=1)) if until else None, limit=PAGE + 1,
            offset=(number - 1) * PAGE,
        )  # fmt: skip
        names = names_of(current.session, {one.user_id for one in lines if one.user_id})
    return current.page(
        "admin/audit.html", lines=lines[:PAGE], names=names, more=len(lines) > PAGE, page=number,
        subject=subject, subjects=_SUBJECTS, who=who, actors=actors,
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
    )  # fmt: skip
