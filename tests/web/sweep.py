"""What no page should fall over: bad values, a small world to send them to, and what came back."""

import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyotp
from flask import Flask, Request, request
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.test import TestResponse, encode_multipart
from wtforms.fields.core import UnboundField

from calendar_app.core.language import gettext
from calendar_app.db.transaction import transaction
from calendar_app.events.models import BulkChange, Event
from calendar_app.imports.models import ImportRun
from calendar_app.overlaps.models import Conflict, ConflictPair
from calendar_app.people.actions import open_sign_in
from calendar_app.people.link_actions import make_link
from calendar_app.people.models import Institution, Passkey, SignIn, User
from calendar_app.people.passkeys import Site, read_made
from calendar_app.people.passwords import hash_password
from calendar_app.people.queries import hash_token
from calendar_app.people.viewer import Viewer
from calendar_app.schema import metadata
from calendar_app.web import create_app
from calendar_app.web.field_names import NAMES
from calendar_app.web.forms.fields import BaseForm
from calendar_app.workflow import register, together
from calendar_app.workflow.manage import load_reference
from tests.factories import draft
from tests.factories.authenticator import Device
from tests.factories.people import PASSWORD, add_person
from tests.web.conftest import csrf_of

Value = str | bytes | list[str] | None
BASE = "http://localhost"
KEY = "test"
SECRET = "JBSWY3DPEHPK3PXP" * 2
CHALLENGE = "a" * 43

VALUES: dict[str, Value] = {
    "left out": None,
    "empty": "",
    "blank": " \t ",
    "10,000 characters": "x" * 10_000,
    "1,000,000 characters": "x" * 1_000_000,
    "NUL and controls": "a\0\1\x1b[31m\x7f\x85\x9fb",
    "a header": "x\r\nSet-Cookie: stolen=1",
    "no UTF-8": b"\xed\xa0\x80\xff\xfe",
    "bidi": "\u202egnp.exe\u2066\ufeff",
    "negative": "-1",
    "zero": "0",
    "beyond every integer": "9" * 20,
    "beyond every float": "1e309",
    "no number": "NaN",
    "other digits": "²٣",
    "year 1": "0001-01-01",
    "year 1989": "1989-12-31",
    "year 2100": "2100-01-01",
    "year 9999": "9999-12-31",
    "a line in 9999": "31-12-9999 23:30-01:00",
    "30 February": "2027-02-30",
    "no time": "25:99",
    "twice": ["x", "no-such-thing"],
    "unknown": "no-such-thing",
    "formula": "=cmd|' /C calc'!A0",
    "markup": "<script>alert(1)</script>",
    "a path": "../../etc/passwd",
    "a template": "%(value)s %d {{7*7}}",
    "emoji": "😀" * 300,
}
ANSWERS = (200, 301, 303, 400, 403, 404, 405, 409, 413, 414, 422)
"""What a page may answer to what does not belong there; 429 is never reached, since every request
is undone."""
UNCOUNTED = ("attempt", "sign_in")
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//NL\r\nBEGIN:VEVENT\r\nUID:a\r\n"
    b"SUMMARY:Zwerm\r\nDTSTART;TZID=Europe/Amsterdam:20270312T201500\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n"
)

NONSENSE = (
    "10,000 characters", "NUL and controls", "no UTF-8", "negative", "beyond every integer",
    "beyond every float", "no number", "other digits", "year 9999", "30 February", "no time",
    "unknown", "formula", "markup", "emoji",
)  # fmt: skip
"""Values that no date, time, number or choice can be."""
DIFFER = ("NUL and controls", "no UTF-8", "beyond every integer", "10,000 characters")
"""Where PostgreSQL answers otherwise than SQLite when they reach it."""


class Recording(ImmutableMultiDict[str, Any]):
    """Values that note which of them were asked for."""

    source = ""

    def _note(self, key: object) -> None:
        if self.source and key != "csrf_token" and request.endpoint:
            seen = request.environ["sweep.asked"]
            seen.setdefault((request.endpoint, self.source), set()).add(key)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def get(self, key: str, default: Any = None, *more: Any, **named: Any) -> Any:
        self._note(key)
        return super().get(key, default, *more, **named)

    def getlist(self, key: str, *more: Any, **named: Any) -> list[Any]:
        self._note(key)
        return super().getlist(key, *more, **named)


