"""The score of a pair of moments, 0–100: one array implementation for one pair and a million.

``score = 100 × time × likeness × within reach × (public + nearness + pull + press or theme)``
(``overlaps.md``). The gate *within reach* is our addition: two small local events far apart
are never flagged, however alike. Pure: no clock, no store.
"""

from dataclasses import dataclass, fields

import numpy as np

from calendar_app.overlaps.moments import NONE, SCHOOL, Bools, Floats, Ints, Moments
from calendar_app.overlaps.parameters import Parameters

LEVELS = ("none", "light", "strong", "hard")
NO_LEVEL, LIGHT, STRONG, HARD = range(4)
_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Scores:
    """What the score of each pair is made of. ``clash`` is the kind of forced rule, see
    :data:`RULES`; ``parts`` are the four addends in points before rounding."""

    score: Ints
    level: Ints
    time: Floats
    likeness: Floats
    within: Floats
    km: Floats
    nearness: Floats
    pull: Floats
    press: Floats
    theme: Bools
    rule: Ints
    parts: Floats

    def at(self, chosen: Bools | Ints) -> "Scores":
        """The chosen pairs only."""
        return Scores(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})


RULES = ("", "room", "radius", "production_soon", "production_later", "access")


def score_pairs(m: Moments, i: Ints, j: Ints, parameters: Parameters) -> Scores:
    """Scores the pairs (i[k], j[k])."""
    with np.errstate(divide="ignore", invalid="ignore"):
        km = _kilometres(m, i, j)
        comparable = _comparable(m, i, j)
        same_lead = m.lead[i] == m.lead[j]
        scored = comparable & ~same_lead
        travel = parameters["travel"]["minutes"][0] + parameters["travel"]["minutes"][1] * km
        time = np.where(scored, _time(m, i, j, travel, parameters), 0.0)
        likeness = _likeness(m, i, j, parameters)
        nearness = _nearness(m, i, j, travel, parameters)
        pull = _pull(m, i, j, parameters)
        press, theme = _press(m, i, j, parameters)
        gate = parameters["reach_needed"]
        within = np.minimum(1.0, ((nearness + pull) / gate["share"]) ** gate["power"])
        weights = parameters["weights"]
        gates = 100 * time * likeness * within
        half = weights["public"] / 2
        parts = np.stack(
            [gates * half, gates * half, gates * weights["nearness"] * nearness,
             gates * weights["pull"] * pull, gates * weights["press_or_theme"] * press],
            axis=-1,
        )  # fmt: skip
        # Rounded in two steps, so that machines that differ in the last bit agree.
        score = np.floor(np.round(parts.sum(axis=-1), 6) + 0.5).astype(np.int64)
    lines = parameters["lines"]
    level = np.where(score >= lines["strong"], STRONG, np.where(score >= lines["light"], LIGHT, 0))
    rule, floor = _rules(m, i, j, km, comparable, same_lead, time, parameters)
    floors = np.array([0, lines["light"], lines["strong"], 100])
    raised = np.maximum(score, floors[floor])
    return Scores(
        raised, np.maximum(level, floor).astype(np.int64), time, likeness, within, km, nearness,
        pull, press, theme, rule, parts,
    )  # fmt: skip


def _comparable(m: Moments, i: Ints, j: Ints) -> Bools:
    """Different events of one lane, no period, not of one umbrella (nor an umbrella and its part:
    an umbrella carries its own key)."""
    umbrella = (m.umbrella[i] != NONE) & (m.umbrella[i] == m.umbrella[j])
    found: Bools = (
        (m.event[i] != m.event[j])
        & (m.marketing[i] == m.marketing[j])
        & m.compared[i]
        & m.compared[j]
        & ~umbrella
    )
    return found


def _kilometres(m: Moments, i: Ints, j: Ints) -> Floats:
    """Great-circle distance."""
    lat_i, lat_j = np.radians(m.lat[i]), np.radians(m.lat[j])
    half = np.sin((lat_j - lat_i) / 2) ** 2
    half = half + np.cos(lat_i) * np.cos(lat_j) * np.sin(np.radians(m.lon[j] - m.lon[i]) / 2) ** 2
    found: Floats = 2 * _EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return found


def _time(m: Moments, i: Ints, j: Ints, travel: Floats, parameters: Parameters) -> Floats:
    told = parameters["time"]
    shared = (m.first_slot[i] <= m.last_slot[j]) & (m.first_slot[j] <= m.last_slot[i])
    between = np.maximum(m.starts[i] - m.ends[j], m.starts[j] - m.ends[i])
    clocks = between < travel * 60
    programming = np.where(shared, np.where(clocks, told["clocks"], told["same_part"]), 0.0)
    days = _days_apart(m, i, j)
    both = m.press[i] & m.press[j]
    programming = np.maximum(programming, np.where(both & (days == 0), told["press_same_day"], 0.0))
    programming = np.maximum(programming, np.where(both & (days == 1), told["press_next_day"], 0.0))
    school = (m.role[i] == SCHOOL) | (m.role[j] == SCHOOL)
    programming = np.where(school, 0.0, programming)
    marketing = np.zeros(len(i))
    for most, value in reversed(told["marketing_days"]):
        marketing = np.where(days <= most, value, marketing)
    return np.where(m.marketing[i], marketing, programming)


