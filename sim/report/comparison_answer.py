"""The answer of a comparison, or of one scenario: its table, its remarks and the sections of its page.

The five lines are written in `sim.report.words.comparison_finding`, the sheets in `sim.report.tables.answer_workbook`.
"""

from collections.abc import Iterator
from functools import partial

from rich.console import Console
from rich.text import Text

from sim.analysis.comparison_result import Comparison
from sim.analysis.sentences import alone, inside, no_difference_claimed
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import measure_and_part, part_text
from sim.report.console import say
from sim.report.description import (
    IN_MIND,
    Description,
    FindingLine,
    Points,
    ScreenTable,
    Section,
    TextRows,
    TextTable,
    Written,
)
from sim.report.figures.captions import FIGURE_CAPTIONS, figures_drawn
from sim.report.json_lines import EventConsole
from sim.report.screen import in_lines, print_answer, print_remarks, shown_briefly, width_of_rows
from sim.report.tables import answer_workbook, comparison_rows, left_out_rows
from sim.report.terminal import LINES_ON_TERMINAL, aloud
from sim.report.words import assumption_words, caveats
from sim.report.words.comparison_finding import (
    OTHER_DEMAND,
    certainty_line,
    finding_of,
    other_levels_line,
    with_other_levels,
)
from sim.report.words.measure_words import labelled, rank_line, short_label, whole_percent
from sim.report.words.worth_text import worth_lines

FIRST_SHOWN = (
    "wait_triage_to_pia_mean.all", "lwbs_or_ama.all", "minutes_without_staff_mean.mental_health",
    "longest_unseen_mean.mental_health", "return_30d_per_patient.mental_health", "staff_cost_per_week.all",
    "length_of_stay_mean.mental_health", "went_home_empty_handed.mental_health", "reach.mental_health",
)  # fmt: skip
"""Measures that are shown before others where there is not room for all, the most important first."""
LAST_SHOWN = ("wait_triage_to_pia_mean.medical", "length_of_stay_mean.medical", "cost_per_visit.all")
"""Those left out first: a column or a row like them is there."""
_HEAD_WIDTH = 13
"""Columns of the terminal that the heads of a page of many staffings are folded to."""
FEWEST_ROWS = 3
"""Rows of the table of the terminal there are always: those that the finding is about, and how many are left out."""
LINES_AROUND = 5
"""Lines left for progress and where the results are; on a terminal, where the bar is drawn over itself, two."""
LINES_OF_LEVELS, LINES_OF_DRAWS = 3, 9
"""The same for what other levels of demand add, and draws of the assumptions."""
_MOST_NAMED = 2
"""Staffings named in a caution; all of them are in `answer.md`."""
N_FIGURES_SHOWN = 2
"""Figures that stand in the page, the first; to the others there are links."""


def describe_comparison(comparison: Comparison, with_figures: bool = False) -> Description:
    """A comparison described; `with_figures`: the figures stand in a folder `figures` beside its page."""
    finding, measures = finding_of(comparison), comparison.known_measures(HEADLINE)
    finding = caveats.with_calibrations(finding, comparison.calibrations)
    whole = with_other_levels(finding, comparison)
    said = (*comparison_rows.peer_day_lines(comparison), *worth_lines(comparison))
    notes = (rank_line(measures), *said, *comparison.notes)
    return Description(
        finding=finding,
        whole_finding=whole,
        title=whole.question,
        intro=caveats.changed_line(comparison),
        n_rows=max(len(measures), len(comparison.staffings)),
        fewest_rows=FEWEST_ROWS,
        screen_table=partial(_screen_table, comparison),
        remarks=remarks_at(comparison, comparison.central_level),
        sections=partial(_page_sections, comparison, with_figures),
        sheets=partial(answer_workbook.sheets_of, comparison),
        keep_in_mind=filter(None, (caveats.changed_line(comparison), *notes, *caveats.in_mind(comparison))),
    )


# --- the terminal


def _screen_table(comparison: Comparison, n_rows: int, width: int) -> ScreenTable:
    """Measures down and staffings across; if they are wider than `width`, staffings down and measures across."""
    rows = measures_down(comparison, n_rows)
    n_shown = len(rows) - 1
    if width_of_rows(rows) > width:
        rows = staffings_down(comparison, n_rows, width)
        n_shown = len(rows[0]) - 1
    is_whole = n_shown == len(comparison.known_measures(HEADLINE)) and comparison.others
    return ScreenTable(rows, [legend(comparison) + ("" if is_whole else " More in answer.md.")])


