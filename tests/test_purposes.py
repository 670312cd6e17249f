"""Tasks that say what they are for: measures find triage, physicians and clearance by it, and by nothing else."""

from pathlib import Path

import pytest

from sim.analysis.staffing_notes import notes_on_purposes
from sim.cli import main
from sim.config import compose
from sim.config.chosen_files import tasks_without_purpose
from sim.department.arrivals import Steady
from sim.department.pathway import Dispose, Task
from sim.department.scenario import ScenarioError
from sim.studies.compare import compare_in_memory, plan_of
from tests.worlds import always, one_stream, staffed

STEPS = """defaults: [default, _self_]
streams:
  medical:
    changed_steps:
      - {{name: {name}, kind: {kind}, {more}minutes: {{family: constant, value: 5}}}}
"""


def department_file(folder: Path, name: str, kind: str = "task", more: str = "role: nurse, ") -> Path:
    (folder / "department").mkdir()
    (folder / "department" / "ours.yaml").write_text(STEPS.format(name=name, kind=kind, more=more), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("name", "purpose"), [("clearance_blood", "clearance"), ("physician", "physician")])
def test_a_task_of_a_users_file_named_as_one_that_is_measured_says_its_purpose(
    name: str, purpose: str, tmp_path: Path
) -> None:
    folder = department_file(tmp_path, name)
    with pytest.raises(ScenarioError) as refused:
        compose(["study=run", "department=ours"], folder)
    (problem,) = refused.value.problems
    assert problem.path == f"department.streams.medical.pathway.{name}.purpose"
    assert f"add purpose: {purpose}" in problem.remedy


@pytest.mark.parametrize("more", ["role: nurse, purpose: clearance, ", "role: nurse, purpose: none, "])
def test_a_task_with_a_purpose_or_with_none_stated_is_taken(more: str, tmp_path: Path) -> None:
    folder = department_file(tmp_path, "clearance_blood", more=more)
    assert compose(["study=run", "department=ours"], folder).scenario


def test_what_is_no_task_needs_no_purpose(tmp_path: Path) -> None:
    folder = department_file(tmp_path, "clearance_wait_for_a_bed", kind="delay", more="")
    assert compose(["study=run", "department=ours"], folder).scenario


def test_each_name_that_was_measured_before_is_told_its_purpose_whatever_else_is_wrong() -> None:
    steps = [{"name": name, "kind": "task"} for name in ("triage", "physician", "clearance_blood")]
    others = [None, "text", {"kind": "task"}, {"name": "triage_again", "kind": "task"}]
    streams = {"medical": {"pathway": [*steps, *others]}, "other": None, "third": {"pathway": 5}}
    remedies = [problem.remedy for problem in tasks_without_purpose({"streams": streams})]
    assert len(remedies) == 3
    for purpose, remedy in zip(("triage", "physician", "clearance"), remedies, strict=True):
        assert f"add purpose: {purpose}," in remedy
    assert list(tasks_without_purpose({"streams": [1]})) == list(tasks_without_purpose(None)) == []


WITHOUT = "No step of stream medical has purpose"


def test_a_stream_without_triage_or_physician_is_named_and_the_shipped_ones_are_not() -> None:
    seen = [Task(name="look", role="nurse", minutes=always(5.0)), Dispose(name="out", admission=0.0)]
    scenario = one_stream(seen, {"nurse": staffed(1)}, Steady(per_hour={"medical": 1.0}))
    told = notes_on_purposes([scenario, scenario])
    assert [line.split(":")[0] for line in told] == [f"{WITHOUT} triage", f"{WITHOUT} physician"]
    assert notes_on_purposes([compose(["study=run"]).scenario]) == ()


def test_what_is_not_measured_stands_beside_the_answer_and_in_the_dry_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "department").mkdir()
    pathway = "[{name: look, kind: task, role: nurse, minutes: {family: constant, value: 5}}, "
    pathway += "{name: out, kind: dispose, admission: 0}]"
    text = f"defaults: [default, _self_]\nstreams:\n  medical:\n    pathway: {pathway}\n"
    (tmp_path / "department" / "ours.yaml").write_text(text, encoding="utf-8")
    words = ["study=run", "department=ours", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=1"]
    assert main(["--dry-run", "--config-dir", str(tmp_path), *words]) == 0
    assert f"{WITHOUT} triage: waits for a physician count from arrival" in capsys.readouterr().out
    comparison = compare_in_memory(plan_of(compose(words, tmp_path)))
    assert [note for note in comparison.notes if WITHOUT in note] == list(notes_on_purposes(
        [compose(words, tmp_path).scenario]
    ))  # fmt: skip
    assert len([note for note in comparison.notes if WITHOUT in note]) == 2
