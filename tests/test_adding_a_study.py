"""A study is added by one file and one line, and has folder, resume, dry run and errors from those of all studies."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.end_to_end

SIM = Path(__file__).parents[1] / "sim"
COUNT = '''
"""`study=count`: how many visits a week come."""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from sim.runs.design import Design
from sim.runs.tables_on_disk import write_json, write_text
from sim.studies.settings import PlayedSettings, WholePositive
from sim.studies.study import PlayedStudy, design_for


class CountSettings(PlayedSettings):
    """Visits a week, rounded to so many."""

    name: Literal["count"] = "count"
    rounded_to: WholePositive = 1


@dataclass(frozen=True)
class Plan:
    design: Design
    rounded_to: int


class Count(PlayedStudy):
    name = "count"
    settings = CountSettings

    def plan(self, question):
        return Plan(design_for(question, question.played), question.study.rounded_to)

    def answer(self, plan, runs, seconds):
        measures, values = runs.values(list(plan.design.labels), plan.design.replications)
        visits = values[0, measures.index("visits_per_week.all")].mean()
        return plan.rounded_to * round(visits / plan.rounded_to)

    def show(self, answer, console):
        console.print(f"visits a week: {answer}")

    def files(self, plan, answer, runs, facts, question):
        return {"run.json": partial(write_json, facts), "answer.md": partial(write_text, f"{answer} visits\\n")}
'''
LINE = '    "count": "sim.studies.count.Count",\n'
DEFAULTS = "name: count\nreplications: 3\nweeks: 1\nwarm_up_weeks: 0\n"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with one more file, one more line, and the values the new study begins from."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(SIM, folder / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SIM.parent / "configs", folder / "configs")
    (folder / "sim" / "studies" / "count.py").write_text(COUNT, encoding="utf-8")
    registry = folder / "sim" / "studies" / "__init__.py"
    text = registry.read_text(encoding="utf-8")
    registry.write_text(text.replace('    "compare": ', f'{LINE}    "compare": '), encoding="utf-8")
    (folder / "configs" / "study" / "count.yaml").write_text(DEFAULTS, encoding="utf-8")
    return folder


def peered(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", "study=count", *words]
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def test_a_study_of_one_file_and_one_line_is_played(copy: Path) -> None:
    done = peered(copy, "study.rounded_to=100", "output=out")
    assert done.returncode == 0, done.stderr
    assert "visits a week: 1400" in done.stdout
    assert sorted(path.name for path in (copy / "out").iterdir()) == [".peered.json", "answer.md", "run.json"]
    again = peered(copy, "study.rounded_to=1000", "output=out")
    assert (again.returncode, "visits a week: 1000" in again.stdout) == (0, True), again.stderr


def test_it_counts_its_runs_and_refuses_keys_of_other_studies(copy: Path) -> None:
    dry = peered(copy, "--dry-run", "study.replications=7")
    assert (dry.returncode, "runs: 7 of 1 week each" in dry.stdout) == (0, True), dry.stderr
    refused = peered(copy, "study.rake=true")
    assert (refused.returncode, "is a key of study=calibrate: leave it out" in refused.stderr) == (2, True)
