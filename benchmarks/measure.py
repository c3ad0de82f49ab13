"""Medians, and servers that are started and stopped."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile

ROOT = Path(__file__).parents[1]


def median_of(
    job: Callable[[], object], times: int = 5, before: Callable[[], object] = lambda: None
) -> float:
    """The median of the seconds that the job takes; ``before`` is not counted."""
    taken = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return median(taken)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def server(command: Sequence[str], env: Mapping[str, str], ready: str) -> Iterator[None]:
    """A server in a process of its own, from when ``ready`` (an address) answers."""
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
            yield
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
