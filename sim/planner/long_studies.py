"""A long study of what the page asks: the command itself in a process of its own, as lines of JSON.

The process gives way to what the page plays, is ended when the lines are not read any further, and leaves nothing: its
report is the last line.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from anyio import CancelScope, EndOfStream, IncompleteRead, open_process, to_thread
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from sim.config.files import GROUPS
from sim.config.page_questions import QUESTION
from sim.planner.questions import AskedByPage
from sim.planner.rosters import question_file

NAME = "your_roster"
SEED_OF_LONG_STUDY = 2
"""Other patients than the page plays: what was found by trying must hold on them."""
MOST_BYTES_OF_LINE = 4 * 2**20
NICENESS = 10
ASSUMPTIONS_WORD = "study.assumptions=true"
"""The one word about the study that is not the page's own way of playing."""
FORWARDED = ("progress", "answer", "end")


async def long_study(
    asked: AskedByPage, overrides: Sequence[str], config_dir: Path | None
) -> AsyncGenerator[str, None]:
    """Lines of JSON: `progress`, `answer` and `end` of the command, then `report` with `html`, if there is one."""
    with tempfile.TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        await to_thread.run_sync(write_settings, folder, asked, config_dir)
        process = await open_process(study_command(folder, overrides), stdin=None, cwd=folder, stderr=None)
        give_way(process.pid)
        try:
            async for line in lines_of(process):
                yield line
            await process.wait()
            report = folder / "answer" / "report.html"
            if report.is_file():
                html = await to_thread.run_sync(report.read_text, "utf-8")
                yield json.dumps({"event": "report", "html": html}) + "\n"
        finally:
            with CancelScope(shield=True):
                await end(process)


def write_settings(folder: Path, asked: AskedByPage, config_dir: Path | None) -> None:
    """The question, beside what the user's own folder holds, since a command takes one folder."""
    for own in () if config_dir is None else map(config_dir.joinpath, GROUPS):
        if own.is_dir():
            shutil.copytree(own, folder / own.name)
    file = folder / QUESTION / f"{NAME}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(question_file(NAME, asked), encoding="utf-8")


def study_command(folder: Path, overrides: Sequence[str]) -> list[str]:
    """The command that plays the question for as long as the shipped comparison."""
    not_ours = ("study", "output=", "seed=")
    words = [word for word in overrides if word == ASSUMPTIONS_WORD or not word.startswith(not_ours)]
    python = [sys.executable, "-m", "sim", "--json-progress", "--config-dir", str(folder)]
    return [*python, f"question={NAME}", *words, f"seed={SEED_OF_LONG_STUDY}", "output=answer"]


def give_way(pid: int) -> None:
    """Let what the page plays go first, where the system can be told."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, NICENESS)


async def lines_of(process: Process) -> AsyncIterator[str]:
    """The lines of the events that the page shows."""
    assert process.stdout is not None
    stream = BufferedByteReceiveStream(process.stdout)
    while True:
        try:
            line = (await stream.receive_until(b"\n", MOST_BYTES_OF_LINE)).decode("utf-8")
        except (EndOfStream, IncompleteRead):
            return
        if json.loads(line).get("event") in FORWARDED:
            yield line + "\n"


async def end(process: Process) -> None:
    """End the process, if it has not ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()
    await process.aclose()
