"""``python -m calendar_app`` is the command ``calendar-app``."""

from calendar_app.cli import main

if __name__ == "__main__":
    main()
