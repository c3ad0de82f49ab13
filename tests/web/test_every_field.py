"""Every field of every form and every key of every page, with what does not belong there: a clear
message in the language of the page that names the field, nothing half saved, no traceback.

A route, field or key that the tables below do not know fails ``test_nothing_is_left_out``: add it
with a value that is taken.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

import pytest
from argon2 import PasswordHasher

from calendar_app.people import passwords
from calendar_app.web import MAX_FORM
from calendar_app.web.forms.account import (
    CodeForm,
    EmailForm,
    InviteForm,
    NewPasswordForm,
    PasskeyForm,
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
    NONSENSE,
    VALUES,
    Asked,
    Sent,
    Value,
    World,
    build_world,
    message_of,
    summary_of,
)

EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))
NEW = "vier losse woorden hier"
EVENT = {
    "kind": "concert", "title": "Zwerm", "institution": "korzo", "date_type": "single",
    "starts_on": "2027-03-12", "starts_time": "20:15", "do": "save",
}  # fmt: skip
SHAPES: dict[str, dict[str, str | list[str]]] = {
    "one date": {},
    "several": {
        "date_type": "multiple", "performances": "12-03-2027 20:15", "dated": ["2027-03-13"],
        "dated_times": ["20:15"], "dated_on": ["2027-03-13"], "repeat": "weekly",
    },
    "a period": {
        "date_type": "periodic", "from_on": "2027-03-12", "until_on": "2027-05-01",
        "hours": "10:00-17:00",
        **{f"hours_{day}": "10:00-17:00" for day in range(7)}, "opening_on": "2027-03-11",
        "opening_time": "17:00",
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
OF_SHAPES = {name for shape in SHAPES.values() for name in shape} - {*EVENT}
"""Fields of which only some kinds of dates make use."""
TEXTS = {
    "name", "password", "title", "title_en", "room", "genre", "production", "description",
    "description_en", "internal_note", "price_note", "price_note_en", "channels", "reason", "note",
    "street", "postcode", "city", "name_nl", "name_en", "profile_nl", "profile_en", "alt_nl",
    "alt_en", "holder", "term", "levels",
}  # fmt: skip
"""Fields that take any text that is not too long; all others refuse what is no date, no number and
none of the choices."""
ANYTHING = {
    "next", "draft", "sure", "active", "is_admin", "is_press", "leave", "even_if_shrunken",
    "closed_mondays", "repeat_outside", "on_request", "dated_on", "dated_times",
}  # fmt: skip
"""Ticks, and hidden fields of which only what we wrote ourselves does anything."""
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
    "second_step.code": [
        Sent("/login/code", "half", {"code": "{code}", "next": "/agenda"}, CodeForm),
    ],
    "second_step.passkey": [
        Sent("/login/passkey", "nobody", {"credential": "{used_key}", "next": "/agenda"}),
    ],
    "second_step.setup": [Sent("/account/code", "editor", {"code": "{code}"}, CodeForm)],
    "second_step.passkeys": [
        Sent("/account/passkeys", "editor", {"name": "Mijn sleutel", "credential": "{made_key}"},
             PasskeyForm),
    ],
    "second_step.remove": [Sent("/account/passkeys/{keeper_passkey}", "keeper")],
    "events.new": [
        Sent("/events/new", "editor", {**EVENT, **shape}, EventForm, silent="do" in shape,
             anything=("do", "version"))
        for shape in SHAPES.values()
    ],
    "events.edit": [
        Sent("/events/{own}/edit", "editor", {**EVENT, "version": "1", "do": do}, EventForm,
             values=("NUL and controls", "10,000 characters", "unknown", "year 9999"),
             silent=do != "save", anything=("do",))
        for do in ("save", "check", "dates")
    ],
    "events.cancel": [Sent("/events/{own}/cancel", "editor", {"reason": "Ziek"})],
    "clashes.check": [
        Sent("/clash-check?event={own}", "editor",
             {name: value for name, value in EVENT.items() if name != "do"}, EventForm,
             silent=True, values=(*DIFFER, "year 9999", "unknown")),
    ],
    "pictures.save": [
        Sent("/events/{own}/picture", "editor", {**SAID, "do": "save"}, anything=("do",),
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
        Sent("/events/bulk", "editor", {"events": ["{own}"], "change": "planning=idea", "do": do},
             anything=("do",))
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
    "admin.new_venue": [
        Sent("/admin/venues/new", "admin", VENUE, VenueForm, anything=("version",))
    ],
    "admin.venue": [
        Sent("/admin/venues/korzo", "admin", {**VENUE, "version": "1"}, VenueForm)
    ],
    "admin.merge": [Sent("/admin/venues/korzo/merge", "admin", {"into": "mauritshuis"})],
    "admin.new_institution": [
        Sent("/admin/institutions/new", "admin", INSTITUTION, InstitutionForm,
             texts=("kind",), anything=("version",))
    ],
    "admin.institution": [
        Sent("/admin/institutions/korzo", "admin", {**INSTITUTION, "version": "{korzo_version}"},
             InstitutionForm, texts=("kind",)),
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


FILTERS = {
    "region": "rijnland", "institution": "korzo", "venue": "korzo", "kind": "concert",
    "discipline": "music", "audience": "families", "theme": "science-art",
}  # fmt: skip
PERIOD = {"from": "2027-03-01", "until": "2027-04-01"}
SEARCH = {"q": "zwerm"}

PAGES: dict[str, list[Asked]] = {
    "account.login": [Asked("/login", keys={"next": "/agenda", "again": "1"})],
    "account.forgotten": [Asked("/login/forgotten", keys={"sent": "1"})],
    "second_step.code": [Asked("/login/code", "half", {"next": "/agenda"})],
    "agenda.index": [
        Asked("/agenda", keys={**FILTERS, **PERIOD, **SEARCH, "view": "list", "skip": "0"})
    ],
    "feeds.subscribe": [Asked("/subscribe", keys={key: slug}) for key, slug in FILTERS.items()],
    "events.new": [
        Asked("/events/new", "editor", {"kind": "campaign", "part_of": "{festival}"}),
        Asked("/events/new", "editor", {"copy": "{own}"}),
    ],
    "mine.index": [
        Asked("/mine", "editor", {"institution": "korzo", "show": "due", "page": "1"})
    ],
    "season.bulk": [Asked("/events/bulk", "editor", SEARCH)],
    "conflicts.index": [Asked("/conflicts", "coordinator", {"tab": "all", "page": "1"})],
    "admin.venues": [Asked("/admin/venues", "admin", SEARCH)],
    "admin.merge": [Asked("/admin/venues/korzo/merge", "admin", {"into": "mauritshuis"})],
    "admin.users": [Asked("/admin/users", "admin", SEARCH)],
    "admin.audit": [
        Asked("/admin/audit", "admin", {"subject": "venue", **PERIOD, "page": "1", "who": "1"})
    ],
}  # fmt: skip
"""Pages that ask for keys in their address; other keys are nobody's and are passed over."""
KEPT = {"q", "next", "again", "sent"}
"""Keys that mean something with every text."""
ANOTHERS = {
    "{own}": "{theirs}", "{moment}": "{their_moment}", "{case}": "{their_case}",
    "{run}": "{their_run}", "{held}": "{their_run}", "{bulk}": "{their_bulk}",
    "{invitation}": "{their_invitation}", "{editor_session}": "{stranger_session}",
    "{keeper_passkey}": "{stranger_passkey}", "{colleague_id}": "{stranger_id}",
    "{festival}": "{theirs}", "{campaign}": "{theirs}", "{draft}": "{sealed}",
    "/institutions/korzo": "/institutions/museum-de-lakenhal",
}  # fmt: skip
"""What stands in an address, and the same of another institution or person."""

