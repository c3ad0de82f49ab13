"""``python -m benchmarks [NAME …]``: runs the benchmarks and merges their figures into
``results.json``, each with the machine it ran on. An absolute time means nothing on a shared
machine; the ratios do."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
NAMES = ("feed", "clash", "register")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    model = ""
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        lines = cpus.read_text("utf-8", "replace").splitlines()
        model = next((x.partition(":")[2].strip() for x in lines if x.startswith("model name")), "")
    return {
        "cpu": model or platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def main() -> None:
    wanted = sys.argv[1:] or [
        name for name in NAMES if Path(__file__).with_name(f"{name}.py").is_file()
    ]
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.is_file() else {}
    for name in wanted:
        print(f"── {name}", flush=True)
        figures = import_module(f"benchmarks.{name}").run()
        at = datetime.now(UTC).replace(microsecond=0).isoformat()
        results[name] = {"measured_at": at, "machine": machine(), **figures}
        RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")
        print(json.dumps(figures, indent=2, ensure_ascii=False), flush=True)


main()
