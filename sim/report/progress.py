"""What is said while a study is under way: how much is done, and why nothing comes yet.

The answer is printed by `sim.report.console`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from sim.department.short_text import cut_end
from sim.io.clean_text import one_line
from sim.report.console import say_unbroken

LONGEST_LINE = 100
"""Characters of a line of progress; labels of scenarios may be longer."""
Advance = Callable[[str], None]


@contextmanager
def progress(total: int, what: str, console: Console | None = None, brief: bool = False) -> Iterator[Advance]:
    """Count `total` pieces of work: a bar on a terminal, plain lines elsewhere. Yields what to call after each piece.

    The bar and the lines show how many are done, how many a minute, and the time left. `brief`: off a terminal no line
    at the beginning and none at the end, for one of many rounds.
    """
    shown = console or Console()
    if not shown.is_terminal:
        lines = ProgressLines(total, what, shown, brief=brief)
        yield lines.advance
        lines.end()
        return
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), MofNCompleteColumn(), RateColumn(),
        TimeRemainingColumn(), TextColumn("left  {task.fields[note]}", markup=False),
    )  # fmt: skip
    with Progress(*columns, console=shown) as bar:  # drawn past the hooks of the console
        task = bar.add_task(one_line(what), total=total, note="")
        yield lambda note: bar.update(task, advance=1, note=one_line(note))


class RateColumn(ProgressColumn):
    """Pieces a minute."""

    def render(self, task: Task) -> Text:
        return Text(f"{60 * task.speed:.1f}/min" if task.speed else "")


@dataclass
class ProgressLines:
    """Progress as plain lines: one after `every` seconds, then after five times as long as the time before, so that a
    long study does not fill a page; and one at the end."""

    total: int
    what: str
    console: Console
    every: float = 30.0
    clock: Callable[[], float] = time.monotonic
    brief: bool = False
    done: int = 0
    started: float = field(init=False)
    printed_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.printed_at = self.clock()
        if not self.brief:
            self._print(f"{self.what}: {self.total} to do")

    def advance(self, note: str) -> None:
        """One more is done."""
        self.done += 1
        now = self.clock()
        is_last = self.done == self.total and not self.brief
        if is_last or now - self.printed_at >= self.every:
            self.printed_at, self.every = now, 5.0 * self.every
            self._print(f"{self.done}/{self.total} done{self._pace(now)}{f'; {note}' if note else ''}")

    def end(self) -> None:
        """Say so if the work ends before its total."""
        if self.done < self.total:
            self._print(f"ended after {self.done} of {self.total}")

    def _pace(self, now: float) -> str:
        seconds = now - self.started
        if seconds <= 0.0:
            return ""
        rate = self.done / seconds
        left = f", about {duration((self.total - self.done) / rate)} left" if self.done < self.total else ""
        return f" in {duration(seconds)}, {60 * rate:.1f} a minute{left}"

    def _print(self, text: str) -> None:
        self.console.print(cut_end(text, LONGEST_LINE), markup=False, highlight=False, soft_wrap=True)


def duration(seconds: float) -> str:
    """Seconds below two minutes, else minutes."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def teller(console: Console) -> Callable[[str], None]:
    """Says a line as it is, however long: one that can be copied."""
    return partial(say_unbroken, console)
