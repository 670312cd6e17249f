"""What is said while a study is under way: how much is done, and why nothing comes yet.

The answer is printed by `sim.report.console`.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from sim.department.short_text import cut_end
from sim.io.clean_text import one_line
from sim.report.console import say_unbroken
from sim.report.early_table import EarlyTable
from sim.report.json_lines import EventConsole
from sim.report.terminal import LINE_WIDTH, QuietConsole, aloud

LONGEST_LINE = 100
"""Characters of a line of progress; labels of scenarios may be longer."""
COLUMNS_BESIDE_BAR = 40
"""Columns of a bar on a terminal beside itself, what is played and the last piece of it: counts, pace, time left."""
Advance = Callable[[str], None]
Early = Callable[[], EarlyTable | None]
"""Gives what is known before all is played, if anything is."""


def nothing_early() -> None:
    """For work that says nothing before its end."""


@contextmanager
def progress(
    total: int, what: str, console: Console | None = None, brief: bool = False, early: Early = nothing_early
) -> Iterator[Advance]:
    """Count `total` pieces of work: a bar on a terminal, plain lines elsewhere. Yields what to call after each piece.

    The bar and the lines show how many are done, how many a minute, and the time left. `brief`: off a terminal no line
    at the beginning and none at the end, for one of many rounds. `early` is drawn above the bar for as long as there is
    something, and stays away elsewhere: of what is kept, only the answer may be read.
    """
    shown = console or Console()
    if isinstance(shown, EventConsole):
        yield ProgressEvents(total, what, shown, early).advance
    elif isinstance(shown, QuietConsole):
        yield lambda _: None
    elif shown.is_terminal:
        with bar_on_terminal(total, what, shown, early) as advance:
            yield advance
    else:
        lines = ProgressLines(total, what, shown, brief=brief)
        yield lines.advance
        lines.end()


@contextmanager
def bar_on_terminal(total: int, what: str, console: Console, early: Early) -> Iterator[Advance]:
    """A bar, below what is known early; it is drawn in its place, and only the bar is left at the end."""
    bar_width = 24 if console.width >= LINE_WIDTH else 12
    room = max(20, console.width - bar_width - COLUMNS_BESIDE_BAR)
    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(bar_width=bar_width), MofNCompleteColumn(),
        RateColumn(), TimeRemainingColumn(), TextColumn("left  {task.fields[note]}", markup=False), console=console,
    )  # fmt: skip
    task = bar.add_task(cut_end(one_line(what), room // 2), total=total, note="")
    drawn_early, is_over = early(), False

    def drawn() -> Group:
        return Group(bar) if is_over or drawn_early is None else Group(drawn_early, bar)

    with Live(console=console, get_renderable=drawn, refresh_per_second=10) as live:  # past the hooks of the console

        def advance(note: str) -> None:
            nonlocal drawn_early
            bar.update(task, advance=1, note=cut_end(one_line(note), room // 2))
            before, drawn_early = drawn_early, early()
            if drawn_early is not before:
                live.refresh()

        try:
            yield advance
        finally:
            is_over = True


class ProgressEvents:
    """Progress as events, one a piece of work; and each look at the first replications, once."""

    def __init__(self, total: int, what: str, console: EventConsole, early: Early) -> None:
        self.total, self.what, self.console, self.early = total, what, console, early
        self.done, self.last_look = 0, early()
        self._tell("")

    def advance(self, note: str) -> None:
        """One more is done."""
        self.done += 1
        self._tell(note)
        table = self.early()
        if table is not None and table is not self.last_look:
            look = table.look
            self.console.event(
                "look", n=look.n, planned=look.planned, level=look.level, provisional=True, rows=table.facts
            )
        self.last_look = table

    def _tell(self, note: str) -> None:
        self.console.event("progress", what=self.what, done=self.done, of=self.total, note=note)


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
    """Says a line as it is, however long, one that can be copied; on a quiet console too."""

    def tell(line: str) -> None:
        with aloud(console):
            say_unbroken(console, line)

    return tell


def tell_results(console: Console, folder: Path, files: Sequence[str]) -> None:
    """Where the results are: the last line of a study."""
    if isinstance(console, EventConsole):
        console.event("results", folder=folder, files=files)
        return
    teller(console)(f"results are in {folder}: {', '.join(files)}")