BOTH = [pytest.param(name, marks=pytest.mark.xdist_group(f"sweep on {name}")) for name in BACKENDS]


@pytest.fixture(scope="module", params=BOTH)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    engine = request.getfixturevalue(f"_{request.param}_engine")
    with engine.connect() as connection, pytest.MonkeyPatch.context() as patch:
        # As good as the slow one for what is tried here.
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
        patch.setattr(passwords, "_decoy", passwords.hash_password("nobody's password"))
        outer = connection.begin()
        yield build_world(connection, tmp_path_factory.mktemp("world"), NOW)
        outer.rollback()


def test_nothing_is_left_out(world: World) -> None:
    """Every route that takes a form, and every field and key that a page asks for, is tried below;
    what the tables say that no page asks for is out of date."""
    world.asked.clear()
    for page in (one for pages in PAGES.values() for one in pages):
        answer = world.ask(page.who, page.address(world.ids))
        assert answer.status_code == 200, (page, message_of(answer))
    for sent in (one for sends in POSTS.values() for one in sends):
        taken = world.send(sent, world.good(sent))
        assert taken.status_code in (200, 303), (
            sent.path, message_of(taken), summary_of(taken.text)
        )  # fmt: skip
    rules = [rule for rule in world.app.url_map.iter_rules() if rule.methods]
    assert set(POSTS) == {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
    asked = {where: keys for where, keys in world.asked.items() if where[1] == "form"}
    for endpoint, sends in POSTS.items():
        known = {name for sent in sends for name in sent.names}
        known |= {sent.file[0] for sent in sends if sent.file}
        assert asked.get((endpoint, "form"), set()) == known, endpoint
    for rule in rules:
        if "GET" in (rule.methods or ()) and rule.endpoint not in PAGES:
            if rule.arguments or rule.endpoint == "ops.readyz":
                continue
            for who in ("admin", "editor", "coordinator"):
                world.ask(who, rule.rule)
    # The panel's address names the event that its form is about.
    del world.asked["clashes.check", "query"]
    keys = {where[0]: keys for where, keys in world.asked.items() if where[1] == "query"}
    known = {name: {key for one in pages for key in one.keys} for name, pages in PAGES.items()}
    assert keys == known


@pytest.mark.parametrize("endpoint", POSTS)
def test_every_field_of_every_form(endpoint: str, world: World) -> None:
    first = POSTS[endpoint][0]
    elsewhere = {name for sent in POSTS[endpoint] for name in sent.fields} - {*first.fields}
    for number, sent in enumerate(POSTS[endpoint]):
        asked = set(sent.fields) if number else {*sent.fields, *sent.names} - elsewhere
        asked -= {*sent.names} if sent.silent else ANYTHING | {*sent.anything}
        if sent.form is EventForm:
            asked -= OF_SHAPES - {*sent.fields}
        for value, language in _some(world, sent.values, 1 if number else 4):
            refused: set[str] = set()
            for names in _fitting(sent.names, VALUES[value]):
                refused |= world.refused(sent, names, VALUES[value], language)
            must = asked if value == "10,000 characters" else asked - TEXTS - {*sent.texts}
            if value in NONSENSE:
                assert must <= refused, (sent.path, sent.fields, value, must - refused)
    assert not world.said["nl"] & world.said["en"]


def _fitting(names: list[str], value: object) -> Iterator[list[str]]:
    """The names, as many at a time as fit in one request."""
    size = len(value) if isinstance(value, str | bytes) else 1
    most = max(MAX_FORM // (size + 100), 1)
    for start in range(0, len(names), most):
        yield names[start : start + most]


def _some(world: World, values: Sequence[str], few: int = 1) -> Iterator[tuple[str, str]]:
    """A few of the values and the language of each, others every time; all with ``EXHAUSTIVE=1``.
    On PostgreSQL those on which it differs from SQLite."""
    if not EXHAUSTIVE:
        if world.connection.dialect.name == "postgresql":
            few, values = 1, [name for name in values if name in DIFFER]
        values = [values[(world.turn + n) % len(values)] for n in range(min(few, len(values)))]
        world.turn += few
    for name in values:
        world.turn += 1
        yield name, ("nl", "en")[world.turn // 2 % 2]


def test_every_key_of_every_page(world: World) -> None:
    for page in (one for pages in PAGES.values() for one in pages):
        for key in page.keys:
            for name, language in _some(world, tuple(VALUES), 2):
                value = VALUES[name]
                answer = world.ask(page.who, page.address(world.ids, key, value), "GET", language)
                told = (page.path, key, name, message_of(answer))
                if key in KEPT or name not in NONSENSE:
                    continue
                assert answer.status_code in (400, 404), told
                assert answer.status_code == 404 or f"“{key}”" in message_of(answer), told


def test_every_part_of_every_address(world: World) -> None:
    parts = cycle((
        "..%2f..%2fetc%2fpasswd", "%00", "%FF", "a" * 3000, "-", "'", "9" * 25, "2147483648",
        "-1", "%E2%80%AE", "aaaaaaaaaaaa",
    ))  # fmt: skip
    for rule in world.app.url_map.iter_rules():
        if not rule.arguments:
            continue
        for _ in range(11 if EXHAUSTIVE else 3):
            address = re.sub(r"<[^>]+>", lambda _: next(parts), rule.rule)
            for method in ("GET", "POST", "DELETE"):
                data = {"csrf_token": world.people["admin"][1]} if method == "POST" else None
                answer = world.ask("admin", address, method, data=data)
                assert answer.status_code in (301, 303, 400, 403, 404, 405, 414), address
                assert answer.status_code > 400 or "/login" not in address, address


def test_what_belongs_to_others_stays_theirs(world: World) -> None:
    """As if it did not exist, or as not one's own; whatever else is right about the request."""
    tried = 0
    for sent in (one for sends in POSTS.values() for one in sends if one.who != "admin"):
        path = sent.path.partition("?")[0]
        for own, theirs in ANOTHERS.items():
            if own in path:
                tried += 1
                other = replace(sent, path=path.replace(own, theirs))
                assert world.send(other, world.good(sent)).status_code in (403, 404), other.path
                answer = world.ask(sent.who, other.path.format(**world.ids))
                assert answer.status_code in (403, 404, 405), other.path
    assert tried > 25


@pytest.mark.parametrize(
    ("endpoint", "field", "value"),
    [
        ("events.new", "institution", "museum-de-lakenhal"),
        ("events.edit", "institution", "museum-de-lakenhal"),
        ("imports.index", "institution", "museum-de-lakenhal"),
        ("season.change", "events", "{theirs}"),
        ("season.change", "events", "{sealed}"),
        ("season.promotes", "events", "{theirs}"),
        ("conflicts.act", "waiting_for", "museum-de-lakenhal"),
    ],
)
def test_what_belongs_to_others_is_no_choice(
    endpoint: str, field: str, value: str, world: World
) -> None:
    sent = POSTS[endpoint][0]
    theirs: Value = value.format(**world.ids)
    given = {**world.good(sent), field: theirs if field != "events" else [world.ids["own"], theirs]}
    answer = world.send(sent, given)
    assert answer.status_code == 403 or set(summary_of(answer.text)) == {field}
