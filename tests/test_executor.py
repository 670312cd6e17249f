"""Blocks are played by threads, by processes or here, with the same answers, and end when they are told to."""

import asyncio
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dask
import psutil
import pytest
from distributed import Security, rpc

from sim.analysis.design_needs import VISITS_PER_SECOND, visits_per_run
from sim.cli import main
from sim.config import compose
from sim.department.scenario import ScenarioError
from sim.engine.workload import LAST_DRAWN
from sim.report.progress import duration
from sim.runs import dask_workers, playing
from sim.runs.design import RunTask
from sim.runs.playing import most_workers, play_all, play_task, task_lost
from sim.runs.run_store import RunResult
from sim.runs.tables_on_disk import read_table
from sim.runs.worker_pool import DASK, POOLS, NoWorkers, TaskLost, n_cores, run_in_pool, worker_pool
from sim.studies.compare import plan_of
from tests.small_blocks import squared, stumbles
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]

SHORT = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=3", "study.demand_levels=[1.0]")


def run_all(work, items, workers, executor, address=None, when_lost=None):  # type: ignore[no-untyped-def]
    """Every item with its answer, by workers of its own."""
    with worker_pool(executor, workers, address, len(items)) as pool:
        yield from run_in_pool(pool, work, items, when_lost)


@pytest.mark.parametrize(
    ("executor", "workers"), [("threads", 1), ("threads", 2), ("threads", None), ("processes", 1), ("processes", 2)]
)
def test_every_block_is_answered_once_on_every_executor(executor: str, workers: int | None) -> None:
    played = dict(run_all(squared, range(20), workers, executor))
    assert played == {number: number * number for number in range(20)}


@pytest.mark.parametrize("executor", POOLS)
def test_an_exception_in_a_block_is_raised_here_with_where_it_happened(executor: str) -> None:
    with pytest.raises(ValueError, match="block 2 stumbled") as caught:
        list(run_all(stumbles, range(4), 2, executor))
    assert "in stumbles" in "".join(traceback.format_exception(caught.value))


def ends_its_worker(number: int) -> int:
    if number == 2:
        os._exit(3)
    return number


@pytest.mark.slow
def test_a_block_that_ends_two_processes_is_given_up_and_the_others_are_played() -> None:
    told = dict(run_all(ends_its_worker, range(6), 2, "processes", when_lost=lambda _, why: str(why)))
    why = "2 worker processes ended one after the other while they ran it: ended with exit code 3, ended with exit"
    assert str(told.pop(2)).startswith(why)
    assert told == {number: number for number in range(6) if number != 2}
    with pytest.raises(TaskLost, match="ended with exit code 3"):
        list(run_all(ends_its_worker, range(6), 2, "processes"))


def test_a_comparison_goes_on_without_a_block_that_no_worker_could_finish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def one_is_lost(task: RunTask) -> list[RunResult]:
        return task_lost(task, TaskLost("2 workers ended")) if task.replication == 1 else play_task(task)

    monkeypatch.setattr(playing, "play_task", one_is_lost)
    assert main(["study=run", *SHORT, f"output={tmp_path / 'out'}"]) == 1
    assert "demand 1, replication 2 is left out: TaskLost: 2 workers ended" in capsys.readouterr().out
    assert set(read_table(tmp_path / "out" / "replications.parquet")["replication"]) == {0, 2}


# --- a cluster --------------------------------------------------------------------------------------


def listening() -> set[str]:
    """Addresses at which this process and its children can be reached."""
    me = psutil.Process()
    found = [each for one in (me, *me.children(recursive=True)) for each in one.net_connections("inet")]
    return {each.laddr.ip for each in found if each.status == psutil.CONN_LISTEN}


def test_a_cluster_of_this_machine_answers_tells_where_a_block_stumbled_and_is_reached_from_here_alone() -> None:
    before = listening()
    with worker_pool(DASK, 2) as pool:
        assert dict(run_in_pool(pool, squared, range(20))) == {number: number * number for number in range(20)}
        assert listening() - before == {"127.0.0.1"}
        with pytest.raises(ValueError, match="block 2 stumbled") as caught:
            list(run_in_pool(pool, stumbles, range(4)))
    assert "in stumbles" in "".join(traceback.format_exception(caught.value))


def test_a_cluster_of_this_machine_listens_to_nobody_without_its_keys() -> None:
    with dask_workers.local_cluster(1) as cluster:
        assert cluster.scheduler_address.startswith("tls://127.0.0.1:")
        stranger = Security.temporary()
        port = int(cluster.scheduler_address.rpartition(":")[2])
        for address, keys in ((f"tcp://127.0.0.1:{port}", Security()), (f"tls://127.0.0.1:{port}", stranger)):
            with pytest.raises(OSError):
                asyncio.run(identity(address, keys, seconds=5.0))
        found = asyncio.run(identity(cluster.scheduler_address, cluster.security, PATIENCE))
        assert found["type"] == "Scheduler"


async def identity(address: str, keys: Security, seconds: float) -> dict[str, str]:
    arguments = keys.get_connection_args("client")
    async with asyncio.timeout(4 * seconds), rpc(address, timeout=seconds, connection_args=arguments) as scheduler:
        return await scheduler.identity()  # type: ignore[no-any-return]