class RecordingRequest(Request):
    """A request whose fields, keys and files note who asks for them."""

    parameter_storage_class = Recording

    @property
    def args(self) -> Any:  # type: ignore[override]
        return self._noting(super().args, "query")

    @property
    def form(self) -> Any:  # type: ignore[override]
        return self._noting(super().form, "form")

    @property
    def files(self) -> Any:  # type: ignore[override]
        return self._noting(super().files, "form")

    def _noting(self, values: Any, source: str) -> Any:
        values.source = source
        return values


@dataclass(frozen=True)
class Sent:
    """A form as somebody may send it: where, who, and fields that are taken as they are. Of a
    ``form``, the fields that are not given are tried as well; ``silent`` ones (of a panel that is
    asked while somebody types) say nothing of what they do not understand. Of its fields, ``texts``
    take every text, and ``anything`` what there is."""

    path: str
    who: str
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    form: type[BaseForm] | None = None
    file: tuple[str, str, bytes] | None = None
    values: Sequence[str] = tuple(VALUES)
    silent: bool = False
    texts: Sequence[str] = ()
    anything: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """Every field."""
        more = [
            name for name in dir(self.form) if isinstance(getattr(self.form, name), UnboundField)
        ]
        return list(dict.fromkeys([*self.fields, *more]))


@dataclass(frozen=True)
class Asked:
    """A page as somebody may ask for it: where, who, and keys that it takes."""

    path: str
    who: str = "nobody"
    keys: dict[str, str] = field(default_factory=dict)

    def address(self, ids: Mapping[str, str], key: str = "", value: Value = None) -> str:
        """The address, with another value of one key; of a long one what servers let through."""
        pairs = [(name, one.format(**ids)) for name, one in self.keys.items() if name != key]
        given = value if isinstance(value, list) else [value]
        pairs += [(key, one[:6000]) for one in given if one is not None]  # type: ignore[misc]
        return f"{self.path}?{urlencode(pairs)}"


