"""A server of the planners' page for tests, on short runs, and a client that sends requests as the page does."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn

from sim.commands.app import socket_on
from sim.planner.answers import page_values
from sim.planner.long_studies import study_command
from sim.planner.questions import PageQuestions
from sim.planner.server import PlannerServer, web_server
from sim.runs.run_queue import MOST_CACHED_RUNS, PlayRun, RunQueue

SHORT = ("study.weeks=1", "study.warm_up_weeks=0", "study.replications=20")
SHORT_COMPARISON = ("study.weeks=1", "study.replications=2", "study.demand_levels=[1.0]")
SHORT_SEARCH = (
    "study.rosters=12", "study.search_weeks=1", "study.finalists=2", "study.indifference=30", "study.weeks=1",
    "study.replications=3",
)  # fmt: skip
DRAWING_LITTLE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import pytest
from sim.cli import main
from tests.one_figure import draw_one_figure
draw_one_figure(pytest.MonkeyPatch())
sys.exit(main(sys.argv[1:]))
"""
"""The command in a process of its own, with one figure: processes that draw all are tested in `test_cli`."""
TOKEN = "a-token"
PATIENCE_SECONDS = 30.0


class Answered(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Client:
    """Sends requests as the page does, or as another would."""

    port: int
    queue: RunQueue
    planner: PlannerServer
    server: uvicorn.Server

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def send(self, method: str, path: str, body: object = None, **changed: str) -> Answered:
        """A request with the page's headers, some changed, or left out where they are empty."""
        headers = {"Host": self.host, "Origin": f"http://{self.host}", "X-PeerED-Token": TOKEN}
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, text, {name: value for name, value in headers.items() if value})
            with connection.getresponse() as response:
                return Answered(response.status, response.headers, response.read())

    def n_open(self) -> int:
        """Connections that the server holds."""
        return len(self.server.server_state.connections)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that the server comes to by itself; some ten seconds at most."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert holds()

    def post(self, path: str, body: object) -> Any:
        return json.loads(self.send("POST", path, body).body)

    def looks(self, question: dict[str, Any], page: str = "one") -> list[dict[str, Any]]:
        lines = self.send("POST", "/api/ask", {"question": question, "page": page}).body.splitlines()
        return [json.loads(line) for line in lines][1:]


@contextmanager
def serving(
    play: PlayRun = page_values,
    words: Sequence[str] = (),
    folder: Path | None = None,
    most_cached: int = MOST_CACHED_RUNS,
) -> Iterator[Client]:
    """The server on a free port, until the block ends; more words and a folder as after `peered app`."""
    listening = socket_on(0)
    assert listening is not None
    queue = RunQueue(play, 2, most_cached=most_cached, most_open=8)
    planner = PlannerServer(PageQuestions((*SHORT, *words), folder), queue)
    server = web_server(planner, listening, TOKEN)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield Client(listening.getsockname()[1], queue, planner, server)
    server.should_exit = True
    thread.join(10)
    queue.close()


def short_command(folder: Path, words: Sequence[str]) -> list[str]:
    """The command of a long study, for less long; in place of `long_studies.study_command`."""
    shorter = [*words, *(SHORT_SEARCH if "study=optimise" in words else SHORT_COMPARISON)]
    python, _, _, *given = study_command(folder, shorter)
    return [python, "-c", DRAWING_LITTLE, str(Path(__file__).parents[1]), *given]
