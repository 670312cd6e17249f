"""Workers of a Dask cluster: one of this machine, started and ended with the study, or one that is there already.

Nothing else knows Dask. Which blocks there are, and in what order, is `sim.runs.worker_pool`.
"""

import asyncio
import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import dask
from distributed import Client, KilledWorker, LocalCluster, Security, WorkerPlugin, rpc

from sim.engine.code_version import code_version
from sim.runs.interrupts import uninterrupted
from sim.runs.worker_errors import Lost, Notice, NoWorkers, WorkersGone

SECONDS_TO_ANSWER, SECONDS_TO_ARRIVE = 5, 120
"""Of a scheduler that is asked whether it is there; of what comes from one that is."""
SECONDS_BETWEEN_COUNTS, SECONDS_WITHOUT_WORKERS = 5.0, 300.0
"""How often a cluster is asked for its workers; how long one of our own may be without any."""
LOOPBACK = "127.0.0.1"
QUIET: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1h",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.admin.event-loop-monitor-interval": "1h",
    "distributed.worker.profile.enabled": False,
    "distributed.logging": {"distributed": "critical"},
}
"""Of a cluster of our own: nothing to look at, nothing said; each lost worker is told to us, and is
replaced however long that takes."""


@contextmanager
def cluster(n_workers: int | None, address: str | None, notice: Notice) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """Workers, and how many blocks they can have in hand at the moment, one each. Raises NoWorkers.

    No more than `n_workers` are at work at once; None: all of the cluster at `address`.
    """
    with silence(), local_cluster(n_workers) if address is None else no_cluster(address) as place:
        client = Client(place, timeout=SECONDS_TO_ARRIVE, set_as_default=False)
        hands = DaskWorkers(client, address, n_workers, notice)
        try:
            if address is None:
                client.register_plugin(LeaveInterrupts())
            else:
                check_code(client, address, notice)
            yield hands, hands.room
        finally:
            with uninterrupted(), suppress(Exception):
                hands.drop()
                client.close(timeout=SECONDS_TO_ANSWER)


@contextmanager
def local_cluster(n_workers: int | None) -> Iterator[Any]:
    """Processes of this machine, to be reached from this machine alone, and by who has the keys made for them alone.

    A scheduler runs what it is sent; without keys every user of the machine could send it something.
    """
    security = keys_of_a_cluster()
    with TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as folder, dask.config.set(quiet_in(folder)):
        place = LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            host=LOOPBACK,
            dashboard_address=f"{LOOPBACK}:0",
            silence_logs=logging.CRITICAL,
            memory_limit=0,
            security=security,
        )
        try:
            yield place
        finally:
            with uninterrupted(), suppress(Exception):
                place.close(timeout=SECONDS_TO_ANSWER)


def keys_of_a_cluster() -> Security:
    """Certificates for as long as a cluster lives, held in memory. Raises NoWorkers."""
    try:
        keys: Security = Security.temporary()
    except ImportError as error:
        remedy = "pip install 'peered[dask]', or choose executor=processes"
        raise NoWorkers(f"executor = dask: cryptography, which makes its keys, is not installed: {remedy}") from error
    return keys


def quiet_in(folder: str) -> dict[str, Any]:
    """Settings of a cluster of our own, which leaves nothing outside a folder."""
    return {**QUIET, "temporary-directory": folder}


@contextmanager
def no_cluster(address: str) -> Iterator[Any]:
    """A cluster that is not ours to start or to end. Raises NoWorkers."""
    identity_at(address)
    yield address


