"""F25–F31: the clock jumps, the zone's rules change, times and years that cannot be."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.db.transaction import reading, transaction
from calendar_app.events.models import Event, Occurrence
from calendar_app.people.models import Institution
from calendar_app.people.viewer import Viewer
from calendar_app.workflow import register
from calendar_app.workflow.manage import load_reference
from calendar_app.workflow.publish import feed_bytes
from tests.factories import draft
from tests.web.conftest import Clock, SignedIn, app, client, clock, csrf_of, signed_in

__all__ = ["app", "client", "clock", "signed_in"]

BASE = "http://localhost"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _korzo(session: Session) -> int:
    load_reference(session)
    return session.scalars(select(Institution.id).where(Institution.slug == "korzo")).one()


def _told(feed: bytes, name: str) -> list[str]:
    inside = feed.split(b"BEGIN:VEVENT")[1].decode()
    return re.findall(rf"^{name}:(.*)\r$", inside, re.MULTILINE)


@pytest.mark.parametrize(
    "jump",
    [
        pytest.param(timedelta(hours=1), id="F25"),
        pytest.param(timedelta(hours=-1), id="F26"),
        pytest.param(timedelta(days=-400), id="F27"),
    ],
)
def test_a_jump_of_the_clock_loses_nothing_and_revisions_only_rise(
    session: Session, jump: timedelta
) -> None:
    with transaction(session):
        lead = _korzo(session)
        viewer = Viewer(institution_ids=frozenset({lead}))
        event = register.register_event(session, viewer, draft(lead), NOW, BASE)
        public_id = event.public_id
    with reading(session):
        before = feed_bytes(session, "all.ics", NOW, BASE)
    later = NOW + jump
    with transaction(session):
        moved = draft(lead, "2027-03-12T19:30", title_nl="Ander begin")
        register.change_event(session, viewer, public_id, moved, 1, later, BASE)
    with reading(session):
        after = feed_bytes(session, "all.ics", later, BASE)
    assert b"Ander begin" in after
    assert _told(after, "LAST-MODIFIED") > _told(before, "LAST-MODIFIED")
    assert int(_told(after, "SEQUENCE")[0]) == int(_told(before, "SEQUENCE")[0]) + 1
    assert _told(after, "UID") == _told(before, "UID")


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-400)])
def test_signing_in_works_after_a_jump(signed_in: SignedIn, clock: Clock, jump: timedelta) -> None:
    signed_in("before@x.example", institutions=("korzo",))
    clock.now += jump
    assert (
        signed_in("after@x.example", institutions=("korzo",)).get("/events/new").status_code == 200
    )


def _post(client: FlaskClient, **fields: str):  # type: ignore[no-untyped-def]
    token = csrf_of(client.get("/events/new").text)
    data = {
        "csrf_token": token, "institution": "korzo", "kind": "dance", "title": "Nachtwerk",
        "date_type": "single", "planning": "option", "visibility": "coordinators",
        "reach": "regional", "role": "regular", **fields,
    }  # fmt: skip
    return client.post("/events/new", data=data)


def test_f28_a_time_in_the_spring_gap_is_refused_with_what_to_do(
    signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    answer = _post(client, starts_on="2027-03-28", starts_time="02:30")
    assert answer.status_code == 422
    assert "02:30 uur bestaat niet" in answer.text and 'value="Nachtwerk"' in answer.text
    # The end alone in the gap is refused as well; a show right across the gap is fine.
    assert (
        _post(client, starts_on="2027-03-27", starts_time="23:00", ends_time="02:30").status_code
        == 422
    )
    assert (
        _post(client, starts_on="2027-03-27", starts_time="23:00", ends_time="04:00").status_code
        == 303
    )
    with sessions() as session:
        (moment,) = session.scalars(select(Occurrence)).all()
        assert moment.ends_at - moment.starts_at == timedelta(hours=4)


def test_f29_a_time_in_the_autumn_fold_is_asked(
    signed_in: SignedIn, sessions: sessionmaker[Session]
) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    asked = _post(client, starts_on="2027-10-31", starts_time="02:30")
    assert asked.status_code == 422 and "komt die nacht twee keer voor" in asked.text
    assert 'name="fold"' in asked.text
    for fold, hour in (("0", 0), ("1", 1)):
        answer = _post(client, starts_on="2027-10-31", starts_time="02:30", fold=fold, title=fold)
        assert answer.status_code == 303
        with sessions() as session:
            event = session.scalars(select(Event.id).where(Event.title_nl == fold)).one()
            moment = session.scalars(select(Occurrence).where(Occurrence.event_id == event)).one()
            assert moment.starts_at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)


def test_f30_new_rules_of_a_zone_move_the_instants_not_the_clock_on_the_wall(
    session: Session,
) -> None:
    with transaction(session):
        lead = _korzo(session)
        viewer = Viewer(institution_ids=frozenset({lead}))
        register.register_event(session, viewer, draft(lead), NOW, BASE)
    right = datetime(2027, 3, 12, 19, 15, tzinfo=UTC)
    with transaction(session):
        # As an older release stored it, under rules by which it was an hour later.
        session.execute(
            update(Occurrence).values(
                starts_at=right + timedelta(hours=1), ends_at=right + timedelta(hours=3)
            )
        )
    session.expunge_all()
    with transaction(session):
        assert register.refresh_times(session, NOW + timedelta(days=1), BASE) == 1
    with transaction(session):
        assert register.refresh_times(session, NOW + timedelta(days=1), BASE) == 0
    moment = session.scalars(select(Occurrence)).one()
    assert (moment.starts_at, moment.starts_wall) == (right, datetime(2027, 3, 12, 20, 15))


@pytest.mark.parametrize("year", ["1900", "9999", "1989", "2100"])
@pytest.mark.parametrize("field", ["starts_on", "ends_on", "public_on"])
def test_f31_years_outside_the_calendar_are_refused(
    signed_in: SignedIn, sessions: sessionmaker[Session], year: str, field: str
) -> None:
    client = signed_in("e@x.example", institutions=("korzo",))
    fields = {"starts_on": "2027-03-12", "starts_time": "20:00", field: f"{year}-06-01"}
    answer = _post(client, **fields)
    assert answer.status_code == 422, field
    with sessions() as session:
        assert not session.scalars(select(Event)).all()
