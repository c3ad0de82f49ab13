"""A believable season, invented: deterministic in seed, year and number (pure).

It runs from 1 September to 31 August: stages on evenings from Thursday to Sunday, exhibitions in
spring and autumn with an opening and a press morning, families in the school holidays, runs,
festivals, school offers, campaigns, and a few clashes worth discussing (``seeded.py``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from holidays import country_holidays

from calendar_app.events.rules import EventDraft, Moment, MomentError, all_day_moment, timed_moment
from calendar_app.workflow.demo.titles import DESCRIPTIONS, POOL, PROFILES, ROOMS

WEIGHTS = {"classical": 5, "theatre": 4, "pop": 5, "film": 4, "books": 2, "university": 2,
           "dance": 3, "musical": 1, "cabaret": 2, "castle": 1}  # fmt: skip
BIG = {"amare": 4, "naturalis-biodiversity-center": 2, "kunstmuseum-den-haag": 2, "mauritshuis": 2,
       "leidse-schouwburg": 2, "paard": 2, "stadsgehoorzaal": 2, "universiteit-leiden": 2}  # fmt: skip
EVENING = {"concert", "theatre", "dance", "film", "lecture", "literary"}
HOURS: dict[str, tuple[tuple[int, int], ...]] = {
    "concert": ((20, 15), (20, 30), (19, 30)), "theatre": ((20, 0), (20, 15), (19, 30)),
    "dance": ((20, 0), (20, 15), (19, 30)), "film": ((19, 0), (20, 30), (21, 15)),
    "lecture": ((19, 30), (20, 0)), "literary": ((20, 0), (19, 30)), "family": ((11, 0), (14, 0)),
    "workshop": ((13, 30), (19, 30)), "tour": ((14, 0), (18, 30)), "conference": ((9, 30),),
    "professional": ((10, 0),), "education": ((9, 30), (13, 0)), "open-day": ((10, 0),),
    "market": ((10, 0),), "course": ((15, 15),), "festival": ((14, 0),),
}  # fmt: skip
LENGTH = {"concert": 120, "theatre": 135, "dance": 90, "film": 120, "lecture": 90, "literary": 90,
          "family": 180, "workshop": 150, "tour": 75, "conference": 450, "professional": 330,
          "education": 120, "open-day": 420, "market": 420, "course": 105, "festival": 540}  # fmt: skip
DISCIPLINE = {"concert": "music", "theatre": "theatre", "dance": "dance", "film": "film",
              "literary": "literature"}  # fmt: skip
PROFILE_DISCIPLINE = {
    "masters": ("visual-arts",), "modern": ("visual-arts",), "photo": ("visual-arts",),
    "print": ("visual-arts",), "world": ("heritage",), "antiquity": ("heritage",),
    "town": ("heritage",), "castle": ("heritage",), "archive": ("heritage",),
    "books": ("literature",), "science": ("science",), "nature": ("science",),
    "university": ("debate", "science"), "classical": ("music",), "pop": ("music",),
}  # fmt: skip
GENRE = {"classical": "klassiek", "pop": "pop", "cabaret": "cabaret", "musical": "musical"}


@dataclass(frozen=True, slots=True)
class House:
    """An institution as the season needs it."""

    id: int
    slug: str
    venue_id: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """One event of the season; ``parent`` is the position of its festival in the season."""

    draft: EventDraft
    created_at: datetime
    parent: int | None = None
    cancelled: bool = False
    cancel_reason: str = ""


class Season:
    """The days of a season and what they are good for."""

    def __init__(self, year: int) -> None:
        self.first = date(year, 9, 1)
        self.last = date(year + 1, 8, 31)
        years = (year, year + 1)
        self.school = set(
            country_holidays(
                "NL", subdiv="Midden", categories=("school",), years=years, language="nl"
            )
        )
        days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        self.evenings = [(day, _evening_weight(day)) for day in days]
        self.family = [
            (day, (5.0 if day in self.school else 1.0) * (3.0 if day.weekday() >= 5 else 0.6))
            for day in days
        ]
        self.weekdays = [
            (day, 0.2 if day in self.school else 1.0) for day in days if day.weekday() < 5
        ]
        self.openings = [(day, _opening_weight(day)) for day in days]
        self.days = [(day, 1.5 if day.weekday() >= 5 else 1.0) for day in days]

    def pick(self, random: Random, kind: str) -> date:
        """A day that suits a kind of event."""
        if kind in EVENING:
            choices = self.evenings
        elif kind in ("family", "workshop"):
            choices = self.family
        elif kind in ("education", "conference", "professional", "course"):
            choices = self.weekdays
        elif kind == "exhibition":
            choices = self.openings
        else:
            choices = self.days
        return random.choices([day for day, _ in choices], [weight for _, weight in choices])[0]


def _evening_weight(day: date) -> float:
    weight = (0.3, 0.8, 1.2, 2.4, 3.2, 3.6, 1.8)[day.weekday()]
    if day.month in (7, 8):
        weight *= 0.15
    if (day.month, day.day) in ((12, 24), (12, 25), (12, 31), (5, 4)):
        weight = 0.02
    return weight


def _opening_weight(day: date) -> float:
    weight = (0.3, 0.4, 0.8, 2.0, 3.0, 1.6, 0.8)[day.weekday()]
    season = {9: 2.5, 10: 2.5, 11: 1.2, 2: 2.0, 3: 2.5, 4: 1.5, 5: 1.0, 6: 1.2}
    return weight * season.get(day.month, 0.3)


def season_of(now: datetime) -> int:
    """The first year of the season running at ``now``."""
    return now.year if now.month >= 9 else now.year - 1


def plan_season(
    houses: Sequence[House],
    first: Sequence[Planned],
    season: Season,
    events: int,
    seed: int,
    now: datetime,
) -> Iterator[Planned]:
    """The events of the season after those given (``seeded.py``); exactly ``events`` in all, in
    a fixed order."""
    random = Random(f"{seed}/{season.first.year}")
    first = first[:events]
    yield from first
    weights = [WEIGHTS.get(PROFILES[house.slug], 1.5) * BIG.get(house.slug, 1) for house in houses]
    used: set[tuple[int, str]] = {(p.draft.lead_id, p.draft.title_nl) for p in first}
    booked: set[Booking] = {booking for p in first for booking in _bookings(p.draft)}
    count = len(first)
    while count < events:
        house = random.choices(list(houses), weights)[0]
        group = _event(random, season, house, used, now, count)
        # A house does not promise its own room twice; the seeded clash is a guest's.
        wanted = [booking for planned in group[:1] for booking in _bookings(planned.draft)]
        if not booked.isdisjoint(wanted):
            continue
        booked.update(wanted)
        yield from group[: events - count]
        count += len(group[: events - count])


Booking = tuple[int | None, str, date]


def _bookings(draft: EventDraft) -> list[Booking]:
    """The evenings (or days) on which an event has its room."""
    if not draft.room or draft.kind == "exhibition":
        return []
    return [(draft.venue_id, draft.room, moment.starts_at.date()) for moment in draft.moments]


def _event(
    random: Random,
    season: Season,
    house: House,
    used: set[tuple[int, str]],
    now: datetime,
    position: int,
) -> list[Planned]:
    profile = PROFILES[house.slug]
    pool = POOL[profile]
    kinds = list(pool)
    # The first kind of a profile is what the house is known for.
    share = [4.0 if at == 0 and kind != "exhibition" else 1.5 for at, kind in enumerate(kinds)]
    kind = random.choices(kinds, share)[0]
    title = _title(random, pool[kind], used, house)
    discipline = DISCIPLINE.get(kind) or random.choice(
        PROFILE_DISCIPLINE.get(profile, ("heritage",))
    )
    draft = EventDraft(
        kind=kind, lead_id=house.id, title_nl=title[0],
        title_en=title[1] if random.random() < 0.6 else "", disciplines=(discipline,),
        audiences=_audiences(random, kind, profile), venue_id=house.venue_id,
        room=random.choice(ROOMS.get(house.slug, ("",))), reach=_reach(random, house, kind),
        genre=GENRE.get(profile) if kind in ("concert", "theatre") else None,
    )  # fmt: skip
    draft = replace(draft, expected_visitors=_visitors(random, draft))
    if random.random() < 0.7:
        text = random.choice(DESCRIPTIONS)
        draft = replace(draft, description_nl=text[0], description_en=text[1])
    if random.random() < 0.08 and discipline in ("science", "visual-arts", "heritage"):
        theme = random.choice(("science-art", "golden-age", "light-2027"))
        draft = replace(draft, themes=(theme,))
    day = season.pick(random, kind)
    if kind == "exhibition":
        draft = _exhibition(random, draft, day)
    elif kind == "festival":
        return _festival(random, draft, day, now, position, house)
    else:
        draft = _dated(random, draft, day, season)
    return [_sure(random, draft, now)]


def _title(
    random: Random,
    pool: tuple[list[tuple[str, str]], list[tuple[str, str]]],
    used: set[tuple[int, str]],
    house: House,
) -> tuple[str, str]:
    patterns, subjects = pool
    for _ in range(12):
        pattern, subject = random.choice(patterns), random.choice(subjects)
        title = (_capital(pattern[0].format(subject[0])), _capital(pattern[1].format(subject[1])))
        if (house.id, title[0]) not in used:
            used.add((house.id, title[0]))
            return title
    # A large season: the same thing again is a further evening of a series.
    number = 2
    while (house.id, f"{title[0]} ({number})") in used:
        number += random.randint(1, 9)
    used.add((house.id, f"{title[0]} ({number})"))
    return f"{title[0]} ({number})", f"{title[1]} ({number})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _audiences(random: Random, kind: str, profile: str) -> tuple[str, ...]:
    if kind == "family":
        return ("families",)
    if kind in ("professional", "conference"):
        return ("professionals",)
    if kind == "education":
        return (random.choice(("primary-school", "secondary-school", "vocational")),)
    if kind in ("course", "open-day"):
        return ("students",)
    if profile == "pop":
        return ("youth", "students") if random.random() < 0.7 else ("general",)
    if kind == "tour" and random.random() < 0.3:
        return ("seniors",)
    return ("general", "internationals") if random.random() < 0.1 else ("general",)


def _reach(random: Random, house: House, kind: str) -> str:
    if kind in ("tour", "workshop", "education", "course", "lecture"):
        return "local" if random.random() < 0.6 else "regional"
    if house.slug in BIG and random.random() < 0.35:
        return "national"
    return "regional" if random.random() < 0.75 else "local"


def _visitors(random: Random, draft: EventDraft) -> int | None:
    if random.random() < 0.15:
        return None  # nobody filled it in
    base = {"concert": 450, "theatre": 350, "dance": 300, "film": 90, "exhibition": 250, "lecture": 80,
            "family": 250, "festival": 1200, "conference": 180, "open-day": 900, "market": 700}  # fmt: skip
    reach = {"local": 0.5, "regional": 1.0, "national": 2.2}[draft.reach]
    visitors = base.get(draft.kind, 35) * reach * random.uniform(0.6, 1.5)
    return max(12, round(visitors / 10) * 10)


def timed(role: str, day: date, start: tuple[int, int], minutes: int) -> Moment:
    """A moment on a day; an hour later where the clock skips the start."""
    begin = datetime.combine(day, time(*start))
    try:
        return timed_moment(role, begin, begin + timedelta(minutes=minutes), fold=0)
    except MomentError:
        begin += timedelta(hours=1)
        return timed_moment(role, begin, begin + timedelta(minutes=minutes), fold=0)


def _dated(random: Random, draft: EventDraft, day: date, season: Season) -> EventDraft:
    kind = draft.kind
    start = random.choice(HOURS[kind])
    minutes = LENGTH[kind]
    if kind == "concert" and draft.genre == "pop":
        start, minutes = ((21, 0), 210) if random.random() < 0.6 else ((23, 0), 360)
    if draft.title_nl.startswith("Lunchconcert"):
        day -= timedelta(days=max(0, day.weekday() - 4))
        start, minutes = (12, 30), 45
    elif draft.title_nl.startswith("Zondagochtend"):
        day += timedelta(days=6 - day.weekday())
        start, minutes = (11, 0), 75
    elif kind in ("concert", "theatre") and day.weekday() == 6 and random.random() < 0.5:
        start = (14, 30)
    role = "school" if kind == "education" else "regular"
    run = 1
    if kind in ("theatre", "dance") and random.random() < 0.35:
        run = random.randint(3, 14)
    elif kind in ("family", "workshop", "education", "tour") and random.random() < 0.3:
        run = random.randint(2, 6)
    elif kind == "course":
        run = 10
    if run == 1:
        premiere = kind in ("theatre", "dance") and random.random() < 0.15
        moment = timed("premiere" if premiere else role, day, start, minutes)
        return replace(draft, moments=(moment,), date_type="single")
    step = 7 if kind in ("course", "workshop", "tour", "education") else 1
    moments: list[Moment] = []
    while len(moments) < run and (day <= season.last or not moments):
        if step == 7 or day.weekday() >= 2 or random.random() < 0.2:
            first = not moments and kind in ("theatre", "dance")
            moments.append(timed("premiere" if first else role, day, start, minutes))
        day += timedelta(days=step)
    date_type = "multiple" if len(moments) > 1 else "single"
    return replace(draft, moments=tuple(moments), date_type=date_type)


def _exhibition(random: Random, draft: EventDraft, opening: date) -> EventDraft:
    first = opening + timedelta(days=1)
    last = first + timedelta(days=random.randint(60, 160))
    moments = [
        all_day_moment("run", first, last + timedelta(days=1)),
        timed("opening", opening, random.choice(((16, 0), (17, 0), (17, 30))), 120),
    ]
    if draft.reach != "local" and random.random() < 0.5:
        moments.append(timed("press", opening - timedelta(days=1), (10, 30), 120))
    return replace(draft, moments=tuple(moments), date_type="periodic")


def _festival(
    random: Random, draft: EventDraft, day: date, now: datetime, position: int, house: House
) -> list[Planned]:
    days = random.randint(1, 3)
    umbrella = _sure(
        random,
        replace(draft, moments=tuple(timed("regular", day + timedelta(days=n), (14, 0), 540)
                                     for n in range(days)),
                date_type="multiple" if days > 1 else "single"),
        now,
    )  # fmt: skip
    parts = [umbrella]
    for number in range(random.randint(2, 4)):
        part = replace(
            umbrella.draft, kind="concert", title_nl=f"{draft.title_nl}: avond {number + 1}",
            title_en=f"{draft.title_en or draft.title_nl}: night {number + 1}",
            moments=(timed("regular", day + timedelta(days=number % days), (20 + number % 2, 0), 90),),
            date_type="single",
        )  # fmt: skip
        parts.append(replace(umbrella, draft=part, parent=position))
    return parts


def _sure(random: Random, draft: EventDraft, now: datetime) -> Planned:
    """How sure it is and who may see it, by how far ahead it lies."""
    start = min(moment.starts_at for moment in draft.moments)
    ahead = (start - now).days
    planning = random.choices(
        ("confirmed", "option", "idea"),
        (100, 0, 0) if ahead < 45 else (70, 25, 5) if ahead < 150 else (40, 38, 22),
    )[0]
    visibility, public_at = "public", None
    if planning == "idea":
        visibility = random.choices(("coordinators", "sealed"), (75, 25))[0]
    elif planning == "option":
        visibility = random.choices(("coordinators", "partners", "sealed"), (60, 25, 15))[0]
    elif draft.kind in ("professional", "conference") and random.random() < 0.6:
        visibility = "partners"
    elif ahead > 60 and random.random() < 0.25:
        visibility = random.choices(("coordinators", "partners", "sealed"), (50, 30, 20))[0]
        if random.random() < 0.6:
            lift = now + timedelta(days=random.randint(5, min(ahead - 10, 120)))
            public_at = lift.astimezone(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    created = min(now - timedelta(hours=random.randint(2, 24 * 120)),
                  start - timedelta(days=random.randint(30, 300)))  # fmt: skip
    cancelled = planning == "confirmed" and random.random() < 0.02
    return Planned(
        replace(draft, planning=planning, visibility=visibility, public_at=public_at),
        created.replace(microsecond=0), cancelled=cancelled,
        cancel_reason=random.choice(("ziekte", "te weinig aanmeldingen", "verbouwing loopt uit"))
        if cancelled else "",
    )  # fmt: skip
