"""Every file under ../shared/ics ends in events or named refusals; the pathological ones as their
MANIFEST says; any bytes at all are read without a surprise."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.core.timespan import at_wall, midnight
from calendar_app.imports.ics import Found, FoundEvent, FoundMoment, parse
from calendar_app.imports.recurrence import TooSlow
from calendar_app.imports.sandbox import read_ics
from calendar_app.imports.words import PROBLEMS, REFUSALS, problem_text, refusal_text
from scripts.import_outcomes import DOCUMENT, NOW, Outcomes, read_folder, with_tables

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "ics"
HOSTILE = FOLDER / "pathological"
# On one process, so that every file is read once.
pytestmark = pytest.mark.xdist_group("ics files")


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What every sample file gives; skips where the files are not."""
    if not FOLDER.is_dir():
        pytest.skip("../shared/ics is not on this machine")
    return read_folder(FOLDER)


def sound(found: Found) -> None:
    """Asserts that everything found can be stored and everything refused be told."""
    for event in found.events:
        assert event.uid and event.moments
        assert len({moment.key for moment in event.moments}) == len(event.moments)
        for moment in event.moments:
            starts, ends = instants(moment)
            # Two walls in a fold or gap may meet; never the other way round.
            assert starts <= ends
    for refusal in found.refusals:
        assert refusal.line > 0 and refusal.code in REFUSALS
        for language in ("nl", "en"):
            assert refusal_text(language, refusal.code, refusal.params)
    if found.problem:
        assert found.problem in PROBLEMS
        assert problem_text("nl", found.problem, found.problem_params)
    assert found.events or found.refusals or found.problem


def instants(moment: FoundMoment) -> tuple[datetime, datetime]:
    """Start and end as UTC instants."""
    first, last = datetime.fromisoformat(moment.starts), datetime.fromisoformat(moment.ends)
    if moment.all_day:
        return midnight(first.date()), midnight(last.date())
    return (
        at_wall(first, moment.starts_fold, moment.zone),
        at_wall(last, moment.ends_fold, moment.zone),
    )


def test_every_file_ends_in_events_or_named_refusals(outcomes: Outcomes) -> None:
    assert len(outcomes) == 492
    for found in outcomes.values():
        sound(found)
        assert Found.from_json(json.loads(json.dumps(found.as_json()))) == found
    # A file more or less may be judged otherwise later; not the bulk.
    assert sum(len(found.events) for found in outcomes.values()) > 1400
    assert sum(len(found.refusals) for found in outcomes.values()) < 150


def test_the_outcomes_in_the_document_are_true(outcomes: Outcomes) -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == with_tables(document, outcomes), (
        "run: python scripts/import_outcomes.py ../shared/ics"
    )


@pytest.mark.parametrize("name", ["dos-secondly", "dos-impossible-date", "utf16-bom", "html-login"])
def test_the_process_of_its_own_gives_the_same(outcomes: Outcomes, name: str) -> None:
    content = (HOSTILE / f"{name}.ics").read_bytes()
    assert read_ics(content, NOW) == _one(outcomes, name)


def _start(event: FoundEvent, number: int = 0) -> datetime:
    return instants(event.moments[number])[0]


_EVENING = datetime(2026, 4, 2, 18, tzinfo=UTC)
_SUMMER = datetime(2026, 7, 2, 18, tzinfo=UTC)
# (events, refusal codes, problem, instant of the first start)
_WANTED: dict[str, tuple[int, list[str], str, datetime | None]] = {
    "floating-xwr-tz": (1, [], "", _EVENING),
    "floating-no-tz": (1, [], "", _EVENING),
    "unknown-tzid": (0, ["zone"], "", None),
    "windows-tzid-no-vtimezone": (1, [], "", _SUMMER),
    "outlook-display-tz-list": (1, [], "", _SUMMER),
    "outlook-utc-label-tz": (1, [], "", _SUMMER),
    "tzone-microsoft-custom": (1, ["zone"], "", _EVENING),
    "bad-line-in-vcalendar": (1, [], "", _EVENING),
    "bad-valarm": (2, [], "", _EVENING),
    "vtimezone-duplicate-tzid": (1, [], "", _EVENING),
    "raw-newline-in-description": (2, [], "", _EVENING),
    "latin1": (1, [], "", _EVENING),
    "utf16-bom": (1, [], "", _EVENING),
    "utf8-bom-lf": (1, [], "", _EVENING),
    "truncated": (0, [], "truncated", None),
    "html-login": (0, [], "html", None),
    "empty": (0, [], "empty", None),
    "no-uid": (1, [], "", _EVENING),
    "same-uid-twice-no-recid": (2, [], "", _EVENING),
    "missing-dtstart": (1, ["no_start"], "", _EVENING),
    "allday-dtend-equals-dtstart": (1, [], "", midnight(_EVENING.date())),
    "allday-as-datetime-midnight": (1, [], "", midnight(_EVENING.date())),
    "date-datetime-mix": (1, [], "", midnight(_EVENING.date())),
    "dtend-before-dtstart": (1, [], "", datetime(2026, 4, 2, 20, tzinfo=UTC)),
    "until-date-with-tzid": (1, [], "", datetime(2026, 4, 1, 18, tzinfo=UTC)),
    "exdate-utc-vs-tzid": (1, [], "", datetime(2026, 4, 1, 18, tzinfo=UTC)),
    "override-cancelled": (1, [], "", datetime(2026, 4, 1, 18, tzinfo=UTC)),
    "dos-secondly": (0, ["rule_sub_daily"], "", None),
    "dos-minutely": (0, ["rule_sub_daily"], "", None),
    "dos-interval-zero": (0, ["rule_interval"], "", None),
    "dos-impossible-date": (0, ["rule_never"], "", None),
    "method-request": (1, [], "", _EVENING),
    "method-cancel": (1, [], "", _EVENING),
    "path-not-content": (0, [], "not_calendar", None),
}


