"""An event's picture: the form, and the files."""

from flask import Blueprint, flash, make_response, redirect, request
from werkzeug.wrappers import Response

from calendar_app.core.errors import FieldError, Invalid, NotFound
from calendar_app.core.language import N_
from calendar_app.core.names import PUBLIC_ID, clean_line
from calendar_app.db.transaction import reading, transaction
from calendar_app.events.pictures import MOST_BYTES, Picture, PictureError, rebuild
from calendar_app.web.context import current
from calendar_app.web.views.event_page import event_url
from calendar_app.web.wording import LICENSE_NAMES
from calendar_app.workflow import picture, register

blueprint = Blueprint("pictures", __name__)

_FIELDS = (*picture.LONGEST, "license")


@blueprint.get("/events/<public_id>/picture")
def form(public_id: str) -> str:
    """The form for an event's picture."""
    return _page(public_id, ())


def _page(public_id: str, errors: tuple[FieldError, ...]) -> str:
    with reading(current.session):
        event = register.see_own_event(
            current.session, current.viewer, public_id, "event.change", current.now
        )
    given = {name: request.form.get(name, "") for name in _FIELDS} if errors else None
    return current.page(
        "events/picture.html", event=event, errors=errors, given=given,
        licenses=[(code, current.text(name)) for code, name in LICENSE_NAMES.items()],
    )  # fmt: skip


@blueprint.post("/events/<public_id>/picture")
def save(public_id: str) -> Response | tuple[str, int]:
    """Sets, replaces or removes it."""
    session, viewer, now = current.session, current.viewer, current.now
    if request.form.get("do") == "remove":
        with transaction(session):
            event = picture.remove_picture(session, viewer, public_id, now)
        flash(current.text(N_("The picture is gone.")))
        return redirect(event_url(event), 303)
    with reading(session):
        register.see_own_event(session, viewer, public_id, "event.change", now)
    about = {name: clean_line(request.form.get(name, "")) for name in _FIELDS}
    try:
        # Rebuilt before the transaction: nothing is locked meanwhile.
        sizes = _uploaded()
        with transaction(session):
            event = picture.set_picture(session, viewer, public_id, sizes, about, now)
    except PictureError as problem:
        return _page(public_id, (problem.error,)), 422
    except Invalid as problem:
        return _page(public_id, tuple(problem.errors)), 422
    flash(current.text(N_("The picture is saved.")))
    return redirect(event_url(event), 303)


def _uploaded() -> list[Picture]:
    upload = request.files.get("picture")
    if upload is None or not upload.filename:
        return []
    return rebuild(upload.stream.read(MOST_BYTES + 1))


@blueprint.get("/pictures/<string(length=12):image_id>-<int:width>.jpg")
def show(image_id: str, width: int) -> Response:
    """One size, to those who may see its event."""
    if not PUBLIC_ID.fullmatch(image_id) or width > 10_000:
        raise NotFound
    with reading(current.session):
        file, public = picture.see_picture(
            current.session, current.viewer, image_id, width, current.now
        )
        answer = make_response(file.content)
    answer.headers["Content-Type"] = file.media_type
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    # The address changes with the picture; who may see it can change any time.
    answer.headers["Cache-Control"] = "public, max-age=300" if public else "private, no-store"
    answer.set_etag(f"{image_id}-{width}")
    return answer.make_conditional(request)
