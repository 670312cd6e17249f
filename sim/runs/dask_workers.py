"""Workers of a Dask cluster: one of this machine, started and ended with the study, or one that is there already.

Nothing else imports Dask. Which tasks there are, and in what order, is `sim.runs.worker_pool`.
"""

import asyncio
import logging
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import dask
from distributed import Client, KilledWorker, LocalCluster, Security, WorkerPlugin, rpc

from sim.engine.code_version import code_version
from sim.runs.interrupts import uninterrupted
from sim.runs.worker_pool import Notice, NoWorkers, TaskLost, WorkersGone

SECONDS_TO_ANSWER, SECONDS_TO_ARRIVE = 5, 120
"""Of a scheduler that is asked whether it is there; of what comes from one that is."""
SECONDS_BETWEEN_COUNTS, SECONDS_WITHOUT_WORKERS = 5.0, 300.0
"""How often a cluster is asked for its workers; how long one of our own may be without any."""
LOOPBACK = "127.0.0.1"
QUIET_SETTINGS: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": 0,
    "distributed.deploy.lost-worker-timeout": "1h",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.admin.event-loop-monitor-interval": "1h",
    "distributed.worker.profile.enabled": False,
    "distributed.logging": {"distributed": "critical"},
}
"""Of a cluster of our own: nothing to look at, nothing logged; each lost worker is reported to us, and is
replaced however long that takes."""


@contextmanager
def cluster(n_workers: int | None, address: str | None, notice: Notice) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """Workers, and how many tasks they can have at the moment, one each. Raises NoWorkers.

    No more than `n_workers` are at work at once; None: all of the cluster at `address`.
    """
    if address is not None:
        identity_at(address)
    with quiet_logging(), local_cluster(n_workers) if address is None else nullcontext(address) as place:
        client = Client(place, timeout=SECONDS_TO_ARRIVE, set_as_default=False)
        workers = DaskWorkers(client, address, n_workers, notice)
        try:
            if address is None:
                client.register_plugin(IgnoreInterrupts())
            else:
                check_code(client, address, notice)
            yield workers, workers.room
        finally:
            with uninterrupted(), suppress(Exception):
                workers.drop()
                client.close(timeout=SECONDS_TO_ANSWER)


@contextmanager
def local_cluster(n_workers: int | None) -> Iterator[Any]:
    """Processes of this machine, to be reached from this machine alone, and by who has the keys made for them alone.

    A scheduler runs what it is sent; without keys every user of the machine could send it something.
    """
    security = cluster_keys()
    with (
        TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as folder,
        dask.config.set({**QUIET_SETTINGS, "temporary-directory": folder}),
    ):
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


def cluster_keys() -> Security:
    """Certificates for as long as a cluster lives, held in memory. Raises NoWorkers."""
    try:
        keys: Security = Security.temporary()
    except ImportError as error:
        remedy = "pip install 'peered[dask]', or choose executor=processes"
        raise NoWorkers(f"executor = dask: cryptography, which makes its keys, is not installed: {remedy}") from error
    return keys


@contextmanager
def quiet_logging() -> Iterator[None]:
    """Keep the loggers of Dask silent; what matters is reported by us."""
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
    """Tasks that the workers of a scheduler can run at once, 0 while it has none. Raises NoWorkers."""
    with quiet_logging():
        return sum(worker["nthreads"] for worker in identity_at(address).get("workers", {}).values())


def identity_at(address: str) -> dict[str, Any]:
    """What the scheduler at an address says of itself. Raises NoWorkers if none answers.

    Asked before there is a client, because a client that is refused leaves much behind, and takes long.
    """
    with ThreadPoolExecutor(1) as apart:  # where an event loop runs already there can be no second
        try:
            identity: dict[str, Any] = apart.submit(lambda: asyncio.run(_identity_of(address))).result()
            return identity
        except Exception as error:
            remedy = (
                "start one there with `dask scheduler` and workers with `dask worker`, mend the address "
                "(tls://HOST:PORT or tcp://HOST:PORT), or leave it out for workers of this machine"
            )
            if address.startswith("tls://"):
                remedy += "; the certificate and key of tls:// are those of Dask's configuration, distributed.comm.tls"
            raise NoWorkers(f"executor.address = {address}: no Dask scheduler answers there; {remedy}") from error


async def _identity_of(address: str) -> Any:
    """What who listens at an address says of itself."""
    keys = Security().get_connection_args("client")
    connected = rpc(address, timeout=SECONDS_TO_ANSWER, connection_args=keys)
    async with asyncio.timeout(SECONDS_TO_ANSWER), connected as who:
        return await who.identity()