def _one(outcomes: Outcomes, name: str) -> Found:
    return outcomes[PurePath("pathological", f"{name}.ics")]


def test_the_manifest_is_answered_line_by_line(outcomes: Outcomes) -> None:
    manifest = json.loads((HOSTILE / "MANIFEST.json").read_bytes())
    assert {line["file"].removesuffix(".ics") for line in manifest} == set(_WANTED)


@pytest.mark.parametrize("name", sorted(_WANTED))
def test_a_pathological_file(outcomes: Outcomes, name: str) -> None:
    events, codes, problem, start = _WANTED[name]
    found = _one(outcomes, name)
    assert len(found.events) == events
    assert [refusal.code for refusal in found.refusals] == codes
    assert found.problem == problem
    if start is not None:
        assert _start(found.events[0]) == start


def test_what_the_manifest_says_besides(outcomes: Outcomes) -> None:
    read = partial(_one, outcomes)
    assert [m.starts[:10] for m in read("until-date-with-tzid").events[0].moments] == [
        "2026-04-01", "2026-04-02", "2026-04-03",
    ]  # fmt: skip
    assert [m.starts[:10] for m in read("exdate-utc-vs-tzid").events[0].moments] == [
        "2026-04-01", "2026-04-03",
    ]  # fmt: skip
    off = [moment.cancelled for moment in read("override-cancelled").events[0].moments]
    assert off == [False, True, False]
    assert read("method-cancel").events[0].planning == "cancelled"
    assert read("method-request").events[0].planning == "confirmed"
    assert read("latin1").events[0].title == "Café"
    assert read("raw-newline-in-description").events[0].description == (
        "regel een\nregel twee: zomaar"
    )
    assert {event.title for event in read("same-uid-twice-no-recid").events} == {"a", "b"}
    assert len({event.uid for event in read("same-uid-twice-no-recid").events}) == 2
    again = parse((HOSTILE / "no-uid.ics").read_bytes(), NOW)
    assert read("no-uid").events[0].uid == again.events[0].uid
    for name in ("allday-as-datetime-midnight", "allday-dtend-equals-dtstart", "date-datetime-mix"):
        (moment,) = read(name).events[0].moments
        assert (moment.all_day, moment.starts, moment.ends) == (True, "2026-04-02", "2026-04-03")
    (night,) = read("dtend-before-dtstart").events[0].moments
    assert night.ends == "2026-04-03T03:00:00"
    assert "overnight" in read("dtend-before-dtstart").events[0].notes
    assert read("unknown-tzid").refusals[0].params == {"zone": "Foo/Bar"}


_HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
_TAIL = b"END:VCALENDAR\r\n"
_LINES = st.sampled_from(
    [
        "BEGIN:VEVENT",
        "END:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "BEGIN:VTIMEZONE",
        "END:VTIMEZONE",
        "BEGIN:STANDARD",
        "TZID:Eigen",
        "TZOFFSETTO:+0100",
        "UID:a",
        "SUMMARY:x",
        "DESCRIPTION:een",
        "los: stuk",
        " vervolg",
        "DTSTART:20270312T201500",
        "DTSTART;VALUE=DATE:20270312",
        "DTSTART;TZID=Eigen:20270312T201500",
        "DTSTART:99991231T235959Z",
        "DTSTART:00010101T000000Z",
        "DTEND:20270312T201500Z",
        "DTEND:20270301",
        "DURATION:P9999D",
        "DURATION:-PT1H",
        "RRULE:FREQ=WEEKLY",
        "RRULE:FREQ=DAILY;UNTIL=19900101",
        "RRULE:",
        "RRULE:FREQ=YEARLY;BYWEEKNO=53;COUNT=3",
        "RDATE:20270401T200000",
        "EXDATE:20270312T201500",
        "RECURRENCE-ID:20270319T201500",
        "STATUS:CANCELLED",
        "STATUS:TENTATIVE",
        "CLASS:PRIVATE",
        "X-WR-TIMEZONE:Mars/Base",
        "METHOD:CANCEL",
    ]
)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_bytes(content: bytes) -> None:
    sound(parse(content, NOW))
    sound(parse(_HEAD + content + b"\r\n" + _TAIL, NOW))


@given(st.lists(_LINES, max_size=25))
@settings(max_examples=200, deadline=None)
def test_any_lines_of_a_calendar(lines: list[str]) -> None:
    body = "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]).encode()
    sound(parse(_HEAD + body + _TAIL, NOW))


def _event(uid: str, more: str = "") -> bytes:
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20200301T201500Z\r\n{more}END:VEVENT\r\n"
    ).encode()


@pytest.mark.parametrize("content", [b"", b"\r\n \t", b"\x0c\x0b", b"\0\0"])
def test_nothing_but_white_space(content: bytes) -> None:
    assert parse(content, NOW).problem == "empty"


def test_a_hundred_thousand_nested_parts() -> None:
    assert parse(_HEAD + b"BEGIN:X\r\n" * 100_000 + _TAIL, NOW).problem == "too_deep"


def test_a_season_of_ten_thousand_events_is_read_in_time() -> None:
    content = _HEAD + b"".join(_event(str(number)) for number in range(10_000)) + _TAIL
    found = read_ics(content, NOW)
    assert (found.problem, len(found.events)) == ("", 10_000)


# The 366th day of the year never lies in January, and dateutil looks for it until the year 9999.
_NEVER = "RRULE:FREQ=DAILY;BYYEARDAY=366;BYMONTH=1\r\n"


def test_a_rule_that_is_stopped_says_so_and_costs_no_other_event() -> None:
    found = read_ics(_HEAD + _event("never", _NEVER) + _event("good") + _TAIL, NOW)
    assert [event.uid for event in found.events] == ["good"]
    assert [(one.uid, one.code, one.line) for one in found.refusals] == [("never", "rule_slow", 6)]


def test_a_guard_whose_time_is_up_is_no_rule_without_dates() -> None:
    @contextmanager
    def spent() -> Iterator[None]:
        raise TooSlow
        yield

    found = parse(_HEAD + _event("a", "RRULE:FREQ=WEEKLY;COUNT=3\r\n") + _TAIL, NOW, guard=spent)
    (refusal,) = found.refusals
    assert refusal_text("en", refusal.code, refusal.params).startswith("working out")
    assert "uitrekenen" in refusal_text("nl", refusal.code, refusal.params)


def test_a_line_knows_its_number_after_folds_blanks_and_raw_breaks() -> None:
    more = "SUMMARY:een\r\n  twee\r\n\r\nDESCRIPTION:drie\r\nvier\r\nRRULE:FREQ=HOURLY\r\n"
    found = parse(_HEAD + _event("a", more) + _event("b") + _TAIL, NOW)
    assert [(one.title, one.line) for one in found.refusals] == [("een twee", 11)]
    assert [event.line for event in found.events] == [13]


def test_one_byte_of_another_alphabet_does_not_spoil_the_other_lines() -> None:
    mixed = _event("a", "SUMMARY:café\r\n") + _event("b", "SUMMARY:X\r\n").replace(b"X", b"\xe9")
    found = parse(_HEAD + mixed + _TAIL, NOW)
    assert [event.title for event in found.events] == ["café", "é"]


def test_a_moment_keeps_its_hour_across_a_change_of_the_clock() -> None:
    event = (
        b"BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Europe/Amsterdam:20270322T200000\r\n"
        b"DURATION:PT2H\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT\r\n"
    )
    (found,) = parse(_HEAD + event + _TAIL, NOW).events
    assert [moment.starts for moment in found.moments] == [
        "2027-03-22T20:00:00", "2027-03-29T20:00:00",
    ]  # fmt: skip
    assert [_start(found, n).hour for n in (0, 1)] == [19, 18]