@dataclass
class World:
    """An app with something of everything in it. Every request is undone, so that each begins in
    the same world."""

    app: Flask
    connection: Connection
    people: dict[str, tuple[str, str]]
    """The cookie of each, and the token of their forms."""
    ids: dict[str, str]
    """What stands between braces in the tables of addresses."""
    asked: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """Which keys each page asked for, in the query and in the form."""
    said: dict[str, set[str]] = field(default_factory=lambda: {"nl": set(), "en": set()})
    """Every message, by language."""
    wrote: bool = False
    turn: int = 0
    """Which values are next, where not all are tried every time."""

    def __post_init__(self) -> None:
        self.before = digest(self.connection)

    def ask(
        self, who: str, path: str, method: str = "GET", language: str = "nl",
        headers: Mapping[str, str] = {}, **more: Any,
    ) -> TestResponse:  # fmt: skip
        """Asks for a page, checks what holds for every answer, and undoes what it changed."""
        told = (method, path[:200], language)
        self.wrote = False
        nested = self.connection.begin_nested()
        try:
            answer = self.app.test_client(use_cookies=False).open(
                ("/en" if language == "en" else "") + path, method=method,
                headers={"Cookie": self.people[who][0], **headers},
                environ_overrides={"sweep.asked": self.asked}, **more,
            )  # fmt: skip
            assert answer.status_code in ANSWERS, (told, answer.status_code)
            if self.wrote and (answer.status_code >= 400 or method != "POST"):
                assert digest(self.connection) == self.before, (told, "something stayed")
        finally:
            nested.rollback()
        page = answer.text if answer.mimetype.startswith("text/") else ""
        assert "Traceback" not in page and "<script>alert(1)" not in page, told
        assert not any("stolen" in name for name, _ in answer.headers), told
        if page.startswith("<!doctype") and answer.status_code not in (301, 303):
            assert f'<html lang="{language}"' in page, told
        if answer.status_code >= 400 and method != "HEAD":
            messages = list(summary_of(page).values()) or [message_of(answer)]
            assert all(messages), told
            self.said[language].update(messages)
        return answer

    def send(self, sent: Sent, fields: Mapping[str, Value], language: str = "nl") -> TestResponse:
        """Sends a form with these fields, as :meth:`ask` does."""
        pairs = [("csrf_token", self.people[sent.who][1])]
        for name, value in fields.items():
            if value is not None:
                pairs += [(name, one) for one in (value if isinstance(value, list) else [value])]
        path = sent.path.format(**self.ids)
        if sent.file is None:
            return self.ask(
                sent.who, path, "POST", language, data=urlencode(pairs),
                content_type="application/x-www-form-urlencoded",
            )  # fmt: skip
        data: dict[str, Any] = {}
        for name, one in pairs:
            text = one.decode("latin-1") if isinstance(one, bytes) else one
            data.setdefault(name, []).append(text)
        name, filename, content = sent.file
        data[name] = FileStorage(io.BytesIO(content), filename, name)
        boundary, body = encode_multipart(data)
        return self.ask(
            sent.who, path, "POST", language, data=body,
            content_type=f"multipart/form-data; boundary={boundary}",
        )  # fmt: skip

    def refused(self, sent: Sent, names: Sequence[str], value: Value, language: str) -> set[str]:
        """Those of the fields that do not take the value. It is put in all of them; whichever the
        answer names is made good again, until it is accepted. Thus each is alone with the value in
        the end, and what is looked at last is reached with every value that comes so far."""
        wrong, found = list(names), set[str]()
        while wrong:
            good = self.good(sent)
            answer = self.send(sent, {**good, **dict.fromkeys(wrong, value)}, language)
            if answer.status_code < 400:
                break
            told = self.told(sent, wrong, value)
            named = named_in(answer, language, told)
            if answer.status_code == 422 and not named:
                named = {one for one in wrong if name_of(one, language) in message_of(answer)}
                assert named, (told, "no field is named")
            blamed = [name for name in wrong if name in named]
            if not blamed and len(wrong) == 1:
                blamed = wrong
            if blamed:
                found.update(blamed)
                wrong = [name for name in wrong if name not in blamed]
            else:
                half = len(wrong) // 2
                return (
                    found
                    | self.refused(sent, wrong[:half], value, language)
                    | self.refused(sent, wrong[half:], value, language)
                )
        return found

    def good(self, sent: Sent) -> dict[str, Value]:
        """The fields as they are taken."""

        def filled(value: str | list[str]) -> str | list[str]:
            if isinstance(value, list):
                return [one.format(**self.ids) for one in value]
            return value.format(**self.ids)

        return {name: filled(value) for name, value in sent.fields.items()}

    def told(self, sent: Sent, names: Sequence[str], value: Value) -> tuple[object, ...]:
        """For the message of a failure."""
        return sent.path, list(names)[:8], value[:40] if value is not None else None


def summary_of(page: str) -> dict[str, str]:
    """What the summary of errors says, by field."""
    found = re.search(r'<div class="[^"]*summary".*?</ul>', page, re.S)
    links = re.findall(r'href="#f-([^"]+)">(.*?)</a>', found[0], re.S) if found else []
    said: dict[str, str] = {}
    for name, text in links:
        said[name] = f"{said[name]} {unescape(text)}" if name in said else unescape(text)
    return said


def message_of(answer: TestResponse) -> str:
    """What an error page, or a plain answer, says."""
    found = re.search(r'<p class="lead">(.*?)</p>', answer.text, re.S)
    return unescape(found[1]).strip() if found else answer.text.strip()[:300]


def named_in(answer: TestResponse, language: str, told: object) -> set[str]:
    """The fields that are named: each link of the summary leads to one, and says its label."""
    said = summary_of(answer.text)
    for name, text in said.items():
        assert f'id="f-{name}"' in answer.text, (told, name, "leads nowhere")
        # What a label adds in brackets is a hint.
        called = {label_of(answer.text, name).partition(" (")[0], name_of(name, language)}
        assert any(one.casefold() in text.casefold() for one in called if one), (told, called, text)
    return set(said)


def name_of(field: str, language: str) -> str:
    """What pages call a field of which the label alone does not tell enough."""
    return gettext(language, NAMES[field]) if field in NAMES else ""


def label_of(page: str, name: str) -> str:
    """What a field is called on the page."""
    ends = r'(.*?)(?: <span class="must"|</label>|</legend>)'
    found = re.search(rf'<label [^>]*for="f-{name}">{ends}', page, re.S) or re.search(
        rf'<fieldset [^>]*id="f-{name}".*?<legend[^>]*>{ends}', page, re.S
    )
    return unescape(found[1]).strip() if found else ""


