"""What people say about themselves and each other."""

from wtforms import BooleanField, StringField, ValidationError

from calendar_app.core.language import LANGUAGES, N_
from calendar_app.core.names import clean_address
from calendar_app.people.models import EDITOR, MANAGER
from calendar_app.web.context import current
from calendar_app.web.forms.fields import BaseForm, Choice, line, needed
from calendar_app.workflow import accounts

ROLES = (EDITOR, MANAGER)


def secret(message: str) -> StringField:
    """A password: taken as it is, since every character counts; ``message`` when it is empty."""
    return StringField(validators=[needed(message)])


class EmailForm(BaseForm):
    """An address."""

    email = line(254, needed(N_("Give an e-mail address.")))

    def validate_email(self, field: StringField) -> None:
        """It looks like one."""
        if field.data and clean_address(field.data) is None:
            raise ValidationError(current.text(accounts.NO_ADDRESS))


class NewPasswordForm(BaseForm):
    """A new password; the rules are ``workflow.accounts.check_password``."""

    password = secret(N_("Choose a password."))


class WelcomeForm(BaseForm):
    """A new account."""

    name = line(120, needed(N_("Give your name, in at most 120 characters.")))
    password = secret(N_("Choose a password."))


class CodeForm(BaseForm):
    """A code from an app."""

    code = line(20, needed(N_("Type the code of six digits that your app shows.")))


class PasskeyForm(BaseForm):
    """A passkey that the browser made, and what its owner calls it."""

    name = line(80)
    credential = secret(N_("The browser made no passkey. Try again."))


class ProfileForm(BaseForm):
    """What a person says of themselves."""

    name = line(120, needed(N_("Give your name, in at most 120 characters.")))
    language = Choice()

    def offer(self) -> None:
        """Sets what can be chosen."""
        self.language.choices = [(code, code) for code in LANGUAGES]


class SureForm(BaseForm):
    """One tick before what cannot be undone."""

    sure = BooleanField()

    def validate_sure(self, field: BooleanField) -> None:
        """It is ticked."""
        if not field.data:
            raise ValidationError(current.text(N_("Tick that you are sure.")))


class InviteForm(EmailForm):
    """A colleague to be."""

    role = Choice(default=EDITOR)

    def offer(self) -> None:
        """Sets what can be chosen."""
        self.role.choices = [(role, role) for role in ROLES]
