"""Who may do what: one table, decided here only, first thing in every workflow function.

A right maps to a predicate on the viewer and the plain facts it needs. Whether somebody may
*see* an event is ``events/visibility.py``; these are the rights to act.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from calendar_app.core.errors import Forbidden
from calendar_app.core.language import N_
from calendar_app.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class About:
    """What a right is about: an institution, the regions concerned, the institutions concerned."""

    institution_id: int | None = None
    region_ids: Collection[int] = field(default_factory=frozenset)
    institution_ids: frozenset[int] = frozenset()


Predicate = Callable[[Viewer, About], bool]


def anyone(viewer: Viewer, about: About) -> bool:
    """Everybody, signed in or not."""
    return True


def signed_in(viewer: Viewer, about: About) -> bool:
    """Anybody with an account."""
    return viewer.signed_in


def works_there(viewer: Viewer, about: About) -> bool:
    """Editor or manager of the institution."""
    return about.institution_id in viewer.institution_ids


def works_anywhere(viewer: Viewer, about: About) -> bool:
    """Editor or manager of any institution."""
    return bool(viewer.institution_ids)


def coordinates(viewer: Viewer, about: About) -> bool:
    """Coordinator of one of the regions concerned."""
    return not viewer.region_ids.isdisjoint(about.region_ids)


def coordinates_any(viewer: Viewer, about: About) -> bool:
    """Coordinator of any region."""
    return viewer.is_coordinator


def takes_part(viewer: Viewer, about: About) -> bool:
    """Works for one of the institutions concerned."""
    return not viewer.institution_ids.isdisjoint(about.institution_ids)


def manages(viewer: Viewer, about: About) -> bool:
    """Manager of the institution."""
    return about.institution_id in viewer.managed_ids


def administers(viewer: Viewer, about: About) -> bool:
    """Administrator of the site."""
    return viewer.is_admin


def either(*predicates: Predicate) -> Predicate:
    """True when any of the predicates is."""

    def check(viewer: Viewer, about: About) -> bool:
        return any(predicate(viewer, about) for predicate in predicates)

    return check


RIGHTS: dict[str, Predicate] = {
    # register
    "event.register": works_there,
    "event.change": either(works_there, takes_part),
    "event.cancel": works_there,
    "event.history": either(works_there, takes_part),
    "event.invite": works_there,
    "event.answer": works_there,
    "event.share": works_there,
    "event.submit": works_there,
    "event.moderate": coordinates,
    "event.import": works_there,
    # flag
    "clash.check": either(works_there, takes_part),
    "conflict.list": either(coordinates_any, works_anywhere),
    "conflict.see": either(coordinates, takes_part),
    "conflict.settle": coordinates,
    # publish
    "feed.read": anyone,
    # people
    "institution.check": works_there,
    "account.own": signed_in,
    "colleague.manage": either(manages, administers),
    "user.manage": administers,
    "site.administer": administers,
}


def may(viewer: Viewer, right: str, about: About | None = None) -> bool:
    """Whether the viewer has the right; an unknown right is a mistake (``KeyError``)."""
    return RIGHTS[right](viewer, about or About())


def require(viewer: Viewer, right: str, about: About | None = None) -> None:
    """Raises :class:`Forbidden` unless the viewer has the right."""
    if not may(viewer, right, about):
        raise Forbidden(N_("You may not do this. Ask the institution itself or your coordinator."))