def digest(connection: Connection) -> str:
    """Of every row but sign-ins and counted tries."""
    found = hashlib.sha256()
    for table in metadata().sorted_tables:
        if table.name not in UNCOUNTED:
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


def build_world(connection: Connection, folder: Path, now: datetime) -> World:
    """Three institutions with plans, conflicts, imports, people and links."""
    sessions = sessionmaker(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    )
    with sessions() as session, transaction(session):
        load_reference(session)
    app = create_app(
        {"INSTANCE_DIR": folder, "SECRET_KEY": KEY, "BASE_URL": BASE},
        sessions=sessions, clock=lambda: now,
    )  # fmt: skip
    app.testing = False
    app.request_class = RecordingRequest
    ids: dict[str, str] = {}
    with sessions() as session, transaction(session):
        _add_events(session, ids, now)
        tokens = _add_people(session, ids, now)
        _add_runs(session, ids, now)
    people = {who: _cookie(app, now, token) for who, token in tokens.items()}
    world = World(app, connection, people, ids)

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        verb, _, rest = statement.lstrip().partition(" ")
        if verb in ("INSERT", "UPDATE", "DELETE"):
            world.wrote = world.wrote or not any(name in rest[:40] for name in UNCOUNTED)

    event.listen(connection, "before_cursor_execute", note)
    return world


def _cookie(app: Flask, now: datetime, more: Mapping[str, Any]) -> tuple[str, str]:
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(more)
    page = client.get("/login?again=1", environ_overrides={"sweep.asked": {}}).text
    with client.session_transaction() as cookie:
        cookie |= {"challenge": [CHALLENGE, int(now.timestamp())], "code_to_be": SECRET}
    found = client.get_cookie("session")
    assert found
    return f"session={found.value}", csrf_of(page)


def _add_events(session: Session, ids: dict[str, str], now: datetime) -> None:
    leads = {
        slug: session.scalars(select(Institution.id).where(Institution.slug == slug)).one()
        for slug in ("korzo", "mauritshuis", "museum-de-lakenhal", "stadsgehoorzaal")
    }

    def add(name: str, slug: str, as_draft: bool = False, **more: Any) -> Event:
        viewer = Viewer(institution_ids=frozenset({leads[slug]}))
        made = register.register_event(
            session, viewer, draft(leads[slug], **more), now, BASE, as_draft=as_draft
        )
        ids[name] = made.public_id
        return made

    big: dict[str, Any] = {"planning": "option", "expected_visitors": 900}
    own = add("own", "korzo", **big)
    ids["moment"] = own.occurrences[0].public_id
    korzo = Viewer(institution_ids=frozenset({leads["korzo"]}))
    together.share(session, korzo, own.public_id, "stadsgehoorzaal", True, now)
    add("near", "mauritshuis", **big)
    add("festival", "korzo", when="2027-05-01T12:00", kind="festival")
    add("campaign", "korzo", when="2027-06-01T12:00", kind="campaign")
    add("draft", "korzo", when="2027-07-01T12:00", as_draft=True)
    add("sealed", "museum-de-lakenhal", visibility="sealed")
    theirs = add("theirs", "museum-de-lakenhal", when="2027-04-12T20:15", **big)
    ids["their_moment"] = theirs.occurrences[0].public_id
    add("beside", "stadsgehoorzaal", when="2027-04-12T20:15", **big)
    session.flush()
    for case_id, *events in session.execute(
        select(Conflict.public_id, ConflictPair.event_a_id, ConflictPair.event_b_id).join(
            ConflictPair, ConflictPair.conflict_id == Conflict.id
        )
    ):
        ids["case" if own.id in events else "their_case"] = case_id
    for slug in ("korzo", "museum-de-lakenhal"):
        stored = select(Institution.version).where(Institution.slug == slug)
        ids[f"{slug}_version"] = str(session.scalar(stored))


