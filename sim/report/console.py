"""Paragraphs and tables on the terminal, at most 100 columns wide; problems and assumptions shown so.

The answer of a comparison is `sim.report.comparison_answer`, what is said before there is one `sim.report.progress`.
"""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.department.scenario import ScenarioError
from sim.engine.measures.number_text import counted
from sim.report.terminal import LINE_WIDTH
from sim.visits.file_error import VisitsFileError


def print_problems(error: ScenarioError | VisitsFileError, console: Console) -> None:
    """Every problem with its place, value and remedy."""
    if isinstance(error, VisitsFileError):
        say_unbroken(console, f"{error.path}: {counted(len(error.lines), 'problem')}; nothing was written", "bold")
        for text in error.lines:
            say(console, f"  {text}")
        return
    say(console, f"{counted(len(error.problems), 'problem')}; nothing was run, nothing was written", style="bold")
    for problem in error.problems:
        say_unbroken(console, f"  {shortened(problem.path)} = {shortened(problem.value)}")
        say(console, f"    {shortened(problem.remedy)}")


LONGEST_SHOWN = 2_000
"""Characters of a place, a value or a remedy that are shown: a slip can be megabytes long."""


def shortened(text: str) -> str:
    """A text, or its beginning and end with how many characters are left out between them."""
    if len(text) <= LONGEST_SHOWN:
        return text
    half = LONGEST_SHOWN // 2
    return f"{text[:half]} … {len(text) - 2 * half:,} characters … {text[-half:]}"


def say(console: Console, text: str | Text, style: str = "") -> None:
    """A paragraph, wrapped, with nothing in it taken for markup."""
    console.print(Text("\n").join(wrapped_lines(text, console)), style=style, highlight=False)


def wrapped_lines(text: str | Text, console: Console) -> list[Text]:
    """The lines of a paragraph; those after the first hang below its text."""
    said = Text(text) if isinstance(text, str) else text
    hang = len(said.plain) - len(said.plain.lstrip(" •"))
    first, *rest = said.wrap(console, min(LINE_WIDTH, console.width) - hang) if said.plain else [Text("")]
    return [first, *(Text(" " * hang) + line for line in rest)]


def say_unbroken(console: Console, text: str, style: str = "") -> None:
    """A line that is not wrapped here, so that paths and keys in it can be searched for and copied."""
    console.print(Text(text), style=style, soft_wrap=True, highlight=False)


def show(console: Console, table: Table) -> None:
    """A table no wider than a page, nor than the terminal."""
    console.print(table, width=min(LINE_WIDTH, console.width), highlight=False)
