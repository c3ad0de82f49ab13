"""The main job on real input: calendars of the world imported for institutions of both regions
beside the demonstration season, overlaps flagged with reasons, merged feeds read back by two
independent parsers with the same events at the same instants."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import reading
from calendar_app.events.models import Event, Occurrence
from calendar_app.imports.ics import parse
from calendar_app.imports.models import Source, SourceItem
from calendar_app.overlaps.models import Conflict, ConflictPair, Overlap
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.places.models import Region, Venue
from calendar_app.workflow import publish
from calendar_app.workflow.demo.load import load_demo
from calendar_app.workflow.flag import CasePair, see_case
from calendar_app.workflow.import_ import import_file
from tests.factories import load_reference, transaction, viewer_for
from tests.feeds.test_readback import _READ, _python
from tests.feeds.test_timezone import run_js

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BASE = "http://localhost"
FOLDER = Path(__file__).resolve().parents[3] / "shared" / "ics"
WHO = {
    "node-ical": "korzo",
    "khal": "kunstmuseum-den-haag",
    "ical.net": "leidse-schouwburg",
    "collective-icalendar": "museum-de-lakenhal",
}
REGIONS = ("haaglanden", "rijnland")
_SEASON, _WEEKS = date(2026, 11, 30), 30
_EVENT = re.compile(rb"BEGIN:VEVENT.*?END:VEVENT[ \t]*\r?\n?", re.DOTALL)
_UID = re.compile(rb"^UID:(.*?)\r?$", re.MULTILINE)
_START = re.compile(rb"^DTSTART[^\r\n]*?:(\d{8})", re.MULTILINE)
_DATED = re.compile(
    rb"^(?:DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE|RRULE)[;:][^\r\n]*", re.MULTILINE
)
_DAY = re.compile(rb"(?<!\d)(?:19|20)\d{6}(?=T\d{6}|[\r\n,;/]|$)")

pytestmark = [
    pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/ics is not on this machine"),
    pytest.mark.slow,
]


def season_calendar(folder: str) -> bytes:
    """The calendars of a folder after each other, as they are but for their dates: every event
    and its exceptions shifted by whole weeks into the season."""
    parts = []
    for path in sorted((FOLDER / folder).rglob("*.ics")):
        content = path.read_bytes()
        if b"BEGIN:VCALENDAR" in content and not parse(content, NOW).problem:
            weeks: dict[bytes, int] = {}
            name = path.name.encode()
            parts.append(_EVENT.sub(lambda m, w=weeks, n=name: _shifted(m[0], w, n), content))
    return b"\r\n".join(parts)


def _shifted(event: bytes, weeks: dict[bytes, int], name: bytes) -> bytes:
    uid, start = _UID.search(event), _START.search(event)
    if start is None:
        return event
    key = uid[1] if uid else event
    if key not in weeks:
        try:
            day = datetime.strptime(start[1].decode(), "%Y%m%d").date()
        except ValueError:
            return event
        monday = day - timedelta(days=day.weekday())
        target = _SEASON + timedelta(weeks=crc32(name + key) % _WEEKS)
        weeks[key] = (target - monday).days // 7

    def moved(match: re.Match[bytes]) -> bytes:
        try:
            day = datetime.strptime(match[0].decode(), "%Y%m%d").date()
            return f"{day + timedelta(weeks=weeks[key]):%Y%m%d}".encode()
        except (ValueError, OverflowError):
            return match[0]

    return _DATED.sub(lambda line: _DAY.sub(moved, line[0]), event)


def _imported(session: Session, region: str | None) -> dict[str, list[object]]:
    """UID → [start, end] of what was imported and everybody may see, as the feeds should say it
    (whole days as dates); of one region, or of all."""
    query = (
        select(Occurrence)
        .join(Event, Event.id == Occurrence.event_id)
        .join(SourceItem, SourceItem.event_id == Event.id)
        .join(Institution, Institution.id == Event.lead_id)
        .join(Region, Region.id == Institution.region_id)
        .where(
            Event.visibility == "public", Event.planning == "confirmed",
            Occurrence.status == "scheduled", Occurrence.ends_at > NOW,
        )
    )  # fmt: skip
    if region is not None:
        query = query.where(Region.slug == region)
    return {
        one.uid: [one.starts_on.isoformat(), one.ends_on.isoformat()]
        if one.starts_on and one.ends_on
        else [int(one.starts_at.timestamp()), int(one.ends_at.timestamp())]
        for one in session.scalars(query)
    }


def _reaches(session: Session, region: str) -> set[str]:
    """UIDs of all moments of events that belong to a region: by their lead or their venue."""
    key = session.scalars(select(Region.id).where(Region.slug == region)).one()
    return set(
        session.scalars(
            select(Occurrence.uid)
            .join(Event, Event.id == Occurrence.event_id)
            .join(Institution, Institution.id == Event.lead_id)
            .outerjoin(Venue, Venue.id == Event.venue_id)
            .where(or_(Institution.region_id == key, Venue.region_id == key))
        )
    )


def test_real_calendars_beside_the_season(session: Session) -> None:
    with transaction(session):
        load_reference(session)
        load_demo(session, events=400, now=NOW, base_url=BASE)
    files = {folder: season_calendar(folder) for folder in WHO}

    # Import: every sound event, every other one refused by name; twice is once.
    for folder, slug in WHO.items():
        sound = parse(files[folder], NOW)
        assert not sound.problem and len(sound.events) > 30, folder
        report = import_file(session, slug, files[folder], f"{folder}.ics", NOW, BASE)
        assert not report["held"]
        # The reader has a clock: on a busy machine a series more may be stopped by it, by name.
        slow = sum(one["code"] == "rule_slow" for one in report["refused"])
        assert 0 <= len(sound.events) - report["counts"]["new"] <= slow
        assert report["counts"]["new"] + report["counts"]["refused"] == len(sound.events) + len(
            sound.refusals
        )
        assert all(one["reason"]["nl"] and one["line"] for one in report["refused"])
        again = import_file(session, slug, files[folder], f"{folder}.ics", NOW, BASE)
        assert again["counts"]["new"] <= slow and again["counts"]["changed"] == 0
        assert abs(again["counts"]["unchanged"] - report["counts"]["new"]) <= slow
    with reading(session):
        leads = set(
            session.scalars(
                select(Region.slug)
                .join(Institution, Institution.region_id == Region.id)
                .join(Source, Source.institution_id == Institution.id)
            )
        )
        assert leads == set(REGIONS)

    _flagged_with_reasons(session)
    _read_back(session)


def _flagged_with_reasons(session: Session) -> None:
    one, other = aliased(Event), aliased(Event)
    came = select(SourceItem.event_id)
    with reading(session):
        pairs = session.execute(
            select(Overlap.event_a_id, Overlap.event_b_id)
            .join(one, one.id == Overlap.event_a_id)
            .join(other, other.id == Overlap.event_b_id)
            .where(or_(one.id.in_(came), other.id.in_(came)), one.lead_id != other.lead_id)
        ).all()
        imported = set(session.scalars(came))
        assert pairs, "no imported event overlaps with another institution's"
        # Both kinds: imported against the season, imported against imported.
        assert any((a in imported) != (b in imported) for a, b in pairs)
        assert any(a in imported and b in imported for a, b in pairs)
        cases = session.scalars(
            select(Conflict.public_id)
            .join(ConflictPair, ConflictPair.conflict_id == Conflict.id)
            .where(ConflictPair.event_a_id.in_(came) | ConflictPair.event_b_id.in_(came))
            .where(ConflictPair.active)
            .order_by(Conflict.public_id)
            .distinct()
        ).all()
    assert cases, "no case was opened for an imported event"
    with transaction(session):
        coordinator = viewer_for(session, "c@x.example", regions=REGIONS)
    with reading(session):
        told = [
            pair
            for case_id in cases[:20]
            for pair in _seen_pairs(session, coordinator, case_id)
            if pair.reasons
        ]
    # Of a case with a sealed plan in it the coordinator is told less.
    assert told
    for reason in told[0].reasons:
        assert reason.points >= 0


def _seen_pairs(session: Session, viewer: Viewer, case_id: str) -> Sequence[CasePair]:
    """The explained pairs of a case; none of one that is not for this viewer at all."""
    try:
        return see_case(session, viewer, case_id, NOW).pairs
    except NotFound:
        return ()


def _read_back(session: Session) -> None:
    """Both parsers read the whole feed. A region's feed holds some of its VEVENTs, byte for
    byte, and so the same events at the same instants; one of the two is read anew all the same."""
    with reading(session):
        bodies = {
            path: publish.feed_bytes(session, path, NOW, BASE)
            for path in ("all.ics", *(f"region/{slug}.ics" for slug in REGIONS))
        }
        everything = _both(bodies["all.ics"])
        wanted = _imported(session, None)
        assert len(wanted) > 500
        assert {uid: everything.get(uid) for uid in wanted} == wanted
        blocks = set(_EVENT.findall(bodies["all.ics"]))
        for slug in REGIONS:
            body = bodies[f"region/{slug}.ics"]
            inside = _EVENT.findall(body)
            assert blocks.issuperset(inside)
            uids = {match[1].decode() for match in map(_UID.search, inside) if match}
            mine = _imported(session, slug)
            assert uids.issuperset(mine)
            # A region's feed is what belongs to the region out of the whole.
            assert uids == everything.keys() & _reaches(session, slug)
        smallest = min(bodies.values(), key=len)
        assert _both(smallest).items() <= everything.items()


def _both(body: bytes) -> dict[str, list[object]]:
    """UID → [start, end], on which icalendar and ical.js agree."""
    rows = _python(body)
    assert run_js(_READ, json.dumps(body.decode())) == rows
    read = {row[0]: row[4:6] for row in rows}
    assert len(read) == len(rows)
    return read
