"""Times on the wall and of the processor, and servers that are started and stopped. On a shared
machine the processor's says more: the wall's counts what others do as well."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryFile
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Taken(NamedTuple):
    """Seconds on the wall and of the processor."""

    wall: float
    cpu: float

    def told(self, name: str, digits: int = 4) -> dict[str, float]:
        """As figures of this name."""
        return {f"{name}_s": round(self.wall, digits), f"{name}_cpu_s": round(self.cpu, digits)}


def timed(job: Callable[[], object]) -> Taken:
    """How long the job takes in this process."""
    start, cpu = time.perf_counter(), time.process_time()
    job()
    return Taken(time.perf_counter() - start, time.process_time() - cpu)


def median_of(
    job: Callable[[], object], times: int = 5, before: Callable[[], object] = lambda: None
) -> Taken:
    """The medians of what the job takes in this process; ``before`` is not counted."""
    taken = []
    for _ in range(times):
        before()
        taken.append(timed(job))
    return Taken(*(median(column) for column in zip(*taken, strict=True)))


def asked_of(
    pid: int,
    job: Callable[[], object],
    times: int = 5,
    before: Callable[[], object] = lambda: None,
) -> Taken:
    """As :func:`median_of` for a job done by a server: of the processor what it used on the
    whole, divided by the times (it is counted in hundredths of a second)."""
    cpu = _cpu_of(pid)
    wall = median_of(job, times, before).wall
    return Taken(wall, (_cpu_of(pid) - cpu) / times)


def told(taken: Sequence[Taken]) -> dict[str, float]:
    """Milliseconds: the median and the 99th of a hundred, on the wall and of the processor."""
    found = {}
    for name, seconds in zip(("", "cpu_"), zip(*taken, strict=True), strict=True):
        found[f"{name}median"] = round(1000 * median(seconds), 1)
        worst = (
            quantiles(seconds, n=100, method="inclusive")[98] if len(seconds) > 1 else seconds[0]
        )
        found[f"{name}p99"] = round(1000 * worst, 1)
    return found


def _cpu_of(pid: int) -> float:
    """Seconds of the processor that a process and those it started have used (Linux)."""
    parents, used = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name stands in brackets, and can hold anything.
            fields = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
            parents[int(stat.parent.name)] = int(fields[1])
            used[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf(
                "SC_CLK_TCK"
            )
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return sum(used.get(one, 0.0) for one in found)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def server(command: Sequence[str], env: Mapping[str, str], ready: str) -> Iterator[int]:
    """A server in a process of its own (its number), from when ``ready`` (an address) answers."""
    with TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | dict(env), stdout=log, stderr=log
        )
        try:
            for _ in range(600):
                if process.poll() is not None:
                    log.seek(0)
                    raise RuntimeError(log.read().decode("utf-8", "replace")[-2000:])
                with suppress(OSError):
                    fetch(ready)
                    break
                time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()
            process.wait(30)


def fetch(
    address: str,
    headers: Mapping[str, str] | None = None,
    *,
    method: str = "GET",
    data: bytes | None = None,
    timeout: int = 900,
) -> tuple[int, bytes, Mapping[str, str]]:
    """Status, body and headers of an answer of any status."""
    request = urllib.request.Request(address, data, dict(headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers
