"""A believable season, invented: deterministic in seed, year and number (pure).

What a house does stands in ``data/*.toml``, when in ``days.py``; here the dice are thrown.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import accumulate, pairwise
from math import ceil
from random import Random

from calendar_app.events.rules import EventDraft
from calendar_app.workflow.demo.days import Season
from calendar_app.workflow.demo.moments import Slot, opening_hours, performances, show
from calendar_app.workflow.demo.plan import House, Planned, sure
from calendar_app.workflow.demo.programme import Place, Series, Title, programme

YEAR = 1200
"""How many events a year of the files is meant for."""
_TRIES = 6
_REACH = ("local", "regional", "national")


class _Diary:
    """What is taken already: rooms, titles by day, fortnights with an opening; and how often.

    On days that are ``kept`` nobody else opens an exhibition."""

    def __init__(self, first: Sequence[Planned], kept: Collection[date]) -> None:
        # A venue's room by day, or (true) by evening.
        self.rooms: set[tuple[int | None, str, date, bool]] = set()
        self.titles: set[tuple[int, str, date]] = set()
        self.openings: set[tuple[int, int]] = set()
        self.used: Counter[tuple[int, int]] = Counter()
        self.drawn: Counter[int] = Counter()
        self.kept = frozenset(kept)
        for draft in (planned.draft for planned in first):
            slots = [Slot.of(moment) for moment in draft.moments]
            self.enter(draft.lead_id, draft.venue_id, draft.room, draft.title_nl, slots)

    def enter(
        self, lead: int, venue: int | None, room: str, title: str, slots: Sequence[Slot]
    ) -> None:
        """Notes what an event takes."""
        for slot in slots:
            self.rooms.add((venue, room, slot.day, slot.evening))
            self.titles.add((lead, title, slot.day))
            if slot.role == "opening":
                self.openings.add((lead, slot.day.toordinal() // 14))

    def free(
        self, lead: int, venue: int | None, room: str, title: str, slots: Sequence[Slot]
    ) -> bool:
        """Whether the house has its room, and says nothing twice on a day."""
        for slot in slots:
            if room and (venue, room, slot.day, slot.evening) in self.rooms:
                return False
            if (lead, title, slot.day) in self.titles:
                return False
            if slot.role == "opening" and (
                slot.day in self.kept or (lead, slot.day.toordinal() // 14) in self.openings
            ):
                return False
        return True


def plan_season(
    houses: Sequence[House],
    first: Sequence[Planned],
    season: Season,
    events: int,
    seed: int,
    now: datetime,
    kept: Collection[date] = (),
) -> Iterator[Planned]:
    """The events of the season after those given (``seeded.py``); exactly ``events`` in all, in
    a fixed order. On ``kept`` days no other exhibition opens."""
    first = first[:events]
    yield from first
    random = Random(f"{seed}/{season.first.year}")
    planner = _Planner(houses, season, random, now, events, _Diary(first, kept))
    count = len(first)
    while count < events:
        group = planner.next_group(count)[: events - count]
        yield from group
        count += len(group)


class _Planner:
    def __init__(
        self, houses: Sequence[House], season: Season, random: Random, now: datetime, events: int,
        diary: _Diary,
    ) -> None:  # fmt: skip
        self.season, self.random, self.now, self.diary = season, random, now, diary
        self.larger = max(1.0, events / YEAR)
        places = programme().places
        self.series = programme().series
        # Where the walk through a line's titles begins differs by seed.
        self.start = [self.random.randrange(len(one.titles)) for one in self.series]
        self.houses = [house for house in houses if house.slug in places]
        self.places = [places[house.slug] for house in self.houses]
        self.hours = {place.slug: opening_hours(place, season) for place in self.places}
        self.deck = self._dealt(events)
        self.shares = [
            list(accumulate(self.series[at].share for at in place.series)) for place in self.places
        ]

    def next_group(self, position: int) -> list[Planned]:
        """The next event, with its parts where it is a festival; ``position`` is its own."""
        index = self.deck.pop()
        house, place = self.houses[index], self.places[index]
        number = self._line(house, place, self.shares[index])
        series = self.series[number]
        title = series.title(self.diary.drawn[number], self.start[number])
        self.diary.used[house.id, number] += 1
        self.diary.drawn[number] += 1
        draft = self._draft(house, place, series, title)
        umbrella = sure(self.random, draft, self.now)
        if series.parts is None:
            return [umbrella]
        return [umbrella, *self._parts(umbrella, place, series, position)]

    def _dealt(self, events: int) -> list[int]:
        """Whose turn it is, from the last to the first: each house as often as suits it."""
        due = list(accumulate(place.events for place in self.places))
        upto = [0, *(events * sum_ // due[-1] for sum_ in due)]
        deck = [index for index, (a, b) in enumerate(pairwise(upto)) for _ in range(b - a)]
        self.random.shuffle(deck)
        return deck

    def _line(self, house: House, place: Place, shares: list[float]) -> int:
        """A line of programme that the house does not have enough of yet."""
        for _ in range(_TRIES):
            number = self.random.choices(place.series, cum_weights=shares)[0]
            most = self.series[number].most
            if most is None or self.diary.used[house.id, number] < ceil(most * self.larger):
                break
        return number

    def _draft(self, house: House, place: Place, series: Series, title: Title) -> EventDraft:
        random = self.random
        room = random.choice(series.at[house.slug] or ("",))
        reach = _reach(random, place, series, room)
        visitors = _visitors(random, place, series, room, reach)
        slots, room = self._when(house, place, series, room, title, press=reach != "local")
        said = random.choice(series.text) if random.random() < 0.75 else Title("", "")
        english = random.random() < (0.85 if reach == "national" else 0.55)
        show = series.kind == "exhibition"
        disciplines = random.choice(series.disciplines or ("",)).split("+")
        return EventDraft(
            kind=series.kind, lead_id=house.id, title_nl=title.nl,
            title_en=title.en if english else "", description_nl=said.nl,
            description_en=said.en if english else "",
            disciplines=tuple(one for one in disciplines if one),
            audiences=tuple(random.choice(series.audiences).split("+")),
            themes=(title.theme,) if title.theme else (), venue_id=house.venue_id, room=room,
            genre=series.genre, reach=reach,
            expected_visitors=visitors if random.random() < 0.88 else None,
            date_type="periodic" if show else "multiple" if len(slots) > 1 else "single",
            moments=tuple(slot.moment() for slot in slots),
            opening_hours=self.hours[place.slug] if show else None,
            price_cents=random.choice(series.price)
            if series.price and random.random() < 0.8 else None,
            languages=("en",) if "(in het Engels)" in title.nl else ("nl",),
        )  # fmt: skip

    def _when(
        self, house: House, place: Place, series: Series, room: str, title: Title, *, press: bool
    ) -> tuple[list[Slot], str]:
        """Dates on which the house has room; in a crowded season the room is left open."""
        leiden = "leiden" in place.groups
        for _ in range(_TRIES):
            day = self.season.choose(self.random, series.days, series.between, leiden)
            if series.kind == "exhibition":
                slots = show(self.random, series, day, press=press)
            else:
                slots = performances(self.random, self.season, series, day, leiden=leiden)
            if self.diary.free(house.id, house.venue_id, room, title.nl, slots):
                break
        else:
            room = ""
        self.diary.enter(house.id, house.venue_id, room, title.nl, slots)
        return slots, room

    def _parts(
        self, umbrella: Planned, place: Place, series: Series, position: int
    ) -> list[Planned]:
        """Two to four evenings of a festival, in its own rooms and on its own days."""
        random, parts = self.random, series.parts
        if parts is None:
            return []
        whole = umbrella.draft
        days = [Slot.of(moment).day for moment in whole.moments]
        rooms = tuple(place.rooms) or ("",)
        chosen = random.sample(parts.titles, min(len(parts.titles), random.randint(2, 4)))
        found = []
        for number, title in enumerate(chosen):
            hour, room = parts.hours[number % len(parts.hours)], rooms[number % len(rooms)]
            slot = Slot("regular", days[number % len(days)], hour, parts.minutes)
            name = f"{whole.title_nl}: {title.nl}"
            visitors = _seats(random, place, room, (0.5, 0.95))
            if not self.diary.free(whole.lead_id, whole.venue_id, room, name, [slot]):
                room = ""
            self.diary.enter(whole.lead_id, whole.venue_id, room, name, [slot])
            draft = replace(
                whole, kind=parts.kind, title_nl=name,
                title_en=f"{whole.title_en}: {title.en}" if whole.title_en else "",
                description_nl="", description_en="", room=room, moments=(slot.moment(),),
                date_type="single", expected_visitors=visitors,
            )  # fmt: skip
            found.append(replace(umbrella, draft=draft, parent=position))
        return found


def _reach(random: Random, place: Place, series: Series, room: str) -> str:
    """From how far people come: often from less far than a house could reach, and to a small room
    never from all over the country."""
    if series.reach != "house":
        return series.reach
    widest = _REACH.index(place.reach)
    if room and not series.whole_house:
        seats = place.rooms[room]
        widest = min(widest, 0 if seats < 100 else 1 if seats < 400 else 2)
    less = random.random() < (0.25 if series.kind == "exhibition" else 0.5)
    return _REACH[max(0, widest - less)]


def _visitors(random: Random, place: Place, series: Series, room: str, reach: str) -> int | None:
    if room and series.fill:
        return _seats(random, place, room, series.fill)
    least, most = series.visitors
    wider = 1.5 if reach == "national" else 1.0
    return _round(random.uniform(least, most) * place.size * wider)


def _seats(random: Random, place: Place, room: str, fill: tuple[float, float]) -> int | None:
    """So many of a room's seats; nobody knows where the room is not known."""
    return _round(place.rooms[room] * random.uniform(*fill)) if room else None


def _round(count: float) -> int:
    step = 5 if count < 150 else 10 if count < 2000 else 500
    return max(8, round(count / step) * step)
