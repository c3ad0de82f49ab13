"""The two kinds of session use."""

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from calendar_app.db.transaction import reading, transaction
from calendar_app.places.models import Region


def _region(slug: str) -> Region:
    return Region(slug=slug, name_nl=slug, name_en=slug)


def test_a_reading_session_refuses_to_write(session: Session) -> None:
    with pytest.raises(RuntimeError, match="something to write"), reading(session):
        session.add(_region("a"))
    with reading(session):
        assert not session.scalars(select(Region)).all()


def test_what_was_read_is_usable_afterwards_without_a_query(session: Session) -> None:
    with transaction(session):
        session.add(_region("a"))
    session.expunge_all()
    with reading(session):
        region = session.scalars(select(Region)).one()
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *a: asked.append(a[2]))
    assert region.name_nl == "a"
    assert not asked
    assert not session.in_transaction()


def test_an_error_undoes_everything(session: Session) -> None:
    with pytest.raises(ZeroDivisionError), transaction(session):
        session.add(_region("a"))
        session.flush()
        raise ZeroDivisionError
    with reading(session):
        assert not session.scalars(select(Region)).all()


def test_a_transaction_inside_another_is_refused(session: Session) -> None:
    with reading(session):
        session.scalars(select(Region)).all()
        with pytest.raises(RuntimeError, match="already open"), transaction(session):
            pass
