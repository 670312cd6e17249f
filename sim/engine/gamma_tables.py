"""Quantile tables of the gamma family, cached on disk: the library that makes them takes longer to load than a run.

What is in them: `gamma_table` of `sim.department.quantities`.
"""

import platform
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import scipy

from sim.department import quantities
from sim.department.quantities import TABLE_POINTS, gamma_table
from sim.io.disk_cache import keep, read_kept


@lru_cache(maxsize=64)
def kept_gamma_table(cv: float) -> np.ndarray:
    """The same as `gamma_table`, to the last bit."""
    name = table_name(cv)
    kept = read_kept(name)
    if kept is not None and len(kept) == TABLE_POINTS * 8:
        return np.frombuffer(kept, dtype="<f8").astype(np.float64)
    table = gamma_table(cv)
    keep(name, table.astype("<f8").tobytes())
    return table


def processor() -> str:
    """The kind of processor: the system's functions may round otherwise on another."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("model name", "CPU part")):
                return line
    return platform.processor()


def table_name(cv: float) -> str:
    """What a table is kept under: a hash of all that could change a bit of it."""
    machine = (platform.machine(), platform.system(), processor())
    digest = sha256(repr((cv, scipy.__version__, np.__version__, *machine)).encode())
    digest.update(Path(quantities.__file__).read_bytes())
    return digest.hexdigest()
