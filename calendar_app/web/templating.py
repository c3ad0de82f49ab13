"""What templates can use besides their values: messages, dates, addresses, who is looking."""

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, g, request, url_for
from jinja2 import StrictUndefined

from calendar_app.core.language import pick, translations
from calendar_app.core.timespan import HOUSE_ZONE, local_day
from calendar_app.overlaps import reasons
from calendar_app.people.queries import find_user
from calendar_app.web import wording
from calendar_app.web.context import current
from calendar_app.web.field_names import field_name, named
from calendar_app.web.rich_text import rich_text

DEMO_ADMIN = "admin@demo.example"


def init_templating(app: Flask) -> None:
    """Sets up jinja2: its i18n extension on our catalogues, strict about unknown names."""
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: translations(g.language).ugettext(text),
        lambda one, many, n: translations(g.language).ungettext(one, many, n),
        newstyle=True,
    )
    env.filters.update(
        day=format_day,
        clock=format_clock,
        instant=format_instant,
        # Of an occurrence, in the language of the page (web/wording.py).
        when=lambda moment: wording.when_text(moment, g.language),
        moved_from=lambda moment: wording.moved_from_text(moment, g.language),
        hours=lambda moment: wording.hours_text(moment, g.language),
        rich_text=rich_text,
        euros=lambda cents: wording.euros_text(cents, g.language),
        language_name=lambda tag: current.text(wording.LANGUAGE_NAMES.get(tag) or tag),
        local_day=local_day,
        iso_day=lambda day: format_day(date.fromisoformat(day)),
        field_name=field_name,
        first_day=wording.first_day,
        last_day=wording.last_day,
    )
    env.globals.update(
        license_names=wording.LICENSE_NAMES,
        asset=asset,
        pick=pick_text,
        other_language=other_language,
        page_path=lambda: request.script_root + request.full_path.rstrip("?"),
        say=lambda error: current.text(error.message, **error.params),
        named=named,
        is_demo=is_demo,
        sentence=lambda reason: reasons.sentence(reason, g.language),
        with_points=lambda reason: reasons.with_points(reason, g.language),
        period=lambda first, last: wording.period_text(first, last, g.language),
    )
    app.context_processor(_values)


def _values() -> dict[str, Any]:
    return {
        "site_name": current.settings.site_name,
        "language": current.language,
        "now": current.now,
        "viewer": current.viewer,
        "current": current,
    }


def pick_text(thing: Any, name: str) -> str:
    """``name_nl`` or ``name_en`` of a thing, in the language of the page (Dutch falls back)."""
    return pick(g.language, getattr(thing, f"{name}_nl"), getattr(thing, f"{name}_en"))


def format_day(day: date, form: str = "full") -> str:
    """A date in words: ``full`` “vrijdag 12 maart 2027”, ``medium`` “12 mrt 2027”, or a CLDR
    pattern."""
    return wording.day_text(day, g.language, form)


def format_clock(wall: datetime) -> str:
    """A time of day: 20.15 in Dutch, 20:15 in English."""
    return wording.clock_text(wall, g.language)


def format_instant(instant: datetime) -> str:
    """An instant as local date and time in words."""
    there = instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(ZoneInfo(HOUSE_ZONE))
    return f"{format_day(there.date(), 'long')}, {format_clock(there)}"


def other_language() -> tuple[str, str]:
    """The other language and this page's path in it, query included."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    if g.language == "en":
        return "nl", request.path + query
    return "en", "/en" + request.path + query


def is_demo() -> bool:
    """Whether this is a demonstration site: it has the administrator that only the demonstration
    season makes (``interface.md``). Every page of such a site says that its events are invented."""
    return find_user(current.session, DEMO_ADMIN) is not None


def asset(name: str) -> str:
    """The address of a static file, with its content's hash so that it can be kept for long."""
    return f"{url_for('static', filename=name).removeprefix('/en')}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    file = Path(__file__).parent / "static" / name
    # Without the vendored files (a checkout before `make run`) pages still render.
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "missing"
