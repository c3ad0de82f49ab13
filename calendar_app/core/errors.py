"""What can go wrong on purpose. Each error carries a message id and parameters, never a text
in one language; ``core.language`` renders it for whoever reads it."""

import dataclasses
from collections.abc import Mapping

from calendar_app.core.language import N_

_TOO_LONG = N_("At most %(most)s characters; this has %(length)s. Make it shorter.")


class AppError(Exception):
    """Base of all expected errors; ``message`` is a message id, ``params`` fill it."""

    status = 400

    def __init__(self, message: str = "", **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class NotFound(AppError):
    """Unknown, or not for this viewer: the two look the same (``product.md``, Public ids)."""

    status = 404


class Forbidden(AppError):
    """The viewer may not do this, and may know that it exists."""

    status = 403


class TooMany(AppError):
    """Asked too often; try again later."""

    status = 429


@dataclasses.dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: its name, a message id, and the parameters of that."""

    field: str
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def too_long(field: str, text: str, most: int) -> list[FieldError]:
    """The error of a text with more than ``most`` characters, none for others: what people write
    is taken as it is or refused, never cut off."""
    params = {"most": most, "length": len(text)}
    return [FieldError(field, _TOO_LONG, params)] if len(text) > most else []


class Invalid(AppError):
    """One or more fields cannot be accepted; all are named at once."""

    status = 422

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(
            errors[0].message if errors else "", **(errors[0].params if errors else {})
        )
        self.errors = errors


class Stale(AppError):
    """Somebody else saved first: ``current`` is the version that is stored now."""

    status = 409

    def __init__(self, message: str, current: int) -> None:
        super().__init__(message)
        self.current = current
