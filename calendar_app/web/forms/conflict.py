"""What a coordinator does with a case."""

from wtforms import HiddenField

from calendar_app.overlaps.case_actions import Move
from calendar_app.overlaps.models import OUTCOMES
from calendar_app.web.forms.fields import BaseForm, Choice, Day, text

ACTIONS = ("claim", "wait", "settle", "dismiss", "reopen", "note")


class ConflictForm(BaseForm):
    """One action on a case: which, and what it needs."""

    do = Choice(default="")
    version = HiddenField()
    note = text(1000)
    outcome = Choice(default="")
    waiting_for = Choice(default="")
    due_on = Day()

    def offer(self, leads: dict[str, int]) -> None:
        """Sets what can be chosen; ``leads`` are the institutions (slug → key) in sight."""
        self.do.choices = [(action, action) for action in ACTIONS]
        self.outcome.choices = [("", ""), *((outcome, outcome) for outcome in OUTCOMES)]
        self.waiting_for.choices = [("", ""), *((slug, slug) for slug in leads)]

    def move(self, leads: dict[str, int]) -> Move:
        """The action that was chosen."""
        return Move(
            action=self.do.data,
            note=self.note.data,
            outcome=self.outcome.data or None,
            waiting_for_id=leads.get(self.waiting_for.data),
            due_on=self.due_on.data,
        )

    def seen_version(self) -> int:
        """The version of the case that the person looked at; 0 when it is not a number."""
        given = self.version.data or ""
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
