"""A study as JSON lines, for scripts and pages that run the command: one object a line, on standard output.

Each has `event`, and `seconds` since the command began:

    start     schema (1), command
    progress  what, done, of: replications, or groups of them on the same patients
    look      n of so many planned replications, level of the intervals, rows: provisional (`sim.statistics.watching`)
    note      text that a terminal would show
    answer    question, lines (label, text), changed, remarks, is_whole: whether nothing will be added to it
    results   folder, files
    end       exit_code: the last line of every command that could be read

Errors are text on standard error. Numbers that are not known or not finite are null.
"""

import json
import math
import time
from collections.abc import Iterable, Mapping
from io import StringIO
from threading import Lock
from typing import Any, TextIO

from rich.console import Console

from sim.report.description import Finding
from sim.report.terminal import LINE_WIDTH, PatientStream

SCHEMA = 1


class EventConsole(Console):
    """A console that writes JSON lines; what is printed on it is a `note`."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__(file=StringIO(), width=LINE_WIDTH, force_terminal=False, color_system=None)
        self._stream, self._began, self._writing = PatientStream(stream or StringIO()), time.monotonic(), Lock()

    def event(self, name: str, **facts: object) -> None:
        """Write a line."""
        line = {"event": name, "seconds": round(time.monotonic() - self._began, 3), **facts}
        with self._writing:
            self._stream.write(json.dumps(finite(line), allow_nan=False, default=str) + "\n")
            self._stream.flush()

    def answer(self, finding: Finding, changed: str = "", remarks: Iterable[str] = (), is_whole: bool = True) -> None:
        """The lines of an answer, which a terminal would show above its table, and where to be careful."""
        lines = [line._asdict() for line in finding.lines]
        self.event(
            "answer",
            question=finding.question,
            lines=lines,
            changed=changed,
            remarks=list(remarks),
            is_whole=is_whole,
        )

    def print(self, *objects: Any, **how: Any) -> None:
        with self.capture() as captured:
            super().print(*objects, **how)
        if text := captured.get().strip():
            self.event("note", text=text)


def finite(value: object) -> object:
    """The same with null for every number that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(each) for key, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, (list, tuple)) else value
