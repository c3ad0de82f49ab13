"""Every field of every form and every key of every page, with what does not belong there: a clear
message in the language of the page that names the field, nothing half saved, no traceback.

A route, field or key that the tables below do not know fails ``test_nothing_is_left_out``: add it
with a value that is taken.
"""

from collections.abc import Iterator
from itertools import cycle

import pytest

from calendar_app.web import MAX_FORM
from calendar_app.web.forms.account import (
    EmailForm,
    InviteForm,
    NewPasswordForm,
    ProfileForm,
    SureForm,
    WelcomeForm,
)
from calendar_app.web.forms.admin import (
    InstitutionForm,
    InvitePersonForm,
    PersonForm,
    RegionForm,
    SigningInForm,
    TermForm,
    VenueForm,
)
from calendar_app.web.forms.conflict import ConflictForm
from calendar_app.web.forms.event import EventForm
from tests.conftest import BACKENDS, NOW
from tests.events.test_pictures import picture
from tests.web.sweep import (
    CALENDAR,
    DIFFER,
    VALUES,
    Sent,
    World,
    build_world,
    message_of,
    summary_of,
)

NEW = "vier losse woorden hier"
EVENT = {
    "kind": "concert", "title": "Zwerm", "institution": "korzo", "date_type": "single",
    "starts_on": "2027-03-12", "starts_time": "20:15", "do": "save",
}  # fmt: skip
SHAPES: dict[str, dict[str, str | list[str]]] = {
    "several": {
        "date_type": "multiple", "performances": "12-03-2027 20:15", "dated": ["2027-03-13"],
        "dated_times": ["20:15"], "dated_on": ["2027-03-13"], "repeat": "weekly",
    },
    "a period": {
        "date_type": "periodic", "from_on": "2027-03-12", "until_on": "2027-05-01",
        "hours": "10:00-17:00", "opening_on": "2027-03-11", "opening_time": "17:00",
        "press_on": "2027-03-11", "press_time": "11:00", "closed_days": "25-12-2027",
        "adjusted_days": "31-12-2027 10:00-15:00",
    },
    "always": {"date_type": "permanent", "from_on": "2027-03-12", "hours": "10:00-17:00"},
    "not exact yet": {"date_type": "fuzzy", "fuzzy": "month", "fuzzy_on": "2027-03-12"},
    "a repetition": {
        "repeat": "monthly", "repeat_first": "2027-03-12", "repeat_days": ["4"],
        "repeat_number": "2", "repeat_starts": "20:15", "repeat_count": "3", "do": "dates",
    },
    "a check": {"do": "check"},
    "a draft": {"do": "draft"},
}  # fmt: skip
VENUE: dict[str, str | list[str]] = {"name": "Het Nieuwe", "lat": "52.08", "lon": "4.31"}
INSTITUTION = {**VENUE, "kind": "stage", "region": "haaglanden"}
SAID = {"alt_nl": "Danser", "alt_en": "", "holder": "Foto Jansen", "license": "press-use"}
TABLE = "12-03-2027 20:15; Opening; Grote zaal"

