"""F20: the store is locked from outside. A clear answer, nothing lost, feeds go on."""

from pathlib import Path

from sqlalchemy import select, text

from calendar_app.db.engine import IMMEDIATE, make_engine, session_factory
from calendar_app.db.transaction import transaction
from calendar_app.events.models import Event
from calendar_app.web import create_app
from tests.factories.people import add_person
from tests.web.conftest import csrf_of, sign_in


def test_f20_locked_from_outside(store: str, tmp_path: Path) -> None:
    # The same wait as in service, but shorter.
    engine = make_engine(store, busy_ms=300)
    sessions = session_factory(engine)
    with sessions() as session, transaction(session):
        add_person(session, "e@x.example", institutions=("korzo",))
    app = create_app({"INSTANCE_DIR": tmp_path, "BASE_URL": "http://localhost"}, sessions=sessions)
    client = app.test_client()
    sign_in(client, "e@x.example")
    page = client.get("/events/new").text
    data = {
        "csrf_token": csrf_of(page), "institution": "korzo", "kind": "dance", "title": "Nachtwerk",
        "date_type": "single", "starts_on": "2027-03-12", "planning": "confirmed",
        "visibility": "public", "reach": "regional", "role": "regular",
    }  # fmt: skip
    outside = make_engine(store)
    with outside.connect().execution_options(**{IMMEDIATE: True}) as holder:
        with holder.begin():
            if outside.dialect.name == "postgresql":
                holder.execute(text("lock table event in exclusive mode"))
            refused = client.post("/events/new", data=data)
            assert refused.status_code == 503
            assert "sla het opnieuw op" in refused.text and 'value="Nachtwerk"' in refused.text
            assert client.get("/feeds/all.ics").status_code == 200
            assert client.get("/agenda").status_code == 200
            holder.rollback()
    assert client.post("/events/new", data=data).status_code == 303
    with sessions() as session:
        assert session.scalars(select(Event.title_nl)).all() == ["Nachtwerk"]
    assert b"Nachtwerk" in client.get("/feeds/all.ics").data
    outside.dispose()
    engine.dispose()
