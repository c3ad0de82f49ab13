"""Planning is pure: what was applied is unchanged, edits by hand stay, what is gone waits."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calendar_app.imports.ics import FoundEvent, FoundMoment
from calendar_app.imports.plan import Stored, is_shrunken, plan_changes, values_of


def _event(uid: str = "a", title: str = "Zwerm", starts: str = "2027-03-12T20:00:00") -> FoundEvent:
    moment = FoundMoment("single", False, starts, "2027-03-12T22:00:00", "Europe/Amsterdam")
    return FoundEvent(uid=uid, line=3, title=title, moments=(moment,))


def _stored(event: FoundEvent, missing: int = 0, **edited: Any) -> Stored:
    values = values_of(event, "concert")
    return Stored("concert", values, {**values, **edited}, missing)


_texts = st.sampled_from(["", "x", "Zwerm", "Nacht"])
_events = st.builds(
    FoundEvent, uid=st.sampled_from("abc"), line=st.just(1), title=_texts, description=_texts,
    planning=st.sampled_from(["confirmed", "option", "cancelled"]),
    moments=st.just(_event().moments),
)  # fmt: skip


@given(st.lists(_events, unique_by=lambda event: event.uid))
def test_planning_what_was_just_applied_changes_nothing(events: list[FoundEvent]) -> None:
    assert [line.action for line in plan_changes(events, {})] == ["new"] * len(events)
    stored = {event.uid: _stored(event) for event in events}
    again = plan_changes(events, stored)
    assert [(line.action, line.fields, line.kept) for line in again] == (
        [("unchanged", {}, {})] * len(events)
    )


@given(_texts, _texts, _texts)
def test_the_source_writes_only_what_nobody_edited(before: str, edited: str, after: str) -> None:
    known = _stored(_event(title=before), title=edited)
    (line,) = plan_changes([_event(title=after)], {"a": known})
    if edited != before:
        # Edited by hand: kept, and where the source says something else, that is shown.
        assert "title" not in line.fields
        assert line.kept == ({"title": [edited, after]} if after != edited else {})
    else:
        assert line.fields == ({"title": [before, after]} if after != before else {})


def test_a_cancelled_event_is_cancelled_and_comes_back() -> None:
    off = replace(_event(), planning="cancelled")
    assert plan_changes([off], {"a": _stored(_event())})[0].action == "cancelled"
    back = plan_changes([_event()], {"a": _stored(off)})[0]
    assert (back.action, back.fields["planning"]) == ("changed", ["cancelled", "confirmed"])


def test_what_is_gone_waits_for_the_third_file() -> None:
    actions = [
        plan_changes([], {"a": _stored(_event(), missing)})[0].action for missing in range(3)
    ]
    assert actions == ["missing", "missing", "gone"]


def test_of_what_is_over_or_decided_by_a_person_the_file_decides_no_more() -> None:
    def unseen(**facts: Any) -> str:
        return plan_changes([], {"a": replace(_stored(_event(), 9), **facts)})[0].action

    values = values_of(_event(), "concert")
    assert unseen() == "gone"
    assert unseen(past=True) == "over"
    assert unseen(current={**values, "planning": "cancelled"}) == "over"
    assert unseen(given={**values, "planning": "option"}) == "missing"


def test_who_may_see_what_the_source_gives() -> None:
    option = replace(_event(), planning="option")
    off = replace(_event(), planning="cancelled")
    assert values_of(_event(), "concert")["visibility"] == "public"
    assert values_of(option, "concert")["visibility"] == "coordinators"
    assert values_of(_event(), "professional")["visibility"] == "partners"
    assert values_of(option, "professional")["visibility"] == "coordinators"
    assert values_of(off, "concert", values_of(option, "concert"))["visibility"] == "coordinators"
    assert (
        values_of(replace(off, secret=True), "concert", values_of(_event(), "concert"))[
            "visibility"
        ]
        == "sealed"
    )


def test_a_file_that_shrank_by_a_third_is_held() -> None:
    assert is_shrunken(6, 10) and not is_shrunken(7, 10)