def measures_down(comparison: Comparison, n_rows: int) -> TextRows:
    """The most important measures in their order, a row for each."""
    measures = comparison.known_measures(HEADLINE)
    ranked = sorted(measures, key=lambda name: (name not in FIRST_SHOWN, name in LAST_SHOWN, measures.index(name)))
    chosen = [name for name in measures if name in ranked[:n_rows]]
    return comparison_rows.measure_rows(
        comparison, comparison_rows.all_staffings(comparison), chosen, short_label, comparison_rows.change_cell
    )


def staffings_down(comparison: Comparison, n_rows: int, width: int) -> TextRows:
    """A row for each staffing, and a column for as many of the most important measures as fit, one at least."""
    names, measures = comparison_rows.all_staffings(comparison), comparison.known_measures(HEADLINE)
    left_out = len(names) - n_rows + 1 if len(names) > n_rows else 0
    more = [f"… {left_out} more, in answer.md"] if left_out else []
    rows: TextRows = []
    for n_columns in range(1, 1 + len(FIRST_SHOWN)):
        chosen = [name for name in measures if name in FIRST_SHOWN[:n_columns]]
        shown = names[: len(names) - left_out]
        across = comparison_rows.measure_rows(comparison, shown, chosen, head_in_lines, comparison_rows.change_cell)
        wider: TextRows = [*zip(*across, strict=True), *((text, *[""] * len(chosen)) for text in more)]
        if rows and width_of_rows(wider) > width:
            break
        rows = wider
    return rows


def legend(comparison: Comparison) -> str:
    """What the cells hold, and the marks that are among them."""
    percent = whole_percent(comparison.confidence)
    marks = caveats.short_marks(any(any(comparison.flags_of(name)) for name in comparison.staffings))
    if not comparison.others:
        one = comparison.n_replications() < 2
        return f"{'One replication' if one else f'Mean ± half-width of its {percent} interval'}.{marks}"
    return (
        f"{comparison.label(comparison.baseline)}: mean ± half-width of its {percent} interval; others: difference "
        f"from it. *: beyond chance, all judged together. =: identical.{marks}"
    )


def remarks_at(comparison: Comparison, *levels: float) -> list[str]:
    """Where to be careful at some levels of demand."""
    cautions = caveats.caution_lines_of(comparison, levels, _MOST_NAMED)
    return [
        *caveats.unfinished_lines(comparison),
        *cautions,
        *caveats.stress_test_lines(comparison),
        *comparison.notes,
    ]


# --- the page


def _page_sections(comparison: Comparison, with_figures: bool) -> Iterator[Section]:
    """The summary, the figures, further tables, sentences, and what must be kept in mind."""
    ranks, taken_home = rank_line(comparison.known_measures(HEADLINE)), comparison_rows.taken_home_rows(comparison)
    yield Section("", [summary(comparison), page_legend(comparison), ranks])
    yield from [Section("Figures", figure_blocks(comparison))] if with_figures else []
    for title, rows, lines in (
        (caveats.demand_title(comparison), comparison_rows.demand_rows(comparison), []),
        ("Matched simulated patients, first visits", comparison_rows.change_rows(comparison), []),
        (comparison_rows.TAKEN_HOME, taken_home, list(comparison_rows.HOME_WORDS) if taken_home else []),
        (comparison_rows.DAY, comparison_rows.peer_day_rows(comparison), comparison_rows.peer_day_lines(comparison)),
    ):
        yield Section(title, [TextTable(rows), " ".join(lines)])
    yield from left_out_rows.left_out_sections(comparison)
    for title, rows, lines in (
        ("Cost", comparison_rows.cost_rows(comparison), []),
        ("What the differences would be worth", comparison_rows.worth_rows(comparison), worth_lines(comparison)),
        *assumption_words.titled_rows(comparison),
    ):
        yield Section(title, [TextTable(rows), " ".join(lines)])
    if not comparison.others:
        yield Section("Every measure, mean over replications", [TextTable(comparison_rows.estimate_rows(comparison))])
    for note in (*comparison.money_notes, *comparison.notes):
        yield Section("", [note])
    for title, lines in sentences_by_staffing(comparison):
        yield Section(title, [Points(lines)])
    yield Section(IN_MIND, [Points(caveats.in_mind(comparison))])


