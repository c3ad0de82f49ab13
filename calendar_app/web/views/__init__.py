"""One blueprint per part of the site."""

from flask import Blueprint

from calendar_app.web.views import (
    account,
    admin,
    agenda,
    clashes,
    conflicts,
    event_page,
    events,
    feeds,
    imports,
    institutions,
    invitations,
    ops,
    own_account,
    pages,
    pictures,
    season,
    second_step,
    themes,
    together,
    venues,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.blueprint,
    admin.blueprint,
    agenda.blueprint,
    clashes.blueprint,
    conflicts.blueprint,
    event_page.blueprint,
    events.blueprint,
    feeds.blueprint,
    imports.blueprint,
    institutions.blueprint,
    invitations.blueprint,
    ops.blueprint,
    own_account.blueprint,
    pages.blueprint,
    pictures.blueprint,
    season.blueprint,
    second_step.blueprint,
    themes.blueprint,
    together.blueprint,
    venues.blueprint,
)
