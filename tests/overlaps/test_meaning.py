"""Judgements of our own, made as somebody who programmes a museum or a stage would make them.

Beside the judged pairs of the project: rules of thumb that the score must keep whatever is tuned.
Each has the level wanted, why, and two moments: place, kind, day, hours, then what differs from a
regular event of the region for everyone.
"""

from typing import Any

import pytest

from calendar_app.overlaps.score_file import score_pairs_file

PLACES = {
    "Amare": (52.077, 4.317),
    "BPL": (52.159, 4.491),
    "BibDH": (52.078, 4.3145),
    "Boerhaave": (52.1614, 4.4892),
    "Castellum": (52.129, 4.657),
    "Diligentia": (52.0826, 4.3125),
    "Filmhuis": (52.0765, 4.3165),
    "InsBlau": (52.155, 4.476),
    "KS": (52.0829, 4.3155),
    "Korzo": (52.08, 4.303),
    "Kunstmuseum": (52.0892, 4.2799),
    "LS": (52.1623, 4.487),
    "Lakenhal": (52.1629, 4.4872),
    "Mauritshuis": (52.0805, 4.3143),
    "Museon": (52.0891, 4.2807),
    "Naturalis": (52.1648, 4.4734),
    "Nobel": (52.16, 4.49),
    "Noordwijk": (52.2443, 4.4314),
    "Nutshuis": (52.079, 4.306),
    "PAARD": (52.0749, 4.3077),
    "Prinsenhof": (52.0121, 4.3546),
    "RMO": (52.1585, 4.4855),
    "Stadsgehoorzaal": (52.158, 4.4925),
    "TUD": (52.0071, 4.3695),
    "Trianon": (52.158, 4.492),
    "Univ": (52.157, 4.485),
    "Veste": (52.0105, 4.364),
    "Westland": (51.99, 4.21),
}

