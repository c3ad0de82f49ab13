"""Feeds over HTTP, outside session and sign-in, and the page that offers them."""

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from calendar_app.core.errors import AppError, NotFound
from calendar_app.core.language import N_
from calendar_app.core.names import PUBLIC_ID
from calendar_app.db.transaction import reading
from calendar_app.events.models import SCHEMES as TERM_SCHEMES
from calendar_app.events.queries import list_terms
from calendar_app.feeds import queries, serve
from calendar_app.feeds.copies import Copies
from calendar_app.feeds.selection import ALL, SCHEMES, Selection, parse
from calendar_app.feeds.validators import wants_gzip
from calendar_app.people.queries import list_institutions
from calendar_app.places.queries import list_regions, list_venues
from calendar_app.web.context import current, services

blueprint = Blueprint("feeds", __name__)

_EXTENSION = "feeds"
_ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
}
# A test on If-None-Match from another site asks leave first.
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since",
    "Access-Control-Max-Age": "86400",
}


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    # Finished bytes belong to one application, not to the module.
    state.app.extensions[_EXTENSION] = serve.Memory()


@blueprint.get("/feeds/<path:name>.ics", merge_slashes=False)
def feed(name: str) -> Response:
    """A merged selection. When the database fails: its last good copy, never a 5xx."""
    selection = parse(name)
    if selection is None:
        raise NotFound
    made = services()
    copies = _copies()
    try:
        with reading(current.session):
            answer = serve.answer_feed(
                current.session, selection, current.language, current.now, made.settings.base_url,
                _asked(), cast(serve.Memory, current_app.extensions[_EXTENSION]), copies,
            )  # fmt: skip
    except SQLAlchemyError as error:
        current_app.logger.error("feed %s from its last good copy: %s", selection.path, error)
        found = serve.answer_from_copy(selection, current.language, _asked(), copies)
        if found is None:
            raise
        answer = found
    return _response(answer)


@blueprint.get("/events/<string(length=12):public_id>.ics")
def event(public_id: str) -> Response:
    """The moments of one public event, to take along."""
    if not PUBLIC_ID.fullmatch(public_id):
        raise NotFound
    answer: serve.Answer | None
    try:
        with reading(current.session):
            answer = serve.answer_event(
                current.session, public_id, current.language, current.now, _asked()
            )
    except SQLAlchemyError as error:
        current_app.logger.error("event %s from the last good copy: %s", public_id, error)
        answer = serve.answer_event_from_copy(public_id, current.language, _asked(), _copies())
        if answer is None:
            raise
    if answer is None:
        raise NotFound
    return _response(answer)


def _copies() -> Copies:
    return Copies(services().settings.copies_dir)


def _asked() -> serve.Asked:
    return serve.Asked(
        request.headers.get("If-None-Match"),
        request.headers.get("If-Modified-Since"),
        wants_gzip(request.headers.get("Accept-Encoding", "")),
    )


def _response(answer: serve.Answer) -> Response:
    return Response(answer.body, answer.status, answer.headers | _ANY_ORIGIN)


@blueprint.after_request
def _allow(response: Response) -> Response:
    if request.method == "OPTIONS" and request.endpoint != "feeds.subscribe":
        response.headers.update(_ANY_ORIGIN | _PREFLIGHT)
    return response


@dataclass(frozen=True, slots=True)
class Links:
    """One feed, and how to get it into each calendar program."""

    address: str
    webcal: str
    google: str
    outlook: str
    microsoft: str


def links_for(selection: Selection, name: str, language: str, base_url: str) -> Links:
    """The addresses that each program understands."""
    address = selection.address(base_url, language)
    webcal = "webcal:" + address.partition(":")[2]
    query = urlencode({"url": address, "name": name}, quote_via=quote)
    return Links(
        address=address,
        webcal=webcal,
        google="https://calendar.google.com/calendar/r?" + urlencode({"cid": webcal}),
        outlook=f"https://outlook.live.com/calendar/0/addfromweb?{query}",
        microsoft=f"https://outlook.office.com/calendar/0/addfromweb?{query}",
    )


@blueprint.get("/subscribe")
def subscribe() -> str:
    """The chosen feed (``?region=rijnland``; everything otherwise) and all there are."""
    selection = _chosen()
    session, settings = current.session, current.settings
    current.viewer  # noqa: B018 - looked up before the reading transaction, as everywhere
    with reading(session):
        selection = queries.find_successor(session, selection)
        info = queries.get_info(session, selection)
        name = serve.calendar_name(info, selection, current.language)
        return current.page(
            "feeds/subscribe.html",
            selection=selection,
            name=name,
            count=queries.count_items(session, selection, current.now),
            links=links_for(selection, name, current.language, settings.base_url),
            **_offers(),
        )


def _chosen() -> Selection:
    asked = [(key, slug) for key in SCHEMES for slug in request.args.getlist(key) if slug]
    if len(asked) > 1:
        keys = ", ".join(f"“{key}”" for key, _ in asked[: len(SCHEMES)])
        raise AppError(
            N_("A feed follows one filter, not %(keys)s together. Choose one."), keys=keys
        )
    if not asked:
        return ALL
    found = parse("/".join(asked[0]))
    if found is None:
        raise NotFound
    return found


def _offers() -> dict[str, Any]:
    session = current.session
    terms: dict[str, list[Any]] = {scheme: [] for scheme in TERM_SCHEMES}
    for term in list_terms(session):
        terms[term.scheme].append(term)
    return {
        "regions": list_regions(session),
        "institutions": list_institutions(session),
        "venues": list_venues(session),
        "terms": terms,
    }
