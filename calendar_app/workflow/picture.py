"""An event's picture: set, replaced, taken away."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from calendar_app.core.errors import FieldError, Invalid, NotFound, too_long
from calendar_app.core.language import N_
from calendar_app.events.actions import record
from calendar_app.events.models import Event, Image, ImageFile
from calendar_app.events.pictures import LICENSES, Picture
from calendar_app.events.queries import access_of, find_image
from calendar_app.events.visibility import may_see
from calendar_app.people.viewer import Viewer
from calendar_app.workflow.register import own_event

LONGEST = {"alt_nl": 300, "alt_en": 300, "holder": 200}
"""What is said of a picture, and how long it may be."""


def set_picture(
    session: Session,
    viewer: Viewer,
    public_id: str,
    sizes: list[Picture],
    about: dict[str, str],
    now: datetime,
) -> Event:
    """Stores a picture with its description, holder and licence (all three asked); without new
    ``sizes`` only what is said of it changes. Raises :class:`Invalid`."""
    event = own_event(session, viewer, public_id, "event.change", now)
    errors = [
        FieldError(name, message)
        for name, message in (
            ("alt_nl", N_("Say what can be seen, for who cannot see it.")),
            ("holder", N_("Say who holds the rights.")),
        )
        if not about[name]
    ]
    for name, most in LONGEST.items():
        errors += too_long(name, about[name], most)
    if about["license"] not in LICENSES:
        errors.append(FieldError("license", N_("Choose how the picture may be used.")))
    image = session.scalar(select(Image).where(Image.event_id == event.id))
    if image is None and not sizes:
        errors.insert(0, FieldError("picture", N_("Choose a picture.")))
    if errors:
        raise Invalid(*errors)
    before = image.alt_nl if image else None
    if sizes and image is not None:
        # A new picture has a new address, so that no copy of the old one is shown.
        session.execute(delete(ImageFile).where(ImageFile.image_id == image.id))
        session.delete(image)
        session.flush()
        image = None
    if image is None:
        image = Image(event_id=event.id, at=now)
        session.add(image)
    for name, value in about.items():
        setattr(image, name, value)
    session.flush()
    for size in sizes:
        session.add(
            ImageFile(
                image_id=image.id, width=size.width, height=size.height, media_type="image/jpeg",
                content=size.content,
            )
        )  # fmt: skip
    record(session, event, viewer.user_id, now, "changed", {"picture": [before, image.alt_nl]})
    return event


def remove_picture(session: Session, viewer: Viewer, public_id: str, now: datetime) -> Event:
    """Takes the picture away, files and all."""
    event = own_event(session, viewer, public_id, "event.change", now)
    image = session.scalar(select(Image).where(Image.event_id == event.id))
    if image is not None:
        record(session, event, viewer.user_id, now, "changed", {"picture": [image.alt_nl, None]})
        session.execute(delete(ImageFile).where(ImageFile.image_id == image.id))
        session.delete(image)
        session.flush()
    return event


def see_picture(
    session: Session, viewer: Viewer, image_id: str, width: int, now: datetime
) -> tuple[ImageFile, bool]:
    """One size, and whether everybody may see it; :class:`NotFound` when its event is not for
    this viewer."""
    found = find_image(session, image_id, width)
    if found is None:
        raise NotFound
    file, event = found
    if not may_see(viewer, access_of(event), now):
        raise NotFound
    return file, may_see(Viewer.public(), access_of(event), now)
