"""feeds.md, Identity and revision and Revision: what a save does to the stored feeds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.core.errors import NotFound
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.actions import cancel_event, change_event, draft_of, load_for_change
from calendar_app.events.models import Event, Occurrence
from calendar_app.events.rules import all_day_moment
from calendar_app.feeds.actions import rerender, rerender_all, rerender_places
from calendar_app.feeds.models import FeedItem
from calendar_app.feeds.selection import ALL, Selection, parse
from calendar_app.feeds.serve import Asked, Memory, answer_feed, join_feed
from calendar_app.people.models import Institution
from calendar_app.places.models import Venue
from calendar_app.workflow.publish import ensure_rendered, feed_bytes
from tests.factories import single
from tests.feeds.conftest import BASE_URL, Publish

HOUR = timedelta(hours=1)
CANARY = "Kanariegeel"


class Feeds:
    """Reads and writes as the application does, at any instant."""

    def __init__(self, sessions: sessionmaker[Session], now: datetime) -> None:
        self.sessions, self.now = sessions, now

    def body(self, path: str = "all", language: str = "nl", now: datetime | None = None) -> str:
        with self.sessions() as session, reading(session):
            selection = parse(path)
            assert selection is not None
            return join_feed(session, selection, language, now or self.now, BASE_URL).decode()

    def vevents(self, path: str = "all", language: str = "nl", now: datetime | None = None) -> Any:
        return icalendar.Calendar.from_ical(self.body(path, language, now)).walk("VEVENT")

    def tag(self, path: str = "all", now: datetime | None = None, memory: Any = None) -> str:
        with self.sessions() as session, reading(session):
            selection = parse(path)
            assert selection is not None
            answer = answer_feed(session, selection, "nl", now or self.now, BASE_URL, Asked(),
                                 memory or Memory())  # fmt: skip
            return answer.headers["ETag"]

    def change(self, public_id: str, now: datetime | None = None, **changes: Any) -> None:
        now = now or self.now
        with self.sessions() as session, transaction(session):
            event = load_for_change(session, public_id)
            change_event(session, event, replace(draft_of(event), **changes), None, now)
            rerender(session, [event.id], now, BASE_URL)

    def cancel(self, public_id: str, now: datetime | None = None) -> None:
        with self.sessions() as session, transaction(session):
            event = load_for_change(session, public_id)
            cancel_event(session, event, "Ziek", None, now or self.now)
            rerender(session, [event.id], now or self.now, BASE_URL)

    def venue(self, **values: Any) -> int:
        with self.sessions() as session, transaction(session):
            venue = Venue(**{"slug": "zaal", "name": "De Zaal", "city": "Leiden"} | values)
            session.add(venue)
            session.flush()
            return venue.id


@pytest.fixture
def feeds(publish: Publish, sessions: sessionmaker[Session], now: datetime) -> Feeds:
    return Feeds(sessions, now)


Change = Callable[..., None]


def test_one_vevent_per_occurrence_each_with_a_uid_of_its_own(
    feeds: Feeds, publish: Publish
) -> None:
    publish(moments=tuple(single(f"2027-03-{day}T20:15") for day in (12, 13, 14)))
    found = feeds.vevents()
    assert len(found) == len({one["UID"] for one in found}) == 3
    assert len({one["RELATED-TO"] for one in found}) == 1
    assert found[0]["RELATED-TO"] not in {one["UID"] for one in found}


def test_an_exhibition_is_a_bar_and_its_opening_a_vevent_of_its_own(
    feeds: Feeds, publish: Publish
) -> None:
    run = all_day_moment("run", date(2027, 3, 13), date(2027, 6, 1))
    publish(kind="exhibition", moments=(run, single("2027-03-12T17:00", role="opening")))
    opening, bar = feeds.vevents()
    assert opening["SUMMARY"] == "Strijkkwartet (opening)"
    assert (bar["DTSTART"].dt, bar["DTEND"].dt) == (date(2027, 3, 13), date(2027, 6, 1))
    assert bar["TRANSP"] == "TRANSPARENT"


def test_the_same_uid_in_every_feed_and_language(feeds: Feeds, publish: Publish) -> None:
    publish(title_en="String quartet", themes=("science-art",))
    paths = ["all", "region/haaglanden", "institution/korzo", "kind/concert", "discipline/music",
             "audience/general", "theme/science-art"]  # fmt: skip
    found = {one["UID"] for path in paths for lang in ("nl", "en")
             for one in feeds.vevents(path, lang)}  # fmt: skip
    assert len(found) == 1
    assert all(len(feeds.vevents(path)) == 1 for path in paths)
    assert feeds.vevents(language="en")[0]["SUMMARY"] == "String quartet"
    assert feeds.vevents("region/rijnland") == feeds.vevents("kind/film") == []


def test_a_venue_brings_its_region_its_host_and_its_own_feed(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        host = session.scalars(select(Institution).where(Institution.slug == "corpus")).one()
    publish(venue_id=feeds.venue(institution_id=host.id, region_id=host.region_id))
    for path in ("region/haaglanden", "region/rijnland", "institution/korzo",
                 "institution/corpus", "venue/zaal"):  # fmt: skip
        assert len(feeds.vevents(path)) == 1, path


def test_a_change_of_time_place_or_status_raises_sequence(feeds: Feeds, publish: Publish) -> None:
    public_id = publish().public_id
    seen = [feeds.vevents()[0]]
    venue = feeds.venue()
    for hours, change in enumerate(
        [{"moments": (single("2027-03-12T20:30"),)}, {"venue_id": venue}, {"room": "Foyer"}], 1
    ):
        feeds.change(public_id, feeds.now + hours * HOUR, **change)
        seen.append(feeds.vevents()[0])
    feeds.cancel(public_id, feeds.now + 9 * HOUR)
    seen.append(feeds.vevents()[0])
    assert [one["SEQUENCE"] for one in seen] == [0, 1, 2, 3, 4]
    assert len({one["UID"] for one in seen}) == 1
    modified = [one["LAST-MODIFIED"].dt for one in seen]
    assert modified == sorted(set(modified))
    assert all(one["DTSTAMP"].dt == one["LAST-MODIFIED"].dt for one in seen)


def test_another_title_raises_last_modified_and_not_sequence(
    feeds: Feeds, publish: Publish
) -> None:
    public_id = publish().public_id
    feeds.change(public_id, feeds.now + HOUR, title_nl="Octet")
    [one] = feeds.vevents()
    assert (one["SEQUENCE"], one["LAST-MODIFIED"].dt) == (0, feeds.now + HOUR)


def test_last_modified_stays_when_nothing_rendered_changed(feeds: Feeds, publish: Publish) -> None:
    public_id = publish().public_id
    before = feeds.body(), feeds.tag()
    feeds.change(public_id, feeds.now + HOUR, internal_note=CANARY, expected_visitors=99)
    assert (feeds.body(), feeds.tag()) == before


def test_a_clock_400_days_back_lowers_nothing(feeds: Feeds, publish: Publish) -> None:
    """F27."""
    public_id = publish().public_id
    before = feeds.vevents()[0]["LAST-MODIFIED"].dt
    feeds.change(public_id, feeds.now - timedelta(days=400), title_nl="Octet")
    assert feeds.vevents()[0]["LAST-MODIFIED"].dt == before + timedelta(seconds=1)


def test_a_venues_new_name_raises_last_modified_of_its_events(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    venue = feeds.venue()
    publish(venue_id=venue)
    publish(title_nl="Elders")
    before = feeds.tag()
    with sessions() as session, transaction(session):
        session.get_one(Venue, venue).name = "De Nieuwe Zaal"
        rerender_places(session, feeds.now + HOUR, BASE_URL, venue_ids=[venue])
    changed, kept = sorted(feeds.vevents(), key=lambda one: one["SUMMARY"], reverse=True)
    assert changed["LOCATION"].startswith("De Nieuwe Zaal")
    assert (changed["SEQUENCE"], changed["LAST-MODIFIED"].dt) == (0, feeds.now + HOUR)
    assert kept["LAST-MODIFIED"].dt == feeds.now
    assert feeds.tag() != before


def test_an_edit_of_a_sealed_event_moves_no_public_etag(feeds: Feeds, publish: Publish) -> None:
    publish()
    public_id = publish(title_nl=CANARY, visibility="sealed").public_id
    paths = ["all", "institution/korzo", "region/haaglanden", "kind/concert"]
    before = [(feeds.body(path), feeds.tag(path)) for path in paths]
    feeds.change(public_id, feeds.now + HOUR, title_nl=CANARY + " 2", kind="dance")
    feeds.cancel(public_id, feeds.now + 2 * HOUR)
    assert [(feeds.body(path), feeds.tag(path)) for path in paths] == before
    assert CANARY not in "".join(body for body, _ in before)


def test_an_embargo_lifts_by_itself_and_the_etag_with_it(feeds: Feeds, publish: Publish) -> None:
    lift = feeds.now + timedelta(days=2)
    memory = Memory()
    before = feeds.tag(memory=memory)
    public_id = publish(title_nl=CANARY, public_at=lift).public_id
    # Neither the plan nor an edit of it shows before its time.
    assert feeds.tag(memory=memory) == before
    feeds.change(public_id, feeds.now + HOUR, title_nl=CANARY + "!")
    assert feeds.tag(memory=memory) == before
    just_before = lift - timedelta(seconds=1)
    assert CANARY not in feeds.body(now=just_before)
    assert feeds.tag(now=just_before, memory=memory) == before
    [one] = feeds.vevents(now=lift)
    assert (one["SUMMARY"], one["LAST-MODIFIED"].dt, one["SEQUENCE"]) == (CANARY + "!", lift, 0)
    assert feeds.tag(now=lift, memory=memory) != before


@pytest.mark.parametrize("planning", ["idea", "option"])
def test_an_idea_or_option_is_in_no_public_feed(
    feeds: Feeds, publish: Publish, planning: str
) -> None:
    publish(planning=planning, title_nl=CANARY)
    assert feeds.vevents() == []


def test_cancelled_stays_90_days_past_its_date_and_the_etag_knows(
    feeds: Feeds, publish: Publish
) -> None:
    public_id = publish().public_id
    feeds.cancel(public_id, feeds.now + HOUR)
    [one] = feeds.vevents()
    assert (one["STATUS"], one["SEQUENCE"], one["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert one["SUMMARY"] == "GEANNULEERD: Strijkkwartet"
    assert feeds.vevents(language="en")[0]["SUMMARY"] == "CANCELLED: Strijkkwartet"
    gone = datetime.fromisoformat("2027-06-10T22:00:00+00:00")
    memory = Memory()
    before = feeds.tag(now=gone - HOUR, memory=memory)
    assert len(feeds.vevents(now=gone - timedelta(seconds=1))) == 1
    assert feeds.vevents(now=gone) == []
    assert feeds.tag(now=gone, memory=memory) != before


def test_one_cancelled_date_of_many_is_told(feeds: Feeds, publish: Publish) -> None:
    dates = tuple(single(f"2027-03-{day}T20:15") for day in (12, 13))
    public_id = publish(moments=dates).public_id
    feeds.change(public_id, feeds.now + HOUR, moments=dates[:1])
    stays, gone = feeds.vevents()
    assert (stays["STATUS"], stays["SEQUENCE"]) == ("CONFIRMED", 0)
    assert (gone["STATUS"], gone["SEQUENCE"]) == ("CANCELLED", 1)


def test_an_event_leaves_the_window_and_the_etag_knows(feeds: Feeds, publish: Publish) -> None:
    publish()
    leaves = datetime.fromisoformat("2028-03-11T23:00:00+00:00")
    memory = Memory()
    before = feeds.tag(now=leaves - HOUR, memory=memory)
    assert len(feeds.vevents(now=leaves - timedelta(seconds=1))) == 1
    assert feeds.vevents(now=leaves) == []
    assert feeds.tag(now=leaves, memory=memory) != before


def test_withdrawn_and_back_keeps_uid_and_never_lowers_the_revision(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    public_id = publish(title_nl=CANARY).public_id
    first = feeds.vevents()[0]
    before = feeds.tag()
    feeds.change(public_id, feeds.now + HOUR, visibility="sealed")
    assert feeds.vevents() == [] and feeds.tag() != before
    with sessions() as session:
        texts = "".join(session.scalars(select(FeedItem.text)))
    assert CANARY not in texts  # nothing of it stays in what feeds are joined from
    feeds.change(public_id, feeds.now + HOUR, moments=(single("2027-03-12T21:00"),))
    feeds.change(public_id, feeds.now + HOUR, visibility="public")
    [again] = feeds.vevents()
    assert again["UID"] == first["UID"] and again["SEQUENCE"] == 1
    assert again["LAST-MODIFIED"].dt > first["LAST-MODIFIED"].dt


def test_an_event_that_moves_house_moves_both_feeds(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    public_id = publish().public_id
    before = feeds.tag("institution/korzo"), feeds.tag("institution/corpus"), feeds.tag("all")
    other = feeds.tag("institution/amare")
    with sessions() as session:
        lead = session.scalars(select(Institution.id).where(Institution.slug == "corpus")).one()
    feeds.change(public_id, feeds.now + HOUR, lead_id=lead)
    after = feeds.tag("institution/korzo"), feeds.tag("institution/corpus"), feeds.tag("all")
    assert not set(before) & set(after)
    assert feeds.vevents("institution/korzo") == []
    assert len(feeds.vevents("institution/corpus")) == 1
    assert feeds.tag("institution/amare") == other


def test_a_change_of_audience_alone_moves_the_feeds_it_is_in(
    feeds: Feeds, publish: Publish
) -> None:
    public_id = publish().public_id
    before = feeds.tag("audience/families")
    feeds.change(public_id, feeds.now + HOUR, audiences=("families",))
    assert feeds.tag("audience/families") != before
    assert len(feeds.vevents("audience/families")) == 1
    assert feeds.vevents("audience/general") == []


def test_uids_are_unique_and_every_row_has_both_languages(feeds: Feeds, publish: Publish) -> None:
    for n in range(5):
        publish(moments=tuple(single(f"2027-04-{10 + k}T1{n}:00") for k in range(3)))
    found = [one["UID"] for one in feeds.vevents()]
    assert len(found) == len(set(found)) == 15
    assert sorted(found) == sorted(one["UID"] for one in feeds.vevents(language="en"))
    starts = [one["DTSTART"].dt for one in feeds.vevents()]
    assert starts == sorted(starts)


def test_rendering_again_changes_nothing(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    publish()
    publish(public_at=feeds.now + timedelta(days=9))
    before = feeds.body(), feeds.tag(), feeds.tag("institution/korzo")
    with sessions() as session, transaction(session):
        ids = session.scalars(select(Event.id)).all()
        rerender(session, [*ids, 999_999], feeds.now + HOUR, BASE_URL)
    assert (feeds.body(), feeds.tag(), feeds.tag("institution/korzo")) == before


def test_the_fingerprint_renders_anew_for_another_address(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    publish()
    told: list[tuple[int, int]] = []
    with sessions() as session:
        assert ensure_rendered(session, feeds.now, BASE_URL)
        assert not ensure_rendered(session, feeds.now, BASE_URL)
        before = feeds.tag()
        assert ensure_rendered(
            session, feeds.now + HOUR, "https://new.example", lambda *step: told.append(step)
        )
    assert told[-1] == (1, 1)
    assert "URL:https://new.example/events/" in feeds.body()
    assert feeds.tag() != before
    assert feeds.vevents()[0]["LAST-MODIFIED"].dt == feeds.now + HOUR


def test_rerender_all_fills_an_empty_store(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    publish()
    before = feeds.body()
    with sessions() as session, transaction(session):
        for item in session.scalars(select(FeedItem)):
            session.delete(item)
        session.flush()
        rerender_all(session, feeds.now, BASE_URL)
    assert [one["UID"] for one in feeds.vevents()] == [
        one["UID"] for one in icalendar.Calendar.from_ical(before).walk("VEVENT")
    ]


def test_no_such_feed(feeds: Feeds, sessions: sessionmaker[Session]) -> None:
    for scheme in ("region", "institution", "venue", "kind", "theme"):
        with sessions() as session, pytest.raises(NotFound):
            join_feed(session, Selection(scheme, "no-such"), "nl", feeds.now, BASE_URL)
    with sessions() as session:
        with pytest.raises(NotFound):
            feed_bytes(session, "all", feeds.now, BASE_URL)
        assert feed_bytes(session, "all.ics", feeds.now, BASE_URL) == feeds.body().encode()
        assert b"/en/feeds/all.ics" in feed_bytes(session, "en/all.ics", feeds.now, BASE_URL)


def test_hidden_fields_never_show(feeds: Feeds, publish: Publish) -> None:
    publish(internal_note=CANARY, production=CANARY, genre=CANARY)
    assert CANARY not in feeds.body() + feeds.body(language="en")


def test_the_second_pass_of_a_fold_is_in_utc(feeds: Feeds, publish: Publish) -> None:
    """F29."""
    publish(moments=(single("2027-10-31T02:30", fold=1),))
    assert "DTSTART:20271031T013000Z" in feeds.body()
    [one] = feeds.vevents()
    assert one["DTEND"].dt > one["DTSTART"].dt


def test_revisions_are_kept_on_the_occurrence(
    feeds: Feeds, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    public_id = publish().public_id
    feeds.change(public_id, feeds.now + HOUR, moments=(single("2027-03-12T21:00"),))
    with sessions() as session:
        [stored] = session.scalars(select(Occurrence))
    assert (stored.sequence, stored.revised_at) == (1, feeds.now + HOUR)
    assert ALL.path == "all"
