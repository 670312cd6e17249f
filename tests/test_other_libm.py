"""Bits hold for one mathematical library: under another `log` and `exp` both engines agree anew, and so do the answers.

glibc rounds the last bit of `log`, `exp` and `pow` another way on a processor without fused multiplication, which
GLIBC_TUNABLES imitates. Trajectories of the two are not compared: a bit may put one event before another.
"""

import json
import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.answers_of_this_libm import AGREE

pytestmark = pytest.mark.end_to_end

WITHOUT_FMA = "glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-AVX2,-FMA_Usable"
TOLERANCE = 0.1
"""Share of the half-width of its 95 % interval by which an answer may differ: a run in which a bit has put one event
before another goes on as another week of the same department."""
ROUNDING = 1e-9
"""The same for numbers that have no chance in them, as a share of themselves."""


@cache
def played(tunables: str, *words: str) -> dict[str, Any]:
    """What a process of its own plays and answers."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.answers_of_this_libm", *words],
        cwd=Path(__file__).resolve().parents[1],
        env=os.environ | {"GLIBC_TUNABLES": tunables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def both() -> tuple[dict[str, Any], dict[str, Any]]:
    if platform.libc_ver()[0] != "glibc" or platform.machine() != "x86_64":
        pytest.skip("needs glibc on x86-64, which can be told to do without fused multiplication")
    ours, other = played(""), played(WITHOUT_FMA, AGREE)
    if ours["log_and_exp"] == other["log_and_exp"]:
        pytest.skip("log and exp are the same without fused multiplication: a processor without it, or another glibc")
    return ours, other


def test_the_engines_agree_to_the_last_bit_under_another_library(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """That they do under this machine's own is what test_engines_agree finds, on more departments."""
    _, other = both
    assert other["disagreements"] == []


def test_answers_under_another_library_differ_by_less_than_chance(both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    ours, other = (one["answers"] for one in both)
    assert ours.keys() == other.keys()
    assert len(ours) > 200
    assert {
        name: (mean, other[name][0])
        for name, (mean, half_width) in ours.items()
        if abs(mean - other[name][0]) > max(TOLERANCE * half_width, ROUNDING * abs(mean))
    } == {}
