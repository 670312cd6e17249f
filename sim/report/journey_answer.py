"""One child's visit under two staffings in words: what differs, how the child was chosen, both journeys side by side.

The words of each journey are those of `sim.report.journey`, the picture is `sim.report.figures.journey_figure`.
"""

import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.analysis.journeys import SharedVisit, Standing
from sim.engine.measures.number_text import counted, part_text, plain_number
from sim.engine.trajectory import Trajectory
from sim.io.workbook import Column
from sim.report.console import say
from sim.report.description import CERTAINTY, Finding, FindingLine, Points, Section, TextRows, TextTable
from sim.report.html_page import Picture
from sim.report.journey import DEPARTURES, WORTH_SAYING_MINUTES, Forks, journey
from sim.report.screen import finding_texts, shown_briefly
from sim.report.stored_answer import StoredAnswer, stored_answer
from sim.report.terminal import LINE_WIDTH
from sim.report.words.caveats import RESPECT

if TYPE_CHECKING:
    import pandas as pd

ILLUSTRATION = (
    "One simulated child is an illustration of how the rules work, and no evidence of what peers change: for that see "
    "the comparison of all children (peered)."
)
NO_PEER_HERE = "no peer was with this child: what differs comes of who else is free when"
COLUMN_GAP = 2
"""Columns between two journeys side by side."""
HANG = " " * 18
"""Under the text of a line, past its two times."""


@dataclass(frozen=True)
class TwoJourneys:
    """A visit under two staffings, the baseline first: their labels, their runs, the visit and how it was chosen.

    `standing` None: the visit is none of those that the rule chooses from. `forks` of the stream, with their branches.
    """

    labels: tuple[str, str]
    runs: tuple[Trajectory, Trajectory]
    visit: SharedVisit
    stream: str
    by_rule: bool
    standing: Standing | None
    forks: Forks = field(default_factory=dict)

    @property
    def lines(self) -> tuple[list[str], list[str]]:
        """Both journeys in words."""
        first, second = (journey(run, row, self.forks) for run, row in zip(self.runs, self.visit.rows, strict=True))
        return first, second

    @property
    def rows(self) -> tuple[Any, Any]:
        """Both rows of the tables of visits."""
        first, second = (run.visits.iloc[row] for run, row in zip(self.runs, self.visit.rows, strict=True))
        return first, second


def journey_summary(answer: TwoJourneys, names: Sequence[str]) -> "pd.DataFrame":
    """Minutes and the end of the visit, a row for each, a column for each staffing by its name."""
    import pandas as pd

    columns = {
        name: {
            "minutes_to_physician": float(row.pia - row.arrival),
            "minutes_without_staff": alone,
            "minutes_with_a_peer": float(row.minutes_accompanied),
            "minutes_until_departure": float(row.departure - row.arrival),
            "departure": str(row.disposition),
        }
        for name, row, alone in zip(names, answer.rows, answer.visit.alone, strict=True)
    }
    return pd.DataFrame(columns, dtype=object)


def stream_text(stream: str) -> str:
    """`mental-health`, before the word visit."""
    return part_text(stream).removesuffix(" visits")


def heading(answer: TwoJourneys) -> str:
    """Whose journey it is."""
    who, (first, second) = f"patient {answer.visit.patient}", answer.labels
    return f"One {stream_text(answer.stream)} visit ({who}) under two staffings: {first} and {second}"


def what_differs(answer: TwoJourneys) -> str:
    """Time alone, company, first physician and departure under the second staffing, in one sentence."""
    note = note_without_peer(answer)
    return f"Under {differences_in_words(answer)}{f' ({note})' if note else ''}."


def differences_in_words(answer: TwoJourneys) -> str:
    """`Peers added: 54 min without staff, not 64 (10 minutes less); ...`."""
    before, after = answer.rows
    parts = [time_alone(answer.visit)] if not math.isnan(answer.visit.change) else []
    parts += [company(before, after)]
    parts += [moment("a physician comes", after.pia - before.pia), moment("the visit ends", _end(before, after))]
    if before.disposition != after.disposition:
        ends = DEPARTURES[after.disposition], DEPARTURES[before.disposition]
        parts.append(f"the child {ends[0]}; under {answer.labels[0]} the child {ends[1]}")
    return f"{answer.labels[1]}: {'; '.join(part for part in parts if part)}"


