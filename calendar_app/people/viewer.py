"""Who is looking: the plain value that every query about events takes."""

from dataclasses import dataclass, field

from calendar_app.core.language import DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person or the public, with what visibility and permissions are decided from.

    ``institution_ids`` are those the person works for, ``managed_ids`` those of them they
    manage, ``region_ids`` the regions they coordinate.
    """

    user_id: int | None = None
    name: str = ""
    is_admin: bool = False
    is_press: bool = False
    institution_ids: frozenset[int] = field(default_factory=frozenset)
    managed_ids: frozenset[int] = field(default_factory=frozenset)
    region_ids: frozenset[int] = field(default_factory=frozenset)
    language: str = DEFAULT_LANGUAGE

    @classmethod
    def public(cls, language: str = DEFAULT_LANGUAGE) -> "Viewer":
        """Somebody who is not signed in."""
        return cls(language=language)

    @property
    def signed_in(self) -> bool:
        """Whether there is an account behind this viewer."""
        return self.user_id is not None

    @property
    def is_coordinator(self) -> bool:
        """Whether the person coordinates any region."""
        return bool(self.region_ids)

    @property
    def tier(self) -> str:
        """The widest tier apart from one's own institutions (``product.md``, Tiers nest)."""
        if self.is_coordinator or self.is_admin:
            return "coordinator"
        if self.is_press and not self.institution_ids:
            return "press"
        return "partner" if self.signed_in else "public"