def test_without_what_makes_keys_no_cluster_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(NoWorkers, match=r"cryptography.* is not installed: pip install 'peered\[dask\]'"):
        dask_workers.cluster_keys()


@pytest.mark.parametrize("many", [False, True])
def test_an_address_without_encryption_is_warned_of(
    many: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask_workers, "SECONDS_TO_ANSWER", 0.2)
    words = ["-m", "demand.growth=1,2"] if many else ["study=run"]
    for address, is_warned in (("tcp://127.0.0.1:9", True), ("tls://127.0.0.1:9", False)):
        assert main([*words, "--dry-run", "executor=dask", f"executor.address={address}"]) == 0
        told = capsys.readouterr()
        assert ("use tls://HOST:PORT" in " ".join((told.out + told.err).split())) is is_warned


@pytest.mark.slow
def test_a_cluster_that_is_there_is_used_unless_its_workers_have_another_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with dask_workers.local_cluster(2) as cluster, ExitStack() as configured:
        address = cluster.scheduler_address
        with pytest.raises(NoWorkers, match="the certificate and key of tls:// are those of Dask's configuration"):
            list(run_all(squared, range(5), None, DASK, address))
        keys = cluster.security
        named = {"ca-file": keys.tls_ca_file, "client.cert": keys.tls_client_cert, "client.key": keys.tls_client_key}
        configured.enter_context(dask.config.set({f"distributed.comm.tls.{name}": key for name, key in named.items()}))
        assert dict(run_all(squared, range(5), None, DASK, address)) == {n: n * n for n in range(5)}
        monkeypatch.setattr(dask_workers, "code_version", lambda: "older")
        with pytest.raises(NoWorkers, match=r"another version of PeerED .*, here older.*: install the same version"):
            list(run_all(squared, range(5), None, DASK, address))
        monkeypatch.setattr(dask_workers, "check_code", lambda *_: None)  # as if a worker had come later
        with pytest.raises(NoWorkers, match="another version of PeerED"):
            list(run_all(squared, range(5), None, DASK, address))