def check_code(client: Client, address: str, notice: Notice) -> None:
    """Refuse workers that would play something else; those that come later are asked with each task."""
    if not client.nthreads():
        notice(f"no worker has come to the scheduler at {address} yet: waiting for the first")
        return
    try:
        found = client.run(worker_code)
    except Exception as error:
        remedy = "install the same version of PeerED on every worker"
        raise NoWorkers(f"executor.address = {address}: its workers cannot load PeerED ({error}); {remedy}") from error
    for worker, code in found.items():
        if code != code_version():
            raise NoWorkers(other_code(f"executor.address = {address}: worker {worker}", code, code_version()))


def other_code(who: str, code: str, wanted: str) -> str:
    """The error about a worker whose answers would be those of another department."""
    return (
        f"{who} has another version of PeerED (code {code}, here {wanted}): install the same version on every worker, "
        "and start the workers again"
    )


class Submitted(NamedTuple):
    """A task on its way. `future`: the caller's; `is_second`: a worker that had it was lost before."""

    future: Future[Any]
    work: Callable[..., Any]
    args: tuple[Any, ...]
    is_second: bool = False


class DaskWorkers(Executor):
    """Submits tasks to a cluster.

    When a worker is lost the scheduler blames all tasks it had been given, not only the one it had begun. So a task
    that is blamed is run once more when nothing else is running, and given up if that costs a worker too.
    """

    def __init__(self, client: Client, address: str | None, at_most: int | None, notice: Notice) -> None:
        self._client, self._address, self._at_most, self._notice = client, address, at_most, notice
        self._code = code_version()
        self._lock = threading.RLock()
        self._waiting, self._doubtful = deque[Submitted](), deque[Submitted]()
        self._running: dict[Any, tuple[Any, Submitted]] = {}
        self._n_threads, self._counted_at, self._seen_at = 1, -SECONDS_BETWEEN_COUNTS, time.monotonic()
        client.subscribe_topic("all", self._on_event)

    def room(self) -> int:
        """Tasks that can be run at once."""
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

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._waiting.append(Submitted(future, partial(work, **kwargs), args))
            self._submit_waiting()
        return future

    def drop(self) -> None:
        """Cancel all that has not ended."""
        with self._lock:
            self._waiting.clear()
            self._doubtful.clear()
            left = [remote for remote, _ in self._running.values()]
        self._client.unsubscribe_topic("all")
        self._client.cancel(left, force=True)

    def _submit_waiting(self) -> None:
        """Submit what waits; while there are doubtful tasks, one of these and nothing else."""
        if self._doubtful:
            if not self._running:
                self._submit_one(self._doubtful.popleft())
        elif not any(task.is_second for _, task in self._running.values()):
            while self._waiting:
                self._submit_one(self._waiting.popleft())

    def _submit_one(self, task: Submitted) -> None:
        remote = self._client.submit(run_on_worker, self._code, task.work, *task.args, pure=False)
        self._running[remote.key] = remote, task
        remote.add_done_callback(lambda done: self._settle(task, done))

    def _settle(self, task: Submitted, remote: Any) -> None:
        """Pass on the answer of a task, unless it is to be run again."""
        answer: Any = None
        error: BaseException | None = None
        try:
            answer = remote.result(timeout=SECONDS_TO_ARRIVE)
        except KilledWorker as killed:
            error = TaskLost(f"{2 * (killed.allowed_failures + 1)} workers ended while they had it")
        except BaseException as other:
            error = self._gone() if remote.status in ("cancelled", "lost", "pending") else other
        with self._lock:
            self._running.pop(remote.key, None)
            is_doubtful = isinstance(error, TaskLost) and not task.is_second
            if is_doubtful:
                self._doubtful.append(task._replace(is_second=True))
            self._submit_waiting()
        if is_doubtful or not task.future.set_running_or_notify_cancel():
            return
        if error is None:
            task.future.set_result(answer)
        else:
            task.future.set_exception(error)

    def _gone(self) -> WorkersGone:
        where = "of this machine" if self._address is None else f"at {self._address}"
        return WorkersGone(f"the Dask scheduler {where} is gone")

    def _on_event(self, event: tuple[float, Any]) -> None:
        """Report workers that were lost with tasks of ours."""
        _, message = event
        if not isinstance(message, dict) or message.get("action") != "remove-worker" or message.get("expected"):
            return
        with self._lock:
            keys = [key for key in message.get("processing-tasks", ()) if key in self._running]
            tasks = [str(self._running[key][1].args[0]) for key in keys]
        if tasks:
            self._notice(f"worker {message['worker']} was lost; it had {'; '.join(tasks)}")


def worker_code() -> str:
    """The version of the code of this worker."""
    return code_version()


def run_on_worker(code: str, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run a task in a worker that has the same code as the caller."""
    if worker_code() != code:
        raise NoWorkers(other_code("a worker of the cluster", worker_code(), code))
    return work(*args, **kwargs)


class IgnoreInterrupts(WorkerPlugin):
    """An interrupt at the terminal reaches all processes; workers leave it to the one they work for."""

    name = "ignore-interrupts"

    def setup(self, worker: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
