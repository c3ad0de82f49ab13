"""Reading a file in a process of its own that is stopped at a deadline (``imports.md``,
Recurrence). Never a fork of the web server: a fresh interpreter, bytes in, JSON out."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from calendar_app.core.timespan import HOUSE_ZONE
from calendar_app.imports.ics import Found
from calendar_app.imports.text import MOST_BYTES

DEADLINE_SECONDS = 15.0
"""On the wall; the child itself stops at 5 seconds of the processor. Three times as long, since a
busy machine must not refuse what a quiet one takes."""
_PACKAGES = str(Path(__file__).resolve().parents[2])


def read_ics(content: bytes, now: datetime, zone: str = HOUSE_ZONE) -> Found:
    """The events of a file, whatever the bytes: a file that takes more time or memory than allowed
    is refused as a whole (``too_slow``, ``too_heavy``)."""
    if len(content) > MOST_BYTES:
        return Found(problem="too_large")
    head = json.dumps({"now": now.isoformat(), "zone": zone}).encode() + b"\n"
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT") if key in os.environ}
    try:
        done = subprocess.run(  # our own module, no shell
            [sys.executable, "-P", "-m", "calendar_app.imports.child"],
            input=head + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=DEADLINE_SECONDS,
            env={**kept, "PYTHONPATH": _PACKAGES, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Found(problem="too_slow")
    if done.returncode != 0:
        # Killed by the limit on the processor, or out of memory.
        return Found(problem="too_slow" if done.returncode < 0 else "too_heavy")
    try:
        return Found.from_json(json.loads(done.stdout))
    except (ValueError, KeyError, TypeError):
        return Found(problem="too_heavy")
