"""The two kinds of session use. Transactions begin and end at entry points, visibly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from calendar_app.db.engine import IMMEDIATE


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """A writing transaction: committed at the end, rolled back on any error.

    On SQLite it is ``BEGIN IMMEDIATE`` from its first statement.
    """
    if session.in_transaction():
        # It would go on as whatever was begun: a reader that turns writer fails when locked.
        raise RuntimeError("a transaction is already open in this session")
    session.connection(execution_options={IMMEDIATE: True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


@contextmanager
def reading(session: Session) -> Iterator[Session]:
    """A reading transaction: refuses to flush. What was loaded stays usable afterwards."""

    def refuse(_session: Session, _context: Any, _instances: Any) -> None:
        raise RuntimeError("a reading session has something to write")

    event.listen(session, "before_flush", refuse)
    try:
        yield session
        # Not a rollback: that would expire everything, and each look at it be a query.
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        event.remove(session, "before_flush", refuse)
