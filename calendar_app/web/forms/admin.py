"""The forms of the administration. Only what is named here exists."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField

from calendar_app.core.errors import FieldError
from calendar_app.core.language import N_
from calendar_app.web.forms.fields import BaseForm, Choice, Choices, line, needed, text

_NAME = N_("Give a name.")
_LAT, _LON = (50.0, 54.0), (3.0, 8.0)
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")


class PlaceForm(BaseForm):
    """What venues and institutions share."""

    version = HiddenField()
    name = line(200, needed(_NAME))
    street = line(200)
    postcode = line(20)
    city = line(120)
    lat = line(12)
    lon = line(12)
    region = Choice(default="")

    def read_point(self, errors: list[FieldError]) -> dict[str, float | None]:
        """The coordinates, both or none, in the Netherlands."""
        found: dict[str, float | None] = {"lat": None, "lon": None}
        for name, (least, most) in (("lat", _LAT), ("lon", _LON)):
            given = self[name].data.replace(",", ".")
            if not given:
                continue
            try:
                value = float(given)
            except ValueError:
                value = 0.0
            if not least <= value <= most:
                outside = N_("Give degrees in the Netherlands, like 52.0805 and 4.3143.")
                errors.append(FieldError(name, outside))
            else:
                found[name] = value
        if not errors and (found["lat"] is None) != (found["lon"] is None):
            errors.append(FieldError("lat", N_("Give both degrees, or none.")))
        return found

    def read_place(self, regions: dict[str, int]) -> dict[str, Any] | None:
        """The values, or ``None`` with the errors hung on their fields."""
        valid = self.validate()
        errors: list[FieldError] = []
        point = self.read_point(errors)
        if errors or not valid:
            self.add_errors(errors)
            return None
        return {
            "name": self.name.data, "street": self.street.data, "postcode": self.postcode.data,
            "city": self.city.data, "region_id": regions.get(self.region.data or ""), **point,
        }  # fmt: skip


class VenueForm(PlaceForm):
    """A venue."""

    institution = Choice(default="")


class InstitutionForm(PlaceForm):
    """An institution."""

    kind = line(40, needed(N_("Say what kind of institution it is, like museum or stage.")))
    website = line(300)
    contact_email = line(254)
    disciplines = Choices()

    def check_more(self) -> bool:
        """Website and mailbox look like what they are, and it lies in a region."""
        errors = []
        if self.website.data and not self.website.data.startswith(("https://", "http://")):
            web = N_("A web address starts with https:// or http://.")
            errors.append(FieldError("website", web))
        if self.contact_email.data and not _EMAIL.fullmatch(self.contact_email.data):
            mail = N_("This is not an e-mail address. Check it.")
            errors.append(FieldError("contact_email", mail))
        if not self.region.data:
            errors.append(FieldError("region", N_("Choose the region it lies in.")))
        self.add_errors(errors)
        return not errors


class PersonForm(BaseForm):
    """What somebody may do."""

    active = BooleanField()
    is_admin = BooleanField()
    is_press = BooleanField()
    regions = Choices()
    institution = Choice(default="")
    role = Choice(default="editor")


class InvitePersonForm(BaseForm):
    """Whom to invite, and to what."""

    email = line(254, needed(N_("Give an e-mail address.")))
    is_admin = BooleanField()
    is_press = BooleanField()
    regions = Choices()
    institution = Choice(default="")
    role = Choice(default="editor")


class SigningInForm(BaseForm):
    """What is asked of everybody who signs in."""

    required = BooleanField()


class TermForm(BaseForm):
    """An entry of the taxonomy."""

    name_nl = line(120, needed(_NAME))
    name_en = line(120, needed(_NAME))


class RegionForm(BaseForm):
    """A region."""

    name_nl = line(120, needed(_NAME))
    name_en = line(120, needed(_NAME))
    profile_nl = text(3000)
    profile_en = text(3000)
    color = line(7)
    moderation = Choice(default="direct")

    def check_color(self) -> bool:
        """A colour as style sheets write it."""
        if _COLOR.fullmatch(self.color.data):
            return True
        self.add_errors([FieldError("color", N_("Write the colour like #154273."))])
        return False


def choices_of(rows: Sequence[Any], *, empty: bool = True) -> list[tuple[str, str]]:
    """Slug and name of each row."""
    return [*([("", "")] if empty else []), *((row.slug, row.name) for row in rows)]
