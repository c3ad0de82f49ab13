"""The clashes, chances and plans that every demonstration season has, each with its story (pure).

Openings, stages and the rest go week by week, one clash a week, from two weeks ahead of ``now``, so
that none gets mixed up with another; summer, holidays and the third of October are left out.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from calendar_app.events.rules import Moment, all_day_moment
from calendar_app.workflow.demo.clashes import Book, Seeded, Step
from calendar_app.workflow.demo.days import Season
from calendar_app.workflow.demo.moments import timed
from calendar_app.workflow.demo.plan import House

SURE: dict[str, Any] = {"planning": "confirmed", "visibility": "public"}
_DAY = timedelta(days=1)


def seeded(houses: Mapping[str, House], season: Season, now: datetime) -> Seeded:
    """All of them; dates lie ahead of ``now`` where the season is running."""
    book = Book(houses, season, now)
    _openings(book)
    _plans(book)
    book.from_the_start()
    _stages(book)
    book.from_the_start()
    _others(book)
    _local_days(book)
    return Seeded(tuple(book.planned), tuple(book.clashes))


def _show(opening: date, days: int, hour: str = "17:00") -> list[Moment]:
    first = opening + _DAY
    return [
        all_day_moment("run", first, first + timedelta(days=days)),
        timed("opening", opening, hour, 120),
    ]


def _openings(book: Book) -> None:
    art: dict[str, Any] = {"disciplines": ("visual-arts",), "reach": "national"}
    # Two openings on one theme on one Friday: the same press, the same guests. Nobody looked yet.
    friday = book.day(4)
    book.clash(
        book.add("mauritshuis", "exhibition", "Meester en leerling", "Master and pupil",
                 _show(friday, 110), themes=("golden-age",), expected_visitors=500, created=70,
                 description_nl="Wat een leerling zag als de meester even niet keek.",
                 description_en="What a pupil saw when the master was not looking.", **art),
        book.add("museum-de-lakenhal", "exhibition", "De jonge jaren van een schilder",
                 "A painter's early years", _show(friday, 95), themes=("golden-age",),
                 expected_visitors=400, created=5, **art),
        "strong", "new",
    )  # fmt: skip
    # Next door to each other on one Saturday afternoon: they make it one opening.
    saturday = book.day(5)
    book.clash(
        book.add("fotomuseum-den-haag", "exhibition", "Zout water", "Salt water",
                 _show(saturday, 99, "16:00"), expected_visitors=250, created=80, **art),
        book.add("km21", "exhibition", "Ruis op de lijn", "Noise on the line",
                 _show(saturday, 92, "15:30"), expected_visitors=200, created=45, **art),
        "strong", "settled",
        Step(40, "haaglanden", "claim", "Fotomuseum en KM21 delen de ingang; ik bel ze samen."),
        Step(33, "haaglanden", "settle", "Eén gezamenlijke opening om 16.00 uur, toespraken in "
             "KM21, daarna twee zalen en één bar.", "joint"),
    )  # fmt: skip
    # Press in Leiden and in Den Haag on one Thursday: Leiden went a week later.
    thursday = book.day(3)
    later = book.day(3)
    book.clash(
        book.add("kunstmuseum-den-haag", "exhibition", "Alles wat schittert", "All that glitters",
                 _show(thursday, 120), expected_visitors=700, created=90, **art, **SURE),
        book.add("wereldmuseum-leiden", "exhibition", "Goud van overzee", "Gold from overseas",
                 _show(thursday, 130), disciplines=("visual-arts", "heritage"), reach="national",
                 expected_visitors=350, created=50),
        "none", "settled",
        Step(30, "rijnland", "claim"),
        Step(26, "rijnland", "wait", "Kan de opening een week later? Kunstmuseum ligt al vast.",
             waiting_for="wereldmuseum-leiden"),
        Step(19, "rijnland", "settle", "Wereldmuseum opent een week later; de pers krijgt beide "
             "uitnodigingen in één mail.", "moved"),
        Step(18, "rijnland", "move"),
        moved=_show(later, 123),
    )  # fmt: skip
    # Two houses moved apart before a coordinator came to it.
    thursday = book.day(3)
    book.clash(
        book.add("rijksmuseum-van-oudheden", "exhibition", "Wierook en mirre",
                 "Frankincense and myrrh", _show(thursday, 140), disciplines=("heritage",),
                 reach="national", expected_visitors=450, created=75, **SURE),
        book.add("museum-prinsenhof-delft", "exhibition", "Reliek en relikwie", "Holy remains",
                 _show(thursday, 98), disciplines=("heritage",), reach="national",
                 expected_visitors=300, created=22),
        "none", "gone",
        Step(12, "haaglanden", "move"),
        moved=_show(book.day(4), 93, "16:00"),
    )  # fmt: skip
    # Two openings on one theme that can help each other.
    friday = book.day(4)
    book.clash(
        book.add("rijksmuseum-boerhaave", "exhibition", "De eerste foto's van het heelal",
                 "The first photographs of the universe", _show(friday, 120, "16:00"),
                 disciplines=("science", "visual-arts"), reach="national", expected_visitors=300,
                 themes=("light-2027",), created=55, **SURE),
        book.add("museum-voorlinden", "exhibition", "Kamers van neon", "Rooms of neon",
                 _show(friday, 150, "16:30"), disciplines=("visual-arts",), reach="national",
                 themes=("light-2027",), expected_visitors=500, created=44),
        "strong", "settled",
        Step(36, "haaglanden", "claim"),
        Step(27, "haaglanden", "settle", "Samen in het Jaar van het Licht: één folder, één "
             "combinatiekaart, en de pers 's ochtends in Leiden en 's middags in Wassenaar.",
             "cross_promoted"),
    )  # fmt: skip
    # Two family science days on one Sunday.
    sunday = book.day(6)
    science: dict[str, Any] = {"disciplines": ("science",), "audiences": ("families",)}
    book.clash(
        book.add("museon-omniversum", "family", "De grote ontdekdag", "The great day of discovery",
                 [timed("regular", sunday, "10:00", 420)], reach="regional",
                 expected_visitors=1500, **science, **SURE),
        book.add("naturalis-biodiversity-center", "family", "Dinofamiliedag", "Dino family day",
                 [timed("regular", sunday, "10:00", 420)], reach="national",
                 expected_visitors=2500, created=25, **science),
        "strong", "waiting",
        Step(13, "rijnland", "claim", "Naturalis is nog een optie, Museon staat al in de folder."),
        Step(9, "rijnland", "wait", "Kan de familiedag een zondag later?",
             waiting_for="naturalis-biodiversity-center"),
    )  # fmt: skip
    # One theme, two disciplines, openings three weeks apart.
    light = book.day(3)
    book.add("tu-delft-science-centre", "exhibition", "Instrumenten van het licht",
             "Instruments of light", _show(light, 130, "16:00"), disciplines=("science",),
             themes=("light-2027", "science-art"), reach="national", expected_visitors=250, **SURE)  # fmt: skip
    book.add("escher-in-het-paleis", "exhibition", "Licht op papier", "Light on paper",
             _show(light + 21 * _DAY, 100), disciplines=("visual-arts",),
             themes=("light-2027", "science-art"), reach="national", expected_visitors=300, **SURE)  # fmt: skip


def _stages(book: Book) -> None:
    classical: dict[str, Any] = {"disciplines": ("music",), "genre": "klassiek"}
    # Two large orchestras on one Saturday evening.
    saturday = book.day(5)
    book.clash(
        book.add("amare", "concert", "Symfonisch gala", "Symphonic gala",
                 [timed("premiere", saturday, "20:15", 135)], room="Concertzaal",
                 reach="national", expected_visitors=1400, **classical, **SURE),
        book.add("stadsgehoorzaal", "concert", "Negende van Beethoven", "Beethoven's Ninth",
                 [timed("regular", saturday, "20:00", 130)], room="Grote zaal",
                 expected_visitors=820, created=12, **classical),
        "strong", "in_progress",
        Step(6, "haaglanden", "claim", "Ik bel beide programmeurs; het koor in Leiden kan "
             "misschien op vrijdag."),
    )  # fmt: skip
    # Two dance premieres in one city on one evening: one of them starts later.
    friday = book.day(4)
    book.clash(
        book.add("amare", "dance", "Zwerm", "Swarm", [timed("premiere", friday, "20:00", 80)],
                 disciplines=("dance",), genre="modern", room="Danstheater", reach="national",
                 expected_visitors=1200, created=100, **SURE),
        book.add("korzo", "dance", "Kleine bewegingen", "Small movements",
                 [timed("premiere", friday, "20:30", 70)], disciplines=("dance",), genre="modern",
                 room="Zaal", expected_visitors=210, created=60, planning="confirmed"),
        "strong", "settled",
        Step(50, "haaglanden", "claim"),
        Step(41, "haaglanden", "settle", "Korzo begint om 21.15 uur; critici kunnen van het "
             "Spuiplein naar de Prinsestraat lopen.", "staggered"),
        Step(40, "haaglanden", "move"),
        moved=[timed("premiere", friday, "21:15", 70)],
    )  # fmt: skip
    # Two pop nights for one audience: known, and left so.
    saturday = book.day(5)
    pop: dict[str, Any] = {
        "disciplines": ("music",),
        "genre": "pop",
        "audiences": ("youth", "students"),
    }
    book.clash(
        book.add("paard", "concert", "Orkaan Mathilde", "Hurricane Mathilde",
                 [timed("regular", saturday, "20:30", 180)], room="Grote zaal", reach="national",
                 expected_visitors=1050, created=85, **pop, **SURE),
        book.add("nobel", "concert", "De Verdronken Stad", "The Drowned City",
                 [timed("regular", saturday, "20:30", 180)], room="Grote zaal", reach="regional",
                 expected_visitors=650, created=40, planning="confirmed", **pop),
        "strong", "settled",
        Step(28, "rijnland", "claim"),
        Step(21, "rijnland", "settle", "Bewust zo gelaten: beide tournees liggen vast en beide "
             "zalen raken vol. Nobel noemt de avond in Den Haag als uitwijk.", "kept"),
    )  # fmt: skip
    # One touring production, 17 km and eight days apart.
    thursday = book.day(3)
    tour: dict[str, Any] = {
        "production": "koning lear",
        "disciplines": ("theatre",),
        "genre": "toneel",
    }
    book.clash(
        book.add("koninklijke-schouwburg", "theatre", "Koning Lear", "King Lear",
                 [timed("regular", thursday, "20:00", 150)], room="Grote zaal",
                 expected_visitors=600, **tour, **SURE),
        book.add("leidse-schouwburg", "theatre", "Koning Lear", "King Lear",
                 [timed("regular", thursday + 8 * _DAY, "20:00", 150)], room="Zaal",
                 expected_visitors=450, **tour),
        "strong",
    )  # fmt: skip
    book.day(3)
    # A musical that is not to play nearby for a month.
    wednesday = book.day(2)
    musical: dict[str, Any] = {"production": "de reuzenrad-meisjes", "genre": "musical",
                               "disciplines": ("theatre", "music")}  # fmt: skip
    book.clash(
        book.add("afas-circustheater", "theatre", "De reuzenradmeisjes", "The Ferris wheel girls",
                 [timed("premiere" if n == 0 else "regular", wednesday + n * _DAY, "20:00", 160)
                  for n in range(5)], room="Zaal", reach="national", expected_visitors=1600,
                 radius_km=30, radius_weeks=4, created=120, **musical, **SURE),
        book.add("theater-castellum", "theatre", "De reuzenradmeisjes", "The Ferris wheel girls",
                 [timed("regular", wednesday + 24 * _DAY, "20:00", 160)], room="Zaal",
                 expected_visitors=400, created=18, **musical),
        "hard", "waiting",
        Step(10, "rijnland", "wait", "Volgens de afspraak niet binnen 30 km en vier weken. Kan het "
             "een week later?", waiting_for="theater-castellum"),
    )  # fmt: skip
    # One room promised twice, by the house and to a guest.
    saturday = book.day(5)
    book.clash(
        book.add("universiteit-leiden", "conference", "Diner van de alumni", "Alumni dinner",
                 [timed("regular", saturday, "18:00", 180)], audiences=("professionals",),
                 disciplines=("debate",), room="Aalmarktzaal", at="stadsgehoorzaal",
                 expected_visitors=220),
        book.add("stadsgehoorzaal", "concert", "Jazz aan de Breestraat", "Jazz on Breestraat",
                 [timed("regular", saturday, "20:00", 120)], disciplines=("music",), genre="jazz",
                 room="Aalmarktzaal", expected_visitors=230, created=15, **SURE),
        "hard", "new",
    )  # fmt: skip
    # Chamber music twice on one Sunday afternoon, for related publics: worth knowing, no more.
    sunday = book.day(6)
    book.clash(
        book.add("pieterskerk-leiden", "concert", "Schubert in het schip", "Schubert in the nave",
                 [timed("regular", sunday, "14:30", 90)], expected_visitors=350, room="Kerk",
                 **classical, **SURE),
        book.add("amare", "concert", "Middagkwartet aan het Spui",
                 "An afternoon quartet on the Spui",
                 [timed("regular", sunday, "15:00", 100)], expected_visitors=280, created=30,
                 room="Conservatoriumzaal", audiences=("seniors",), **classical, **SURE),
        "light",
    )  # fmt: skip


def _others(book: Book) -> None:
    # Two season launches on one Tuesday, for one press.
    tuesday = book.day(1)
    launch: dict[str, Any] = {"disciplines": ("music",), "reach": "national"}
    book.clash(
        book.add("amare", "campaign", "Seizoenspresentatie Amare", "Amare season launch",
                 [timed("announcement", tuesday, "10:00", 60)], expected_visitors=40000, created=60,
                 **launch),
        book.add("stadsgehoorzaal", "campaign", "Het nieuwe seizoen in Leiden",
                 "The new season in Leiden", [timed("announcement", tuesday, "11:00", 60)],
                 expected_visitors=25000, created=35, **launch),
        "strong", "settled",
        Step(20, "rijnland", "claim"),
        Step(16, "rijnland", "settle", "Eén persochtend in de trein tussen Den Haag en Leiden: "
             "eerst Amare, dan de Stadsgehoorzaal.", "press_slot_shared"),
    )  # fmt: skip
    # Two conferences on one day, for other people than it seemed.
    thursday = book.day(3)
    talk: dict[str, Any] = {"audiences": ("professionals",), "reach": "national"}
    book.clash(
        book.add("universiteit-leiden", "conference", "Volkenrecht na 2030",
                 "International law after 2030", [timed("regular", thursday, "09:30", 450)],
                 disciplines=("debate",), room="Groot Auditorium", expected_visitors=320,
                 created=65, **talk, **SURE),
        book.add("tu-delft", "conference", "De stad onder de zeespiegel",
                 "The city below the sea", [timed("regular", thursday, "09:30", 420)],
                 disciplines=("debate", "architecture"), room="Aula", expected_visitors=380,
                 created=28, **talk),
        "strong", "not_a_conflict",
        Step(14, "rijnland", "dismiss", "Juristen en ingenieurs: de deelnemerslijsten van vorig "
             "jaar hebben drie namen gemeen."),
    )  # fmt: skip
    # An afternoon in Leiden, an evening in Den Haag.
    outing = book.day(6)
    book.clash(
        book.add("pieterskerk-leiden", "concert", "Kamermuziek onder het gewelf",
                 "Chamber music beneath the vault", [timed("regular", outing, "14:00", 90)],
                 disciplines=("music",), room="Kerk", expected_visitors=300, **SURE),
        book.add("amare", "theatre", "Opera aan het Spuiplein", "Opera on Spuiplein",
                 [timed("regular", outing, "20:00", 165)], disciplines=("music",), genre="opera",
                 room="Danstheater", expected_visitors=1200, **SURE),
        "none",
    )  # fmt: skip
    # A meeting of colleagues from both regions.
    book.add("museum-prinsenhof-delft", "professional", "Uitwisseling: bruiklenen tussen regio's",
             "Exchange: loans between regions", [timed("regular", book.day(2), "10:00", 330)],
             disciplines=("heritage",), audiences=("professionals",), expected_visitors=40,
             planning="confirmed", visibility="partners")  # fmt: skip


def _plans(book: Book) -> None:
    # A plan nobody may know yet, against an opening everybody knows.
    secret = book.day(4)
    book.clash(
        book.add("kunstmuseum-den-haag", "exhibition", "De onverwachte schenking",
                 "The unexpected gift", _show(secret, 120), disciplines=("visual-arts",),
                 reach="national", expected_visitors=700, visibility="sealed",
                 internal_note="Niet noemen voordat de familie heeft getekend."),
        book.add("museum-beelden-aan-zee", "exhibition", "Zalen vol stilte", "Rooms full of silence",
                 _show(secret, 140), disciplines=("visual-arts",), reach="national",
                 expected_visitors=250, **SURE),
        "strong", "new",
    )  # fmt: skip
    # An embargo that lifts by itself.
    lift = (book.now + timedelta(days=14)).replace(hour=9, minute=0, second=0, microsecond=0)
    book.add("naturalis-biodiversity-center", "exhibition", "Het dier dat niemand zag",
             "The animal nobody saw", _show(book.day(3), 150), disciplines=("science",),
             audiences=("families", "general"), reach="national", expected_visitors=500,
             planning="confirmed", public_at=lift)  # fmt: skip


def _local_days(book: Book) -> None:
    year = book.season.first.year
    book.add("universiteit-leiden", "lecture", "Hutspot en haring: lezing op 3 oktober",
             "Hotchpotch and herring: a lecture on 3 October",
             [timed("regular", date(year, 10, 3), "11:00", 60)], disciplines=("debate",),
             room="Groot Auditorium", expected_visitors=300, created=120, **SURE)  # fmt: skip
    book.add("haags-historisch-museum", "tour", "Prinsjesdagwandeling", "Prince's Day walk",
             [timed("regular", _third_tuesday(year), "10:00", 90)], disciplines=("heritage",),
             expected_visitors=40, created=120, **SURE)  # fmt: skip


def _third_tuesday(year: int) -> date:
    first = date(year, 9, 1)
    return first + timedelta(days=(1 - first.weekday()) % 7 + 14)