def note_without_peer(answer: TwoJourneys) -> str:
    """Where a difference comes from that no peer at this child has made; empty where a peer set out to the child."""
    return "" if any(row.n_peer_spells for row in answer.rows) else NO_PEER_HERE


def time_alone(visit: SharedVisit) -> str:
    """Minutes without staff in both, and their difference as it is shown."""
    before, after = visit.alone
    return f"{after:.0f} min without staff, not {before:.0f} ({minutes_changed(visit)})" if shown_change(visit) else (
        f"as long without staff ({after:.0f} min)"
    )  # fmt: skip


def shown_change(visit: SharedVisit) -> int:
    """The difference of the minutes as they are shown, whole ones."""
    return round(visit.alone[1]) - round(visit.alone[0])


def minutes_changed(visit: SharedVisit) -> str:
    """`12 minutes less`."""
    minutes = shown_change(visit)
    return f"{counted(abs(minutes), 'minute')} {'less' if minutes < 0 else 'more'}" if minutes else "as many minutes"


def company(before: Any, after: Any) -> str:
    """Minutes with a peer in both."""
    if before.minutes_accompanied > 0.0:
        return f"a peer's company for {after.minutes_accompanied:.0f} min, not {before.minutes_accompanied:.0f}"
    if after.minutes_accompanied > 0.0:
        return f"a peer's company for {after.minutes_accompanied:.0f} min"
    return "no company of a peer in either" if not after.n_peer_spells else "a peer who sets out and turns back"


def moment(what: str, minutes: float) -> str:
    """That something comes earlier, later or at the same time; empty where it comes in one of them only."""
    if math.isnan(minutes):
        return ""
    if abs(minutes) < WORTH_SAYING_MINUTES:
        return f"{what} at the same time"
    return f"{what} {abs(minutes):.0f} min {'earlier' if minutes < 0 else 'later'}"


def _end(before: Any, after: Any) -> float:
    return float(after.departure - before.departure)


def how_chosen(answer: TwoJourneys) -> str:
    """The rule, and where this child stands by it."""
    who = f"eligible {stream_text(answer.stream)} visits of the first week"
    if answer.standing is None:
        return f"Chosen by number (study.patient); none of the {who}, among which a rule would choose."
    at = answer.standing
    stands = (
        f"This child has {minutes_changed(answer.visit)} without staff; of {at.n} {who}, in the order of that change, "
        f"{at.n_lower} stand before this one (towards less time without staff) and {at.n_higher} after."
    )
    if answer.by_rule:
        return (
            "Chosen by a rule that favours no staffing: the visit whose minutes without staff change by the median "
            f"amount. {stands}"
        )
    return f"Chosen by number (study.patient), not by the rule. {stands}"


JOURNEY_HEAD = ("Since arrival", "Clock", "What happens")
"""Columns of a journey."""
JOURNEY_FIGURE = "journey"


def journeys_answer(answer: TwoJourneys, svg: str = "") -> StoredAnswer:
    """The whole answer, with its drawing where one was made."""
    lines = (
        FindingLine("What differs", what_differs(answer)),
        FindingLine("Which child", how_chosen(answer)),
        FindingLine(CERTAINTY, ILLUSTRATION),
    )
    sections = [Section(BESIDE, [TextTable(beside_rows(answer))])]
    for label, told in zip(answer.labels, answer.lines, strict=True):
        rows: TextRows = [JOURNEY_HEAD, *map(cells_of, told)]
        sections.append(Section(label, [TextTable(rows, is_words=True)]))
    sections.append(Section("How to read this", [Points([how_chosen(answer), ILLUSTRATION, RESPECT])]))
    caption = "Both journeys as bars along the time since arrival"
    pictures = [Picture(JOURNEY_FIGURE, caption, svg, f"{JOURNEY_FIGURE}.png")] if svg else []
    return stored_answer(Finding(heading(answer), lines), sections, pictures)


BESIDE = "Both beside each other"


