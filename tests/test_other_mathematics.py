"""Bits hold for one mathematical library: under another `log` and `exp` a run is the same but for its last digits."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.compiled import simulate
from sim.engine.trajectory import arrays_of

ANOTHER = "glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-AVX2,-FMA_Usable"
"""Takes from glibc the functions that multiply and add in one rounding; they differ in 1 value of some thousands."""
MINUTES = 1e-6
"""By how much times may differ: far above the rounding of a minute of the year, far below a second."""
PLAYED = """
import sys, numpy as np, sim
from sim.engine.compiled import simulate
from sim.engine.trajectory import arrays_of
np.savez(sys.argv[1], **{k.replace(".", "_"): v for k, v in arrays_of(simulate(sim.load(*sys.argv[2:]), 1)).items()})
"""
WORDS = ("staffing=peer_added", "study.weeks=52", "study.warm_up_weeks=0")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="GLIBC_TUNABLES is glibc's")
def test_under_another_mathematical_library_a_run_differs_in_the_last_digits_of_times_alone(tmp_path: Path) -> None:
    played = tmp_path / "run.npz"
    environment = os.environ | {"GLIBC_TUNABLES": ANOTHER}
    subprocess.run([sys.executable, "-c", PLAYED, played, *WORDS], env=environment, check=True)
    here = arrays_of(simulate(sim.load(*WORDS), 1))
    there = np.load(played)
    assert set(there) == {name.replace(".", "_") for name in here}
    for name, values in here.items():
        found = there[name.replace(".", "_")]
        if values.dtype.kind == "f":
            assert np.allclose(found, values, rtol=0.0, atol=MINUTES, equal_nan=True), name
        else:
            assert np.array_equal(found, values), name