JUDGED = """
strong: two large same-subject lectures same city
  BibDH lecture 2027-03-12 20:00-22:00 d=debate n=400
  Nutshuis lecture 2027-03-12 19:30-21:30 d=debate n=350
none: night 12 of 40 musical vs one-off play
  KS theatre 2027-03-12 20:00-22:00 d=theatre n=600 run=40
  LS theatre 2027-03-12 20:00-22:00 d=theatre n=500 run=25
light: one-off vs run of 8
  KS theatre 2027-03-12 20:00-22:00 d=theatre n=500 run=8
  LS theatre 2027-03-12 20:00-22:00 d=theatre n=400
none: film daily screenings vs one
  Filmhuis film 2027-03-12 19:00-21:00 d=film local n=60 run=30
  Trianon film 2027-03-12 19:30-21:30 d=film local n=60 run=30
none: two local choirs 20km apart same evening
  Castellum concert 2027-03-12 20:00-22:00 d=music local n=120
  Westland concert 2027-03-12 20:00-22:00 d=music local n=100
none: two local choirs Leiden/DH
  Stadsgehoorzaal concert 2027-03-12 20:00-22:00 d=music local n=120
  BibDH concert 2027-03-12 20:00-22:00 d=music local n=100
none: matinee vs evening same genre
  Stadsgehoorzaal concert 2027-03-12 14:00-16:00 d=music n=600
  Amare concert 2027-03-12 20:00-22:00 d=music n=1500
none: pop vs classical premiere
  Amare concert 2027-03-12 20:00-22:00 role=premiere d=music n=1200 genre=classical
  PAARD concert 2027-03-12 20:30-23:00 role=premiere d=music n=900 genre=pop
light: classical vs chamber
  Amare concert 2027-03-12 20:00-22:00 d=music n=1200 genre=classical
  Stadsgehoorzaal concert 2027-03-12 20:15-22:00 d=music n=300 genre=chamber_music
light: dance vs theatre premieres same evening same city
  Korzo dance 2027-03-12 20:00-22:00 role=premiere d=dance n=250
  KS theatre 2027-03-12 20:00-22:00 role=premiere d=theatre n=500
none: opera vs film
  Amare theatre 2027-03-12 20:00-22:00 d=music n=1500
  Filmhuis film 2027-03-12 20:00-22:00 d=film n=100
strong: two museum openings different theme same afternoon
  Mauritshuis exhibition 2027-03-12 16:00-18:00 role=opening d=art national n=400
  Kunstmuseum exhibition 2027-03-12 17:00-19:00 role=opening d=art national n=500
light: regional openings next day same city
  Kunstmuseum exhibition 2027-03-12 17:00-19:00 role=opening d=art n=400
  Mauritshuis exhibition 2027-03-13 17:00-19:00 role=opening d=art national n=400
none: openings two days apart
  Kunstmuseum exhibition 2027-03-12 17:00-19:00 role=opening d=art national n=400
  Mauritshuis exhibition 2027-03-14 17:00-19:00 role=opening d=art national n=400
light: press morning and opening evening same day
  Kunstmuseum exhibition 2027-03-12 10:30-12:00 role=press d=art national n=60
  Lakenhal exhibition 2027-03-12 17:00-19:00 role=opening d=art national n=400
strong: press previews same morning, heritage/visual
  RMO exhibition 2027-03-12 10:30-12:00 role=press d=heritage national n=60
  Lakenhal exhibition 2027-03-12 10:00-12:00 role=press d=art+heritage national n=60
light: family concert vs family science day same afternoon (no discipline relation)
  Museon family 2027-03-13 13:00-17:00 d=science for=families n=900
  Amare family 2027-03-13 14:00-16:00 d=theatre for=families n=900
strong: family theatre both
  Amare theatre 2027-03-13 14:00-15:30 d=theatre for=families n=900
  LS theatre 2027-03-13 14:30-16:00 d=theatre for=families n=500
none: students party vs seniors concert
  PAARD concert 2027-03-12 20:00-23:00 d=music for=students n=900
  Stadsgehoorzaal concert 2027-03-12 20:00-22:00 d=music for=seniors n=600
light: students vs youth pop
  PAARD concert 2027-03-12 20:00-23:00 d=music for=students n=900
  Nobel concert 2027-03-12 20:00-22:00 d=music for=youth n=600
none: professional conference vs evening lecture general
  Univ conference 2027-03-12 09:00-17:00 d=science for=professionals national n=200
  Naturalis lecture 2027-03-12 20:00-21:30 d=science n=150
strong: two national conferences same day same field
  Univ conference 2027-03-12 09:00-17:00 d=science for=professionals national n=300
  TUD conference 2027-03-12 09:30-17:30 d=science for=professionals national n=250
hard: double-booked room different times overlap 5 min
  Amare concert 2027-03-12 20:00-22:05 d=music n=300 room=Zaal_1
  Amare dance 2027-03-12 22:00-23:30 d=dance n=300 room=zaal_1
none: back to back room
  Amare concert 2027-03-12 20:00-22:00 d=music n=300 room=Zaal_1
  Amare dance 2027-03-12 22:00-23:30 d=dance n=300 room=zaal_1
hard: two institutions hire one hall
  Amare concert 2027-03-12 20:00-22:00 d=music n=300 room=Zaal_1
  Korzo dance 2027-03-12 19:00-23:30 d=dance for=youth n=300 room=Zaal_1 venue=Amare
none: cancelled
  Amare concert 2027-03-12 20:00-22:00 d=music n=1500
  Stadsgehoorzaal concert 2027-03-12 20:00-22:00 d=music n=800 planning=cancelled
strong: option vs idea still strong
  Amare concert 2027-03-12 20:00-22:00 d=music n=1500 planning=idea
  Stadsgehoorzaal concert 2027-03-12 20:00-22:00 d=music n=800 planning=option
light: same production 5 weeks 17km
  KS theatre 2027-03-12 20:00-22:00 d=theatre n=300 production=lear
  LS theatre 2027-04-14 20:00-22:00 d=theatre n=300 production=lear
none: same production 7 weeks
  KS theatre 2027-03-12 20:00-22:00 d=theatre n=300 production=lear
  LS theatre 2027-05-01 20:00-22:00 d=theatre n=300 production=lear
none: same production 30 km 8 days
  Westland theatre 2027-03-12 20:00-22:00 d=theatre n=300 production=lear
  Castellum theatre 2027-03-20 20:00-22:00 d=theatre n=300 production=lear
none: same production same institution
  LS theatre 2027-03-12 20:00-22:00 d=theatre n=300 production=lear
  LS theatre 2027-03-20 20:00-22:00 d=theatre n=300 production=lear
none: radius agreement kept: outside weeks
  KS theatre 2027-03-12 20:00-22:00 d=theatre n=300 production=lear radius=25/2
  Castellum theatre 2027-05-20 20:00-22:00 d=theatre n=300 production=lear
hard: radius 40 km 12 weeks broken
  Westland theatre 2027-03-12 20:00-22:00 d=theatre n=300 production=lear radius=40/12
  Castellum theatre 2027-05-01 20:00-22:00 d=theatre n=300 production=lear
strong: on sale two days apart
  PAARD campaign 2027-03-12 10:00-11:00 role=on_sale d=music for=youth n=9000
  Nobel campaign 2027-03-13 10:00-11:00 role=on_sale d=music for=youth n=9000
light: on sale five days apart
  PAARD campaign 2027-03-12 10:00-11:00 role=on_sale d=music for=youth national n=9000
  Nobel campaign 2027-03-17 10:00-11:00 role=on_sale d=music for=youth n=9000
none: on sale ten days
  PAARD campaign 2027-03-12 10:00-11:00 role=on_sale d=music for=youth n=9000
  Nobel campaign 2027-03-22 10:00-11:00 role=on_sale d=music for=youth n=9000
none: announcement museum vs club
  PAARD campaign 2027-03-12 10:00-11:00 role=announcement d=music for=youth n=9000
  Kunstmuseum campaign 2027-03-12 10:00-11:00 role=announcement d=art n=9000
none: tour vs concert morning
  RMO tour 2027-03-12 10:30-12:00 d=heritage local n=20
  Amare concert 2027-03-12 10:30-12:00 d=music n=300
none: two small tours heritage 17km
  RMO tour 2027-03-12 14:00-15:30 d=heritage local n=20
  Prinsenhof tour 2027-03-12 14:00-15:30 d=heritage local n=20
light: two same-afternoon small tours same city, heritage regional
  RMO tour 2027-03-12 14:00-15:30 d=heritage n=25
  Boerhaave tour 2027-03-12 14:30-15:30 d=heritage+science n=25
none: morning & night in one cultural day
  PAARD concert 2027-03-13 01:00-05:00 d=music for=students n=900
  Nobel concert 2027-03-13 20:00-23:00 d=music for=students n=600
light: literature vs debate talk same evening same public, 17km
  BPL literary 2027-03-12 20:00-22:00 d=literature n=200
  BibDH lecture 2027-03-12 20:00-22:00 d=debate n=200
none: internationals film vs theatre
  Filmhuis film 2027-03-12 20:00-22:00 d=film for=internationals n=100
  KS theatre 2027-03-12 20:00-22:00 d=theatre n=500
strong: open days same day two universities
  Univ open-day 2027-03-13 10:00-16:00 d=science for=youth national n=4000
  TUD open-day 2027-03-13 10:00-16:00 d=science for=youth national n=5000
light: premiere vs regular same discipline 17km small
  LS theatre 2027-03-12 20:00-22:00 role=premiere d=theatre n=250
  Diligentia theatre 2027-03-12 20:15-22:00 d=theatre n=250 run=3
none: school vs school
  Naturalis education 2027-03-12 09:30-11:30 role=school d=science for=primary-school n=60
  Museon education 2027-03-12 09:30-11:30 role=school d=science for=primary-school n=60
strong: clock change night
  PAARD concert 2027-03-27 23:30-2027-03-28T04:00 d=music for=students n=900
  Nobel concert 2027-03-28 03:30-06:00 d=music for=students n=600
none: theme shared, other day
  Boerhaave exhibition 2027-03-12 16:00-18:00 role=opening d=science n=400 theme=s
  Mauritshuis exhibition 2027-03-19 16:00-18:00 role=opening d=art n=400 theme=s
light: theme shared, same evening, related disciplines, national
  RMO exhibition 2027-03-12 16:00-18:00 role=opening d=heritage n=400 theme=s
  Mauritshuis exhibition 2027-03-12 17:00-19:00 role=opening d=art n=400 theme=s
"""


