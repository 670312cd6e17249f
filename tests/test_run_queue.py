"""Runs for several people at once: played once, in turns, kept and dropped; an answer is a function of their number."""

import threading
import tracemalloc
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.runs.run_queue import FirstRuns, QueueFull, RunNotPlayed, RunQueue
from tests.waiting import told_while_waiting


def scenario(name: str) -> Any:
    return SimpleNamespace(name=name, result_key=lambda: name)


def looks_of(
    queue: RunQueue, client: str, scenarios: list[Any], seed: int, looks: tuple[int, ...]
) -> Iterator[FirstRuns]:
    """The first replications for each number of looks, as the page's server asks; leaving them drops the rest."""
    request = queue.open(client, scenarios, seed, looks[-1])
    try:
        for n in looks:
            yield queue.wait_for(request, n)
    finally:
        queue.drop(request)


class Engine:
    """Plays a run as one number, says in which order, and waits at a gate if it is closed.

    With `closes_after` the gate closes itself once so many runs are played: what is done in between is then the same
    however fast the workers are.
    """

    def __init__(self) -> None:
        self.played: list[tuple[str, int]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.closes_after: int | None = None
        self.failing: set[str] = set()

    def __call__(self, one: Any, seed: int, replication: int) -> np.ndarray:
        self.gate.wait()  # the fixture opens it in the end
        self.played.append((one.name, replication))
        if len(self.played) == self.closes_after:
            self.gate.clear()
        if one.name in self.failing:
            raise ValueError("no such roster")
        return np.array([len(one.name) * 1000.0 + 100 * seed + replication])


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def queue_of(engine: Engine) -> Iterator[Callable[..., RunQueue]]:
    queues: list[RunQueue] = []

    def made(n_workers: int = 1, **limits: int) -> RunQueue:
        queues.append(RunQueue(engine, n_workers, **limits))
        return queues[-1]

    yield made
    engine.gate.set()
    for queue in queues:
        queue.close()


def test_each_look_is_the_first_replications_of_every_scenario(queue_of: Callable[..., RunQueue]) -> None:
    looks = list(looks_of(queue_of(2), "ann", [scenario("a"), scenario("bb")], 1, (2, 4)))
    assert [look.n for look in looks] == [2, 4]
    assert looks[0].values[:, :, 0].tolist() == [[1100, 1101], [2100, 2101]]
    assert looks[1].values[:, :, 0].tolist() == [[1100, 1101, 1102, 1103], [2100, 2101, 2102, 2103]]


def test_what_was_played_is_not_played_again(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    queue = queue_of()
    list(looks_of(queue, "ann", [scenario("base"), scenario("a")], 1, (3,)))
    list(looks_of(queue, "bob", [scenario("base"), scenario("b")], 1, (3,)))
    assert [name for name, _ in engine.played].count("base") == 3
    assert queue.n_reused == 3


def test_two_equal_scenarios_are_one_run(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    (look,) = looks_of(queue_of(), "ann", [scenario("a"), scenario("a")], 1, (2,))
    assert len(engine.played) == 2
    assert (look.values[0] == look.values[1]).all()


def test_who_asks_for_what_is_being_played_waits_for_it(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.gate.clear()
    queue = queue_of(2)
    first, second = (queue.open(client, [scenario("a")], 1, 2) for client in ("ann", "bob"))
    engine.gate.set()
    assert queue.wait_for(first, 2).values.tolist() == queue.wait_for(second, 2).values.tolist()
    assert sorted(engine.played) == [("a", 0), ("a", 1)]


def test_another_seed_is_another_run(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    queue = queue_of()
    (first,), (second,) = (list(looks_of(queue, "ann", [scenario("a")], seed, (1,))) for seed in (1, 2))
    assert len(engine.played) == 2
    assert first.values.tolist() != second.values.tolist()


def test_turns_go_to_whoever_has_had_least(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.gate.clear()
    queue = queue_of()
    long = queue.open("ann", [scenario("a")], 1, 6)
    short = queue.open("bob", [scenario("bb")], 1, 3)
    engine.gate.set()
    queue.wait_for(short, 3)
    queue.wait_for(long, 6)
    assert [name for name, _ in engine.played[:6]] == ["a", "bb", "a", "bb", "a", "bb"]


def test_asking_anew_again_and_again_gains_no_turns(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.gate.clear()
    queue = queue_of()
    patient = queue.open("bob", [scenario("bob")], 1, 8)
    restless = [queue.open("ann", [scenario(f"ann{number}")], 1, 20) for number in range(4)]
    engine.gate.set()
    queue.wait_for(patient, 8)
    names = [name for name, _ in engine.played]
    before = names[: len(names) - names[::-1].index("bob")]
    assert len(before) - 8 <= 9  # one for one
    for request in restless:
        queue.drop(request)


def test_what_is_dropped_is_not_played(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.gate.clear()
    queue = queue_of()
    dropped = queue.open("ann", [scenario("a")], 1, 50)
    queue.drop(dropped)
    engine.gate.set()
    list(looks_of(queue, "ann", [scenario("b")], 1, (2,)))
    assert sum(name == "a" for name, _ in engine.played) <= 1  # the one that was in hand
    assert queue.n_dropped >= 49


def test_leaving_the_looks_drops_the_rest(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.closes_after = 1
    queue = queue_of()
    looks = looks_of(queue, "ann", [scenario("a")], 1, (1, 1000))
    next(looks)
    looks.close()
    engine.gate.set()
    list(looks_of(queue, "ann", [scenario("b")], 1, (1,)))
    assert sum(name == "a" for name, _ in engine.played) <= 2  # the one seen, and the one in hand


def test_who_waits_for_a_dropped_question_is_told(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.gate.clear()
    queue = queue_of()
    request = queue.open("ann", [scenario("a")], 1, 2)
    (error,) = told_while_waiting(queue, request, lambda: queue.drop(request))
    assert "dropped" in str(error)


def test_a_run_that_fails_ends_its_question_and_no_other(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.failing.add("bad")
    queue = queue_of()
    with pytest.raises(RunNotPlayed, match="no such roster"):
        list(looks_of(queue, "ann", [scenario("bad")], 1, (2,)))
    (look,) = looks_of(queue, "bob", [scenario("a")], 1, (2,))
    assert look.n == 2


def test_no_more_runs_are_kept_than_allowed(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    queue = queue_of(most_cached=5)
    (look,) = looks_of(queue, "ann", [scenario("a")], 1, (20,))
    assert look.values.shape == (1, 20, 1)  # the question has its own, whatever is kept
    list(looks_of(queue, "ann", [scenario("a")], 1, (20,)))
    assert queue.n_played >= 35


def test_too_many_questions_at_once_are_refused(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    engine.gate.clear()
    queue = queue_of(most_open=2)
    for number in range(2):
        queue.open(f"client{number}", [scenario("a")], 1, 1)
    with pytest.raises(QueueFull, match="2 questions"):
        queue.open("another", [scenario("a")], 1, 1)


def test_nothing_grows_over_ten_thousand_questions(queue_of: Callable[..., RunQueue], engine: Engine) -> None:
    queue = queue_of(most_cached=10, most_open=3)

    def ask(numbers: range) -> None:
        for number in numbers:
            list(looks_of(queue, f"client{number}", [scenario(f"s{number}")], 1, (1,)))
            engine.played.clear()

    ask(range(500))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        ask(range(500, 10_000))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert queue.n_cached <= 10
    assert queue.n_clients <= 3
    assert queue.n_open == 0
    assert grown < 1_000_000  # a hundred bytes a question, of which one that is kept has a thousand


def test_closing_tells_who_waits(queue_of: Callable[..., RunQueue]) -> None:
    queue = queue_of(n_workers=0)
    request = queue.open("ann", [scenario("a")], 1, 5)
    assert len(told_while_waiting(queue, request, queue.close)) == 1
