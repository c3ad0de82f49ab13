"""The clashes, opportunities and plans that every demonstration season has (pure)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from calendar_app.events.rules import EventDraft, Moment, all_day_moment
from calendar_app.workflow.demo.season import House, Planned, Season, timed


def seeded(houses: Mapping[str, House], season: Season, now: datetime) -> Iterator[Planned]:
    """In a fixed order, each pair next to each other; dates lie ahead of ``now`` where the season
    allows it."""
    ahead = max(
        season.first, min(now.date() + timedelta(days=50), season.last - timedelta(days=90))
    )

    def weekday(after: int, day: int) -> date:
        """The first such weekday (0 Monday) at least ``after`` days ahead."""
        start = ahead + timedelta(days=after)
        return start + timedelta(days=(day - start.weekday()) % 7)

    def event(
        slug: str, kind: str, nl: str, en: str, moments: list[Moment], **more: Any
    ) -> Planned:
        house = houses[slug]
        values: dict[str, Any] = {
            "kind": kind, "lead_id": house.id, "title_nl": nl, "title_en": en,
            "venue_id": house.venue_id, "audiences": ("general",), "planning": "option",
            "visibility": "coordinators", "moments": tuple(moments),
            "date_type": "periodic" if any(m.role == "run" for m in moments)
            else "multiple" if len(moments) > 1 else "single",
        }  # fmt: skip
        created = more.pop("created", 40)
        draft = EventDraft(**(values | more))
        return Planned(draft, (now - timedelta(days=created)).replace(microsecond=0))

    def show(opening: date, days: int, hour: int = 17) -> list[Moment]:
        first = opening + timedelta(days=1)
        return [
            all_day_moment("run", first, first + timedelta(days=days)),
            timed("opening", opening, (hour, 0), 150),
        ]

    sure: dict[str, Any] = {"planning": "confirmed", "visibility": "public"}
    # Two openings on one theme on one Friday: the same press, the same guests.
    friday = weekday(10, 4)
    yield event("mauritshuis", "exhibition", "Meester en leerling", "Master and pupil",
                show(friday, 110), disciplines=("visual-arts",), themes=("golden-age",),
                reach="national", expected_visitors=600, created=70,
                description_nl="Wat een leerling zag als de meester even niet keek.",
                description_en="What a pupil saw when the master was not looking.")  # fmt: skip
    yield event("museum-de-lakenhal", "exhibition", "De jonge jaren van een schilder",
                "A painter's early years", show(friday, 95), disciplines=("visual-arts",),
                themes=("golden-age",), reach="national", expected_visitors=500, created=20)  # fmt: skip
    # Two large orchestras on one Saturday evening.
    saturday = weekday(24, 5)
    yield event("amare", "concert", "Symfonisch gala", "Symphonic gala",
                [timed("premiere", saturday, (20, 15), 135)], disciplines=("music",),
                room="Concertzaal", reach="national", expected_visitors=1800, genre="klassiek",
                **sure)  # fmt: skip
    yield event("stadsgehoorzaal", "concert", "Het grote voorjaarsconcert", "The great spring concert",
                [timed("regular", saturday, (20, 0), 130)], disciplines=("music",),
                room="Grote zaal", reach="regional", expected_visitors=850, genre="klassiek",
                created=12)  # fmt: skip
    # Two family science days on one Sunday.
    sunday = weekday(31, 6)
    yield event("museon-omniversum", "family", "De grote ontdekdag", "The great day of discovery",
                [timed("regular", sunday, (10, 0), 420)], disciplines=("science",),
                audiences=("families",), reach="regional", expected_visitors=1500, **sure)  # fmt: skip
    yield event("naturalis-biodiversity-center", "family", "Dinofamiliedag", "Dino family day",
                [timed("regular", sunday, (10, 0), 420)], disciplines=("science",),
                audiences=("families",), reach="national", expected_visitors=3000, created=25)  # fmt: skip
    # One touring production, 17 km and eight days apart.
    play = weekday(38, 3)
    tour = {"production": "king lear", "disciplines": ("theatre",), "expected_visitors": 400}
    yield event("koninklijke-schouwburg", "theatre", "Koning Lear", "King Lear",
                [timed("regular", play, (20, 0), 150)], **tour, **sure)  # fmt: skip
    yield event("leidse-schouwburg", "theatre", "Koning Lear", "King Lear",
                [timed("regular", play + timedelta(days=8), (20, 0), 150)], **tour)  # fmt: skip
    # One room promised twice, by the house and by a guest.
    hall = weekday(45, 5)
    guest = event("universiteit-leiden", "conference", "Diner van de alumni", "Alumni dinner",
                  [timed("regular", hall, (18, 0), 150)], audiences=("professionals",),
                  room="Aalmarktzaal", expected_visitors=220)  # fmt: skip
    stadsgehoorzaal = houses["stadsgehoorzaal"].venue_id
    yield replace(guest, draft=replace(guest.draft, venue_id=stadsgehoorzaal))
    yield event("stadsgehoorzaal", "concert", "Jazz aan de Breestraat", "Jazz on Breestraat",
                [timed("regular", hall, (20, 0), 120)], disciplines=("music",),
                room="Aalmarktzaal", expected_visitors=260, genre="jazz", **sure)  # fmt: skip
    # Two dance premieres in one city on one evening.
    dance = weekday(17, 4)
    yield event("amare", "dance", "Zwerm", "Swarm", [timed("premiere", dance, (20, 0), 100)],
                disciplines=("dance",), room="Danstheater", reach="national",
                expected_visitors=1200, **sure)  # fmt: skip
    yield event("korzo", "dance", "Kleine bewegingen", "Small movements",
                [timed("premiere", dance, (20, 30), 75)], disciplines=("dance",), reach="regional",
                expected_visitors=250, created=9)  # fmt: skip
    # Two season announcements on one Tuesday, for one press.
    tuesday = weekday(60, 1)
    for slug, nl, en, hour in (
        ("amare", "Seizoenspresentatie Amare", "Amare season launch", 10),
        ("stadsgehoorzaal", "Het nieuwe seizoen in Leiden", "The new season in Leiden", 11),
    ):
        yield event(slug, "campaign", nl, en, [timed("announcement", tuesday, (hour, 0), 60)],
                    disciplines=("music",), reach="national", expected_visitors=40000)  # fmt: skip
    # A chance: one theme, two disciplines, openings three weeks apart.
    light = weekday(52, 3)
    yield event("rijksmuseum-boerhaave", "exhibition", "Instrumenten van het licht",
                "Instruments of light", show(light, 130, 16), disciplines=("science",),
                themes=("light-2027", "science-art"), reach="national", expected_visitors=400, **sure)  # fmt: skip
    yield event("escher-in-het-paleis", "exhibition", "Licht op papier", "Light on paper",
                show(light + timedelta(days=21), 100), disciplines=("visual-arts",),
                themes=("light-2027",), reach="national", expected_visitors=400, **sure)  # fmt: skip
    # A chance: an afternoon in Leiden, an evening in Den Haag.
    outing = weekday(33, 6)
    yield event("pieterskerk-leiden", "concert", "Kamermuziek onder het gewelf",
                "Chamber music beneath the vault", [timed("regular", outing, (14, 0), 90)],
                disciplines=("music",), expected_visitors=300, **sure)  # fmt: skip
    yield event("amare", "theatre", "Opera aan het Spuiplein", "Opera on Spuiplein",
                [timed("regular", outing, (20, 0), 165)], disciplines=("music",),
                room="Danstheater", expected_visitors=1500, **sure)  # fmt: skip
    # A plan nobody may know yet, against an opening everybody knows.
    secret = weekday(66, 4)
    yield event("kunstmuseum-den-haag", "exhibition", "De onverwachte schenking",
                "The unexpected gift", show(secret, 120), disciplines=("visual-arts",),
                reach="national", expected_visitors=700, visibility="sealed")  # fmt: skip
    yield event("museum-voorlinden", "exhibition", "Zalen vol stilte", "Rooms full of silence",
                show(secret, 140), disciplines=("visual-arts",), reach="national",
                expected_visitors=600, **sure)  # fmt: skip
    # An embargo that lifts by itself.
    yield event("naturalis-biodiversity-center", "exhibition", "Het dier dat niemand zag",
                "The animal nobody saw", show(weekday(80, 3), 150), disciplines=("science",),
                audiences=("families", "general"), reach="national", expected_visitors=900,
                planning="confirmed", visibility="coordinators",
                public_at=(now + timedelta(days=14)).replace(hour=9, minute=0, second=0,
                                                             microsecond=0))  # fmt: skip
    # Local days.
    relief = date(season.first.year, 10, 3)
    yield event("universiteit-leiden", "lecture", "Hutspot en haring: lezing op 3 oktober",
                "Hotchpotch and herring: a lecture on 3 October",
                [timed("regular", relief, (11, 0), 60)], disciplines=("debate",),
                expected_visitors=300, **sure)  # fmt: skip
    yield event("haags-historisch-museum", "tour", "Prinsjesdagwandeling", "Prince's Day walk",
                [timed("regular", _third_tuesday(season.first.year), (10, 0), 90)],
                disciplines=("heritage",), expected_visitors=60, **sure)  # fmt: skip
    yield event("museum-prinsenhof-delft", "professional", "Uitwisseling: bruiklenen tussen regio's",
                "Exchange: loans between regions", [timed("regular", weekday(28, 2), (10, 0), 330)],
                audiences=("professionals",), expected_visitors=40, planning="confirmed",
                visibility="partners")  # fmt: skip


def _third_tuesday(year: int) -> date:
    first = date(year, 9, 1)
    return first + timedelta(days=(1 - first.weekday()) % 7 + 14)