def _side(line: str) -> dict[str, Any]:
    place, kind, day, hours, *rest = line.split()
    told = dict(part.split("=", 1) for part in rest if "=" in part)
    reach = next((part for part in rest if part in ("local", "national")), "regional")
    starts, ends = hours.split("-", 1)
    radius = told.get("radius", "").split("/")
    lat, lon = PLACES[place]
    return {
        "kind": kind, "institution": place,
        "venue": {
            "name": told.get("venue", place), "lat": lat, "lon": lon,
            "room": told.get("room", "").replace("_", " "),
        },
        "occurrence": {
            "role": told.get("role", "regular"), "start": f"{day}T{starts}",
            "end": ends if "T" in ends else f"{day}T{ends}",
        },
        "disciplines": told["d"].replace("art", "visual-arts").split("+"),
        "audiences": told.get("for", "general").split("+"),
        "themes": [told["theme"]] if "theme" in told else [],
        "reach": reach, "expectedVisitors": int(told["n"]),
        "genre": told.get("genre", "").replace("_", " "), "production": told.get("production"),
        "performances": int(told.get("run", 1)), "planning": told.get("planning"),
        "radiusAgreement": {"km": int(radius[0]), "weeks": int(radius[1])} if radius[0] else None,
    }  # fmt: skip


def _pairs() -> list[tuple[str, str, str, str]]:
    lines = JUDGED.strip().splitlines()
    found = []
    for head, one, other in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        level, why = head.split(": ", 1)
        found.append((level, why, one, other))
    return found


@pytest.mark.parametrize(
    ("level", "one", "other"),
    [pytest.param(level, one, other, id=why) for level, why, one, other in _pairs()],
)
def test_the_score_judges_as_we_do(level: str, one: str, other: str) -> None:
    pair = {"id": "ours", "a": _side(one), "b": _side(other)}
    (found,) = score_pairs_file([pair])
    assert found["level"] == level, found