def _days_apart(m: Moments, i: Ints, j: Ints) -> Ints:
    """Whole cultural days between two moments; 0 when they share one."""
    apart = np.maximum(m.first_day[i] - m.last_day[j], m.first_day[j] - m.last_day[i])
    found: Ints = np.maximum(apart, 0)
    return found


def _likeness(m: Moments, i: Ints, j: Ints, parameters: Parameters) -> Floats:
    """Shared public × likeness of the content; for two press moments the content alone."""
    content = m.discipline_likeness[m.discipline_set[i], m.discipline_set[j]]
    theme = m.shared_theme[m.theme_set[i], m.theme_set[j]]
    # A theme brings together what is related, not what has nothing in common.
    lift = np.where(content > 0, theme * parameters["theme_alike"], 0.0)
    genre = m.genre_likeness[m.genre[i], m.genre[j]]
    for_press = (content + (1 - content) * lift) * genre
    told = parameters["formats"]
    alike = np.array([told[name]["alike"] if name else 0.0 for name in m.formats])
    one, other = m.format[i], m.format[j]
    lift = np.maximum(lift, np.where(one == other, alike[one], 0.0))
    content = content + (1 - content) * lift
    content = content * np.where(one == other, 1.0, parameters["other_format"]) * genre
    audience = m.audience_likeness[m.audience_set[i], m.audience_set[j]]
    run = (m.performances[i] * m.performances[j]) ** -0.25
    both = m.press[i] & m.press[j]
    found: Floats = np.where(both, for_press, content * audience * run)
    return found


def _nearness(m: Moments, i: Ints, j: Ints, travel: Floats, parameters: Parameters) -> Floats:
    half = np.array(list(parameters["travel"]["half_life"].values()), float)
    between = np.sqrt(half[m.reach[i]] * half[m.reach[j]])
    minutes = np.maximum(0.0, travel - parameters["travel"]["free_minutes"])
    found: Floats = 0.5 ** (minutes / between)
    return found


def _pull(m: Moments, i: Ints, j: Ints, parameters: Parameters) -> Floats:
    low, high = np.log(parameters["pull"]["log_range"])
    factor = np.array(list(parameters["pull"]["reach_factor"].values()), float)
    drawn = np.log(np.maximum(1.0, m.visitors * factor[m.reach]))
    scaled = np.clip((drawn - low) / (high - low), 0.0, 1.0)
    found: Floats = np.sqrt(scaled[i] * scaled[j])
    return found


def _press(m: Moments, i: Ints, j: Ints, parameters: Parameters) -> tuple[Floats, Bools]:
    told = parameters["press"]
    theme = m.shared_theme[m.theme_set[i], m.theme_set[j]] > 0
    count = m.press[i].astype(int) + m.press[j].astype(int)
    press = np.array([0.0, told["one"], told["both"]])[count]
    same_role = m.role[i] == m.role[j]
    marketing = np.where(same_role, told["marketing_same_role"], told["marketing_other_role"])
    press = np.where(m.marketing[i], marketing, press)
    by_theme = theme & (told["shared_theme"] > press)
    return np.where(by_theme, told["shared_theme"], press), by_theme


def _rules(
    m: Moments,
    i: Ints,
    j: Ints,
    km: Floats,
    comparable: Bools,
    same_lead: Bools,
    time: Floats,
    parameters: Parameters,
) -> tuple[Ints, Ints]:
    """The rules that set a level whatever the score: (rule, level)."""
    touching = (m.starts[i] < m.ends[j]) & (m.starts[j] < m.ends[i])
    room = (
        comparable & ~m.marketing[i] & touching
        & (m.venue[i] != NONE) & (m.venue[i] == m.venue[j])
        & (m.room[i] != NONE) & (m.room[i] == m.room[j])
    )  # fmt: skip
    told = parameters["production"]
    # Schools come to the matinee of their own town; they do not choose between the two.
    school = (m.role[i] == SCHOOL) | (m.role[j] == SCHOOL)
    same = (
        comparable & ~same_lead & ~m.marketing[i] & ~school
        & (m.production[i] != NONE) & (m.production[i] == m.production[j])
    )  # fmt: skip
    days = _days_apart(m, i, j)
    near = same & (km <= told["km"])
    radius = np.zeros(len(i), bool)
    for k in (i, j):
        radius |= same & (m.radius_km[k] > 0) & (km <= m.radius_km[k]) & (days <= m.radius_days[k])
    both = (m.access[i] & m.access[j]) > 0
    access = comparable & ~same_lead & both & (time > 0) & _share_public(m, i, j)
    rule = np.select(
        [room, radius, near & (days <= told["strong_days"]), near & (days <= told["light_days"]),
         access], [1, 2, 3, 4, 5], 0,
    )  # fmt: skip
    return rule, np.array([NO_LEVEL, HARD, HARD, STRONG, LIGHT, LIGHT])[rule]


def _share_public(m: Moments, i: Ints, j: Ints) -> Bools:
    found: Bools = m.audience_likeness[m.audience_set[i], m.audience_set[j]] >= 0.5
    return found