def head_in_lines(name: str) -> str:
    """The head of a column of a measure."""
    return in_lines(short_label(name), _HEAD_WIDTH)


def summary(comparison: Comparison) -> TextTable:
    """Headline measures by staffing: estimate and paired difference."""
    names = comparison_rows.all_staffings(comparison)
    rows: TextRows = [("", *(comparison_rows.marked_label(comparison, name) for name in names))]
    rows.append(("Replications", *[str(comparison.n_replications())] * len(names)))
    headings = set()
    for part, measures in comparison_rows.groups_of_measures(comparison):
        headings.add(len(rows))
        rows.append((part_text(part).capitalize(), *[""] * len(names)))
        rows += comparison_rows.measure_rows(comparison, names, measures, labelled, comparison_rows.whole_cell)[1:]
    return TextTable(rows, headings)


def page_legend(comparison: Comparison) -> str:
    """What stands in the cells of the summary."""
    baseline = inside(comparison.label(comparison.baseline))
    return (
        f"Mean over replications; in brackets the paired difference from {baseline} "
        f"± half-width of its {whole_percent(comparison.confidence)} interval, in % points for shares. "
        f"*: beyond chance when all headline measures are judged together. =: identical to the last bit. "
        f"{caveats.LEGEND}{level_of_marks(comparison)}"
    )


def level_of_marks(comparison: Comparison) -> str:
    """At which level of demand a mark beside a staffing holds, where there are several."""
    demand = caveats.central_demand(comparison)
    where = f" A mark beside a staffing is of {demand}; the table of demand marks each level."
    return where if len(comparison.levels) > 1 else ""


def figure_blocks(comparison: Comparison) -> list[Written]:
    """The first figures, and links to the others."""
    links = [f"[{FIGURE_CAPTIONS[name]}](figures/{name}.png)" for name in figures_drawn(comparison)]
    shown, linked = links[:N_FIGURES_SHOWN], links[N_FIGURES_SHOWN:]
    return [*(Written(f"!{link}") for link in shown), Written(f"More: {', '.join(linked)}.")]


def sentences_by_staffing(comparison: Comparison) -> Iterator[tuple[str, list[str]]]:
    """What the headline differences mean at the central level of demand, by staffing; identical ones in one."""
    for staffing in comparison.others if len(comparison.differences) else ():
        name = comparison.label(staffing)
        if comparison.flags_of(staffing)[1]:
            yield name, [no_difference_claimed(name)]
            continue
        found = {each: comparison.difference(staffing, each) for each in comparison.known_measures(HEADLINE)}
        lines = [item.sentence for item in found.values() if item is not None and not item.identical]
        same = [in_sentence(each) for each, item in found.items() if item is not None and item.identical]
        baseline = alone(comparison.label(comparison.baseline))
        yield name, lines + [f"Identical to the last bit to {baseline}: {'; '.join(same)}."] * bool(same)


def in_sentence(name: str) -> str:
    """A measure and its part inside a sentence."""
    measure, part = measure_and_part(name)
    return inside(measure.label) if measure.by == "run" else f"{inside(measure.label)} ({part_text(part)})"


# --- the terminal, in two parts


def print_comparison(comparison: Comparison, console: Console, lines_to_come: int = 0) -> None:
    """The answer on the terminal; `lines_to_come` are left for what other levels of demand and draws of the assumptions
    add, which are still being played."""
    answer = describe_comparison(comparison)
    if shown_briefly(answer.whole_finding, console, answer.intro, answer.remarks, is_whole=not lines_to_come):
        return
    around = LINES_ON_TERMINAL - 1 if console.is_terminal else LINES_AROUND
    print_answer(answer, console, around + lines_to_come)


def print_other_levels(comparison: Comparison, console: Console) -> None:
    """What further levels of demand and draws of the assumptions add to the answer at the central level, and whether
    some were not played whole."""
    if isinstance(console, EventConsole):
        print_comparison(comparison, console)
        return
    further = [level for level in comparison.levels if level != comparison.central_level]
    lines = [certainty_line(comparison), FindingLine(OTHER_DEMAND, other_levels_line(comparison))]
    with aloud(console):
        for line in lines:
            if line is not None and line.text:
                say(console, Text.assemble("• ", (line.label, "bold"), f": {line.text}"))
    cautions = caveats.caution_lines_of(comparison, further, _MOST_NAMED)
    print_remarks([*caveats.unfinished_lines(comparison), *cautions], console)
