"""A sweep outlives whatever ends: its process, its workers, the room on the disk; the answer does not show it."""

import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

from sim.cli import main
from sim.config import compose
from sim.engine.code_version import code_version
from sim.runs import playing, run_store
from sim.runs.design import Design, RunTask
from sim.runs.output_folder import Mark, write_mark
from sim.runs.playing import play_task
from sim.runs.run_store import PARTS, RunResult, RunStore
from sim.runs.tables_on_disk import read_table
from sim.runs.worker_pool import Pool, SerialExecutor
from tests.one_figure import draw_one_figure
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

N_RUNS = 12
SWEEP = ["-m", "demand.growth=0.2,0.3", "study.weeks=1", "study.warm_up_weeks=0", "study.replications=6"]
LOG, ONCE = "PEERED_TEST_LOG", "PEERED_TEST_ONCE"
SICK = "demand.growth=0.3, replication 2"
"""A run that ends every worker it is given to."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sweep, played in one go."""
    folder = tmp_path_factory.mktemp("undisturbed") / "out"
    assert main([*SWEEP, f"output={folder}"]) == 0
    return folder


@pytest.fixture
def a_part_per_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "MOST_PER_PART", 1)


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in ("estimates", "differences", "replications")}


def parts(folder: Path) -> list[Path]:
    return sorted((folder / PARTS).glob("*.parquet"))


def runs_in(folder: Path) -> Counter[str]:
    """How often each run is in the parts."""
    rows = read_table(folder / PARTS).drop_duplicates(["label", "replication", "status", "traceback"])
    return Counter(f"{row.label}, replication {row.replication + 1}" for row in rows.itertuples())


# --- the process that writes ends -------------------------------------------------------------------


def play_and_log(task: RunTask) -> list[RunResult]:
    """Write down that a run is played, in a file that outlives the process."""
    with Path(os.environ[LOG]).open("a") as log:
        log.write(f"{task}\n")
    return play_task(task)


def sweep_with_log(words: list[str], log: str, folder: Path, n_parts: int, n_events: int) -> None:
    """What the process does that is killed: at its n-th event of files once so many parts are there, 0 for never."""
    os.environ[LOG] = log
    playing.play_task, playing.MOST_PER_PART = play_and_log, 1
    count_file_events(n_events, lambda: len(parts(folder)) >= n_parts)
    main(words)


FILE_EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree")


def count_file_events(last: int = 0, counts: Callable[[], bool] = lambda: True) -> list[str]:
    """What this process does with files from now on, in order; it ends itself, as a kill would, with the last."""
    met: list[str] = []

    def meet(event: str, _: tuple[object, ...]) -> None:
        if event in FILE_EVENTS and counts():
            met.append(event)
            if len(met) == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(meet)
    return met


