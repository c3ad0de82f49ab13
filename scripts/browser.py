"""Says before the tests whether the journeys in a browser will run, and where it was found."""

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The path of a Chromium: ``$CHROMIUM``, else the first one on the path."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def main() -> int:
    found = find_browser()
    if found:
        print(f"Browser: {found}")
    else:
        print(
            "Browser: none found, so the journeys in Chromium are SKIPPED. "
            "On Debian: apt-get install chromium; elsewhere set CHROMIUM to its path."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