def beside_rows(answer: TwoJourneys) -> TextRows:
    """What differs as numbers: times of this one visit in minutes, and how it ended."""
    rows = answer.rows

    def minutes(values: Iterable[float]) -> tuple[str, ...]:
        return tuple(plain_number(float(value), 1) for value in values)

    return [
        ("This visit", *answer.labels),
        ("Minutes without staff", *minutes(answer.visit.alone)),
        ("Minutes of a peer's company", *minutes(row.minutes_accompanied for row in rows)),
        ("Minutes until a physician came", *minutes(row.pia - row.arrival for row in rows)),
        ("Minutes of the stay", *minutes(row.departure - row.arrival for row in rows)),
        ("How it ended", *(DEPARTURES[row.disposition] for row in rows)),
    ]


def cells_of(line: str) -> tuple[str, ...]:
    """A line of a journey as cells of `JOURNEY_HEAD`."""
    at, after, text = line.split("  ", 2)
    return after, at, text


def journey_lines(answer: StoredAnswer) -> dict[str, list[str]]:
    """The lines of the journeys by staffing."""
    told = {}
    for section in answer.described():
        for block in section.blocks:
            if isinstance(block, TextTable) and block.rows[0] == JOURNEY_HEAD:
                told[section.title] = [f"{at}  {after}  {text}" for after, at, text in block.rows[1:]]
    return told


def journeys_table(answer: StoredAnswer) -> "pd.DataFrame":
    """A row for each moment of each journey."""
    import pandas as pd

    rows = [(label, *cells_of(line)) for label, lines in journey_lines(answer).items() for line in lines]
    return pd.DataFrame(rows, columns=["staffing", "since_arrival", "clock", "what"])


JOURNEY_COLUMNS = {
    "staffing": Column("Staffing"),
    "since_arrival": Column("Since arrival (h:min)"),
    "clock": Column("Clock"),
    "what": Column("What happens", wrap=True),
}


def print_journeys(answer: StoredAnswer, console: Console) -> None:
    """Heading, what differs, both journeys (side by side where there is room), and what this is not."""
    if shown_briefly(answer.finding, console):
        return
    question, differs, *others = finding_texts(answer.finding)
    say(console, question)
    say(console, differs)
    console.print()
    told = journey_lines(answer)
    if console.width >= LINE_WIDTH and len(told) == len(JOURNEY_SIDES):
        console.print(side_by_side(told), highlight=False, width=LINE_WIDTH)
    else:
        for label, lines in told.items():
            say(console, label, "bold")
            for line in lines:
                console.print(Text(hung(line, console.width)), highlight=False)
        console.print()
    for text in others:
        say(console, text)


JOURNEY_SIDES = ("left", "right")


def side_by_side(told: Mapping[str, Sequence[str]]) -> Table:
    """Two journeys in two columns; lines that are the same stand beside each other."""
    width = (LINE_WIDTH - COLUMN_GAP) // len(JOURNEY_SIDES)
    table = Table.grid(padding=(0, COLUMN_GAP, 0, 0))
    for _ in JOURNEY_SIDES:
        table.add_column(width=width)
    table.add_row(*(Text(label, "bold") for label in told))
    left_lines, right_lines = told.values()
    for left, right in beside_each_other(left_lines, right_lines):
        table.add_row(Text(hung(left, width)), Text(hung(right, width)))
    return table


def beside_each_other(left: Sequence[str], right: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of lines: those of the same work together, and between them those that one journey alone has."""
    pairs, works = list[tuple[str, str]](), [[work_of(line) for line in side] for side in (left, right)]
    for _, begin, end, start, stop in SequenceMatcher(None, works[0], works[1], autojunk=False).get_opcodes():
        n_lines = max(end - begin, stop - start)
        padded = ([*side, *[""] * (n_lines - len(side))] for side in (left[begin:end], right[start:stop]))
        pairs += zip(*padded, strict=True)
    return pairs


def work_of(line: str) -> str:
    """What a line of a journey says before its first comma or semicolon, without its times."""
    return re.split("[,;]", line.split("  ", 2)[-1])[0]


def hung(line: str, width: int) -> str:
    """A line of a journey, wrapped so that its text hangs below itself."""
    return textwrap.fill(line, max(width, len(HANG) + 12), subsequent_indent=HANG)