def started(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """A process of a server that has loaded everything: it is asked for ten times."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sim.studies.sweep", "sim.engine.compiled", "tests.test_survival"])
    process = context.Process(target=target, args=arguments)
    process.start()
    return process


@pytest.mark.parametrize("moments", [(1, 5, 10), pytest.param(range(1, 11), marks=pytest.mark.slow)])
def test_a_sweep_killed_again_and_again_plays_nothing_twice_and_ends_with_the_same_bytes(
    moments: Sequence[int], tmp_path: Path, undisturbed: Path
) -> None:
    folder, log = tmp_path / "out", tmp_path / "log"
    words = [*SWEEP, "engine=simpy", "executor=threads", "executor.workers=1", f"output={folder}"]
    kept: list[Counter[str]] = []
    for moment in moments:
        process = started(sweep_with_log, words, str(log), folder, moment, 1 + moment % 4)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert len(parts(folder)) >= moment
        kept.append(runs_in(folder))
        with log.open("a") as lines:
            lines.write("killed\n")
    assert main(words) == 0
    assert max(runs_in(folder).values()) == 1
    lives = log.read_text().split("killed\n")
    for before, after in zip(kept, lives[1:], strict=True):
        assert not set(before) & set(after.splitlines())
    assert sum(len(life.splitlines()) for life in lives) <= N_RUNS + len(kept)
    assert tables(folder) == tables(undisturbed)


@pytest.mark.parametrize("executor", ["processes", pytest.param("dask", marks=pytest.mark.slow)])
@pytest.mark.slow
def test_when_the_process_that_writes_is_killed_no_worker_stays_behind(executor: str, tmp_path: Path) -> None:
    words = [*SWEEP, "study.replications=500", f"executor={executor}", "executor.workers=2"]
    folder = tmp_path / "out"
    process = started(sweep_with_log, [*words, f"output={folder}"], str(tmp_path / "log"), folder, 0, 0)
    wait_until(lambda: parts(folder), process.is_alive)
    workers = [child for child in psutil.Process(process.pid).children(recursive=True) if is_worker(child)]
    process.kill()
    process.join()
    assert len(workers) >= 2
    _, left = psutil.wait_procs(workers, timeout=PATIENCE)
    assert left == []


def is_worker(process: psutil.Process) -> bool:
    return "resource_tracker" not in " ".join(process.cmdline())


# --- workers end ------------------------------------------------------------------------------------


def ends_its_worker(task: RunTask) -> list[RunResult]:
    """One run ends its worker the first time, another each time."""
    once = Path(os.environ[ONCE])
    if str(task) == SICK or (str(task) == "demand.growth=0.2, replication 4" and not once.exists()):
        once.touch()
        os.kill(os.getpid(), 9)
    return play_task(task)


@pytest.mark.parametrize("executor", ["processes", pytest.param("dask", marks=pytest.mark.slow)])
def test_a_lost_worker_is_replaced_and_a_run_that_ends_two_is_given_up(
    executor: str,
    tmp_path: Path,
    undisturbed: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, scratch = tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv(ONCE, str(tmp_path / "once"))
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with monkeypatch.context() as patch:
        patch.setattr(playing, "play_task", ends_its_worker)
        assert main([*SWEEP, f"executor={executor}", "executor.workers=2", f"output={folder}"]) == 1
    assert (tmp_path / "once").exists()
    assert list(scratch.iterdir()) == []
    assert [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())] == []
    said = " ".join(capsys.readouterr().out.split())
    assert "1 run failed and are not in the answer; the same command tries them again:" in said
    assert f"{SICK}: TaskLost: 2 work" in said
    table = read_table(folder / "replications.parquet")
    (failed,) = table[table["status"] == "failed"].to_dict("records")
    assert (failed["label"], failed["replication"]) == ("demand.growth=0.3", 1)
    assert len(runs_in(folder)) == N_RUNS
    assert main([*SWEEP, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)
    log = (folder / "sweep.log").read_text()
    assert log.count("start: peered -m") == log.count("end: ") == 2
    assert log.count("worker") >= 2
    assert f"failed: {SICK}\n    TaskLost: 2 work" in log
    assert "1 of 12 to play, 1 of them failed before" in log


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["compiled", "simpy"])
@pytest.mark.parametrize("executor", ["threads", "processes", "dask"])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_executor_and_number_of_workers_gives_the_same_tables(
    engine: str, executor: str, workers: int, tmp_path: Path, undisturbed: Path
) -> None:
    words = [f"engine={engine}", f"executor={executor}", f"executor.workers={workers}"]
    assert main([*SWEEP, *words, f"output={tmp_path / 'out'}"]) == 0
    assert tables(tmp_path / "out") == tables(undisturbed)


# --- the disk ---------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with little room."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0 or mounted("size=96k", place).returncode:
        pytest.skip("no disk of its own can be mounted here")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def mounted(options: str, place: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, check=False)


@pytest.mark.usefixtures("a_part_per_run")
def test_a_full_disk_loses_nothing_that_was_kept_and_with_room_the_sweep_goes_on(
    small_disk: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = small_disk / "out"
    assert main([*SWEEP, f"output={folder}"]) == 1
    assert "cannot be written to" in " ".join(capsys.readouterr().err.split())
    kept = runs_in(folder)
    assert 0 < len(kept) < N_RUNS
    assert RunStore(folder, 1, code_version()).damaged == []
    assert mounted("remount,size=16m", small_disk).returncode == 0
    assert main([*SWEEP, f"output={folder}"]) == 0
    assert f"{len(kept)} of {N_RUNS} runs are there already" in " ".join(capsys.readouterr().out.split())
    assert tables(folder) == tables(undisturbed)


def test_a_folder_that_may_only_be_read_is_refused_and_can_be_shown(
    small_disk: Path, undisturbed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mounted("remount,size=16m", small_disk).returncode == 0
    folder = small_disk / "out"
    shutil.copytree(undisturbed, folder)
    assert mounted("remount,ro", small_disk).returncode == 0
    assert main([*SWEEP, "study.replications=7", f"output={folder}"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "cannot be written to; name a folder elsewhere" in told
    assert main(["study=results", f"run={folder}"]) == 0


@pytest.mark.usefixtures("a_part_per_run")
def test_what_was_written_in_part_is_never_read(tmp_path: Path, undisturbed: Path) -> None:
    folder = tmp_path / "out"
    (folder / PARTS).mkdir(parents=True)
    write_mark(Mark(study="sweep"), folder)
    (folder / PARTS / run_store.PART_IN_WORK).write_bytes(b"PAR1 half a part")
    (folder / ".estimates.parquet.partial").write_bytes(b"PAR1")
    assert main([*SWEEP, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)


# --- many parts -------------------------------------------------------------------------------------


def test_parts_of_a_long_sweep_grow_so_that_they_stay_few(monkeypatch: pytest.MonkeyPatch) -> None:
    (task,) = tasks = Design({"one": compose(["study=run"]).scenario}, replications=1, seed=1).tasks()
    result = RunResult(task.runs[0].key, "one", {})
    monkeypatch.setattr(playing, "run_in_pool", lambda *_: ((task, [result]) for _ in range(10_000)))
    sizes: list[int] = []

    class Sink(RunStore):
        def __init__(self) -> None:
            """Without a folder."""

        def write(self, results: Sequence[RunResult]) -> None:
            sizes.append(len(results))

    list(playing.play_tasks(tasks, Pool(SerialExecutor(), lambda: 1), Sink()))
    assert sum(sizes) == 10_000
    assert sizes[0] == playing.MOST_PER_PART
    assert len(sizes) <= 100
    monkeypatch.setattr(playing, "MOST_PER_PART", 1)
    sizes.clear()
    list(playing.play_tasks(tasks, Pool(SerialExecutor(), lambda: 1), Sink()))
    before = np.cumsum([0, *sizes])[:-1]
    assert len(sizes) < 700
    assert (np.array(sizes) <= 1 + playing.SHARE_PER_PART * (before + sizes)).all(), "no more than a hundredth is lost"


def test_a_part_that_an_earlier_version_put_together_is_read_beside_what_it_holds(
    tmp_path: Path, undisturbed: Path
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(undisturbed, folder)
    (part,) = parts(folder)
    shutil.copy(part, part.with_name(part.name.replace("000001", "000001-000012")))
    assert main([*SWEEP, f"output={folder}"]) == 0
    assert tables(folder) == tables(undisturbed)


# --- visits -----------------------------------------------------------------------------------------


def test_visits_are_kept_by_scenario_and_replication_and_those_missing_are_played(
    tmp_path: Path, undisturbed: Path
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(undisturbed, folder)
    words = [*SWEEP, "study.visits=true", f"output={folder}"]
    assert main(words) == 0
    files = sorted((folder / "visits").rglob("*.parquet"))
    assert len(files) == N_RUNS
    visits = read_table(files[0])
    assert set(visits["replication"]) == {0}
    content = files[3].read_bytes()
    files[3].unlink()
    assert main(words) == 0
    assert files[3].read_bytes() == content
    assert tables(folder) == tables(undisturbed)


# --- whatever study, whatever fails to be written ---------------------------------------------------

WEEK = ["study.weeks=1", "study.warm_up_weeks=0"]
CALIBRATION = ["study=calibrate", "study.map=ours", "study.demand_name=ours"]
WHOLE = {
    "run": ["study=run", *WEEK, "study.replications=3", "study.demand_levels=[1.0]", "study.event_log=csv"],
    "comparison": [
        "study.staffing=[traditional,peer_added]", *WEEK, "study.replications=2", "study.demand_levels=[1.0]",
    ],
    "break-even": [
        "study=breakeven", "staffing=peer_added", *WEEK, "study.replications=3", "study.points=3",
    ],
    "calibration": CALIBRATION,
}  # fmt: skip
UNSTEADY = {"run.json", "ours_run.json", "ours_answer.xlsx", "sweep.log", ".peered.json", ".lock"}
"""Files that tell of times and commands, and are not compared: a calibration's command names its file of visits."""


def words_of(study: str, folder: Path) -> list[str]:
    """The command; a calibration shares its folder with the column map, which the user wrote."""
    if study != "calibration":
        return [*WHOLE[study], f"output={folder}"]
    visits = folder.parent / "arrivals.csv"
    if not visits.exists():
        (folder / "visits").mkdir(parents=True, exist_ok=True)
        column_map = "arrival: {kind: timestamp, column: arrival}\ndeparture_time: departure\n"
        (folder / "visits" / "ours.yaml").write_text(column_map, encoding="utf-8")
        arrivals = pd.date_range("2024-01-01", periods=24 * 7 * 6, freq="h")
        stays = pd.to_timedelta(60 + 37 * np.arange(len(arrivals)) % 240, unit="min")
        times = {"arrival": arrivals, "departure": arrivals + stays}
        pd.DataFrame(times).to_csv(visits, index=False, date_format="%Y-%m-%d %H:%M")
    return [*CALIBRATION, f"visits={visits}", f"configs={folder}", f"output={folder}"]


def contents(folder: Path) -> dict[str, bytes]:
    """What is compared: everything but parts, which come as they come, and files that tell of times."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != PARTS)
    here = f"{folder.parent}{os.sep}".encode()  # a calibration names the file it has read
    return {
        str(path.relative_to(folder)): path.read_bytes().replace(here, b"")
        for path in files
        if path.name not in UNSTEADY
    }


@pytest.fixture(scope="module", params=WHOLE)
def study(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def whole(study: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the study writes when nothing disturbs it."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    assert main(words_of(study, folder)) == 0
    return contents(folder)


WRITERS = {
    "run": "sim.runs.tables_on_disk.copy_out",
    "comparison": "sim.runs.tables_on_disk.copy_out",
    "break-even": "sim.studies.breakeven.write_or_remove",
    "calibration": "sim.runs.output_folder.write_over",
}
"""What writes the files of each study."""


def full(*_: object, **__: object) -> None:
    raise OSError(28, os.strerror(28))


def test_when_nothing_can_be_written_any_more_the_answer_is_shown_and_what_there_is_is_kept(
    study: str,
    whole: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "out"
    words = words_of(study, folder)
    with monkeypatch.context() as patch:
        patch.setattr(WRITERS[study], full)
        assert main(words) == 1
    told = capsys.readouterr()
    assert "No space left on device" in told.err
    assert "give the same command again" in " ".join(told.err.split())
    assert str(folder) in told.err
    assert re.search(r"\d\.\d", told.out), "the answer is shown"
    if study in ("run", "comparison"):
        assert not folder.exists()
        assert re.search(r"\w+\.(parquet|csv) \(No space", told.err)
        assert {"run.json", "answer.md", "scenarios.json"} <= set(os.listdir(f"{folder}.unfinished"))
    if study == "calibration":
        assert os.listdir(folder) == ["visits"]
    assert main(words) == 0
    assert contents(folder) == whole


@pytest.mark.parametrize("file", ["visits", "events", "estimates.parquet", "answer.md", ".peered.json"])
def test_a_file_of_a_run_that_cannot_be_written_costs_no_other(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, unfinished = tmp_path / "out", tmp_path / "out.unfinished"
    words = words_of("run", folder)
    assert main(words) == 0
    before, replace = contents(folder), os.replace

    def no_room_for_it(source: Path, target: Path) -> None:
        path = Path(target)
        statuses = path.read_text(encoding="utf-8") if path.name == ".peered.json" and path.exists() else ""
        if (path.name == file != ".peered.json") or path.parent.name == file or (file == path.name and statuses):
            full()
        replace(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", no_room_for_it)
        assert main(words) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "(No space left on device) could not be written" in told or "more files could not be written" in told
    assert f"is kept in {unfinished}" in told
    assert contents(folder) == before, "the earlier result stands"
    missing = {name for name in before if file in name}
    assert set(contents(unfinished)) == set(before) - missing
    assert not list(unfinished.rglob(".*.partial"))
    assert main(words) == 0
    assert contents(folder) == before


@pytest.mark.slow
def test_on_a_full_disk_a_comparison_keeps_its_answer(small_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mounted("remount,size=200k", small_disk).returncode == 0
    words = words_of("comparison", small_disk / "out")
    assert main(words) == 1
    told = capsys.readouterr()
    assert "out.unfinished" in told.err
    assert "What it costs" in told.out
    kept = small_disk / "out.unfinished"
    assert {"run.json", "answer.md"} <= set(os.listdir(kept))
    for path in kept.rglob("*.parquet"):
        assert len(read_table(path)), "what is there is whole"
    assert mounted("remount,size=32m", small_disk).returncode == 0
    assert main(words) == 0


@pytest.mark.parametrize("study_", WHOLE)
def test_a_disk_that_may_only_be_read_is_refused_before_anything_is_played(
    study_: str, small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = words_of(study_, tmp_path / "out")
    assert mounted("remount,ro", small_disk).returncode == 0
    assert main([*words, f"output={small_disk / 'out'}"]) == 2
    assert "cannot be written to" in " ".join(capsys.readouterr().err.split())


def run_quietly(words: list[str], last: int, log: Path | None = None) -> None:
    """What the process does that is killed, and how many events of files it has if it is not."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        draw_one_figure(pytest.MonkeyPatch())
        met = count_file_events(last)
        main(words)
        if log is not None:
            log.write_text(str(len(met)), encoding="utf-8")


def run_paused(words: list[str], file: str, is_there: Event, may_go_on: Event) -> None:
    """What the process does that is met in the middle of its writing."""
    replace = os.replace

    def paused(source: Path, target: Path) -> None:
        if Path(target).name == file:
            is_there.set()
            may_go_on.wait()
        replace(source, target)

    os.replace = paused  # type: ignore[assignment]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        sys.exit(main(words))


@contextmanager
def paused_at(file: str, words: list[str]) -> Iterator[tuple[BaseProcess, Event]]:
    """A process with the command in it that stands before one of its files, and what lets it go on."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["sim.studies.sweep", "sim.engine.compiled", "tests.test_survival"])
    is_there, may_go_on = context.Event(), context.Event()
    process = context.Process(target=run_paused, args=(words, file, is_there, may_go_on))
    process.start()
    try:
        assert is_there.wait(PATIENCE)
        yield process, may_go_on
    finally:
        process.kill()
        process.join()


@pytest.mark.parametrize("study", ["run"], indirect=True)
def test_a_run_that_is_killed_leaves_nothing_behind(study: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with paused_at("estimates.parquet", words_of(study, folder)):
        assert (tmp_path / ".out.draft" / "run.json").exists(), "it is killed in the middle"
    assert not folder.exists()
    assert main(words_of(study, folder)) == 0
    assert contents(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.slow
def test_studies_killed_at_ten_moments_lose_no_result_and_end_with_the_same_bytes(
    study: str, whole: dict[str, bytes], tmp_path: Path
) -> None:
    kill_and_compare([n / 10 for n in range(10)], study, whole, tmp_path)


def kill_and_compare(shares: Sequence[float], study: str, whole: dict[str, bytes], tmp_path: Path) -> None:
    """Killed at shares of its events of files; every second time it has an earlier result to replace."""
    folder = tmp_path / "out"
    words = words_of(study, folder)
    started(run_quietly, words_of(study, tmp_path / "counted" / "out"), 0, tmp_path / "n").join()
    n_events, stands = int((tmp_path / "n").read_text(encoding="utf-8")), False
    for number, share in enumerate(shares):
        process = started(run_quietly, words, 1 + int(share * n_events))
        process.join()
        assert stands or process.exitcode == -signal.SIGKILL
        if stands and study in ("run", "comparison"):
            place = folder if folder.exists() else folder.with_name(".out.old")
            assert contents(place) == whole, "the earlier result stands, or the new one"
        if number % 2:
            assert main(words) == 0
            assert contents(folder) == whole
            stands = True
    assert main(words) == 0
    assert contents(folder) == whole
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in folder.iterdir() if path.name.startswith(".peered.") and path.is_dir()] == []


def test_of_two_commands_in_one_folder_at_a_time_the_second_is_refused_and_the_first_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*WHOLE["run"], f"output={tmp_path / 'out'}"]
    with paused_at("estimates.parquet", words) as (first, may_go_on):
        assert main(words) == 2
        assert "another command is writing to it" in " ".join(capsys.readouterr().err.split())
        may_go_on.set()
        first.join()
        assert first.exitcode == 0
    assert (tmp_path / "out" / "answer.md").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
