"""Why two moments compete: points that sum to the score, each with a sentence (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from calendar_app.core.language import N_, gettext, ngettext
from calendar_app.core.timespan import to_wall
from calendar_app.overlaps.moments import (
    MARKETING_ROLES,
    PARTS,
    PRESS_ROLES,
    Floats,
    Moments,
    Words,
)
from calendar_app.overlaps.scoring import RULES, Scores


@dataclass(frozen=True, slots=True)
class Reason:
    """Points of the score with a message id and parameters; ``words`` are parameters that are
    message ids themselves."""

    code: str
    points: int
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def sentence(reason: Reason, language: str) -> str:
    """The reason in a language, without its points."""
    filled = dict(reason.params)
    for name, parts in reason.words.items():
        filled[name] = ", ".join(gettext(language, part) for part in parts)
    for name in ("one", "other"):
        if isinstance(filled.get(name), datetime):
            wall, _ = to_wall(filled[name])  # type: ignore[arg-type]
            filled[name] = f"{wall:%H.%M}" if language == "nl" else f"{wall:%H:%M}"
    return gettext(language, reason.message, **filled)


def with_points(reason: Reason, language: str) -> str:
    """The reason with its points: “17 km apart: 17 points”."""
    return ngettext(
        language, "%(why)s: %(n)s point", "%(why)s: %(n)s points", reason.points,
        why=sentence(reason, language),
    )  # fmt: skip


PART_NAMES = {
    "morning": N_("morning"), "afternoon": N_("afternoon"), "evening": N_("evening"),
    "night": N_("night"),
}  # fmt: skip
TERM_NAMES = {
    "visual-arts": N_("visual arts"), "music": N_("music"), "theatre": N_("theatre"),
    "dance": N_("dance"), "literature": N_("literature"), "film": N_("film and media"),
    "heritage": N_("heritage and history"), "architecture": N_("architecture and design"),
    "science": N_("nature and science"), "debate": N_("debate and society"),
    "general": N_("general public"), "families": N_("families with children"),
    "youth": N_("young people"), "students": N_("students"), "seniors": N_("seniors"),
    "professionals": N_("professionals"), "internationals": N_("internationals"),
    "primary-school": N_("primary school"), "secondary-school": N_("secondary school"),
    "vocational": N_("vocational education"),
}  # fmt: skip
ROLE_NAMES = {
    "opening": N_("an opening"), "premiere": N_("a premiere"), "press": N_("a press moment"),
    "preview": N_("a preview"), "announcement": N_("an announcement"),
    "on_sale": N_("a start of ticket sales"), "campaign": N_("a campaign"),
}  # fmt: skip


def explain(m: Moments, i: int, j: int, scores: Scores, at: int) -> list[Reason]:
    """The reasons of pair ``at`` of the scores, for moments ``i`` and ``j``, biggest first.

    Points are whole and sum to the score (largest remainder). A score of 0 has no reasons.
    """
    total = int(scores.score[at])
    if total == 0:
        return []
    parts = scores.parts[at]
    rule = RULES[int(scores.rule[at])]
    own = int(np.floor(np.round(parts.sum(), 6) + 0.5))
    # A rule that decides holds at least half of the points, also where the rest would do.
    others = own // 2 if rule else own
    points = _whole(parts * (others / own) if own else parts, others)
    one, other = m.words(i), m.words(j)
    reasons = [
        _time_reason(m, i, j, scores, at, points[0]),
        _likeness_reason(one, other, points[1], bool(m.press[i] and m.press[j])),
        Reason("distance", points[2], *_distance(scores, at)),
        _pull_reason(m, i, j, points[3]),
        _press_reason(one, other, scores, at, points[4]),
    ]
    reasons = [reason for reason in reasons if reason.points > 0]
    reasons.sort(key=lambda reason: -reason.points)
    if rule:
        reasons.insert(0, _rule_reason(rule, one, other, m, i, j, scores, at, total - others))
    return reasons


def _whole(parts: Floats, total: int) -> list[int]:
    """Whole numbers that sum to the total: the largest remainders are rounded up."""
    exact = [float(part) for part in parts]
    down = [int(part + 1e-9) for part in exact]
    rest = sorted(range(len(exact)), key=lambda k: (-round(exact[k] - down[k], 6), k))
    for k in rest[: total - sum(down)]:
        down[k] += 1
    return down


def _instant(seconds: np.int64) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _time_reason(m: Moments, i: int, j: int, scores: Scores, at: int, points: int) -> Reason:
    apart = int(max(m.first_day[i] - m.last_day[j], m.first_day[j] - m.last_day[i], 0))
    if m.marketing[i]:
        if apart == 0:
            return Reason("time", points, N_("both announced on the same day"))
        return Reason("time", points, N_("announced %(days)s days apart"), {"days": apart})
    low = max(int(m.first_slot[i]), int(m.first_slot[j]))
    if low > min(int(m.last_slot[i]), int(m.last_slot[j])):
        message = N_("press moments on the same day") if apart == 0 else N_(
            "press moments on successive days")  # fmt: skip
        return Reason("time", points, message)
    hours = {"one": _instant(m.starts[i]), "other": _instant(m.starts[j])}
    words = {"part": (PART_NAMES[PARTS[low % len(PARTS)]],)}
    if scores.time[at] >= 1:
        message = N_("the same %(part)s, at %(one)s and %(other)s")
    else:
        message = N_("the same %(part)s, one after the other (%(one)s and %(other)s)")
    return Reason("time", points, message, hours, words)


def _likeness_reason(one: Words, other: Words, points: int, press: bool) -> Reason:
    def names(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
        shared = [slug for slug in a if slug in b] or sorted({*a, *b})
        return tuple(TERM_NAMES.get(slug, slug) for slug in shared[:3])

    words = {
        "public": names(one.audiences, other.audiences),
        "content": names(one.disciplines, other.disciplines),
    }
    if press:
        # Whom it is made for does not count between two press moments, only what it is.
        del words["public"]
        message = N_("work for the same critics: %(content)s")
    elif set(one.disciplines) & set(other.disciplines):
        message = N_("the same public (%(public)s), both %(content)s")
    else:
        message = N_("the same public (%(public)s), related content (%(content)s)")
    if not press and not set(one.audiences) & set(other.audiences):
        message = N_("related publics (%(public)s), alike in content (%(content)s)")
    return Reason("likeness", points, message, {}, words)


def _distance(scores: Scores, at: int) -> tuple[str, dict[str, object]]:
    km = round(float(scores.km[at]))
    if km == 0:
        return N_("at the same place"), {}
    return N_("%(km)s km apart"), {"km": km}


def _pull_reason(m: Moments, i: int, j: int, points: int) -> Reason:
    counts = sorted((int(m.visitors[i]), int(m.visitors[j])), reverse=True)
    return Reason(
        "pull", points, N_("%(many)s and %(fewer)s visitors expected"),
        {"many": counts[0], "fewer": counts[1]},
    )  # fmt: skip


def _press_reason(one: Words, other: Words, scores: Scores, at: int, points: int) -> Reason:
    if scores.theme[at]:
        return Reason("theme", points, N_("the same theme"))
    roles = sorted({side.role for side in (one, other)} & ROLE_NAMES.keys())
    words = {"roles": tuple(ROLE_NAMES[role] for role in roles)}
    if one.role in MARKETING_ROLES:
        if one.role == other.role:
            return Reason(
                "press", points, N_("the same moment of publicity for both (%(roles)s)"), {}, words
            )
        return Reason("press", points, N_("two moments of publicity (%(roles)s)"), {}, words)
    if one.role in PRESS_ROLES and other.role in PRESS_ROLES:
        if one.role == other.role == "opening":
            return Reason("press", points, N_("two openings: the same press and guests"))
        if one.role == other.role == "premiere":
            return Reason("press", points, N_("two premieres: the same press and guests"))
        return Reason("press", points, N_("both want press and guests (%(roles)s)"), {}, words)
    return Reason(
        "press", points, N_("one of the two wants press and guests (%(roles)s)"), {}, words
    )


def _rule_reason(
    rule: str, one: Words, other: Words, m: Moments, i: int, j: int, scores: Scores, at: int,
    points: int,
) -> Reason:  # fmt: skip
    apart = int(max(m.first_day[i] - m.last_day[j], m.first_day[j] - m.last_day[i], 0))
    km = round(float(scores.km[at]))
    params: dict[str, object] = {"km": km, "days": apart, "room": one.room}
    message = {
        "room": N_("the same room at the same time (%(room)s)"),
        "radius": N_("a radius agreement is broken: %(km)s km and %(days)s days apart"),
        "production_soon": N_("the same production %(km)s km and %(days)s days apart"),
        "production_later": N_("the same production %(km)s km and %(days)s days apart"),
        "access": N_("the same evening with sign language or audio description"),
    }[rule]
    needed = {"room": {"room"}, "access": set()}.get(rule, {"km", "days"})
    return Reason(rule, points, message, {k: v for k, v in params.items() if k in needed})


def as_json(reason: Reason) -> dict[str, object]:
    """Code, points and the sentence in both languages (``interface.md``, overlaps score)."""
    return {
        "code": reason.code, "points": reason.points,
        "nl": with_points(reason, "nl"), "en": with_points(reason, "en"),
    }  # fmt: skip
