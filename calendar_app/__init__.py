"""The shared calendar of two cultural regions: **register → flag → publish**.

- *register*: institutions put in what they programme: ``events`` (and ``imports``),
  with ``workflow/register.py`` as the way in;
- *flag*: ``overlaps`` scores what competes and gathers it into conflicts, ``workflow/flag.py``;
- *publish*: ``feeds`` renders and joins the merged calendars, ``workflow/publish.py``.

Imports only go down: ``cli`` → ``web`` → ``workflow`` → ``permissions | schema`` →
``feeds | overlaps | imports`` → ``events`` → ``people`` → ``places`` → ``db`` → ``core``.
This file imports nothing.
"""
