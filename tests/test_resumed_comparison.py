"""A comparison goes on where it was stopped, by an interrupt or a kill, as often as it takes, to the same answer."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sim.cli import main
from sim.runs import playing
from sim.runs.design import RunTask
from sim.runs.playing import play_task
from sim.runs.run_store import PARTS, RunResult
from sim.runs.tables_on_disk import read_table
from tests.plays import STUCK_AFTER_THREE_RUNS
from tests.waiting import wait_until

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

WORDS = [
    "study.staffing=[traditional,peer_added]", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=3",
    "demand.growth=0.3", "study.demand_levels=[0.5,1.0]", "executor.workers=1", "study.event_log=csv",
]  # fmt: skip
N_RUNS = 2 * 2 * 3


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, one_figure: None) -> Path:
    """The folder of the comparison, played in one go."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    assert main([*WORDS, f"output={folder}"]) == 0
    return folder


def tables(folder: Path) -> dict[str, bytes]:
    """Every table of a folder, visits and events among them."""
    files = [*folder.rglob("*.parquet"), *folder.glob("events/*")]
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files if PARTS not in file.parts}


def stopped_after(n_tasks: int, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """The comparison with an interrupt after so many tasks."""
    played: list[RunTask] = []

    def interrupted(task: RunTask) -> list[RunResult]:
        played.append(task)
        if len(played) > n_tasks:
            raise KeyboardInterrupt
        return play_task(task)

    with monkeypatch.context() as patch:
        patch.setattr(playing, "play_task", interrupted)
        assert main([*WORDS, *words]) == 1


def test_an_interrupted_comparison_goes_on_to_the_same_tables(
    tmp_path: Path, undisturbed: Path, plays: Counter[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    folder = tmp_path / "out"
    for n_tasks, n_there in ((2, 0), (1, 2)):
        stopped_after(n_tasks, monkeypatch, f"output={folder}")
        said = " ".join(capsys.readouterr().out.split())
        assert f"interrupted: {n_there + n_tasks} of 6 blocks are kept" in said
        assert (f"{n_there} of 6 blocks are there already" in said) == (n_there > 0)
        assert len(read_table(folder / "replications.parquet")["replication"].unique()) >= 1
    plays.clear()
    assert main([*WORDS, f"output={folder}"]) == 0
    assert plays.total() == N_RUNS - 3 * 2
    assert tables(folder) == tables(undisturbed)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not (folder / PARTS).exists(), "the tables hold what the journal held"


def test_a_comparison_killed_in_the_middle_goes_on_to_the_same_tables(
    tmp_path: Path, undisturbed: Path, plays: Counter[str]
) -> None:
    folder, draft = tmp_path / "out", tmp_path / ".out.draft"
    words = [*WORDS, f"output={folder}"]
    with subprocess.Popen([sys.executable, "-c", STUCK_AFTER_THREE_RUNS, *words], stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: len(list((draft / PARTS).glob("*.parquet"))) == 3, lambda: process.poll() is None)
        process.send_signal(signal.SIGKILL)
    assert not folder.exists(), "a folder of results is whole or absent"
    assert main(words) == 0
    assert plays.total() == N_RUNS - 3 * 2
    assert tables(folder) == tables(undisturbed)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_runs_whose_journal_is_damaged_or_whose_visits_are_gone_are_played_again(
    tmp_path: Path, undisturbed: Path, plays: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "MOST_PER_PART", 1)
    folder = tmp_path / "out"
    stopped_after(3, monkeypatch, f"output={folder}")
    unfinished = folder.rename(tmp_path / "out.unfinished")  # where nothing is replaced
    damage_a_week(unfinished)
    lose_visits(unfinished)
    plays.clear()
    assert main([*WORDS, f"output={folder}"]) == 0
    assert plays.total() == N_RUNS - 1 * 2, "of three blocks one is damaged, another lacks visits, and one is whole"
    assert tables(folder) == tables(undisturbed)


def damage_a_week(folder: Path) -> None:
    """One table of the second block is not what was written."""
    part = sorted((folder / PARTS / "week").glob("*.parquet"))[1]
    part.write_bytes(part.read_bytes()[:-1] + b"?")


def lose_visits(folder: Path) -> None:
    """The visits of one run of another block are gone."""
    next((folder / "visits").glob("peer_added*")).unlink()


def test_runs_of_another_question_are_not_taken_over(
    tmp_path: Path, plays: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    stopped_after(2, monkeypatch, f"output={folder}")
    for words in (["seed=2"], ["demand.growth=0.2"]):
        plays.clear()
        assert main([*WORDS, *words, f"output={folder}"]) == 0
        assert plays.total() == N_RUNS


def test_a_comparison_plays_on_until_its_precision_is_reached_and_stopped_takes_as_many(
    tmp_path: Path, plays: Counter[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    precision = "study.precision={minutes_without_staff_mean.mental_health: {half_width: 25.0, of: differences}}"
    words = ["study.demand_levels=[1.0]", precision, "study.most_replications=40", "study.event_log=null"]
    assert main([*WORDS, *words, f"output={tmp_path / 'whole'}"]) == 0
    reached = read_table(tmp_path / "whole" / "precision.parquet")
    assert set(reached["status"]) == {"met"}
    assert (reached["half_width"] <= 25.0).all()
    n_replications = int(reached["n"].max())
    assert plays.total() == 2 * n_replications > 2 * 3
    assert f"Precision: reached in 1 of 1 scenario, with {n_replications} replications" in " ".join(
        (tmp_path / "whole" / "answer.md").read_text(encoding="utf-8").split()
    )
    stopped_after(4, monkeypatch, *words, f"output={tmp_path / 'cut'}")
    assert main([*WORDS, *words, f"output={tmp_path / 'cut'}"]) == 0
    assert tables(tmp_path / "cut") == tables(tmp_path / "whole")


def test_a_precision_of_a_measure_that_no_run_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS, "study.precision={wait_triage_to_pia_maen.all: {half_width: 1.0}}"]) == 2
    assert "did you mean wait_triage_to_pia_mean.all" in " ".join(capsys.readouterr().err.split())
