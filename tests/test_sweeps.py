"""Sweeps: all scenarios are checked first, no run is played twice, and an answer does not tell how it came about."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from sim.cli import main
from sim.config import compose, compose_sweep
from sim.department.scenario import Problem, Scenario, ScenarioError
from sim.engine.trajectory import Trajectory
from sim.runs import playing
from sim.runs import tables_on_disk as store
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.run_store import PARTS, locked
from sim.runs.tables_on_disk import read_table
from tests.plays import STUCK_AFTER_THREE_RUNS, PlantedRun, by_run
from tests.waiting import wait_until

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

TINY = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=3"]
TWO = ["-m", "demand.growth=0.2,0.3", *TINY]
N_TWO = 6
"""Runs of the sweep of two scenarios."""


# --- which scenarios there are ----------------------------------------------------------------------


def labels(*words: str) -> list[str]:
    return list(compose_sweep(words).scenarios)


def problems(*words: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        compose_sweep(words)
    return caught.value.problems


def test_a_grid_has_every_combination_and_the_last_word_varies_fastest() -> None:
    assert labels("staffing=traditional,peer_evening", "effects=none", "demand.growth=range(1.0,1.3,0.1)") == [
        "staffing=traditional demand.growth=1.0", "staffing=traditional demand.growth=1.1",
        "staffing=traditional demand.growth=1.2", "staffing=peer_evening demand.growth=1.0",
        "staffing=peer_evening demand.growth=1.1", "staffing=peer_evening demand.growth=1.2",
    ]  # fmt: skip


def test_a_scenario_of_a_sweep_is_the_one_its_words_compose_alone() -> None:
    words = ["staffing=peer_evening,peer_247", "effects=none,evidence", "support.consent=0.6", "study.weeks=2,3"]
    swept = compose_sweep(words).scenarios
    label = "staffing=peer_247 effects=evidence study.weeks=3"
    assert swept[label] == compose(["study=run", "support.consent=0.6", *label.split()]).scenario
    assert len({scenario.content_hash() for scenario in swept.values()}) == 8


def test_zip_takes_values_side_by_side_and_wants_equally_many() -> None:
    beside = ["sweep.design=zip", "demand.growth=1,1.1", "effects=none"]
    assert labels(*beside, "staffing=choice(traditional,peer_247)") == [
        "demand.growth=1 staffing=traditional",
        "demand.growth=1.1 staffing=peer_247",
    ]
    (problem,) = problems(*beside, "support.consent=0.5,0.6,0.7")
    assert "demand.growth 2, support.consent 3" in problem.value


def test_rows_of_a_file_are_scenarios(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(
        "staffing,demand.growth,support.consent\ntraditional,1,0.7\n\npeer_247,1.1,0.7\n", encoding="utf-8-sig"
    )
    assert labels(f"sweep.csv={file}") == [
        "staffing=traditional demand.growth=1",
        "staffing=peer_247 demand.growth=1.1",
    ]


@pytest.mark.parametrize(
    ("content", "path", "remedy"),
    [
        (b"demand.grwoth\n1\n", "demand.grwoth", "did you mean growth"),
        (b"demand.growth,support.consent\n1,\n", "line 2, support.consent", "give a value"),
        (b"demand.growth,support.consent\n1,0.5\n1\n", "line 3", "2 keys in the first line"),
        (b"demand.growth,demand.growth\n1,2\n", "line 1", "two columns"),
        (b"demand.growth;support.consent\n1;2\n", "line 1", "commas"),
        (b"demand.growth\n\xe9\n", "rows.csv", "UTF-8"),
        (b"demand.growth\n", "rows.csv", "a line per scenario"),
        (b"output\nx\n", "line 1", "not a part of a scenario"),
        (b"demand.growth,seed\n1,1\n1,2\n", "seed", "one for the whole sweep"),
        (b'demand.growth\n"1,2"\n', "line 2, demand.growth", "several values"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_place(
    content: bytes, path: str, remedy: str, tmp_path: Path
) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    (problem,) = problems(f"sweep.csv={file}")
    assert path in problem.path
    assert remedy in problem.remedy


def test_all_that_is_wrong_in_any_scenario_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [
        "staffing=traditional,peer_eveninng",
        "demand.growth=1,-1",
        "support.consent=2",
        "seed=1,2",
        "demand.grow=1",
    ]
    assert main(["-m", *wrong, f"output={tmp_path / 'out'}"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    for place in ("seed = '1,2'", "demand.grow = 1", "support.consent = 2"):
        assert told.count(place) == 1
    assert told.count("in 4 of 8 scenarios: those with demand.growth=-1) = -1") == 1
    assert told.count("those with staffing=peer_eveninng") == 1
    assert list(tmp_path.iterdir()) == []


def test_parts_that_do_not_fit_are_told_as_of_a_scenario_alone() -> None:
    (problem,) = problems("demand.growth=1,1.1", "staffing.nurse.heads=1,30", "staffing=traditional,peer_247")
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", "staffing.nurse.heads=1", "demand.growth=1.1"])
    (alone,) = caught.value.problems
    assert problem.path == f"{alone.path} (in 4 of 8 scenarios: those with staffing.nurse.heads=1)"
    assert (problem.value, problem.remedy) == (alone.value, alone.remedy)


@pytest.mark.parametrize(
    ("word", "remedy"),
    [
        ("study=compare", "leave study out"),
        ("study.replications=1,2", "one for the whole sweep"),
        ("engine=simpy,compiled", "one for the whole sweep"),
        ("study.demand_levels=[1,2]", "demand.growth"),
        ("study.staffing=[traditional]", "staffing=a,b"),
        ("demand.growth=interval(1,2)", "a,b,c"),
        ("demand.growth=shuffle(1,2)", "a,b,c"),
        ("demand.growth=range(2,1)", "from the start to the stop"),
        ("demand.growth=range(1,2,0)", "from the start to the stop"),
        ("demand.growth=range(0,1,0.000001)", "give fewer"),
        ("sweep.design=halton", "grid, zip"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_a_remedy(word: str, remedy: str) -> None:
    assert any(remedy in problem.remedy for problem in problems(word))


def test_scenarios_of_the_same_content_are_one() -> None:
    sweep = compose_sweep(["demand.growth=1,1.0,1.1"])
    assert list(sweep.scenarios) == ["demand.growth=1", "demand.growth=1.1"]
    assert sweep.same == (("demand.growth=1.0", "demand.growth=1"),)


# --- playing, keeping, going on ---------------------------------------------------------------------


@pytest.fixture
def a_part_per_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "MOST_PER_PART", 1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sweep of two scenarios, played in one go."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    assert main([*TWO, f"output={folder}"]) == 0
    return folder


def tables(folder: Path) -> list[bytes]:
    return [(folder / f"{name}.parquet").read_bytes() for name in ("estimates", "differences")]


def parts(folder: Path) -> list[Path]:
    return sorted((folder / PARTS).glob("*.parquet"))


def test_a_sweep_answers_with_estimates_and_paired_differences(undisturbed: Path) -> None:
    estimates = read_table(undisturbed / "estimates.parquet")
    differences = read_table(undisturbed / "differences.parquet")
    runs = read_table(undisturbed / PARTS)
    key = "patients_per_physician_hour.all"
    values = runs[runs["measure"] == key].pivot(index="replication", columns="label", values="value")
    apart = values["demand.growth=0.3"] - values["demand.growth=0.2"]
    (row,) = differences[differences["measure"] == key].to_dict("records")
    assert row["mean"] == pytest.approx(apart.mean())
    assert row["sd"] == pytest.approx(apart.std())
    assert row["label"] == "demand.growth=0.3"
    mean = estimates[estimates["measure"] == key].set_index("label")["mean"]
    assert mean.to_dict() == pytest.approx(values.mean().to_dict())


def test_the_same_command_plays_nothing_twice_and_more_replications_only_add(
    tmp_path: Path, plays: Counter[str]
) -> None:
    out = f"output={tmp_path / 'out'}"
    assert main([*TWO, out]) == 0
    before = tables(tmp_path / "out")
    assert main([*TWO, "executor.workers=1", out]) == 0
    assert plays.total() == N_TWO
    assert tables(tmp_path / "out") == before
    assert main([*TWO, "study.replications=4", out]) == 0
    assert plays.total() == N_TWO + 2
    assert main(["-m", "demand.growth=0.3,0.4", *TINY, out]) == 0
    assert plays["demand.growth=0.3"] == 4
    assert main([*TWO, out]) == 0
    assert plays["demand.growth=0.4"] == 3
    assert tables(tmp_path / "out") == before


def test_a_sweep_killed_in_the_middle_goes_on_to_the_same_bytes(
    tmp_path: Path, undisturbed: Path, plays: Counter[str]
) -> None:
    folder = tmp_path / "out"
    words = [*TWO, f"output={folder}", "executor.workers=1"]
    with subprocess.Popen([sys.executable, "-c", STUCK_AFTER_THREE_RUNS, *words], stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: len(parts(folder)) == 3, lambda: process.poll() is None)
        process.send_signal(signal.SIGKILL)
    assert len(parts(folder)) == 3
    assert not (folder / "estimates.parquet").exists()
    assert main(words) == 0
    assert plays.total() == N_TWO - 3
    assert tables(folder) == tables(undisturbed)


def test_an_interrupt_keeps_what_has_finished_and_tells_how_to_go_on(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def interrupted(task: PlantedRun) -> Mapping[str, float] | str | None:
        if task.key.replication == 1:
            raise KeyboardInterrupt
        return None

    with monkeypatch.context() as patch:
        patch.setattr(playing, "play_task", by_run(interrupted))
        assert main([*TWO, "executor.workers=1"]) == 1
    (folder,) = (tmp_path / "results").iterdir()
    said = capsys.readouterr().out.replace("\n", " ")
    assert "2 of 6 runs are there" in said
    assert f"output={folder}" in said.replace(" ", "")
    assert main([*TWO, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)


@pytest.mark.usefixtures("a_part_per_run")
def test_a_damaged_part_is_set_aside_and_its_runs_are_played_again(
    tmp_path: Path, undisturbed: Path, plays: Counter[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert main([*TWO, f"output={folder}"]) == 0
    damaged = parts(folder)[2]
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    plays.clear()
    assert main([*TWO, f"output={folder}"]) == 0
    assert damaged.name in capsys.readouterr().out
    assert not damaged.exists()
    assert plays.total() == 1
    assert tables(folder) == tables(undisturbed)


def test_a_run_that_fails_is_told_and_stops_no_other(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"

    def failing(scenario: Scenario, seed: int, replication: int = 0) -> Trajectory:
        if replication == 1 and scenario.demand.growth == 0.3:
            raise ArithmeticError("a bed was divided by zero")
        return ENGINES[COMPILED](scenario, seed, replication)

    with monkeypatch.context() as patch:
        patch.setattr(playing, "ENGINES", {COMPILED: failing})
        assert main([*TWO, f"output={folder}"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "1 run failed" in said
    assert "demand.growth=0.3, replication 2: ArithmeticError: a bed was divided by zero" in said
    kept = read_table(folder / PARTS)
    assert "in failing" in kept[kept["status"] == "failed"]["traceback"].iloc[0]
    assert "ArithmeticError: a bed was divided by zero" in (folder / "sweep.log").read_text()
    differences = read_table(folder / "differences.parquet")
    assert set(differences[differences["measure"] == "lwbs.all"]["n"]) == {2}
    assert main([*TWO, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)


def test_runs_of_other_code_and_other_seeds_are_kept_aside(
    tmp_path: Path,
    undisturbed: Path,
    plays: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr("sim.studies.sweep.code_version", lambda: "older")
        assert main([*TWO, f"output={folder}"]) == 0
    assert main([*TWO, "seed=2", f"output={folder}"]) == 0
    assert tables(folder) != tables(undisturbed)
    capsys.readouterr()
    assert main([*TWO, f"output={folder}"]) == 0
    assert "6 runs of another version of the code" in " ".join(capsys.readouterr().out.split())
    assert plays.total() == 3 * N_TWO
    assert tables(folder) == tables(undisturbed)


def test_two_sweeps_do_not_write_to_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with locked(tmp_path / "out"):
        assert main([*TWO, f"output={tmp_path / 'out'}"]) == 2
    assert "another sweep is writing to it" in capsys.readouterr().err.replace("\n", " ")
    assert parts(tmp_path / "out") == []


def test_a_sweep_writes_into_no_other_folder_and_nothing_else_into_its(
    tmp_path: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "answer.md").touch()
    assert main([*TWO, f"output={tmp_path}"]) == 2
    assert main(["study=run", *TINY, f"output={undisturbed}"]) == 2
    assert capsys.readouterr().err.count("holds other files") == 2


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder that nobody can write to")
def test_a_folder_that_cannot_be_made_is_told_before_anything_is_played(
    plays: Counter[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*TWO, "output=/proc/sweep"]) == 2
    assert "cannot be written to" in capsys.readouterr().err.replace("\n", " ")
    assert plays.total() == 0


@pytest.mark.usefixtures("a_part_per_run")
def test_a_disk_that_is_full_loses_only_what_was_not_kept(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"

    def copy_out(table: object, path: Path) -> None:
        if len(parts(folder)) == 2:
            raise OSError(28, os.strerror(28))
        store.copy_out(table, path)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("sim.runs.run_store.copy_out", copy_out)
        assert main([*TWO, f"output={folder}"]) == 1
    assert os.strerror(28) in capsys.readouterr().err
    assert len(parts(folder)) == 2
    assert main([*TWO, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)


def test_the_table_is_shown_again_from_the_folder_finished_or_not(
    tmp_path: Path, undisturbed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*")}
    assert main(["study=results", f"run={undisturbed}"]) == 0
    shown = capsys.readouterr().out
    assert "growth=0.3" in shown
    assert {path: path.stat().st_mtime_ns for path in undisturbed.rglob("*")} == before
    monkeypatch.setattr(playing, "play_task", lambda task: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main([*TWO, "executor.workers=1", f"output={tmp_path / 'out'}"]) == 1
    capsys.readouterr()
    assert main(["study=results", f"run={tmp_path / 'out'}"]) == 0
    assert "0 of 6 runs are there" in capsys.readouterr().out
    assert main(["study=results", f"run={tmp_path}"]) == 2


def test_a_dry_run_tells_the_scenarios_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TWO, "--dry-run", f"output={tmp_path / 'out'}"]) == 0
    said = capsys.readouterr().out
    assert "2 scenarios" in said
    assert "runs: 6" in said
    assert list(tmp_path.iterdir()) == []
