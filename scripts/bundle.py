"""Hatch's hook for the wheel: puts the folders beside the package into ``calendar_app/_bundle``.

A plain ``force-include`` would also copy them on an editable install, where they would go stale.
Refuses to build a wheel without the front-end files, which git does not hold.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLED = ("config.py", "migrations", "templates")


class Bundle(BuildHookInterface[Any]):
    """Adds the files when a real wheel is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by Hatch before the files are gathered."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "calendar_app/web/static/vendor/SOURCES.json").is_file():
            raise FileNotFoundError("The front-end files are missing. Run: make front-end")
        for name in BUNDLED:
            build_data["force_include"][str(root / name)] = f"calendar_app/_bundle/{name}"
