"""Every field of every form and every key of every page with what does not belong there: a clear
answer in the reader's language, nothing half saved, no traceback.

The forms are found by reading the pages, so a new field is tried without anybody listing it. Each
run tries another value with each field of each store, in turn; ``EXHAUSTIVE=1`` tries them all.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle, islice
from urllib.parse import quote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import transaction
from calendar_app.events.models import Change, Event, EventTerm, Occurrence, Organiser, Share
from calendar_app.imports.models import ImportRun
from calendar_app.overlaps.models import Conflict, ConflictEntry
from calendar_app.people.models import AuditEntry, Institution, Membership, User
from calendar_app.places.models import Region, Venue
from calendar_app.workflow.demo.load import load_demo
from tests.web.conftest import Clock, SignedIn

FINE = {200, 301, 303, 400, 403, 404, 409, 413, 422}
LONG = "x" * 10_000
BAD = (
    "", LONG, "\0", "a\0b\x07\x1b[31m", "x\r\nSet-Cookie: stolen=1", "%FF%FE", "-1", "0",
    "99999999999999999999", "1e309", "NaN", "0001-01-01", "1989-12-31", "2027-02-30",
    "9999-12-31", "25:99", "‮gnp.exe", "<script>alert(1)</script>",
    "'; drop table event;--", "=1+1", "../../etc/passwd", "mauritshuis", "aaaaaaaaaaaa", "😀" * 300,
)  # fmt: skip
COUNTED = (
    Event, Occurrence, EventTerm, Change, Organiser, Share, Conflict, ConflictEntry, ImportRun,
    Institution, User, Membership, Venue, Region, AuditEntry,
)  # fmt: skip
EXHAUSTIVE = bool(os.environ.get("EXHAUSTIVE"))
LEFT_OUT = ("/logout", "/login", "/account")
"""They end the session that tries them; they have tests of their own."""


@dataclass
class Found:
    """A form of a page: where it goes, and its controls with what they hold."""

    action: str
    method: str = "get"
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """All forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Found] = []
        self.links: list[str] = []
        self._form: Found | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "form":
            self._form = Found(told.get("action") or self.address, told.get("method") or "get")
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and told.get("type") == "file":
            self._form.files.append(name)
        elif tag == "input" and name:
            if told.get("type") not in ("checkbox", "radio") or "checked" in told:
                self._form.fields.append((name, value))
            elif name not in dict(self._form.fields):
                self._form.fields.append((name, ""))
        elif tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((value, "selected" in told))
        elif tag == "textarea":
            self._form.fields.append((name, ""))
        elif tag == "button" and name and name not in dict(self._form.fields):
            self._form.fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select and self._form:
            name, options = self._select
            chosen = [value for value, selected in options if selected]
            self._form.fields.append((name, (chosen or [value for value, _ in options[-1:]])[0]))
            self._select = None


def forms_of(client: FlaskClient, address: str) -> list[Found]:
    reader = Reader(address)
    answer = client.get(address, follow_redirects=True)
    reader.feed(answer.text)
    for form in reader.forms:
        form.action = form.action if form.action != address else urlsplit(answer.request.url).path
    return reader.forms


def digest(session: Session) -> list[int]:
    """How many rows each table has, and how often events were changed."""
    counts = session.execute(
        union_all(*(select(func.count()).select_from(table) for table in COUNTED))
    ).scalars()
    versions = session.scalar(select(func.sum(Event.version)))
    return [*counts, versions or 0]


@pytest.fixture
def addresses(app: Flask, sessions: sessionmaker[Session], clock: Clock) -> list[str]:
    """Pages with forms, in a small season."""
    with sessions() as session:
        with transaction(session):
            load_demo(session, events=40, now=clock.now, base_url="http://localhost")
        own = session.scalars(
            select(Event.public_id).join(Institution, Institution.id == Event.lead_id)
            .where(Institution.slug == "korzo", Event.planning == "confirmed")
        ).first()  # fmt: skip
        case = session.scalars(select(Conflict.public_id).order_by(Conflict.id)).first()
        session.rollback()
    assert own and case
    return [
        "/events/new", f"/events/{own}/edit", f"/events/{own}/cancel", f"/events/{own}/together",
        f"/events/{own}/picture", f"/events/{own}/parts", f"/moderation/{own}", f"/events/{own}",
        "/events/bulk", "/imports", f"/conflicts/{case}", "/agenda", "/agenda?view=month",
        "/admin/venues/korzo", "/admin/venues/new", "/admin/institutions/korzo",
        "/admin/taxonomy/theme/new", "/admin/regions/rijnland", "/admin/audit",
        "/admin/venues/amare/merge?into=korzo", "/admin/users", "/subscribe", "/conflicts",
    ]  # fmt: skip


