"""feeds.md, Bytes, Time and Content, on raw bytes of single VEVENTs and calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.core.timespan import midnight
from calendar_app.feeds.ical import (
    PRODID,
    FeedEvent,
    Head,
    calendar,
    css_color,
    download,
    vevent,
    vevent_body,
)

REVISED = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONCERT = FeedEvent(
    uid="0b7c8e0a-3a69-4bb4-9a6e-6f2ad54f8a11",
    title="Bach, Händel",
    starts_at=datetime(2027, 3, 12, 19, 15, tzinfo=UTC),
    ends_at=datetime(2027, 3, 12, 21, 15, tzinfo=UTC),
    location="Grote zaal, Amare, Spuiplein 150, 2511 DG Den Haag",
    lat=52.077,
    lon=4.3169,
    categories=("Concert", "Muziek"),
    url="https://x.example/events/abc",
    related_to="11111111-2222-5333-8444-555555555555",
)
EXHIBITION = replace(
    CONCERT,
    all_day=True,
    starts_on=date(2027, 3, 12),
    ends_on=date(2027, 6, 1),
    starts_at=midnight(date(2027, 3, 12)),
    ends_at=midnight(date(2027, 6, 1)),
)
HEAD = Head(
    uid="cal", name="Agenda, alles", description="Wat\ner is", language="nl", modified_at=REVISED,
    url="https://x.example/agenda", source="https://x.example/feeds/all.ics",
)  # fmt: skip


def lines_of(event: FeedEvent) -> list[str]:
    return vevent(vevent_body(event), 0, REVISED).replace("\r\n ", "").split("\r\n")[:-1]


def head_lines(body: bytes) -> list[str]:
    return body.decode().replace("\r\n ", "").split("BEGIN:VTIMEZONE")[0].split("\r\n")


class TestBytes:
    def test_one_vcalendar_with_version_fixed_prodid_and_calscale(self) -> None:
        body = calendar(HEAD, [])
        assert body.count(b"BEGIN:VCALENDAR") == 1
        assert body.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:" + PRODID.encode())
        assert b"CALSCALE:GREGORIAN\r\n" in body and body.endswith(b"END:VCALENDAR\r\n")
        assert not body.startswith(b"\xef\xbb\xbf")
        assert body.count(b"\n") == body.count(b"\r\n") == body.count(b"\r")

    def test_no_method_in_a_subscription(self) -> None:
        assert b"METHOD" not in calendar(HEAD, [vevent(vevent_body(CONCERT), 0, REVISED)])

    def test_method_publish_and_no_name_in_a_download(self) -> None:
        body = download([vevent(vevent_body(CONCERT), 0, REVISED)])
        assert b"\r\nMETHOD:PUBLISH\r\n" in body
        assert b"X-WR-CALNAME" not in body and b"\r\nNAME:" not in body
        assert b"BEGIN:VTIMEZONE" in body

    def test_what_a_subscription_says_of_itself(self) -> None:
        found = head_lines(calendar(HEAD, []))
        for wanted in (
            "NAME:Agenda\\, alles", "X-WR-CALNAME:Agenda\\, alles", "DESCRIPTION:Wat\\ner is",
            "X-WR-CALDESC:Wat\\ner is", "X-WR-TIMEZONE:Europe/Amsterdam", "UID:cal",
            "X-APPLE-CALENDAR-COLOR:#154273", "LAST-MODIFIED:20261123T120000Z",
            "URL:https://x.example/agenda", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H", "SOURCE;VALUE=URI:https://x.example/feeds/all.ics",
        ):  # fmt: skip
            assert found.count(wanted) == 1, wanted
        assert any(text.startswith("COLOR:") and text[6:].isalpha() for text in found)

    def test_no_match_is_still_a_calendar_with_its_time_zone(self) -> None:
        read = icalendar.Calendar.from_ical(calendar(HEAD, []))
        assert [part.name for part in read.subcomponents] == ["VTIMEZONE"]

    def test_two_renders_are_byte_equal(self) -> None:
        texts = [vevent(vevent_body(one), 1, REVISED) for one in (CONCERT, EXHIBITION)]
        assert calendar(HEAD, texts) == calendar(HEAD, list(texts))
        assert vevent_body(CONCERT) == vevent_body(replace(CONCERT))

    def test_color_is_a_css_name(self) -> None:
        assert css_color("#000080") == "navy"
        assert css_color("#ffa000") == "orange"


class TestTime:
    def test_timed_events_are_local_time_with_tzid(self) -> None:
        found = lines_of(CONCERT)
        assert "DTSTART;TZID=Europe/Amsterdam:20270312T201500" in found
        assert "DTEND;TZID=Europe/Amsterdam:20270312T221500" in found

    def test_all_day_is_value_date_with_exclusive_dtend(self) -> None:
        found = lines_of(EXHIBITION)
        assert "DTSTART;VALUE=DATE:20270312" in found
        assert "DTEND;VALUE=DATE:20270601" in found

    def test_a_time_in_a_fold_has_both_ends_in_utc(self) -> None:
        # 31 October 2027: 02:30 happens at 00:30 and again at 01:30 UTC.
        second = replace(
            CONCERT,
            starts_at=datetime(2027, 10, 31, 1, 30, tzinfo=UTC),
            ends_at=datetime(2027, 10, 31, 3, 0, tzinfo=UTC),
        )
        assert {"DTSTART:20271031T013000Z", "DTEND:20271031T030000Z"} <= set(lines_of(second))
        ends_in_it = replace(second, starts_at=datetime(2027, 10, 30, 20, tzinfo=UTC),
                             ends_at=datetime(2027, 10, 31, 1, 30, tzinfo=UTC))  # fmt: skip
        assert {"DTSTART:20271030T200000Z", "DTEND:20271031T013000Z"} <= set(lines_of(ends_in_it))
        first = replace(second, starts_at=datetime(2027, 10, 31, 0, 30, tzinfo=UTC))
        # The first too, because ical.js reads a local time there as the second.
        assert "DTSTART:20271031T003000Z" in lines_of(first)

    @given(
        start=st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 1), timezones=st.just(UTC)),
        length=st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
    )
    def test_dtend_is_always_there_and_later_and_equals_the_instant(
        self, start: datetime, length: timedelta
    ) -> None:
        start = start.replace(microsecond=0)
        end = start + timedelta(seconds=int(length.total_seconds()))
        event = replace(CONCERT, starts_at=start, ends_at=end)
        body = download([vevent(vevent_body(event), 0, REVISED)])
        [read] = icalendar.Calendar.from_ical(body).walk("VEVENT")
        assert read["DTSTART"].dt.astimezone(UTC) == start
        assert read["DTEND"].dt.astimezone(UTC) == end
        for text in body.decode().split("\r\n"):
            if text.startswith(("DTSTART", "DTEND")) and "19810329" not in text:
                # No floating time: a TZID that is declared, or UTC.
                assert text.endswith("Z") or "TZID=Europe/Amsterdam" in text or "T0" in text

    @pytest.mark.parametrize("name", ["RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"])
    def test_never_a_recurrence(self, name: str) -> None:
        assert not any(text.startswith(name) for text in lines_of(CONCERT))


class TestIdentity:
    def test_dtstamp_is_last_modified(self) -> None:
        found = lines_of(CONCERT)
        assert "DTSTAMP:20261123T120000Z" in found and "LAST-MODIFIED:20261123T120000Z" in found
        assert "SEQUENCE:0" in found

    def test_uid_and_the_link_to_the_event(self) -> None:
        found = lines_of(CONCERT)
        assert f"UID:{CONCERT.uid}" in found and f"RELATED-TO:{CONCERT.related_to}" in found

    @pytest.mark.parametrize(("language", "prefix"), [("nl", "GEANNULEERD"), ("en", "CANCELLED")])
    def test_cancelled_is_said_in_status_summary_and_transparency(
        self, language: str, prefix: str
    ) -> None:
        found = lines_of(replace(CONCERT, status="cancelled", language=language, transparent=False))
        assert f"SUMMARY:{prefix}: Bach\\, Händel" in found
        assert "STATUS:CANCELLED" in found and "TRANSP:TRANSPARENT" in found

    def test_an_option_is_tentative(self) -> None:
        assert "STATUS:TENTATIVE" in lines_of(replace(CONCERT, status="tentative"))


class TestContent:
    def test_the_public_programme_leaves_people_free(self) -> None:
        found = lines_of(EXHIBITION)
        assert "TRANSP:TRANSPARENT" in found and "X-MICROSOFT-CDO-BUSYSTATUS:FREE" in found

    def test_location_geo_and_the_structured_location_that_matches(self) -> None:
        found = lines_of(CONCERT)
        where = "Grote zaal, Amare, Spuiplein 150, 2511 DG Den Haag"
        assert "LOCATION:" + where.replace(",", "\\,") in found
        assert "GEO:52.077000;4.316900" in found
        [apple] = [text for text in found if text.startswith("X-APPLE-STRUCTURED-LOCATION")]
        assert f'X-TITLE="{where}":geo:52.077000,4.316900' in apple

    def test_coordinates_off_the_globe_are_left_out(self) -> None:
        assert not any(text.startswith("GEO") for text in lines_of(replace(CONCERT, lat=91.0)))

    def test_categories_and_url(self) -> None:
        found = lines_of(CONCERT)
        assert "CATEGORIES:Concert,Muziek" in found
        assert "URL:https://x.example/events/abc" in found
        assert "CATEGORIES:a\\,b,c" in lines_of(replace(CONCERT, categories=("a,b", "c")))

    @pytest.mark.parametrize("name", ["ATTENDEE", "ORGANIZER", "BEGIN:VALARM", "CONTACT"])
    def test_no_people_and_no_alarm(self, name: str) -> None:
        assert not any(text.startswith(name) for text in lines_of(CONCERT))

    @given(st.text(max_size=120), st.text(max_size=120), st.text(max_size=120))
    def test_whatever_is_typed_there_is_one_vevent(self, title: str, text: str, room: str) -> None:
        event = replace(
            CONCERT, title=title, description=text, location=room, categories=(title, room),
            url=f"https://x.example/{text}",
        )  # fmt: skip
        body = download([vevent(vevent_body(event), 0, REVISED)])
        found = icalendar.Calendar.from_ical(body)
        [read] = found.walk("VEVENT")
        assert read["UID"] == CONCERT.uid
        assert not read.errors
