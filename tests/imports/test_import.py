"""An import is whole or not at all, and done once."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calendar_app.events.models import Change, Event, Occurrence
from calendar_app.feeds.models import FeedItem
from calendar_app.imports.models import SourceItem
from calendar_app.overlaps.models import Overlap
from calendar_app.workflow.import_ import import_file, summary
from tests.factories import load_reference, transaction

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASE = "http://localhost"
TABLES = (Event, Occurrence, Change, SourceItem, Overlap, FeedItem)


def calendar(*events: str) -> bytes:
    """A file of these events (each the lines between BEGIN and END)."""
    body = "".join(f"BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n" for lines in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


EVENING = "UID:a\r\nSUMMARY:Strijkkwartet\r\nDTSTART;TZID=Europe/Amsterdam:20270312T201500"
SERIES = (
    "UID:b\r\nSUMMARY:Lezing\r\nDTSTART;TZID=Europe/Amsterdam:20270301T160000\r\n"
    "DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=4"
)
HOURLY = "UID:c\r\nSUMMARY:Kapot\r\nDTSTART:20270312T201500Z\r\nRRULE:FREQ=HOURLY"
SECRET = "UID:d\r\nSUMMARY:Geheim\r\nCLASS:PRIVATE\r\nDTSTART:20270312T201500Z"


def _load(session: Session) -> None:
    with transaction(session):
        load_reference(session)


def _counts(session: Session) -> list[int]:
    with transaction(session):
        return [session.scalar(select(func.count()).select_from(model)) or 0 for model in TABLES]


def test_twice_is_once_and_a_dry_run_is_nothing(session: Session) -> None:
    _load(session)
    content = calendar(EVENING, SERIES, HOURLY, SECRET)
    dry = import_file(session, "korzo", content, "x.ics", NOW, BASE, dry_run=True)
    assert dry["counts"]["new"] == 3 and _counts(session)[0] == 0
    first = import_file(session, "korzo", content, "x.ics", NOW, BASE)
    assert (first["counts"]["new"], first["counts"]["refused"]) == (3, 1)
    assert first["refused"][0]["code"] == "rule_sub_daily"
    assert "Kapot" in summary(first)
    before = _counts(session)
    assert before[1] == 6
    again = import_file(session, "korzo", content, "other-name.ics", NOW, BASE)
    assert again["counts"]["unchanged"] == 3 and again["counts"]["new"] == 0
    assert _counts(session) == before
    # Another institution may have the same UIDs.
    other = import_file(session, "leidse-schouwburg", content, "x.ics", NOW, BASE)
    assert other["counts"]["new"] == 3


def test_a_series_follows_its_source_and_moments_live_on(session: Session) -> None:
    _load(session)
    import_file(session, "korzo", calendar(SERIES), "x.ics", NOW, BASE)
    with transaction(session):
        before = dict(session.execute(select(Occurrence.external_key, Occurrence.uid)).all())
    longer = (
        SERIES.replace("COUNT=4", "COUNT=5") + "\r\nEXDATE;TZID=Europe/Amsterdam:20270308T160000"
    )
    report = import_file(session, "korzo", calendar(longer), "x.ics", NOW, BASE)
    assert report["counts"]["changed"] == 1
    with transaction(session):
        rows = session.scalars(select(Occurrence).order_by(Occurrence.starts_at)).all()
        assert [row.status == "scheduled" for row in rows] == [True, False, True, True, True]
        # Who was there keeps its UID: subscribers see a change, not another event.
        assert {row.external_key: row.uid for row in rows if row.external_key in before} == before


def test_what_is_private_there_is_sealed_here(session: Session) -> None:
    _load(session)
    tentative = EVENING.replace("UID:a", "UID:t\r\nSTATUS:TENTATIVE")
    import_file(session, "korzo", calendar(EVENING, SECRET, tentative), "x.ics", NOW, BASE)
    with transaction(session):
        found = session.execute(select(SourceItem.uid, Event.visibility, Event.planning).join(
            Event, Event.id == SourceItem.event_id))  # fmt: skip
        assert {row.uid: (row.visibility, row.planning) for row in found} == {
            "a": ("public", "confirmed"),
            "d": ("sealed", "confirmed"),
            "t": ("coordinators", "option"),
        }
        assert session.scalar(select(func.count()).select_from(FeedItem).where(
            FeedItem.text.contains("Geheim"))) == 0  # fmt: skip


def test_a_bad_file_changes_nothing(session: Session) -> None:
    _load(session)
    import_file(session, "korzo", calendar(EVENING), "x.ics", NOW, BASE)
    before = _counts(session)
    for content in (b"", b"<html>sign in</html>", calendar(EVENING)[:-5], calendar()):
        report = import_file(session, "korzo", content, "x.ics", NOW, BASE)
        assert (
            report["held"]
            and report["problemText"]["nl"]
            and "Nothing changed" in summary(report).replace("nothing", "Nothing")
        )
    assert _counts(session) == before


def test_a_shrunken_file_is_held_until_somebody_says_that_it_is_right(session: Session) -> None:
    _load(session)
    evenings = [EVENING.replace("UID:a", f"UID:e{number}") for number in range(12)]
    import_file(session, "korzo", calendar(*evenings), "x.ics", NOW, BASE)
    less = calendar(*evenings[:8])
    before = _counts(session)
    report = import_file(session, "korzo", less, "x.ics", NOW, BASE)
    assert (report["held"], report["problem"], report["applied"]) == (True, "shrunken", False)
    assert report["counts"]["missing"] == 4
    assert report["problemText"]["en"] == "This file has 8 events; last time there were 12."
    assert "--even-if-shrunken" in summary(report)
    dry = import_file(
        session, "korzo", less, "x.ics", NOW, BASE, dry_run=True, even_if_shrunken=True
    )
    assert (dry["held"], dry["applied"]) == (False, False)
    assert _counts(session) == before
    report = import_file(session, "korzo", less, "x.ics", NOW, BASE, even_if_shrunken=True)
    assert report["applied"] and report["counts"]["missing"] == 4
    # From now on this is what there was last time; and saying so does not help a file that is no
    # calendar.
    assert import_file(session, "korzo", less, "x.ics", NOW, BASE)["applied"]
    assert import_file(session, "korzo", b"", "x.ics", NOW, BASE, even_if_shrunken=True)["held"]