@pytest.fixture
def everything(signed_in: SignedIn) -> FlaskClient:
    """Somebody who may knock at every door."""
    return signed_in(
        "all@korzo.example", institutions=("korzo",), regions=("haaglanden", "rijnland"),
        is_admin=True,
    )  # fmt: skip


def tries(
    forms: list[Found], values: Iterator[str]
) -> Iterator[tuple[Found, str, tuple[str, ...]]]:
    """Each field of each form once, with the next bad value, or with all of them."""
    for form in forms:
        if form.action.startswith(LEFT_OUT):
            continue
        for name in dict.fromkeys(name for name, _ in form.fields):
            if name not in ("csrf_token", "version"):
                yield form, name, BAD if EXHAUSTIVE else (next(values),)


def test_every_field_of_every_form(
    addresses: list[str], everything: FlaskClient, sessions: sessionmaker[Session], backend: str
) -> None:
    tried = 0
    prefixes = cycle(("", "/en"))
    turn = cycle(BAD[len(BAD) // 2 :] + BAD[: len(BAD) // 2] if backend == "sqlite" else BAD)
    for address in addresses:
        for form, name, values in tries(forms_of(everything, address), turn):
            for value in values:
                tried += 1
                _try(everything, sessions, next(prefixes), form, name, value)
    assert tried > 200


def _try(
    client: FlaskClient, sessions: sessionmaker[Session], prefix: str, form: Found, name: str,
    value: str,
) -> None:  # fmt: skip
    sent = dict(form.fields) | {name: value}
    where = prefix + form.action
    told = (where, name, value[:40])
    if form.method == "get":
        answer = client.get(form.action, query_string=sent)
    else:
        with sessions() as session:
            before = digest(session)
        answer = client.post(where, data=sent, content_type="multipart/form-data")
        if answer.status_code >= 400:
            with sessions() as session:
                assert digest(session) == before, told
    assert answer.status_code in FINE, told
    assert "Traceback" not in answer.text, told
    assert "stolen" not in answer.headers.get("Set-Cookie", ""), told
    assert "<script>alert" not in answer.text, told
    if answer.status_code == 422:
        assert re.search(r'href="#f-[a-z_0-9]+"', answer.text), told
        language = "en" if prefix else "nl"
        assert f'<html lang="{language}"' in answer.text, told


KEYS = (
    "region", "institution", "venue", "kind", "discipline", "audience", "theme", "from", "until",
    "q", "view", "skip", "page", "tab", "copy", "part_of", "next", "into", "subject", "number",
    "event", "show", "unknown",
)  # fmt: skip


def test_every_key_of_every_page(addresses: list[str], everything: FlaskClient) -> None:
    values = cycle([*(quote(value[:2000]) for value in BAD), "%ED%A0%80", "%00"])
    more = ("/", "/institutions/korzo", "/venues/korzo", "/themes/science-art", "/campaigns")
    for address in [*addresses, *more]:
        page = address.partition("?")[0]
        # Several keys at once, each with another value; alone, where all are tried.
        for keys in ((key,) for key in KEYS) if EXHAUSTIVE else (KEYS[::4], KEYS[1::4], KEYS[2::2]):
            for _ in range(len(BAD) if EXHAUSTIVE else 1):
                asked = "&".join(f"{key}={next(values)}&{key}=x" for key in keys)
                answer = everything.get(f"{page}?{asked}")
                assert answer.status_code in FINE, (page, asked)
                assert "<script>alert" not in answer.text, (page, asked)


def test_every_part_of_every_address(app: Flask, everything: FlaskClient) -> None:
    values = cycle(("..%2f..%2fetc%2fpasswd", "%00", "%FF", "a" * 3000, "-", "'", "9" * 25))
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.endpoint != "static":
            for value in islice(values, 5):
                address = re.sub(r"<[^>]+>", value, rule.rule)
                answer = everything.get(address)
                assert answer.status_code in {*FINE, 405}, address
                assert "Traceback" not in answer.text
            assert everything.delete(address).status_code in {400, 404, 405}, address
