"""Fields that clean what comes in and say in the reader's language what is wrong."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any, cast

from wtforms import (
    DateField,
    Field,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.meta import DefaultMeta

from calendar_app.core.errors import AppError, FieldError, too_long
from calendar_app.core.language import N_
from calendar_app.core.names import clean_line, clean_text
from calendar_app.core.timespan import in_years
from calendar_app.web.context import current


class Translated:
    """WTForms' translations, from our own catalogue."""

    def gettext(self, string: str) -> str:
        """The message in the request's language."""
        return current.text(string)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """Not used by the fields below."""
        return current.text(singular if n == 1 else plural)


class BaseForm(Form):
    """A form whose errors come out as :class:`FieldError`, in our own words."""

    class Meta(DefaultMeta):
        """Our translations instead of WTForms' own."""

        def get_translations(self, form: Form) -> Translated:
            """One way to turn messages into text."""
            return Translated()

    def found_errors(self) -> list[FieldError]:
        """What is wrong, field by field, already in the reader's language."""
        return [
            FieldError(name, str(message))
            for name, found in self.errors.items()
            for message in found
        ]

    def add_errors(
        self, errors: Iterable[FieldError], rename: Mapping[str, str] | None = None
    ) -> None:
        """Hangs errors of the rules below on their fields; unknown fields go to the first."""
        for error in errors:
            name = (rename or {}).get(error.field, error.field)
            field = self._fields.get(name) or next(iter(self._fields.values()))
            text = current.text(error.message, **error.params)
            if "line" in error.params:
                text = current.text(
                    N_("Line %(line)s (“%(text)s”): %(problem)s"), problem=text,
                    line=error.params["line"], text=error.params["text"],
                )  # fmt: skip
            field.errors = [*field.errors, text]


def at_most(most: int) -> Any:
    """Validator: the cleaned text has at most so many characters."""

    def check(form: Form, field: Field) -> None:
        for error in too_long(field.name, field.data or "", most):
            raise ValidationError(current.text(error.message, **error.params))

    return check


def needed(message: str) -> Any:
    """Validator: something was given; ``message`` says what to do."""

    def check(form: Form, field: Field) -> None:
        if field.data in (None, "", []):
            # What could not be read at all already has its own message.
            if not field.errors:
                raise ValidationError(current.text(message))

    return check


def line(most: int, *validators: Any) -> StringField:
    """One line of text without control characters."""
    return StringField(filters=[_cleaned(clean_line)], validators=[*validators, at_most(most)])


def text(most: int) -> TextAreaField:
    """Several lines of text without control characters."""
    return TextAreaField(filters=[_cleaned(clean_text)], validators=[at_most(most)])


def _cleaned(clean: Any) -> Any:
    def apply(value: Any) -> str:
        return clean(value) if isinstance(value, str) else ""

    return apply


class Day(DateField):
    """A date in the years the calendar keeps; an empty one is none."""

    def __init__(self, **more: Any) -> None:
        super().__init__(format=["%Y-%m-%d", "%d-%m-%Y"], validators=[_optional], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads a date, with our message when it is none."""
        self.data: date | None = None
        if valuelist and valuelist[0].strip():
            try:
                super().process_formdata([valuelist[0].strip()])
            except ValueError:
                raise ValueError(
                    current.text(N_("This is not a date. Write it like 12-03-2027."))
                ) from None
            if not in_years(cast("date", self.data)):
                self.data = None
                raise ValueError(current.text(N_("The year must lie between 1990 and 2099.")))


class Clock(TimeField):
    """A time of day; an empty one is none."""

    def __init__(self, **more: Any) -> None:
        formats = ["%H:%M", "%H:%M:%S", "%H.%M"]
        super().__init__(format=formats, validators=[_optional], **more)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads a time, with our message when it is none."""
        self.data: time | None = None
        if valuelist and valuelist[0].strip():
            try:
                super().process_formdata([valuelist[0].strip()])
            except ValueError:
                raise ValueError(
                    current.text(N_("This is not a time. Write it like 20:15."))
                ) from None


class Number(IntegerField):
    """A whole number between two bounds; an empty one is none."""

    def __init__(self, least: int, most: int, **more: Any) -> None:
        super().__init__(validators=[_optional], **more)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads digits only, with a message that names the bounds."""
        self.data: int | None = None
        given = valuelist[0].strip() if valuelist else ""
        if not given:
            return
        if given.isascii() and given.isdigit() and len(given) < 10:
            self.data = int(given)
        if self.data is None or not self.least <= self.data <= self.most:
            self.data = None
            raise ValueError(
                current.text(
                    N_("Give a whole number from %(least)s to %(most)s."),
                    least=self.least, most=self.most,
                )
            )  # fmt: skip


class Choice(SelectField):
    """One of a list; ``choices`` are set per request."""

    def __init__(self, default: str | None = None, **more: Any) -> None:
        super().__init__(
            default=default, choices=[], validate_choice=False, validators=[_chosen], **more
        )


class Choices(SelectMultipleField):
    """Some of a list; ``choices`` are set per request."""

    def __init__(self, **more: Any) -> None:
        super().__init__(choices=[], validate_choice=False, validators=[_chosen], **more)


class Strings(Field):
    """Short texts that come under one name, in order: at most so many, of at most so many
    characters."""

    def __init__(self, most: int, longest: int, **more: Any) -> None:
        super().__init__(default=(), **more)
        self.most, self.longest = most, longest

    def process_formdata(self, valuelist: list[str]) -> None:
        """Cleans each; refuses what no page of ours sends."""
        self.data: list[str] = [clean_line(value) for value in valuelist[: self.most + 1]]
        if len(self.data) > self.most or any(len(value) > self.longest for value in self.data):
            raise AppError(N_("This list is too long. Make it shorter."))


def _chosen(form: Form, field: Field) -> None:
    allowed = {str(value) for value, _label in field.choices}
    given = field.data if isinstance(field.data, list) else [field.data]
    if any(str(value) not in allowed for value in given if value is not None):
        raise ValidationError(current.text(N_("This choice does not exist. Pick one of the list.")))


def _optional(form: Form, field: Field) -> None:
    """Keeps a reading error; anything else is fine."""
