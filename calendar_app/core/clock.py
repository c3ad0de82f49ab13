"""The one place where the time of day is asked."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant in UTC, in whole seconds (iCalendar knows nothing finer)."""
    return datetime.now(UTC).replace(microsecond=0)
