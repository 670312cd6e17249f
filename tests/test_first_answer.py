"""The answer at demand as it is is shown before the levels around it are played, and is not shown again."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.config import compose
from sim.report.description import CHANGES
from sim.report.screen import MOST_LINES
from sim.runs import playing
from sim.runs.design import RunTask
from sim.runs.playing import play_task
from sim.runs.run_store import RunResult
from sim.studies.compare import plan_of
from tests.test_report import squeezed

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

LEVELS = "study.demand_levels=[0.5,1.0,1.5]"
SMALL = [
    "study.staffing=[traditional,peer_added]", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=2",
    "demand.growth=0.3",
]  # fmt: skip


def test_blocks_of_the_central_level_come_first_and_then_replication_by_replication() -> None:
    plan = plan_of(compose(["study=compare", *SMALL, LEVELS]))
    order = [(task.name, task.replication) for task in plan.design.tasks()]
    low, central, high = "demand 0.5", "demand 1", "demand 1.5"
    assert order == [(central, 0), (central, 1), (low, 0), (high, 0), (low, 1), (high, 1)]


def test_the_answer_comes_before_the_other_levels_and_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, LEVELS, "executor.workers=1", f"output={tmp_path / 'out'}"]) == 0
    text = capsys.readouterr().out
    assert len(text.splitlines()) <= MOST_LINES
    assert text.count(CHANGES) == 1
    assert text.index(CHANGES) < text.index("6/6 done") < text.index("At other demand")
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    for line in page.splitlines():
        if line.startswith("- **"):
            plain = line.removeprefix("- ").replace("**", "").replace("\\", "").replace("`", "")
            assert plain in squeezed(text), "the first answer is the final one"


def test_of_one_level_the_answer_comes_at_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "study.demand_levels=[1.0]", f"output={tmp_path / 'out'}"]) == 0
    text = capsys.readouterr().out
    assert text.count(CHANGES) == 1
    assert text.index("2/2 done") < text.index(CHANGES)
    assert "At other demand" not in text


@pytest.mark.parametrize(("n_played", "is_shown_early"), [(1, False), (3, True)])
def test_an_interrupt_shows_the_answer_once_whether_it_had_been_shown_or_not(
    n_played: int,
    is_shown_early: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tasks = []

    def interrupted(task: RunTask) -> list[RunResult]:
        tasks.append(task)
        if len(tasks) > n_played:
            raise KeyboardInterrupt
        return play_task(task)

    monkeypatch.setattr(playing, "play_task", interrupted)
    assert main([*SMALL, LEVELS, "executor.workers=1", f"output={tmp_path / 'out'}"]) == 1
    text = capsys.readouterr().out
    assert text.count(CHANGES) == 1
    assert (text.index(CHANGES) < text.index("interrupted")) == is_shown_early
    assert f"{n_played} of 6 blocks" in squeezed(text)
    assert "Stopped early" in text


def test_a_first_answer_that_cannot_be_shown_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise IndexError("no such cell")

    monkeypatch.setattr("sim.report.comparison_answer.print_answer", broken)
    assert main([*SMALL, LEVELS, f"output={tmp_path / 'out'}"]) == 0
    said = capsys.readouterr()
    assert "the answer could not be shown (IndexError: no such cell)" in squeezed(said.err)
    assert (tmp_path / "out" / "estimates.parquet").exists()
