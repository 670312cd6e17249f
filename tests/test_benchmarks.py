"""`make bench` runs, writes what it says, and fails when a limit is broken. Nothing is timed here.

The figures themselves are measured on a quiet machine.
"""

import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "benchmarks" / "run.py"


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("benchmarks_run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def line(weeks: int, seconds: float, entries: int = 1000) -> dict[str, float]:
    """What a child prints of one run."""
    return {
        "weeks": weeks, "visits": entries / 20, "entries": entries, "cpu_seconds": seconds, "wall_seconds": seconds,
        "peak_mib": 300.0,
    }  # fmt: skip


def found(long: float = 2.0, played: float = 1.0, kept: float = 1.0) -> dict[str, Any]:
    """Measurements in which 104 weeks cost `long` times 52 and many replications take so much more memory."""
    few, many = {"weeks": 1, "replications": 4, "peak_mib": 300.0}, {"weeks": 1, "replications": 40}
    return {
        "speed": [line(weeks, seconds) for weeks, seconds in ((13, 0.25), (26, 0.5), (52, 1.0), (104, long))],
        "memory": {
            "played_4": few, "played_40": many | {"peak_mib": 300.0 * played},
            "kept_4": few, "kept_40": many | {"peak_mib": 300.0 * kept},
        },
    }  # fmt: skip


def broken(bench: ModuleType, **measured: float) -> list[str]:
    plan = bench.Plan()
    return bench.broken_limits(plan, bench.summary(plan, found(**measured)))


def test_measurements_within_their_limits_break_none(bench: ModuleType) -> None:
    assert broken(bench, long=2.19, played=1.09, kept=1.09) == []


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({"long": 2.21}, "104 weeks cost 2.21 times 52 weeks, more than 2.2"),
        ({"played": 1.11}, "40 replications (played) take 1.11 times the peak memory of 4, more than 1.1"),
        ({"kept": 1.11}, "40 replications (kept) take 1.11 times the peak memory of 4, more than 1.1"),
    ],
)
def test_each_broken_limit_has_one_line(bench: ModuleType, measured: dict[str, float], words: str) -> None:
    assert broken(bench, **measured) == [f"limit broken: {words}"]


def test_the_cost_ratio_is_of_the_fastest_and_of_the_median(bench: ModuleType) -> None:
    measured = found()
    measured["speed"] += [line(52, 3.0), line(52, 1.5), line(104, 4.0), line(104, 6.0)]
    cost = bench.summary(bench.Plan(), measured)["cost_ratio"]
    assert (cost["of_minima"], cost["of_medians"]) == (2.0, 4.0 / 1.5)


def test_the_lengths_of_the_ratio_take_turns_and_are_played_most_often(bench: ModuleType) -> None:
    weeks = [weeks for weeks, _ in bench.rounds(bench.Plan(weeks=(13, 52, 104), repetitions=3))]
    assert weeks == [13, 52, 104, 13, 52, 104, 52, 104]


def test_the_quick_benchmark_runs_and_writes_machine_rates_and_ratios(tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    asked = subprocess.run(
        [sys.executable, str(RUN), "--quick", "--output", str(output)],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    results = json.loads(output.read_text())
    assert set(results["machine"]) == {"processor", "cores", "system", "python", "versions"}
    assert [cost["weeks"] for cost in results["by_weeks"]] == [1, 2]
    one, two = (cost["entries"] for cost in results["by_weeks"])
    assert one > 10_000
    assert 1.5 < two / one < 2.5
    assert all(cost["visits_per_second"] > 0 and cost["peak_mib"] > 50 for cost in results["by_weeks"])
    assert results["memory_ratio"]["played"] > 0.9
    assert re.search(r"^2 weeks cost \d", asked.stdout, re.MULTILINE)
    assert str(tmp_path) not in output.read_text()