POSTS: dict[str, list[Sent]] = {
    "account.login": [
        Sent("/login", "nobody", {"email": "colleague@x.example",
                                  "password": "a-good-long-password", "next": "/agenda"}),
    ],
    "account.logout": [Sent("/logout", "editor")],
    "account.forgotten": [
        Sent("/login/forgotten", "nobody", {"email": "editor@x.example"}, EmailForm)
    ],
    "account.reset": [
        Sent("/login/reset/{reset_token}", "nobody", {"password": NEW}, NewPasswordForm)
    ],
    "invitations.accept": [
        Sent("/invitations/{invitation_token}", "nobody", {"name": "Els", "password": NEW},
             WelcomeForm),
    ],
    "invitations.people": [
        Sent("/institutions/korzo/people", "editor", {"email": "b@x.example", "role": "editor"},
             InviteForm),
    ],
    "invitations.change": [
        Sent("/institutions/korzo/people/{colleague_id}", "editor", {"role": "manager"})
    ],
    "invitations.withdraw": [Sent("/institutions/korzo/invitations/{invitation}", "editor")],
    "own_account.index": [
        Sent("/account", "editor", {"name": "Els", "language": "en"}, ProfileForm)
    ],
    "own_account.password": [
        Sent("/account/password", "editor", {"password": NEW}, NewPasswordForm)
    ],
    "own_account.address": [
        Sent("/account/address", "editor", {"email": "new@x.example"}, EmailForm)
    ],
    "own_account.end_session": [Sent("/account/sessions/{editor_session}", "editor")],
    "own_account.end_other_sessions": [Sent("/account/sessions", "editor")],
    "own_account.erase": [Sent("/account/erase", "editor", {"sure": "1"}, SureForm)],
    "own_account.confirm_address": [Sent("/address/{address_token}", "nobody")],
    "events.new": [
        Sent("/events/new", "editor", EVENT, EventForm),
        *(Sent("/events/new", "editor", {**EVENT, **shape}, EventForm)
          for shape in SHAPES.values()),
    ],
    "events.edit": [
        Sent("/events/{own}/edit", "editor", {**EVENT, "version": "1"}, EventForm),
        *(Sent("/events/{own}/edit", "editor", {**EVENT, "version": "1", "do": do}, EventForm,
               values=("NUL and controls", "year 9999"))
          for do in ("check", "dates")),
    ],
    "events.cancel": [Sent("/events/{own}/cancel", "editor", {"reason": "Ziek"})],
    "clashes.check": [Sent("/clash-check?event={own}", "editor", EVENT, EventForm)],
    "pictures.save": [
        Sent("/events/{own}/picture", "editor", {**SAID, "do": "save"},
             file=("picture", "foto.jpg", picture(400, 400))),
        Sent("/events/{own}/picture", "editor", {"do": "remove"}),
    ],
    "season.parts": [
        Sent("/events/{festival}/parts", "editor", {"kind": "dance", "table": TABLE})
    ],
    "mine.step": [
        Sent("/mine/steps", "editor", {"do": "checked", "institution": "korzo"}),
        Sent("/mine/steps", "editor", {"do": "done"}),
    ],
    "season.change": [
        Sent("/events/bulk", "editor", {"events": ["{own}"], "change": "planning=idea", "do": do})
        for do in ("preview", "apply")
    ],
    "season.undo": [Sent("/events/bulk/{bulk}", "editor")],
    "season.promotes": [Sent("/events/{campaign}/promotes", "editor", {"events": ["{own}"]})],
    "together.act": [
        Sent("/events/{own}/together", "editor",
             {"do": "invite", "institution": "mauritshuis", "role": "co"}),
        Sent("/events/{own}/together", "editor", {"do": "share", "other": "mauritshuis"}),
        Sent("/events/{own}/together", "editor",
             {"do": "unshare", "institution": "stadsgehoorzaal"}),
    ],
    "together.planning": [
        Sent("/events/{own}/planning", "editor", {"planning": "idea", "next": "/mine"})
    ],
    "together.moment": [
        Sent("/events/{own}/moments/{moment}", "editor", {"mark": "sold_out"})
    ],
    "together.submit": [
        Sent("/events/{draft}/submit", "editor"),
        Sent("/events/{draft}/submit", "editor", {"do": "withdraw"}),
    ],
    "together.judge": [
        Sent("/moderation/{own}", "coordinator", {"do": "reject", "reason": "Te vroeg"}),
        Sent("/moderation/{own}", "coordinator", {"do": "approve"}),
    ],
    "imports.index": [
        Sent("/imports", "editor", {"institution": "korzo", "kind": "concert"},
             file=("file", "seizoen.ics", CALENDAR),
             values=("NUL and controls", "10,000 characters", "unknown", "twice", "no UTF-8")),
    ],
    "imports.apply": [
        Sent("/imports/{held}", "editor", {"even_if_shrunken": "1"}, values=DIFFER),
        Sent("/imports/{run}", "editor"),
    ],
    "imports.leave": [Sent("/imports/{held}/leave", "editor")],
    "conflicts.act": [
        Sent("/conflicts/{case}", "coordinator", {"version": "1", **fields}, ConflictForm)
        for fields in (
            {"do": "claim"}, {"do": "dismiss", "note": "Ander publiek"},
            {"do": "wait", "waiting_for": "korzo", "due_on": "2027-01-01"},
            {"do": "settle", "outcome": "kept"},
        )
    ],
    "admin.new_venue": [Sent("/admin/venues/new", "admin", VENUE, VenueForm)],
    "admin.venue": [
        Sent("/admin/venues/korzo", "admin", {**VENUE, "version": "1"}, VenueForm)
    ],
    "admin.merge": [Sent("/admin/venues/korzo/merge", "admin", {"into": "mauritshuis"})],
    "admin.new_institution": [
        Sent("/admin/institutions/new", "admin", INSTITUTION, InstitutionForm)
    ],
    "admin.institution": [
        Sent("/admin/institutions/korzo", "admin", {**INSTITUTION, "version": "{korzo_version}"},
             InstitutionForm),
    ],
    "admin.new_user": [
        Sent("/admin/users/new", "admin", {"email": "new@x.example", "is_press": "1",
             "institution": "mauritshuis", "role": "editor", "regions": ["rijnland"]},
             InvitePersonForm),
    ],
    "admin.user": [
        Sent("/admin/users/{colleague_id}", "admin", {"active": "1", "leave": ["korzo"],
             "institution": "mauritshuis", "role": "editor"}, PersonForm),
    ],
    "admin.new_term": [
        Sent("/admin/taxonomy/theme/new", "admin", {"name_nl": "Licht", "name_en": "Light"},
             TermForm),
    ],
    "admin.term": [
        Sent("/admin/taxonomy/kind/concert", "admin", {"name_nl": "Concert", "name_en": "Gig"},
             TermForm),
    ],
    "admin.signing_in": [Sent("/admin/sign-in", "admin", {}, SigningInForm)],
    "admin.region": [
        Sent("/admin/regions/rijnland", "admin", {"name_nl": "Rijnland", "name_en": "Rijnland",
             "color": "#154273", "moderation": "review"}, RegionForm),
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=BACKENDS)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    engine = request.getfixturevalue(f"_{request.param}_engine")
    with engine.connect() as connection:
        outer = connection.begin()
        yield build_world(connection, tmp_path_factory.mktemp("world"), NOW)
        outer.rollback()


@pytest.mark.parametrize("endpoint", POSTS)
def test_every_field_of_every_form(endpoint: str, world: World) -> None:
    languages = cycle(("nl", "en"))
    for sent in POSTS[endpoint]:
        taken = world.send(sent, world.good(sent))
        assert taken.status_code in (200, 303), (
            sent.path,
            message_of(taken),
            summary_of(taken.text),
        )
        for name in sent.values:
            if world.connection.dialect.name == "postgresql" and name not in DIFFER:
                continue
            language = next(languages)
            for names in _fitting(sent.names, VALUES[name]):
                world.refused(sent, names, VALUES[name], language)
    assert not world.said["nl"] & world.said["en"]


def _fitting(names: list[str], value: object) -> Iterator[list[str]]:
    """The names, as many at a time as fit in one request."""
    size = len(value) if isinstance(value, str | bytes) else 1
    most = max(MAX_FORM // (size + 100), 1)
    for start in range(0, len(names), most):
        yield names[start : start + most]
