"""A measure is one entry: what is added to one file of a copy of the package is found wherever measures are read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ENTRY = """

@WAITS.share(
    "Seen within an hour", "Visits with at most 60 minutes from arrival to the first physician contact",
    "Visits seen by a physician", entry.IF_IT_HAPPENED, better="high", moved_by=("leaving",),
    phrase=entry.Phrase("{who} were {amount} {way} likely to be seen within an hour", "being seen", "less", "more"),
    headline=entry.Headline(15, ("all",), "Seen within an hour", "{amount} {way} seen in an hour", "fewer"),
)
def seen_within_an_hour(cohort: Cohort) -> Share:
    return Share(~np.isnan(cohort.to_physician), cohort.to_physician <= 60.0)
"""
READ_EVERYWHERE = """
import sim
from sim.engine.measures.catalogue import HEADLINE, catalogue_table
from sim.engine.measures.number_text import label_and_part
from sim.engine.measures.week import breakdown
from sim.report.words.comparison_finding import clinical_measures
from sim.studies.check_settings import measures_of

NAME, KEY = "seen_within_an_hour.all", "seen_within_an_hour"
assert sim.__file__.startswith(HERE), sim.__file__
small = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "demand.growth=0.02")
scenario = sim.load("staffing=peer_added", *small)
run = sim.simulate(scenario)
value = run.measures[NAME]
assert 0.0 <= value <= 1.0, value
assert f"| `{KEY}` | stream | Seen within an hour | proportion |" in catalogue_table()
assert NAME in measures_of([scenario])
assert KEY in set(breakdown(run, scenario, "acuity")["measure"])
assert HEADLINE.index(NAME) == 3
assert label_and_part(NAME) == "Seen within an hour, all visits"
comparison = sim.compare(["traditional", "peer_added"], *small, "study.demand_levels=[1.0]")
assert NAME in set(comparison.estimates["measure"])
assert NAME in clinical_measures(comparison)
said = comparison.differences.set_index("measure").loc[NAME]
assert said["sentence"].startswith("With peers added, "), said["sentence"]
assert "being seen" in said["sentence"] or "seen within an hour" in said["sentence"], said["sentence"]
assert said["simultaneous_half_width"] >= said["half_width"]
print("found everywhere")
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with one entry more in one file."""
    place = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "sim", place / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("configs", "hydra_plugins"):
        (place / folder).symlink_to(ROOT / folder)
    with (place / "sim/engine/measures/waits.py").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    return place


def test_a_measure_added_as_one_entry_is_measured_estimated_said_and_known(copy: Path) -> None:
    surroundings = os.environ | {"PYTHONPATH": str(copy)}
    found = subprocess.run(
        [sys.executable, "-c", f"HERE = {str(copy)!r}\n{READ_EVERYWHERE}"],
        cwd=copy, env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout.endswith("found everywhere\n"), found.stderr
