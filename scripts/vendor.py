"""Copies the few front-end files that are served, with their licences and checksums.

From ``node_modules/`` to ``calendar_app/web/static/vendor/``, which git ignores and the wheel
includes. npm has checked each package against the lock; ``SOURCES.json`` tells which file came
from which version, under which licence and with which SHA-256.

The component style sheets of the NL Design System become one ``components.css``: each page
asks for one file instead of fifteen, and nothing is transformed.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "node_modules"
TARGET = ROOT / "calendar_app" / "web" / "static" / "vendor"
COMPONENTS = "components.css"
STYLE_SHEET = "dist/index.min.css"
"""Of a component: its classes only, not the bare HTML elements."""

FILES = {"htmx.org": ["dist/htmx.min.js"]}
"""Package to the files copied as they are. A name ending in ``-css`` in ``package.json`` is a
component and needs no line here."""


def main() -> int:
    """Fills the folder anew, so that nothing stale stays behind."""
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    unknown = [name for name in wanted if name not in FILES and not name.endswith("-css")]
    if unknown:
        print(f"vendor: no file chosen for {', '.join(unknown)}; add it to FILES", file=sys.stderr)
        return 1
    shutil.rmtree(TARGET, ignore_errors=True)
    (TARGET / "licenses").mkdir(parents=True)
    sources: dict[str, list[dict[str, str]]] = {}
    for name, files in FILES.items():
        for file in files:
            copy = TARGET / Path(file).name
            shutil.copyfile(PACKAGES / name / file, copy)
            sources.setdefault(copy.name, []).append(_source(name, file))
    parts = []
    for name in sorted(name for name in wanted if name.endswith("-css")):
        file = STYLE_SHEET
        made = _source(name, file)
        text = (PACKAGES / name / file).read_text("utf-8").strip()
        parts.append(f"/*! {name} {made['version']} | {made['license']} */\n{text}\n")
        sources.setdefault(COMPONENTS, []).append(made)
    (TARGET / COMPONENTS).write_text("".join(parts), "utf-8")
    described = {
        name: {"sha256": _sha256(TARGET / name), "made_of": made}
        for name, made in sorted(sources.items())
    }
    (TARGET / "SOURCES.json").write_text(json.dumps(described, indent=1) + "\n", "utf-8")
    return 0


def _source(package: str, file: str) -> dict[str, str]:
    """Where a file comes from; copies its licence beside it."""
    about = json.loads((PACKAGES / package / "package.json").read_text("utf-8"))
    licence = next(iter(sorted((PACKAGES / package).glob("LICENSE*"))))
    copy = f"licenses/{package.removeprefix('@').replace('/', '-')}.txt"
    shutil.copyfile(licence, TARGET / copy)
    return {
        "package": package,
        "version": about["version"],
        "file": file,
        "license": about["license"],
        "license_text": copy,
        "sha256": _sha256(PACKAGES / package / file),
    }


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