@contextmanager
def silence() -> Iterator[None]:
    """What a cluster has to say while it comes and goes is said by us, where it matters."""
    theirs = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in ("distributed", "tornado")]
    loggers = [logging.getLogger(name) for name in (*theirs, "asyncio")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def n_threads_at(address: str) -> int:
    """Blocks that the workers of a scheduler can play at once, 0 while it has none. Raises NoWorkers."""
    with silence():
        return sum(worker["nthreads"] for worker in identity_at(address).get("workers", {}).values())


def identity_at(address: str) -> dict[str, Any]:
    """What the scheduler at an address says of itself. Raises NoWorkers if none answers.

    Asked before there is a client, because a client that is refused leaves much behind, and takes long.
    """
    with ThreadPoolExecutor(1) as apart:  # where an event loop runs already there can be no second
        try:
            identity: dict[str, Any] = apart.submit(lambda: asyncio.run(identity_of(address))).result()
            return identity
        except Exception as error:
            remedy = (
                "start one there with `dask scheduler` and workers with `dask worker`, mend the address "
                "(tls://HOST:PORT or tcp://HOST:PORT), or leave it out for workers of this machine"
            )
            if address.startswith("tls://"):
                remedy += "; the certificate and key of tls:// are those of Dask's configuration, distributed.comm.tls"
            raise NoWorkers(f"executor.address = {address}: no Dask scheduler answers there; {remedy}") from error


async def identity_of(address: str) -> Any:
    """What who listens at an address says of itself."""
    keys = Security().get_connection_args("client")
    connected = rpc(address, timeout=SECONDS_TO_ANSWER, connection_args=keys)
    async with asyncio.timeout(SECONDS_TO_ANSWER), connected as who:
        return await who.identity()


def check_code(client: Client, address: str, notice: Notice) -> None:
    """Refuse workers that would play something else; those that come later are asked with each block."""
    if not client.nthreads():
        notice(f"no worker has come to the scheduler at {address} yet: waiting for the first")
        return
    try:
        found = client.run(code_here)
    except Exception as error:
        remedy = "install the same version of PeerED on every worker"
        raise NoWorkers(f"executor.address = {address}: its workers cannot load PeerED ({error}); {remedy}") from error
    for worker, code in found.items():
        if code != code_version():
            raise NoWorkers(other_code(f"executor.address = {address}: worker {worker}", code, code_version()))


def other_code(who: str, code: str, wanted: str) -> str:
    """What is said of a worker whose answers would be those of another department."""
    return (
        f"{who} has another version of PeerED (code {code}, here {wanted}): install the same version on every worker, "
        "and start the workers again"
    )


class InHand(NamedTuple):
    """A block on its way. `told`: who waits for it; `is_second`: a worker that had it was lost before."""

    told: Future[Any]
    play: Callable[..., Any]
    what: tuple[Any, ...]
    is_second: bool = False


class DaskWorkers(Executor):
    """Hands blocks to a cluster.

    When a worker is lost the scheduler blames all blocks it had been given, not only the one it had begun. So a block
    that is blamed is played once more when nothing else is in hand, and given up if that costs a worker too.
    """

    def __init__(self, client: Client, address: str | None, at_most: int | None, notice: Notice) -> None:
        self._client, self._address, self._at_most, self._notice = client, address, at_most, notice
        self._code = code_version()
        self._lock = threading.RLock()
        self._waiting, self._doubtful = deque[InHand](), deque[InHand]()
        self._in_hand: dict[Any, tuple[Any, InHand]] = {}
        self._n_threads, self._counted_at, self._seen_at = 1, -SECONDS_BETWEEN_COUNTS, time.monotonic()
        client.subscribe_topic("all", self._hears)

    def room(self) -> int:
        """Blocks that can be played at once."""
        now = time.monotonic()
        if now - self._counted_at >= SECONDS_BETWEEN_COUNTS:
            self._count(now)
        n_threads = max(1, self._n_threads)
        return min(n_threads, self._at_most or n_threads)

    def _count(self, now: float) -> None:
        try:
            self._n_threads = sum(self._client.nthreads().values())
        except OSError as error:
            raise self._gone() from error
        self._counted_at = now
        if self._n_threads > 0:
            self._seen_at = now
        elif self._address is None and now - self._seen_at >= SECONDS_WITHOUT_WORKERS:
            raise WorkersGone(f"the Dask workers of this machine have been gone for {SECONDS_WITHOUT_WORKERS:.0f} s")

    def submit(self, play: Callable[..., Any], /, *what: Any, **named: Any) -> Future[Any]:
        told: Future[Any] = Future()
        with self._lock:
            self._waiting.append(InHand(told, partial(play, **named), what))
            self._go_on()
        return told

    def drop(self) -> None:
        """Whatever is still in hand is not wanted any more."""
        with self._lock:
            self._waiting.clear()
            self._doubtful.clear()
            left = [remote for remote, _ in self._in_hand.values()]
        self._client.unsubscribe_topic("all")
        self._client.cancel(left, force=True)

    def _go_on(self) -> None:
        """Hand over what waits; while there are doubtful blocks, one of these and nothing else."""
        if self._doubtful:
            if not self._in_hand:
                self._hand_over(self._doubtful.popleft())
        elif not any(block.is_second for _, block in self._in_hand.values()):
            while self._waiting:
                self._hand_over(self._waiting.popleft())

    def _hand_over(self, block: InHand) -> None:
        remote = self._client.submit(play_here, self._code, block.play, *block.what, pure=False)
        self._in_hand[remote.key] = remote, block
        remote.add_done_callback(lambda done: self._settle(block, done))

    def _settle(self, block: InHand, remote: Any) -> None:
        """Pass on what came of a block, unless it is to be played again."""
        answer: Any = None
        error: BaseException | None = None
        try:
            answer = remote.result(timeout=SECONDS_TO_ARRIVE)
        except KilledWorker as killed:
            error = Lost(f"{2 * (killed.allowed_failures + 1)} workers ended while they had it in hand")
        except BaseException as other:
            error = self._gone() if remote.status in ("cancelled", "lost", "pending") else other
        with self._lock:
            self._in_hand.pop(remote.key, None)
            is_doubtful = isinstance(error, Lost) and not block.is_second
            if is_doubtful:
                self._doubtful.append(block._replace(is_second=True))
            self._go_on()
        if is_doubtful or not block.told.set_running_or_notify_cancel():
            return
        if error is None:
            block.told.set_result(answer)
        else:
            block.told.set_exception(error)

    def _gone(self) -> WorkersGone:
        where = "of this machine" if self._address is None else f"at {self._address}"
        return WorkersGone(f"the Dask scheduler {where} is gone")

    def _hears(self, event: tuple[float, Any]) -> None:
        """Tell of workers that were lost with blocks of ours in hand."""
        _, said = event
        if not isinstance(said, dict) or said.get("action") != "remove-worker" or said.get("expected"):
            return
        with self._lock:
            keys = [key for key in said.get("processing-tasks", ()) if key in self._in_hand]
            hers = [str(self._in_hand[key][1].what[0]) for key in keys]
        if hers:
            self._notice(f"worker {said['worker']} was lost; it had {'; '.join(hers)}")


@lru_cache(maxsize=1)
def code_here() -> str:
    """The version of the code of this worker."""
    return code_version()


def play_here(code: str, play: Callable[..., Any], *what: Any, **named: Any) -> Any:
    """Play a block in a worker that has the same code as who asks."""
    if code_here() != code:
        raise NoWorkers(other_code("a worker of the cluster", code_here(), code))
    return play(*what, **named)


class LeaveInterrupts(WorkerPlugin):
    """An interrupt at the terminal reaches all processes; workers leave it to the one they work for."""

    name = "leave-interrupts"

    def setup(self, worker: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