@contextmanager
def four_workers() -> Iterator[str]:
    """The address of a scheduler with four workers of one thread each, all in this process."""
    with (
        dask_workers.quiet_logging(),
        dask_workers.dask.config.set(dask_workers.QUIET_SETTINGS),
        dask_workers.LocalCluster(
            n_workers=4,
            threads_per_worker=1,
            processes=False,
            protocol="tcp://",
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
    ):
        yield cluster.scheduler_address


def test_a_dry_run_counts_the_threads_of_the_scheduler_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever cores this machine has."""
    words = ["study.weeks=52", "study.replications=40", "executor=dask"]
    visits = 40 * visits_per_run(compose(["study=run"]).scenario)
    with four_workers() as address:
        for mode in (["study=run"], ["-m"]):
            assert main(["--dry-run", *mode, *words, f"executor.address={address}"]) == 0
            said = " ".join(capsys.readouterr().out.split())
            assert f"the workers of the scheduler at {address} have 4 threads about" in said
            assert f"about {duration(visits / VISITS_PER_SECOND['compiled'] / 4)}; nothing was run" in said
        assert main(["--dry-run", "study=run", *words, "executor.workers=2", f"executor.address={address}"]) == 0
        assert f"about {duration(visits / VISITS_PER_SECOND['compiled'] / 2)};" in capsys.readouterr().out


def test_a_dry_run_without_an_answer_of_the_scheduler_says_so_and_counts_the_cores_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask_workers, "SECONDS_TO_ANSWER", 0.2)
    assert main(["--dry-run", "study=run", *SHORT, "executor=dask", "executor.address=tcp://127.0.0.1:9"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "executor.address = tcp://127.0.0.1:9: no Dask scheduler answers there" in said
    assert f"the time is that of the {n_cores()} cores of this machine" in said
    assert "nothing was run, nothing was written" in said


def test_a_scheduler_that_does_not_answer_is_told_with_its_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dask_workers, "SECONDS_TO_ANSWER", 0.2)
    assert main(["study=run", *SHORT, "executor=dask", "executor.address=tcp://127.0.0.1:9"]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "executor.address = tcp://127.0.0.1:9: no Dask scheduler answers there; start one" in told


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["executor=dask", "executor.address=nowhere"], "write it as tls://HOST:PORT or tcp://HOST:PORT"),
        (["executor=dask", "executor.address=ucx://127.0.0.1:9"], "write it as tls://HOST:PORT or tcp://HOST:PORT"),
        (["executor=dask", "executor.workers=0"], "1"),
        (["executor=threads", "+executor.address=tcp://127.0.0.1:9"], "choose executor=dask"),
    ],
)
def test_an_executor_that_cannot_be_meant_is_refused(words: list[str], remedy: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        compose(words)
    assert any(remedy in problem.remedy for problem in caught.value.problems)


def test_without_dask_its_executor_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.studies.study.find_spec", lambda _: None)
    for words in (["study=run"], ["-m", "demand.growth=1,2"]):
        assert main([*words, "executor=dask"]) == 2
        assert "pip install 'peered[dask]'" in " ".join(capsys.readouterr().err.split())


class AtOnce(Executor):
    """Does everything the moment it is asked to, and counts."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, play, /, *what, **named):  # type: ignore[no-untyped-def]
        self.asked += 1
        done: Future[object] = Future()
        done.set_result(play(*what, **named))
        return done


def test_two_blocks_a_worker_are_in_flight_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = AtOnce()

    @contextmanager
    def counting(*_: object) -> Iterator[Executor]:
        yield pool

    monkeypatch.setitem(POOLS, "threads", counting)
    running = run_all(squared, range(100), 3, "threads")
    next(running)
    assert pool.asked == 6
    running.close()


def test_closing_waits_for_the_threads_in_flight_and_starts_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    started, ended, gate = [], [], threading.Event()
    shutdown = ThreadPoolExecutor.shutdown

    def opens_the_gate(pool: ThreadPoolExecutor, **how: bool) -> None:
        gate.set()
        shutdown(pool, **how)

    def waits(number: int) -> int:
        started.append(number)
        if number:
            gate.wait()
        ended.append(number)
        return number

    running = run_all(waits, range(10), 2, "threads")
    assert next(running) == (0, 0)
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", opens_the_gate)
    running.close()
    assert sorted(started) == sorted(ended)
    assert len(started) <= 3, "the one that ended, and one a worker"


@pytest.mark.parametrize(
    ("words", "executor"),
    [
        ([], "threads"),
        (["engine=simpy"], "processes"),
        (["engine=simpy", "executor=threads"], "threads"),
        (["executor=processes"], "processes"),
    ],
)
def test_the_executor_suits_the_engine_unless_it_is_named(words: list[str], executor: str) -> None:
    assert plan_of(compose(words)).base.executor == executor


@pytest.mark.parametrize(
    ("words", "n_tasks", "most"),
    [
        ([], 3, 1),
        ([], 12, 4),
        (["study.weeks=52"], 3, 3),
        (["study.minutes=720"], 40, 1),
        (["executor.workers=2"], 3, 3),
        (["study.precision={lwbs_or_ama.all: {half_width: 0.01}}"], 3, 3),
        (["engine=compiled", "executor=processes"], 3, 3),
        (["executor=threads"], 3, 3),
    ],
)
def test_no_process_is_started_for_less_than_it_costs(words: list[str], n_tasks: int, most: int) -> None:
    asked = [word for word in SHORT[:2] if "study.minutes=720" not in words]
    design = plan_of(compose(["study.staffing=[traditional]", "engine=simpy", *asked, *words])).design
    assert most_workers(design, n_tasks) == most


def test_a_short_study_in_simpy_is_played_in_this_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played_in: list[int] = []

    def play(task: RunTask) -> list[RunResult]:
        played_in.append(os.getpid())
        return play_task(task)

    monkeypatch.setattr(playing, "play_task", play)
    assert main(["study=run", "engine=simpy", *SHORT, "study.replications=2", f"output={tmp_path / 'out'}"]) == 0
    assert played_in == [os.getpid()] * 2


def test_threads_side_by_side_play_what_one_would() -> None:
    design = plan_of(compose(["study.staffing=[traditional,peer_added]", *SHORT])).design
    alone, together = (
        [values_of(results) for results in play_all(design.tasks(), workers=workers)] for workers in (1, 3)
    )
    assert alone == together


def values_of(results: list[RunResult]) -> dict[str, dict[str, str]]:
    return {one.label: {key: repr(value) for key, value in one.values.items()} for one in results}


def test_the_staffings_of_a_block_draw_their_arrivals_once_and_keep_no_more_of_them() -> None:
    own = "demand.growth=1.0371"  # no other test has played it: what is known of its arrivals is made here
    tasks = plan_of(compose(["study.staffing=[traditional,peer_added,nurse_added]", own, *SHORT])).design.tasks()
    LAST_DRAWN.drawn_arrivals.cache_clear()
    for task in tasks:
        play_task(task)
    told = LAST_DRAWN.drawn_arrivals.cache_info()
    assert told.misses == len(tasks)
    assert told.hits == 2 * len(tasks)
    assert told.currsize <= 2


ENDED_SLOWLY = """
import os, time
from multiprocessing import resource_tracker
from sim.__main__ import end_process
from sim.runs.worker_pool import POOLS

def late(name, kind, unregister=resource_tracker.unregister):
    time.sleep(0.05)
    unregister(name, kind)

if __name__ == "__main__":
    resource_tracker.unregister = late
    with POOLS["processes"](2) as pool:
        assert all([each.result() for each in [pool.submit(os.getpid) for _ in range(4)]])
    end_process(0)
"""


def test_what_was_shared_with_processes_is_given_back_before_the_command_ends(tmp_path: Path) -> None:
    (tmp_path / "ended.py").write_text(ENDED_SLOWLY, encoding="utf-8")
    ended = subprocess.run([sys.executable, tmp_path / "ended.py"], check=True, capture_output=True, text=True)
    assert ended.stderr == ""
