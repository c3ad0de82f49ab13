"""A merged feed read back by icalendar and by ical.js: the same events at the same instants."""

import json
from datetime import UTC, date, datetime
from typing import Any

import icalendar
from flask.testing import FlaskClient

from calendar_app.core.timespan import midnight
from calendar_app.events.rules import all_day_moment
from tests.factories import single
from tests.feeds.conftest import Publish
from tests.feeds.test_timezone import run_js

_READ = """
import ICAL from "%s";
const calendar = new ICAL.Component(ICAL.parse(JSON.parse(await new Response(process.stdin).text())));
for (const one of calendar.getAllSubcomponents("vtimezone"))
  ICAL.TimezoneService.register(one);
const at = (time) => time.isDate ? time.toString() : time.toUnixTime();
console.log(JSON.stringify(calendar.getAllSubcomponents("vevent").map((one) => {
  const event = new ICAL.Event(one);
  return [event.uid, event.summary, event.description, event.location, at(event.startDate),
    at(event.endDate), event.sequence, one.getFirstPropertyValue("last-modified").toUnixTime()];
})));
"""  # noqa: E501


def _python(body: bytes) -> list[list[Any]]:
    def at(value: date | datetime) -> str | int:
        if isinstance(value, datetime):
            return int(value.astimezone(UTC).timestamp())
        return value.isoformat()

    return [
        [str(one["UID"]), str(one["SUMMARY"]), str(one["DESCRIPTION"]), str(one["LOCATION"]),
         at(one["DTSTART"].dt), at(one["DTEND"].dt), int(one["SEQUENCE"]),
         at(one["LAST-MODIFIED"].dt)]
        for one in icalendar.Calendar.from_ical(body).walk("VEVENT")
    ]  # fmt: skip


def test_two_parsers_read_the_same(client: FlaskClient, publish: Publish) -> None:
    nasty = "Bach; \\N, “Händel” 👩‍👩‍👧\r\nEND:VEVENT: " + "é" * 90
    moments = [
        single(f"2027-{month:02}-15T20:15") for month in range(1, 13)
    ] + [
        single("2027-03-28T01:30"), single("2027-03-28T03:00"),
        single("2027-10-31T02:30", fold=0), single("2027-10-31T02:30", fold=1),
        single("2027-10-31T03:00"), single("2045-07-01T20:00"),
        all_day_moment("run", date(2027, 3, 20), date(2027, 11, 5)),
    ]  # fmt: skip
    publish(title_nl=nasty, description_nl=nasty + "\n" + nasty, moments=tuple(moments))
    publish(lead="corpus", title_nl="Café Ünïcode", room="Zaal, 1; \\n")
    for path in ("/feeds/all.ics", "/en/feeds/region/haaglanden.ics"):
        body = client.get(path).data
        read = _python(body)
        assert run_js(_READ, json.dumps(body.decode())) == read
    wanted = sorted(int(m.starts_at.timestamp()) for m in moments if not m.all_day)
    assert sorted(row[4] for row in read if isinstance(row[4], int)) == wanted
    assert [row[4:6] for row in read if isinstance(row[4], str)] == [["2027-03-20", "2027-11-05"]]
    assert midnight(date(2027, 3, 20)) < midnight(date(2027, 11, 5))
