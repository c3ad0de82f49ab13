"""The built wheel, installed where nothing else is, serves the whole site."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "calendar_app/web/static/vendor"
SETTINGS = {"DATABASE_URL", "SECRET_KEY", "HOST", "PORT", "BASE_URL", "SITE_NAME", "INSTANCE_DIR"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("wheel"),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="no front-end files; run: make front-end"),
]


def run(*command: str | Path, **options: object) -> None:
    """Runs a command; shows what it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that both are shown to be complete."""
    folder = tmp_path_factory.mktemp("dist")
    run(Path(sys.executable).parent / "uv", "build", "--offline", "--no-build-isolation",
        "--python", sys.executable, "--out-dir", folder, cwd=ROOT)  # fmt: skip
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands of an environment with the locked requirements and the wheel."""
    folder = tmp_path_factory.mktemp("empty") / "env"
    venv.create(folder, with_pip=False)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check",
           "--python", folder / "bin/python", "install", "--no-compile"]  # fmt: skip
    run(*pip, "--require-hashes", "--requirement", ROOT / "requirements/runtime.txt")
    run(*pip, "--no-deps", "--no-index", wheel)
    return folder / "bin"


def test_the_wheel_holds_every_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        file.relative_to(ROOT / "calendar_app" if own else ROOT).as_posix(): own
        for own, folder in ((True, "calendar_app"), (False, "templates"), (False, "migrations"))
        for file in (ROOT / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    wanted["config.py"] = False
    missing = {
        name
        for name, own in wanted.items()
        if f"calendar_app/{name if own else f'_bundle/{name}'}" not in held
    }
    assert missing == set()
    assert {name.partition("/")[0].partition("-")[0] for name in held} == {"calendar_app"}


@pytest.fixture(scope="module")
def address(commands: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site, served by the installed wheel from an empty folder."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in SETTINGS and not name.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    run(commands / "calendar-app", "migrate", cwd=folder, env=environment)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [commands / "calendar-app", "serve", "--port", port],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/readyz", server, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        status = server.wait(30)
    assert status == 0


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the site answers; at most half a minute."""
    until = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError) as error:
            if server.poll() is not None or time.monotonic() > until:
                pytest.fail(f"{error}\n{log.read_text('utf-8')}")
            time.sleep(0.05)
        else:
            return


def fetch(url: str) -> tuple[str, str]:
    """The media type and text of an answer."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.headers.get_content_type(), answer.read().decode()


@pytest.mark.parametrize(
    ("path", "kind", "held"),
    [
        ("/", "text/html", "Naar de inhoud"),
        ("/en/", "text/html", "Skip to the content"),
        ("/agenda", "text/html", '<html lang="nl"'),
        ("/en/login", "text/html", 'name="csrf_token"'),
        ("/static/vendor/components.css", "text/css", ".utrecht-button"),
        ("/static/vendor/htmx.min.js", "text/javascript", "htmx"),
        ("/static/site.css", "text/css", "{"),
        ("/feeds/all.ics", "text/calendar", "BEGIN:VCALENDAR"),
        ("/en/feeds/region/rijnland.ics", "text/calendar", "BEGIN:VCALENDAR"),
    ],
)
def test_the_installed_site_answers(address: str, path: str, kind: str, held: str) -> None:
    media_type, text = fetch(address + path)
    assert media_type == kind
    assert held in text
