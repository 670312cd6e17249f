"""Blocks are played by threads, by processes or here, with the same answers, and end when they are told to."""

import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager

import pytest

from sim.config import compose
from sim.config.plans import plan_of
from sim.engine.workload import LAST_DRAWN
from sim.study.executor import POOLS, run_blocks
from sim.study.experiment import Block, BlockAnswer, play_block, rehearse

SHORT = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=3", "study.demand_levels=[1.0]")


def squared(number: int) -> int:
    return number * number


def stumbles(number: int) -> int:
    if number == 2:
        raise ValueError(f"block {number} stumbled")
    return number


@pytest.mark.parametrize("executor", POOLS)
@pytest.mark.parametrize("workers", [1, 2, None])
def test_every_block_is_answered_once_on_every_executor(executor: str, workers: int | None) -> None:
    played = dict(run_blocks(squared, range(20), workers, executor))
    assert played == {number: number * number for number in range(20)}


@pytest.mark.parametrize("executor", POOLS)
def test_an_exception_in_a_block_is_raised_here_with_where_it_happened(executor: str) -> None:
    with pytest.raises(ValueError, match="block 2 stumbled") as caught:
        list(run_blocks(stumbles, range(4), 2, executor))
    assert "in stumbles" in "".join(traceback.format_exception(caught.value))


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
    running = run_blocks(squared, range(100), 3, "threads")
    next(running)
    assert pool.asked == 6
    running.close()


def test_closing_waits_for_the_threads_in_flight_and_starts_nothing_more() -> None:
    started, ended, gate = [], [], threading.Event()

    def waits(number: int) -> int:
        started.append(number)
        if number:
            gate.wait(timeout=60)
        ended.append(number)
        return number

    running = run_blocks(waits, range(10), 2, "threads")
    assert next(running) == (0, 0)
    threading.Timer(0.2, gate.set).start()
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
    assert plan_of(compose(words)).executor == executor


def test_threads_side_by_side_play_what_one_would() -> None:
    blocks = plan_of(compose(["study.staffing=[traditional,peer_added]", *SHORT])).blocks()
    alone, together = (
        {block.replication: answer for block, answer in run_blocks(play_block, blocks, workers, "threads")}
        for workers in (1, 3)
    )
    assert [values_of(alone[number]) for number in range(3)] == [values_of(together[number]) for number in range(3)]


def values_of(answer: BlockAnswer) -> dict[str, dict[str, str]]:
    return {name: {key: repr(value) for key, value in one.values.items()} for name, one in answer.played.items()}


def test_the_staffings_of_a_block_draw_their_arrivals_once_and_keep_no_more_of_them() -> None:
    blocks: list[Block] = plan_of(compose(["study.staffing=[traditional,peer_added,nurse_added]", *SHORT])).blocks()
    LAST_DRAWN.drawn_arrivals.cache_clear()
    for block in blocks:
        play_block(block)
    told = LAST_DRAWN.drawn_arrivals.cache_info()
    assert told.misses == len(blocks)
    assert told.hits == 2 * len(blocks)
    assert told.currsize <= 2


REHEARSAL = """
from sim.config import compose
from sim.config.plans import plan_of
from sim.engine import intervals, measures, visit_outcomes
from sim.engine.compiled import handover
from sim.study import distributions
from sim.study.experiment import play_block, rehearse

kernels = (
    intervals._add_minutes, intervals._add_work, intervals._add_covered, measures._gather_known,
    visit_outcomes._read_steps, visit_outcomes._stretches, distributions._count, handover._move,
)
words = ["study.weeks=1", "study.warm_up_weeks=1", "study.replications=1", "study.demand_levels=[1.0]"]
plan = plan_of(compose(["study.staffing=[traditional,peer_added]", *words]))
rehearse(plan.scenarios["traditional"], "compiled")
made = [list(kernel.signatures) for kernel in kernels]
play_block(plan.blocks()[0])
assert all(made)
assert [list(kernel.signatures) for kernel in kernels] == made
"""


def test_after_a_rehearsal_a_block_has_nothing_left_to_compile() -> None:
    # In a process of its own, where no other test has compiled anything.
    subprocess.run([sys.executable, "-c", REHEARSAL], check=True)


def test_a_rehearsal_takes_no_notice_of_a_warm_up_or_a_limit_on_steps() -> None:
    scenario = compose(["study=run"]).scenario
    strict = scenario.period.model_copy(update={"warm_up_weeks": 2, "step_limit": 100})
    rehearse(scenario.model_copy(update={"period": strict}), "compiled")
