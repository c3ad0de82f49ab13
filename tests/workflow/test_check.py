"""What somebody is told while typing: the worst first, with the rest counted; what is not shared
as one marker; never what is past by the time it is asked again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.events import actions as events
from calendar_app.events.rules import EventDraft
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.workflow.flag import Found, check_draft
from tests.factories import draft, load_reference, single
from tests.overlaps.test_actions import NOW
from tests.web.conftest import counted

WHEN = "2027-03-12T20:15"


@pytest.fixture
def houses(session: Session) -> list[Institution]:
    """Institutions within a few kilometres of each other, so that only the date matters."""
    load_reference(session)
    found = session.scalars(select(Institution).order_by(Institution.id).limit(12)).all()
    for house in found:
        house.lat, house.lon = 52.08, 4.31
    session.flush()
    return list(found)


def concert(house: Institution, when: str = WHEN, **more: object) -> EventDraft:
    """A concert that competes with every other on its evening."""
    return draft(house.id, when, **({"reach": "regional", "expected_visitors": 600} | more))


def check(session: Session, house: Institution, when: str = WHEN) -> Found:
    """What an editor of this institution is told."""
    viewer = Viewer(user_id=1, institution_ids=frozenset({house.id}))
    session.expunge_all()
    return check_draft(session, viewer, concert(house, when), NOW)


def test_the_three_worst_are_told_with_who_and_when_and_the_rest_is_counted(
    session: Session, houses: list[Institution]
) -> None:
    own, *others = houses
    for number, other in enumerate(others[:5]):
        visitors = 3000 if number == 3 else 300 + number
        plan = concert(other, title_nl=f"Avond {number}", expected_visitors=visitors)
        events.add_event(session, plan, None, NOW)
    found = check(session, own)
    assert (len(found.clashes), found.more, found.hidden) == (3, 2, None)
    assert found.clashes[0].event.title_nl == "Avond 3"
    assert found.clashes[0].event.lead.name == others[3].name
    assert [one.score for one in found.clashes] == sorted(
        (one.score for one in found.clashes), reverse=True
    )
    for one in found.clashes:
        assert one.occurrence.event is one.event
        assert one.own_start == one.occurrence.starts_at
        assert sum(reason.points for reason in one.reasons) == one.score


def test_of_an_event_with_many_moments_the_one_that_clashes_is_told(
    session: Session, houses: list[Institution]
) -> None:
    nights = tuple(single(f"2027-03-{day:02}T20:15") for day in range(5, 25))
    events.add_event(session, concert(houses[1], moments=nights), None, NOW)
    (clash,) = check(session, houses[0]).clashes
    assert clash.occurrence.starts_at == single(WHEN).starts_at


def test_what_is_not_shared_is_one_marker_and_no_day_is_proposed_on_which_it_would_clash(
    session: Session, houses: list[Institution]
) -> None:
    own, other, *rest = houses
    for house in rest[:2]:
        plan = concert(house, visibility="sealed", expected_visitors=3000)
        events.add_event(session, plan, None, NOW)
    events.add_event(session, concert(other), None, NOW)
    events.add_event(session, concert(rest[2], "2027-03-13T20:15", visibility="sealed"), None, NOW)
    found = check(session, own)
    assert [one.event.lead_id for one in found.clashes] == [other.id]
    assert found.more == 0
    assert found.hidden is not None and found.hidden.on == date(2027, 3, 12)
    assert [one.on for one in found.quieter] == [
        date(2027, 3, 11), date(2027, 3, 14), date(2027, 3, 10)
    ]  # fmt: skip


def test_what_has_moved_changed_or_stopped_is_known_at_the_next_check(
    session: Session, houses: list[Institution]
) -> None:
    own, other, third = houses[:3]
    moved = events.add_event(session, concert(other), None, NOW)
    stopped = events.add_event(session, concert(third, title_nl="Oud"), None, NOW)
    assert len(check(session, own).clashes) == 2
    moved, stopped = session.merge(moved), session.merge(stopped)
    events.change_event(session, moved, concert(other, "2027-04-01T20:15"), None, NOW)
    events.change_event(session, stopped, concert(third, title_nl="Nieuw"), None, NOW)
    session.flush()
    assert [one.event.title_nl for one in check(session, own).clashes] == ["Nieuw"]
    assert len(check(session, own, "2027-04-01T20:15").clashes) == 1
    events.cancel_event(session, session.merge(stopped), "", None, NOW)
    session.flush()
    assert not check(session, own).clashes


def test_a_full_evening_costs_no_more_queries_than_a_quiet_one(
    session: Session, sessions: sessionmaker[Session], houses: list[Institution]
) -> None:
    own, *others = houses
    asked = []
    for number, other in enumerate(others):
        nights = tuple(
            single((single(WHEN).starts_at + timedelta(days=day)).strftime("%Y-%m-%dT20:15"))
            for day in range(-number, number + 1)
        )
        more = {"visibility": "sealed"} if number % 2 else {}
        events.add_event(session, concert(other, moments=nights, **more), None, NOW)
        if number in (1, len(others) - 1):
            check(session, own)
            with counted(sessions) as statements:
                check(session, own)
            asked.append(len(statements))
    assert asked[0] == asked[1] <= 12
