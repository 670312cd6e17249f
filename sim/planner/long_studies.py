"""A long study of a question of the page: the command itself in a process of its own, as lines of JSON.

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
from typing import Any, NamedTuple

from anyio import CancelScope, EndOfStream, IncompleteRead, open_process, to_thread
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from sim.config.files import GROUPS, read_mapping
from sim.config.page_questions import QUESTION
from sim.planner.questions import PageQuestion, PageQuestions, words_beside_question
from sim.planner.rosters import question_file
from sim.studies.optimise import STAFFING_FILE
from sim.studies.optimise_plan import optimise_plan_of

NAME = "your_roster"
SEED_OF_LONG_STUDY = 2
"""Other patients than the page plays: what was found by trying must hold on them."""
MOST_BYTES_OF_LINE = 4 * 2**20
NICENESS = 10
COMPARISON, SEARCH = "comparison", "better_roster"
FORWARDED = ("progress", "answer", "end")


class LongStudy(NamedTuple):
    """What is to be played: `words` of the study, and the role whose shifts it searches, if it does."""

    words: tuple[str, ...] = ()
    searched_role: str | None = None


def long_study_of(kind: str, role: str, objective: str, with_assumptions: bool) -> LongStudy:
    """A comparison of the question's rosters, or a search for shifts of a role that do better than those tried."""
    words = ("study.assumptions=true",) if with_assumptions else ()
    if kind == COMPARISON:
        return LongStudy(words)
    searched = (
        "study=optimise",
        f"study.baseline={NAME}",
        f"study.role=[{role}]",
        f"study.objective={objective}",
        "study.people=null",
    )
    return LongStudy((*searched, *words), role)


async def long_study(question: PageQuestion, study: LongStudy, questions: PageQuestions) -> AsyncGenerator[str, None]:
    """Lines of JSON: `progress`, `answer` and `end` of the command, then `report` with `html` and `found` with `role`
    and `shifts`, where there are such. Raises ScenarioError before the first line for what the study refuses.
    """
    with tempfile.TemporaryDirectory(prefix="peered-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        await to_thread.run_sync(write_settings, folder, question, questions.config_dir)
        words = study_words(study, questions.overrides)
        if study.searched_role is not None:
            await to_thread.run_sync(lambda: optimise_plan_of(questions.checked(words, folder)))
        process = await open_process(study_command(folder, words), stdin=None, cwd=folder, stderr=None)
        give_way(process.pid)
        try:
            async for line in lines_of(process):
                yield line
            await process.wait()
            for line in await to_thread.run_sync(files_in_lines, folder / "answer", study.searched_role):
                yield line
        finally:
            with CancelScope(shield=True):
                await end(process)


def files_in_lines(answer: Path, searched_role: str | None) -> list[str]:
    """The report of an answer, and the shifts it found, as lines of JSON."""
    events: list[dict[str, Any]] = []
    report, found = answer / "report.html", answer / STAFFING_FILE
    if report.is_file():
        events.append({"event": "report", "html": report.read_text("utf-8")})
    if searched_role is not None and found.is_file():
        roster = read_mapping(found)
        assert isinstance(roster, dict)
        events.append({"event": "found", "role": searched_role, "shifts": roster[searched_role]["shifts"]})
    return [json.dumps(event) + "\n" for event in events]


def write_settings(folder: Path, question: PageQuestion, config_dir: Path | None) -> None:
    """The question, beside what the user's own folder holds, since a command takes one folder."""
    for own in () if config_dir is None else map(config_dir.joinpath, GROUPS):
        if own.is_dir():
            shutil.copytree(own, folder / own.name)
    file = folder / QUESTION / f"{NAME}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(question_file(NAME, question), encoding="utf-8")


def study_words(study: LongStudy, overrides: Sequence[str]) -> list[str]:
    """The words that play the question, for as long as the study does by itself."""
    return [f"question={NAME}", *study.words, *words_beside_question(overrides), f"seed={SEED_OF_LONG_STUDY}"]


def study_command(folder: Path, words: Sequence[str]) -> list[str]:
    """The command of these words."""
    python = [sys.executable, "-m", "sim", "--json-progress", "--config-dir", str(folder)]
    return [*python, *words, "output=answer"]


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
