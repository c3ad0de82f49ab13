"""What runs in the process that can be stopped: one line of JSON, then the file, on stdin; the
found events as JSON on stdout. Started by ``sandbox.py`` only."""

import gc
import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from calendar_app.imports.ics import parse
from calendar_app.imports.recurrence import TooSlow

MEMORY = 300 * 1024 * 1024
CPU_SECONDS = 5
_ONE_SERIES, _ALL_SERIES = 0.5, 2.5


def _limit() -> None:
    """300 MB above what the interpreter has now, a few seconds of processor, no files."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    if pages:
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


class _Patience:
    """Time of the processor for one series; the more was wasted before, the less a next one
    gets. Not time on the wall: a busy machine must not refuse what a quiet one takes."""

    def __init__(self) -> None:
        self._left = _ALL_SERIES
        signal.signal(signal.SIGPROF, self._ring)

    @staticmethod
    def _ring(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlow

    @contextmanager
    def __call__(self) -> Iterator[None]:
        patience = max(0.05, min(_ONE_SERIES, self._left / 4))
        signal.setitimer(signal.ITIMER_PROF, patience)
        try:
            yield
        except TooSlow:
            self._left -= patience
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)


def main() -> None:
    """Reads, parses, writes. Any end but exit 0 is told by the parent."""
    gc.disable()  # it lives for a few seconds, and nothing here goes round
    head = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    _limit()
    found = parse(content, datetime.fromisoformat(head["now"]), head["zone"], _Patience())
    sys.stdout.write(json.dumps(found.as_json()))


if __name__ == "__main__":
    main()
