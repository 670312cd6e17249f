"""What was measured on: processor, cores and versions; nothing that names a computer or its folders."""

import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("peered", "simpy", "numpy", "pandas", "scipy", "ciw", "salabim", "cimba", "numba")


def n_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, Any]:
    return {
        "processor": processor(),
        "cores": n_cores(),
        "system": platform.system(),
        "python": platform.python_version(),
        "versions": dict(versions()),
    }


def versions() -> Iterator[tuple[str, str]]:
    """Of those libraries that are installed."""
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            yield name, version(name)


def processor() -> str:
    """Model name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
