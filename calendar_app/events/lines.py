"""A list of performances as people write it, one a line, and back again (pure).

``vr 12 maart 2027 20.15-22.30 premiere``, ``12-3-2027 20:15``, ``2027-03-12`` and
``12-03-2027 t/m 14-03-2027`` are all understood, in Dutch and English. Reading what
:func:`write_lines` wrote gives the same moments (tested).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.core.timespan import in_years, is_fold, to_wall
from calendar_app.events.rules import (
    MAX_MOMENTS,
    Moment,
    MomentError,
    all_day_moment,
    timed_moment,
    years_error,
)

MAX_TEXT = 60_000

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maart march mrt mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "augustus august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_ROLES = {
    "premiere": "premiere",
    "première": "premiere",
    "opening": "opening",
    "pers": "press",
    "press": "press",
    "try-out": "preview",
    "preview": "preview",
    "school": "school",
    "slotdag": "last_day",
    "dernière": "last_day",
    "laatste": "last_day",
    "last": "last_day",
    "aankondiging": "announcement",
    "announcement": "announcement",
    "kaartverkoop": "on_sale",
    "voorverkoop": "on_sale",
    "on sale": "on_sale",
    "campagne": "campaign",
    "campaign": "campaign",
}
_ROLE_WORDS = {
    "premiere": "premiere",
    "opening": "opening",
    "press": "pers",
    "preview": "try-out",
    "school": "school",
    "last_day": "slotdag",
    "announcement": "aankondiging",
    "on_sale": "kaartverkoop",
    "campaign": "campagne",
}
_ACCESS = {
    "gebarentolk": "sign-language",
    "gebarentaal": "sign-language",
    "sign language": "sign-language",
    "audiodescriptie": "audio-description",
    "audio description": "audio-description",
    "boventiteling": "surtitles",
    "ondertiteling": "surtitles",
    "surtitles": "surtitles",
    "subtitles": "surtitles",
    "prikkelarm": "relaxed",
    "relaxed": "relaxed",
    "ringleiding": "hearing-loop",
    "hearing loop": "hearing-loop",
    "voelstoelen": "tactile-seats",
    "rolstoel": "wheelchair",
    "wheelchair": "wheelchair",
    "toegankelijk toilet": "accessible-toilet",
    "assistentiehond": "assistance-dog",
    "begeleider gratis": "free-companion",
    "eenvoudig": "easy-read",
}
"""What is arranged on one date alone; the first word of each fact is the one that is written."""
_SEASONS = {"zomertijd": 0, "summertime": 0, "wintertijd": 1, "wintertime": 1}

_DATE = (
    r"(?:(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<dmy>\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
    rf"|(?P<day>\d{{1,2}})\s+(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b"
    r"\.?(?:\s+(?P<year>\d{4})(?![\d:.]))?)"
)
_CLOCK = r"(?P<hour>\d{1,2})\s*[:.hu]\s*(?P<minute>\d{2})(?:\s*(?:uur|u|h)\b)?"
_FIND_DATE = re.compile(_DATE)
_FIND_CLOCK = re.compile(rf"(?<![\d:.]){_CLOCK}(?!\d)")
_UNTIL = re.compile(r"\s*(?:-|–|—|t/m|tot en met|tot|until|to|till)\s*")


@dataclass(frozen=True, slots=True)
class _Clock:
    at: time
    fold: int | None


def read_lines(
    text: str, today: date, role: str = "regular", where: str = "performances"
) -> tuple[list[Moment], list[FieldError]]:
    """The moments of a pasted list, and what is wrong by line number.

    A date without a year is the next such day from ``today``. Blank lines are passed over;
    the same moment twice is one.
    """
    if len(text) > MAX_TEXT:
        return [], [FieldError(where, N_("This list is too long. Paste it in parts."))]
    moments: list[Moment] = []
    errors: list[FieldError] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            moment = _read_line(line.strip(), today, role, where)
        except MomentError as problem:
            params = {**problem.error.params, "line": number, "text": line.strip()[:60]}
            errors.append(FieldError(where, problem.error.message, params))
            continue
        if not any(_same(moment, other) for other in moments):
            moments.append(moment)
        if len(moments) > MAX_MOMENTS:
            message = N_("More than %(most)s dates in one list. Paste it in parts.")
            return [], [FieldError(where, message, {"most": MAX_MOMENTS})]
    moments.sort(key=lambda moment: (moment.starts_at, moment.role))
    return moments, errors


def _same(one: Moment, other: Moment) -> bool:
    return (one.role, one.starts_at, one.all_day) == (other.role, other.starts_at, other.all_day)


def _read_line(line: str, today: date, default_role: str, where: str) -> Moment:
    text = line.casefold().replace("\t", " ").replace(";", " ").replace(",", " ")
    text, access = _take_access(text)
    text, role = _take_role(text, default_role)
    text, fold = _take_season(text)
    first_date = _FIND_DATE.search(text)
    if first_date is None:
        raise MomentError(_unclear(where))
    starts_on = _date_of(first_date, today, where)
    rest = text[first_date.end() :]
    second_date = _FIND_DATE.search(rest)
    ends_on = starts_on
    if second_date is not None:
        ends_on = _date_of(second_date, starts_on, where)
        rest = rest[: second_date.start()] + " " + rest[second_date.end() :]
    clocks = [_time_of(match, where) for match in _FIND_CLOCK.finditer(rest)]
    leftover = _UNTIL.sub("", _FIND_CLOCK.sub("", rest)).strip()
    if leftover not in ("", "uur", "om", "at") or len(clocks) > 2:
        raise MomentError(_unclear(where))
    if not clocks:
        whole = all_day_moment(role, starts_on, ends_on + timedelta(days=1), where=where)
        return replace(whole, access=access)
    starts = datetime.combine(starts_on, clocks[0])
    ends = None
    if len(clocks) == 2:
        ends = datetime.combine(ends_on, clocks[1])
        if second_date is None and clocks[1] <= clocks[0]:
            ends += timedelta(days=1)
    return replace(timed_moment(role, starts, ends, fold=fold, where=where), access=access)


def _unclear(where: str) -> FieldError:
    return FieldError(
        where, N_("This line is not clear. Write it like: 12-03-2027 20:15-22:30 premiere.")
    )


def _take_role(text: str, default: str) -> tuple[str, str]:
    for word, role in _ROLES.items():
        found = re.search(
            rf"(?<![a-zé]){re.escape(word)}(?:voorstelling| day| dag)?(?![a-zé])", text
        )
        if found:
            return text[: found.start()] + " " + text[found.end() :], role
    return text, default


def _take_access(text: str) -> tuple[str, tuple[str, ...]]:
    found: list[str] = []
    for word, slug in _ACCESS.items():
        left, number = re.subn(rf"(?<!\w){word}(?!\w)", " ", text)
        if number:
            text = left
            found += [slug] if slug not in found else []
    return text, tuple(found)


def _take_season(text: str) -> tuple[str, int | None]:
    for word, fold in _SEASONS.items():
        if word in text:
            return text.replace(word, " "), fold
    return text, None


def _date_of(match: re.Match[str], today: date, where: str) -> date:
    try:
        if match["iso"]:
            year, month, day = (int(part) for part in match["iso"].split("-"))
        elif match["dmy"]:
            day, month, year = (int(part) for part in re.split(r"[-/.]", match["dmy"]))
        else:
            day, month = int(match["day"]), _MONTHS[match["month"]]
            year = int(match["year"] or 0) or _next_year(day, month, today)
        found = date(year, month, day)
    except (ValueError, KeyError):
        raise MomentError(
            FieldError(where, N_("There is no such date. Check day and month."))
        ) from None
    if not in_years(found):
        raise MomentError(years_error(where))
    return found


def _next_year(day: int, month: int, today: date) -> int:
    return today.year if (month, day) >= (today.month, today.day) else today.year + 1


def _time_of(match: re.Match[str], where: str) -> time:
    try:
        return time(int(match["hour"]), int(match["minute"]))
    except ValueError:
        raise MomentError(
            FieldError(where, N_("There is no such time. Check hours and minutes."))
        ) from None


def write_lines(moments: Sequence[Moment]) -> str:
    """The moments as lines that :func:`read_lines` understands, in the house's own time."""
    return "\n".join(_write_line(moment) for moment in moments)


def _write_line(moment: Moment) -> str:
    role = f" {_ROLE_WORDS[moment.role]}" if moment.role in _ROLE_WORDS else ""
    words = {slug: word for word, slug in reversed(_ACCESS.items())}
    role += "".join(f" {words[slug]}" for slug in moment.access or () if slug in words)
    if moment.all_day and moment.starts_on and moment.ends_on:
        last = moment.ends_on - timedelta(days=1)
        until = f" t/m {last:%d-%m-%Y}" if last != moment.starts_on else ""
        return f"{moment.starts_on:%d-%m-%Y}{until}{role}"
    starts, fold = to_wall(moment.starts_at)
    ends, _ = to_wall(moment.ends_at)
    season = ""
    if is_fold(starts):
        season = " wintertijd" if fold else " zomertijd"
    next_morning = ends.date() == starts.date() + timedelta(days=1) and ends.time() <= starts.time()
    if (ends.date() == starts.date() and ends.time() > starts.time()) or next_morning:
        return f"{starts:%d-%m-%Y %H:%M}-{ends:%H:%M}{season}{role}"
    return f"{starts:%d-%m-%Y %H:%M} t/m {ends:%d-%m-%Y %H:%M}{season}{role}"
