"""The upload form."""

from werkzeug.datastructures import FileStorage
from wtforms import StringField

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.web.forms.fields import BaseForm

_NO_FILE = N_("Choose a file that ends in .ics.")
_TOO_LARGE = N_("The file is larger than 20 MB. Export a shorter period.")


class UploadForm(BaseForm):
    """Whose calendar it is, and what its events are when they do not say so. The choices are
    checked by the workflow, in one place for pages and command line."""

    institution = StringField()
    kind = StringField(default="")
    visibility = StringField(default="public")


def read_upload(sent: FileStorage | None, most: int) -> tuple[bytes, str, list[FieldError]]:
    """(content, file name, what is wrong) of an uploaded file."""
    if sent is None or not sent.filename:
        return b"", "", [FieldError("file", _NO_FILE)]
    content = sent.stream.read(most + 1)
    if len(content) > most:
        return b"", "", [FieldError("file", _TOO_LARGE)]
    return content, sent.filename, []
