"""A table of plain cells for the terminal: looks as Rich's own, in a tenth of its time.

Rich renders every cell by itself and twice measures it, since a cell may be anything; hundreds of rows would take as
long as a run. Tables with other than plain cells are Rich's own (`sim.report.console`).
"""

from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text


class PlainTable:
    """The first row as head; the first column left, the others right, a blank on each side of what divides them.

    `dense`: no blank to the right of it, and no empty line below the table.
    """

    def __init__(self, rows: Sequence[Sequence[str]], dense: bool = False) -> None:
        self.rows = rows
        self.dense = dense

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        n_columns = len(self.rows[0])
        frame = box.SIMPLE_HEAD.substitute(options, safe=console.safe_box)
        before = [number > 0 and not self.dense for number in range(n_columns)]
        after = [number < n_columns - 1 for number in range(n_columns)]
        blanks = [left + right for left, right in zip(before, after, strict=True)]
        widths = [
            max(width_of(cell) for cell in column) + around
            for column, around in zip(zip(*self.rows, strict=True), blanks, strict=True)
        ]
        widths = fitted(widths, options.max_width - n_columns - 1)
        inner = [max(0, width - around) for width, around in zip(widths, blanks, strict=True)]
        cells_of = [
            [wrapped(cell, number, inner[number], console) for number, cell in enumerate(row)] for row in self.rows
        ]
        head, *body = [lines_of(cells, inner, at_foot=number == 0) for number, cells in enumerate(cells_of)]
        bold = console.get_style("table.header")

        yield from line(frame.get_top(widths))
        for cells in head:
            for number, cell in enumerate(cells):
                yield Segment(frame.head_vertical if number else frame.head_left)
                yield Segment(" " * before[number] + cell + " " * after[number], bold)
            yield from line(frame.head_right)
        yield from line(frame.get_row(widths, "head"))
        for row in body:
            for cells in row:
                parts = [" " * before[number] + cell + " " * after[number] for number, cell in enumerate(cells)]
                yield from line(frame.mid_left + frame.mid_vertical.join(parts) + frame.mid_right)
        if not self.dense:
            yield from line(frame.get_bottom(widths))


def line(text: str) -> tuple[Segment, Segment]:
    return Segment(text), Segment.line()


def width_of(cell: str) -> int:
    """Columns of the terminal that a cell takes."""
    return cell_len(cell) if cell.isprintable() else max(map(cell_len, Text(cell).plain.split("\n")))


def fitted(widths: list[int], room: int) -> list[int]:
    """Widths that together fit: the widest columns give way, those of one width alike."""
    fitting = [min(width, room) for width in widths]
    while (excess := sum(fitting) - room) > 0 and (widest := max(fitting)) > 1:
        most = min(excess, widest - max((width for width in fitting if width != widest), default=0))
        left = fitting.count(widest)
        for number, width in enumerate(fitting):
            if width == widest:
                taken = min(most, round(excess / left))
                fitting[number], excess, left = width - taken, excess - taken, left - 1
    return fitting


def lines_of(cells: Sequence[list[str]], widths: Sequence[int], at_foot: bool) -> list[tuple[str, ...]]:
    """A row line by line; cells of fewer lines stand at its head or at its foot."""
    height = max(map(len, cells))
    filled = []
    for lines, width in zip(cells, widths, strict=True):
        empty = [" " * width] * (height - len(lines))
        filled.append(empty + lines if at_foot else lines + empty)
    return list(zip(*filled, strict=True))


def wrapped(cell: str, number: int, width: int, console: Console) -> list[str]:
    """A cell of a column in lines as wide as that."""
    if width and not (cell.isprintable() and cell_len(cell) <= width):
        return [
            each.plain
            for each in Text(cell).wrap(console, width, justify="right" if number else "left", overflow="ellipsis")
        ]
    spare = " " * (width - cell_len(text := cell.rstrip() if number else cell))
    return [spare + text if number else text + spare]
