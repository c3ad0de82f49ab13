"""Storing events: ids live on, nothing is lost, history tells, stale saves are refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_app.core.errors import Stale
from calendar_app.events import actions
from calendar_app.events.actions import moment_of
from calendar_app.events.models import Change, Event, Occurrence
from calendar_app.events.rules import Moment, all_day_moment, match_moments
from calendar_app.people.models import Institution
from tests.factories import draft, load_reference, single

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def lead(session: Session) -> int:
    load_reference(session)
    return session.scalars(select(Institution.id).limit(1)).one()


def _ids(event: Event) -> dict[datetime, str]:
    return {o.starts_at: o.public_id for o in event.occurrences if o.status == "scheduled"}


def test_a_moved_date_keeps_its_id(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead), None, NOW)
    (before,) = event.occurrences
    public_id, uid = before.public_id, before.uid
    moved = draft(lead, "2027-04-01T20:00")
    actions.change_event(session, event, moved, None, NOW)
    (after,) = event.occurrences
    assert (after.public_id, after.uid) == (public_id, uid)
    assert after.starts_at == datetime(2027, 4, 1, 18, tzinfo=UTC)


def test_what_counts_as_moved_is_what_was_certain(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead, planning="option"), None, NOW)
    actions.change_event(session, event, draft(lead, "2027-04-01T20:00"), None, NOW)
    (one,) = event.occurrences
    assert one.previous_starts_at is None  # certain only since this save
    unsure = draft(lead, "2027-04-02T20:00", planning="option")
    actions.change_event(session, event, unsure, None, NOW)
    assert one.previous_starts_at == datetime(2027, 4, 1, 18, tzinfo=UTC)


def test_a_date_taken_off_the_list_is_cancelled_and_comes_back_by_itself(
    session: Session, lead: int
) -> None:
    both = (single("2027-03-12T20:15"), single("2027-03-13T20:15"))
    event = actions.add_event(session, draft(lead, moments=both), None, NOW)
    ids = _ids(event)
    actions.change_event(session, event, draft(lead, moments=both[:1]), None, NOW)
    assert [o.status for o in event.occurrences] == ["scheduled", "cancelled"]
    actions.change_event(session, event, draft(lead, moments=both), None, NOW)
    assert _ids(event) == ids


def test_every_save_is_a_new_version_and_a_line_of_history(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead), None, NOW)
    versions = [event.version]
    for title in ("Een", "Twee"):
        actions.change_event(session, event, draft(lead, title_nl=title), None, NOW)
        versions.append(event.version)
    # Only the moments change, within the same second.
    actions.change_event(
        session, event, draft(lead, "2027-03-14T20:15", title_nl="Twee"), None, NOW
    )
    versions.append(event.version)
    assert versions == [1, 2, 3, 4]
    changes = session.scalars(select(Change).order_by(Change.id)).all()
    assert [change.action for change in changes] == ["registered", "changed", "changed", "changed"]
    assert changes[1].data["title_nl"] == ["Strijkkwartet", "Een"]
    # Saving the same again is no change.
    assert not actions.change_event(
        session, event, draft(lead, "2027-03-14T20:15", title_nl="Twee"), None, NOW
    )
    assert event.version == 4


def test_a_stale_save_is_refused_and_changes_nothing(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead), None, NOW)
    actions.change_event(session, event, draft(lead, title_nl="Eerst"), None, NOW, version=1)
    with pytest.raises(Stale) as problem:
        actions.change_event(session, event, draft(lead, title_nl="Later"), None, NOW, version=1)
    assert problem.value.current == 2
    assert event.title_nl == "Eerst"


def test_cancelling_keeps_everything(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead), None, NOW)
    actions.cancel_event(session, event, "ziekte", None, NOW)
    actions.cancel_event(session, event, "nog eens", None, NOW)
    assert (event.planning, event.cancel_reason) == ("cancelled", "ziekte")
    assert session.scalars(select(Occurrence)).one().status == "scheduled"


_days = st.integers(0, 6)
_lists = st.lists(
    st.tuples(_days, st.sampled_from([14, 20]), st.sampled_from(["regular", "premiere"])),
    min_size=1, max_size=5, unique_by=lambda t: (t[0], t[1], t[2]),
)  # fmt: skip


@given(st.lists(_lists, min_size=1, max_size=5))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_edits_keeps_ids_and_invariants(
    session: Session, lead: int, edits: list[list[tuple[int, int, str]]]
) -> None:
    def plan(rows: list[tuple[int, int, str]]):  # type: ignore[no-untyped-def]
        first = datetime(2027, 3, 1)
        return draft(
            lead,
            moments=tuple(
                single((first + timedelta(days=d, hours=h)).isoformat(), role)
                for d, h, role in rows
            ),
        )

    event = actions.add_event(session, plan(edits[0]), None, NOW)
    for rows in edits[1:]:
        before = {(o.role, o.starts_at): o.public_id for o in event.occurrences}
        ids_before = {o.public_id for o in event.occurrences}
        actions.change_event(session, event, plan(rows), None, NOW)
        after = {o.public_id for o in event.occurrences}
        # Nobody disappears, no id is used twice.
        assert ids_before <= after
        assert len(after) == len(event.occurrences)
        living = {
            (o.role, o.starts_at): o.public_id for o in event.occurrences if o.status == "scheduled"
        }
        # Exactly what was asked for is scheduled, and what stayed keeps its id.
        assert set(living) == {(m.role, m.starts_at) for m in plan(rows).moments}
        for key, public_id in living.items():
            if key in before:
                assert public_id == before[key]
        assert all(o.ends_at > o.starts_at for o in event.occurrences)


def test_matching_prefers_the_same_start() -> None:
    stored = [
        replace(single("2027-03-12T20:15"), key="one"),
        replace(single("2027-03-13T20:15"), key="two"),
    ]
    wanted = [single("2027-03-13T20:15"), single("2027-03-20T20:15")]
    matched, left = match_moments(stored, wanted)
    assert [m.key for m in matched] == ["two", "one"]
    assert not left


def test_a_moment_round_trips(session: Session, lead: int) -> None:
    plan = draft(lead)
    event = actions.add_event(session, plan, None, NOW)
    again = moment_of(event.occurrences[0])
    assert replace(again, key=None, sold_out=None, access=None) == plan.moments[0]
    assert (again.sold_out, again.access) == (False, ())


def test_a_certain_date_that_moves_remembers_from_when(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead, "2027-03-12T20:15"), None, NOW)
    first = event.occurrences[0].starts_at
    for when, remembered in (
        ("2027-03-13T20:15", first), ("2027-03-14T20:15", first), ("2027-03-12T20:15", None),
    ):  # fmt: skip
        moved = replace(single(when), key=event.occurrences[0].public_id)
        actions.change_event(session, event, replace(draft(lead), moments=(moved,)), None, NOW)
        assert event.occurrences[0].previous_starts_at == remembered


def test_an_option_may_wander_without_a_trace(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead, planning="option"), None, NOW)
    moved = replace(single("2027-04-01T20:15"), key=event.occurrences[0].public_id)
    plan = replace(draft(lead), planning="option", moments=(moved,))
    actions.change_event(session, event, plan, None, NOW)
    assert event.occurrences[0].previous_starts_at is None


def _whole(first: str, last: str, role: str = "run") -> Moment:
    return all_day_moment(role, date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("stored", "wanted", "moved"),
    [
        # An evening that becomes the premiere; a day that gets its time.
        (single("2027-03-12T20:15"), single("2027-03-12T20:15", "premiere"), False),
        (_whole("2027-03-12", "2027-03-13", "regular"), single("2027-03-12T20:15"), False),
        # A date that was not exact and now is, and the reverse.
        (_whole("2027-03-01", "2027-04-01"), single("2027-03-12T20:15"), False),
        (single("2027-03-12T20:15", "premiere"), _whole("2027-03-08", "2027-03-15"), False),
        (_whole("2027-03-12", "2027-03-13", "regular"), single("2027-03-13T20:15"), True),
        (_whole("2027-03-12", "2027-04-13"), _whole("2027-03-19", "2027-04-13"), True),
    ],
)
def test_the_same_date_in_other_words_keeps_its_id(
    session: Session, lead: int, stored: Moment, wanted: Moment, moved: bool
) -> None:
    event = actions.add_event(session, draft(lead, moments=(stored,)), None, NOW)
    first = (event.occurrences[0].public_id, event.occurrences[0].starts_at)
    actions.change_event(session, event, draft(lead, moments=(wanted,)), None, NOW)
    (one,) = event.occurrences
    assert (one.public_id, one.status, one.role) == (first[0], "scheduled", wanted.role)
    assert one.previous_starts_at == (first[1] if moved else None)


def test_a_press_moment_never_becomes_the_evening_nor_a_sale_the_show(
    session: Session, lead: int
) -> None:
    side = (single("2027-03-12T11:00", "press"), single("2027-03-12T10:00", "on_sale"))
    event = actions.add_event(session, draft(lead, moments=side), None, NOW)
    actions.change_event(session, event, draft(lead, "2027-03-13T20:15"), None, NOW)
    assert [(o.role, o.status) for o in event.occurrences] == [
        ("press", "cancelled"), ("on_sale", "cancelled"), ("regular", "scheduled"),
    ]  # fmt: skip


def test_sold_out_survives_an_edit_that_does_not_speak_of_it(session: Session, lead: int) -> None:
    event = actions.add_event(session, draft(lead), None, NOW)
    event.occurrences[0].sold_out = True
    session.flush()
    again = replace(draft(lead), title_nl="Anders")
    actions.change_event(session, event, again, None, NOW)
    assert event.occurrences[0].sold_out
