"""One blueprint per part of the site."""

from flask import Blueprint

from calendar_app.web.views import (
    account,
    agenda,
    event_page,
    institutions,
    ops,
    pages,
    themes,
    venues,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.blueprint,
    agenda.blueprint,
    event_page.blueprint,
    institutions.blueprint,
    ops.blueprint,
    pages.blueprint,
    themes.blueprint,
    venues.blueprint,
)