def _add_people(session: Session, ids: dict[str, str], now: datetime) -> dict[str, dict[str, Any]]:
    """Who sends what; returns what their cookies hold."""
    made = {
        "editor": add_person(session, "editor@x.example", institutions=("korzo",), role="manager"),
        "coordinator": add_person(session, "coordinator@x.example", regions=("haaglanden",)),
        "admin": add_person(session, "admin@x.example", is_admin=True),
        "colleague": add_person(session, "colleague@x.example", institutions=("korzo",)),
        "stranger": add_person(
            session, "stranger@x.example", institutions=("museum-de-lakenhal",), role="manager"
        ),
        "keeper": add_person(session, "keeper@x.example"),
    }
    made["colleague"].password_hash = hash_password(PASSWORD)
    ids |= {f"{name}_id": str(user.id) for name, user in made.items()}
    tokens = {name: open_sign_in(session, user, now) for name, user in made.items()}
    for who in ("editor", "stranger"):
        open_sign_in(session, made[who], now)
        ids[f"{who}_session"] = str(
            session.scalars(
                select(SignIn.id).where(SignIn.user_id == made[who].id).order_by(SignIn.id.desc())
            ).first()
        )
    offer = {"regions": [], "admin": False, "press": False, "language": "nl", "by": None}
    for name, slug in (("invitation", "korzo"), ("their_invitation", "museum-de-lakenhal")):
        lead = session.scalars(select(Institution.id).where(Institution.slug == slug)).one()
        ids[f"{name}_token"], link = make_link(
            session, KEY, "invitation", f"{name}@x.example", now,
            data={**offer, "institutions": {str(lead): "editor"}},
        )  # fmt: skip
        ids[name] = str(link.id)
    editor = made["editor"]
    ids["reset_token"], _ = make_link(session, KEY, "reset", editor.email, now, user_id=editor.id)
    ids["address_token"], _ = make_link(
        session, KEY, "address", editor.email, now, user_id=editor.id,
        data={"side": "old", "new": "new@x.example"},
    )  # fmt: skip
    for who in ("editor", "stranger"):
        name = "own" if who == "editor" else "theirs"
        bulk = BulkChange(
            user_id=made[who].id, at=now,
            data={"field": "planning", "events": {ids[name]: ["option", "confirmed"]}},
        )  # fmt: skip
        session.add(bulk)
        session.flush()
        ids["bulk" if who == "editor" else "their_bulk"] = bulk.public_id
    _add_second_steps(session, ids, made, now)
    keeper = made["keeper"]
    half = [keeper.id, hash_token(keeper.password_hash or ""), int(now.timestamp())]
    cookies = {name: {"_user_id": token, "_fresh": True} for name, token in tokens.items()}
    return {**cookies, "nobody": {}, "half": {"half": half}}


def _add_second_steps(
    session: Session, ids: dict[str, str], made: dict[str, User], now: datetime
) -> None:
    made["keeper"].totp_secret = SECRET
    ids["code"] = pyotp.TOTP(SECRET).at(now)
    site, challenge = {"rpId": "localhost", "rp": {"id": "localhost"}}, {"challenge": CHALLENGE}
    device = Device()
    key = read_made(Site("localhost", BASE, ""), device.make({**site, **challenge}), CHALLENGE)
    assert key
    for who in ("keeper", "stranger"):
        passkey = Passkey(
            user_id=made[who].id, credential_id=key.credential_id if who == "keeper" else "other",
            public_key=key.public_key, sign_count=0, name="", created_at=now,
        )  # fmt: skip
        session.add(passkey)
        session.flush()
        ids[f"{who}_passkey"] = str(passkey.id)
    ids["used_key"] = device.use({**site, **challenge})
    ids["made_key"] = Device(key_id=b"another").make({**site, **challenge})


def _add_runs(session: Session, ids: dict[str, str], now: datetime) -> None:
    """Files that were looked at, of korzo and of somebody else."""
    report = {
        "held": False, "applied": False, "problem": None, "problemText": None, "file": "a.ics",
        "counts": dict.fromkeys(
            ("new", "changed", "unchanged", "cancelled", "missing", "gone", "refused"), 0
        ),
        "changes": [], "refused": [],
    }  # fmt: skip
    for name, slug, state in (
        ("run", "korzo", "previewed"), ("held", "korzo", "held"),
        ("their_run", "museum-de-lakenhal", "previewed"),
    ):  # fmt: skip
        lead = session.scalars(select(Institution.id).where(Institution.slug == slug)).one()
        run = ImportRun(
            institution_id=lead, event_kind="concert", at=now, state=state, filename="a.ics",
            content=CALENDAR, report={**report, "institution": slug, "held": state == "held"},
        )  # fmt: skip
        session.add(run)
        session.flush()
        ids[name] = run.public_id
