"""One blueprint per part of the site."""

from flask import Blueprint

from calendar_app.web.views import account, ops

BLUEPRINTS: tuple[Blueprint, ...] = (account.blueprint, ops.blueprint)
