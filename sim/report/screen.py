"""An answer on the terminal: the finding, a table as high as there is room for, and where to be careful.

Everything a study shows, progress included, keeps to `MOST_LINES`; what is left over is in `answer.md`.
"""

import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.department.short_text import cut_end
from sim.engine.measures.number_text import counted
from sim.report.console import say, show, wrapped_lines
from sim.report.description import GIVES_WAY, Description, Finding, ScreenTable, TextRows
from sim.report.json_lines import EventConsole
from sim.report.terminal import LINE_WIDTH, QuietConsole, aloud

MOST_LINES = 40
"""Lines of a terminal of 100 columns that the answer of any study may take."""
MOST_REMARK_LINES = 7
"""Lines for remarks to which rows of the table give way."""
FEWEST_REMARK_LINES = 1
"""Lines for remarks that there are always."""
LONGEST_INTRO = 180
"""Characters of what was changed; all of it is in `answer.md`."""
TABLE_FRAME = 2
"""Lines of a table beside its cells: a blank one above it, and the rule below its head."""


def print_answer(answer: Description, console: Console, lines_around: int = 0) -> None:
    """Print the answer in at most `MOST_LINES` less `lines_around`, those printed before it and after it."""
    if shown_briefly(answer.whole_finding, console, answer.intro, answer.remarks):
        return
    remarks = list(answer.remarks)
    intro, is_narrow = cut_end(answer.intro, min(LONGEST_INTRO, 2 * console.width - 4)), console.width < LINE_WIDTH
    above = [*finding_texts(answer.finding), *([Text(intro, "dim")] if intro else [])]
    room = MOST_LINES - lines_around - sum(n_lines(text, console) for text in above)
    if room < least_below(answer, console) and any(line.label in GIVES_WAY for line in answer.finding.lines):
        lines = tuple(line for line in answer.finding.lines if line.label not in GIVES_WAY)
        print_answer(replace(answer, finding=answer.finding._replace(lines=lines)), console, lines_around)
        return
    for text in above:
        say(console, text)
    if answer.n_rows:
        table = highest_table(answer, room - lines_wanted(remarks, console), console)
        if not is_narrow:
            console.print()
        show(console, rich_table(table.rows))
        for line in table.below:
            say(console, line, style="dim")
        room -= height(table, console)
    if room > 0 or not is_narrow:  # what the legend says last, on a narrow terminal: more is in answer.md
        print_remarks(remarks, console, max(room, FEWEST_REMARK_LINES))


def least_below(answer: Description, console: Console) -> int:
    """Lines that the lowest table and the remarks there are always take."""
    if not answer.n_rows:
        return FEWEST_REMARK_LINES
    table = answer.screen_table(answer.fewest_rows, min(LINE_WIDTH, console.width))
    return height(table, console) + FEWEST_REMARK_LINES


def shown_briefly(
    finding: Finding, console: Console, changed: str = "", remarks: Iterable[str] = (), is_whole: bool = True
) -> bool:
    """Show a finding alone where nothing else is wanted: its five lines on a quiet console, an event to a program.

    Returns whether that was so.
    """
    if isinstance(console, EventConsole):
        console.answer(finding, changed, remarks, is_whole)
        return True
    if isinstance(console, QuietConsole):
        _, *lines = finding_texts(finding)
        with aloud(console):
            for text in lines:
                say(console, text)
        return True
    return False


def finding_texts(finding: Finding) -> Iterator[Text]:
    """The paragraphs of a finding: the question, then the five lines."""
    yield Text(finding.question, "bold cyan")
    yield from (Text.assemble("• ", (line.label, "bold"), f": {line.text}") for line in finding.lines)


def say_finding(finding: Finding, console: Console) -> int:
    """Print a finding whole. Returns the lines it took."""
    texts = list(finding_texts(finding))
    for text in texts:
        say(console, text)
    return sum(n_lines(text, console) for text in texts)


def n_lines(text: str | Text, console: Console) -> int:
    """Lines that a paragraph takes, as `say` breaks it."""
    return len(wrapped_lines(text, console))


def lines_wanted(remarks: Sequence[str], console: Console) -> int:
    """Lines that the weightiest remarks take, as far as rows of the table give way to them, with one for how many are
    left."""
    taken = 0
    for text in remarks:
        if taken + n_lines(f"• {text}", console) > MOST_REMARK_LINES:
            break
        taken += n_lines(f"• {text}", console)
    return taken + 1


def print_remarks(remarks: Sequence[str], console: Console, room: int = FEWEST_REMARK_LINES) -> None:
    """As many whole as fit into `room` lines of the terminal, then how many are left for `answer.md`."""
    for number, text in enumerate(remarks):
        is_last = number == len(remarks) - 1
        taken = n_lines(f"• {text}", console)
        if taken > room - (not is_last):
            beginnings = "; ".join(f"{' '.join(each.split()[:4])} …" for each in remarks[number:])
            left = f"• {counted(len(remarks) - number, 'remark')} more in answer.md: {beginnings}"
            say(console, cut_end(left, min(LINE_WIDTH, console.width) - 2))
            return
        room -= taken
        say(console, f"• {text}")


# --- tables


def highest_table(answer: Description, room: int, console: Console) -> ScreenTable:
    """The table with as many rows as fit into `room` lines, found by halving; it has `fewest_rows` in any case."""
    width = min(LINE_WIDTH, console.width)
    fewest, most = answer.fewest_rows, max(answer.n_rows, answer.fewest_rows)
    while fewest < most:
        middle = (fewest + most + 1) // 2
        if height(answer.screen_table(middle, width), console) <= room:
            fewest = middle
        else:
            most = middle - 1
    return answer.screen_table(fewest, width)


def height(table: ScreenTable, console: Console) -> int:
    """Lines that a table takes with those below it, where no cell is wrapped."""
    rows = sum(1 + max(cell.count("\n") for cell in row) for row in table.rows)
    return TABLE_FRAME + rows + sum(n_lines(text, console) for text in table.below)


def rich_table(rows: TextRows, left: Collection[int] = (0,)) -> Table:
    """Plain cells, the first row as head, columns right but for those `left`; a second line of a cell is a change."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for number, head in enumerate(rows[0]):
        table.add_column(Text(head), justify="left" if number in left else "right", overflow="fold")
    for first, *cells in rows[1:]:
        table.add_row(Text(first), *map(cell_text, cells))
    return table


def cell_text(cell: str) -> Text:
    """A cell; the difference below a value is bold where it is beyond chance."""
    value, blank, change = cell.partition("\n")
    return Text.assemble(value, (blank + change, "bold" if "*" in change else "dim")) if change else Text(cell)


def width_of_rows(rows: TextRows) -> int:
    """Columns of the terminal that a table takes without wrapping a cell."""
    widths = (max(cell_len(line) for cell in column for line in cell.split("\n")) for column in zip(*rows, strict=True))
    return sum(width + 2 for width in widths)


def in_lines(text: str, width: int) -> str:
    """A head folded to a width, between words."""
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))
