"""`peered app [--port N] [--no-browser] [KEY=VALUE ...]`: the planners' page, on this machine alone."""

import secrets
import socket
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sim.department.scenario import ScenarioError
from sim.report.console import print_problems, say_unbroken

DEFAULT_PORT = 8765
HOST = "127.0.0.1"
PLAYED = ("study.weeks=8", "study.warm_up_weeks=2", "study.replications=20")
"""What one run of the page covers: short enough to answer at once, long enough for headline measures."""
APP_USAGE = "peered app [--port N] [--no-browser] [KEY=VALUE ...]"
EXTRA = ("starlette", "uvicorn", "anyio")
EXTRA_MISSING = "peered app needs the extra app: python -m pip install 'peered[app]'"


def app_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Serve the page until Ctrl-C. Returns the exit code."""
    try:
        port, with_browser, overrides = read_words(words)
    except ValueError as error:
        say_unbroken(errors, f"peered app: {error}; write {APP_USAGE}")
        return 2
    try:
        from sim.planner.server import PlannerServer, web_server
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        say_unbroken(errors, EXTRA_MISSING)
        return 2
    from sim.planner.answers import page_values
    from sim.planner.questions import PageQuestions
    from sim.runs.run_queue import RunQueue
    from sim.runs.worker_pool import n_cores

    questions = PageQuestions((*PLAYED, *overrides), folder)
    try:
        questions.default()
    except ScenarioError as error:
        print_problems(error, errors)
        return 2
    listening = socket_on(port)
    if listening is None:
        say_unbroken(errors, f"peered app: port {port} is taken: write --port 0 for one that is free")
        return 2
    token = secrets.token_urlsafe(16)
    address = f"http://{HOST}:{listening.getsockname()[1]}/?token={token}"
    queue = RunQueue(page_values, n_cores())
    queue.open("warm-up", [questions.default()], seed=0, replications=1)  # loads the engine while the page opens
    say_unbroken(console, f"The planners' page is at {address}")
    say_unbroken(console, "It is for this machine alone. Ctrl-C ends it.")
    if with_browser:
        webbrowser.open(address)
    try:
        web_server(PlannerServer(questions, queue), listening, token).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        queue.close()
    return 0


def read_words(words: Sequence[str]) -> tuple[int, bool, list[str]]:
    """Port, whether to open a browser, overrides. Raises ValueError."""
    port, with_browser, overrides = DEFAULT_PORT, True, list[str]()
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if option == "--port":
            text = value if equals else next(rest, "")
            if not text.isdecimal() or int(text) > 65_535:
                raise ValueError(f"--port {text}: give a number from 0 to 65535")
            port = int(text)
        elif word == "--no-browser":
            with_browser = False
        elif word.startswith("-"):
            raise ValueError(f"unknown option {word}")
        else:
            overrides.append(word)
    return port, with_browser, overrides


def socket_on(port: int) -> socket.socket | None:
    """A listening place on this machine's own address; None where the port is taken."""
    try:
        return socket.create_server((HOST, port))
    except OSError:
        return None
