"""The answer of a break-even study in words: where net benefit turns, how likely by the prior, what it is made of.

The numbers are those of `sim.analysis.breakeven`; the figure is `sim.report.figures.breakeven_figure`.
"""

import math
import shlex
from collections.abc import Iterator, Sequence

from rich.console import Console

from sim.analysis.breakeven import BreakEvenAnswer, StaffingAnswer
from sim.analysis.price_years import price_years_text
from sim.analysis.sentences import inside
from sim.analysis.valuation import Worth, preset_text
from sim.engine.measures.number_text import (
    bare,
    cad,
    counted,
    measure_and_part,
    part_text,
    plain_number,
    scale,
    unit_of_difference,
)
from sim.io.clean_text import for_markdown, one_line
from sim.report.console import say, show
from sim.report.markdown import markdown_table
from sim.report.tables.plain_table import PlainTable
from sim.report.tables.table_cells import Rows
from sim.report.terminal import lines_written
from sim.report.words.breakeven_finding import (
    MOST_STAFFINGS,
    ONLY_A_PRIOR,
    break_even_finding,
    chance_sentence,
    curve_at,
    curve_of,
    effect_number,
    effect_text,
    price_sentences,
    shown_presets,
    stress_tests,
    verdict_text,
)
from sim.report.words.cautions import LEGEND, MANY_LEAVE, NO_STEADY_STATE, caution_lines, marked
from sim.report.words.caveats import CHANCE_ONLY, RESPECT, STRESS_TEST
from sim.report.words.finding import MOST_LINES, finding_markdown, n_lines, print_finding
from sim.report.words.short_names import cut_middle
from sim.report.words.worth_text import capital, counted_text, money_text, not_counted_text

BENT = 0.1
"""Share of the half-width above which it is said that straight lines between the effects played are too coarse."""
TABLE_FRAME = 4
"""Lines of the table beside its rows: the head, the rule, and a blank line above and below."""
FEWEST_ROWS = 3
LONGEST_LABEL = 30
"""Characters of a staffing at the head of its column."""
PAIRED = (
    "What is avoided is the difference between the staffings on the same patients, as played, not a share of visits; "
    "transfers count as admissions."
)
GOING_ON = (
    "With `output=` and this folder it goes on here: nothing is played twice, and more replications "
    "(`study.replications=`) only add to those there are."
)


def print_break_even(answer: BreakEvenAnswer, console: Console, lines_after: int = 0) -> None:
    """The finding and the curve in at most `MOST_LINES`; `lines_after`: lines that will be printed below."""
    finding = break_even_finding(answer)
    fixed = [finding.question, *(f"• {line.label}: {line.text}" for line in finding.lines), legend(answer)]
    frame = TABLE_FRAME + (len(answer.staffings) > 1)  # the head of several staffings takes two lines
    used = lines_written(console) + lines_after + frame + sum(n_lines(text, console) for text in fixed)
    print_finding(finding, console)
    if answer.staffings:
        rows = console_rows(answer, max(MOST_LINES - used, FEWEST_ROWS))
        show(console, PlainTable(rows))
        say(console, legend(answer, len(rows) - 1), style="dim")
    if not answer.is_whole:
        say(console, stopped_early(answer))


def legend(answer: BreakEvenAnswer, n_shown: int = 0) -> str:
    """What stands in the table, and at how many of the effects."""
    marks = f" {MANY_LEAVE}: many leave. {NO_STEADY_STATE}: no steady state."
    n = len(answer.plan.effects)
    left_out = f" {n_shown} of {n} effects." if n_shown < n else ""
    flagged = answer.cautions[["many_leave", "no_steady_state"]].to_numpy(bool).any()
    presets = answer.plan.presets
    by = f" {capital(preset_text(presets[0]))}." if len(presets) > 1 and len(answer.staffings) > 1 else ""
    return (
        f"Net benefit: what is counted, beside {inside(answer.plan.baseline)}, with its "
        f"{100 * answer.plan.design.confidence:g} % interval.{by}{marks if flagged else ''}{left_out}"
    )


def console_rows(answer: BreakEvenAnswer, most: int) -> Rows:
    """The curve of one staffing by each preset, or those of some staffings side by side, at so many effects."""
    items = answer.staffings[:MOST_STAFFINGS]
    kept = some_effects(answer.plan.effects, most)
    shown = shown_presets(answer, items[0])
    if len(items) == 1:
        head, *rows = curves_of_presets(answer, shown) if len(shown) > 1 else curve_rows(answer, items[0])
        return [head, *(row for row, effect in zip(rows, answer.plan.effects, strict=True) if effect in kept)]
    leading = answer.curves[answer.curves["preset"] == answer.plan.presets[0]]
    by_place = {(row["staffing"], row["effect"]): row for row in leading.to_dict("records")}
    found: Rows = [("Effect", *(f"{cut_middle(item.label, LONGEST_LABEL)} (CAD/week)" for item in items), "n")]
    for effect in kept:
        rows_here = [by_place[item.staffing, effect] for item in items]
        flags = [any(bool(row[name]) for row in rows_here) for name in ("many_leave", "no_steady_state")]
        cells = [f"{plain_number(row['mean'], 0)} ± {plain_number(row['half_width'], 0)}" for row in rows_here]
        found.append((marked(effect_number(answer, effect), *flags), *cells, str(int(rows_here[0]["n"]))))
    return found


def some_effects(effects: Sequence[float], most: int) -> list[float]:
    """The ends, no effect, and as many others as there is room for, evenly among them; at least these three."""
    ends = {effects[0], effects[-1], *({1.0} & set(effects))}
    others = [effect for effect in effects if effect not in ends]
    n = min(len(others), max(most - len(ends), 0))
    kept = {others[(2 * number + 1) * len(others) // (2 * n)] for number in range(n)}
    return [effect for effect in effects if effect in ends | kept]


def break_even_markdown(answer: BreakEvenAnswer, command: Sequence[str]) -> str:
    """The whole answer as a page; `command` plays the study, without a folder."""
    finding = break_even_finding(answer)
    parts = [f"# {for_markdown(finding.question)}", finding_markdown(finding)]
    for item in answer.staffings:
        parts.append(f"## {for_markdown(title_of(answer, item))}")
        parts += [for_markdown(sentence) for sentence in sentences_by_preset(answer, item)]
        parts += [markdown_table(curve_rows(answer, item)), markdown_table(part_rows(answer, item))]
    parts += ["## Read this with the numbers", "\n".join(f"- {for_markdown(line)}" for line in honesty(answer))]
    parts += ["## To go on, or to repeat it", f"    {one_line(shlex.join(command))}", GOING_ON]
    return "\n\n".join(parts) + "\n"


def title_of(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    return f"{item.label} beside {answer.plan.baseline}: {effect_text(answer)}"


def sentences(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """Where it turns by one preset, and the prior's word."""
    if item.unsteady_effects or item.found is None:
        return [verdict_text(answer, item)]
    found = [verdict_text(answer, item), *at_no_effect(item), *price_sentences(answer, item)]
    return [*found, f"{chance_sentence(item)} {ONLY_A_PRIOR}"] if item.chance is not None else found


def sentences_by_preset(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """The sentences of a staffing: those of each preset after its name, where there are several."""
    every = answer.by_presets(item.staffing)
    if len(every) == 1 or item.found is None:
        return sentences(answer, item)
    told = [f"{capital(preset_text(one.preset))}: {' '.join(sentences(answer, one))}" for one in every]
    return [*(text.removesuffix(f" {ONLY_A_PRIOR}") for text in told[:-1]), told[-1]]


def stopped_early(answer: BreakEvenAnswer) -> str:
    """How many replications are counted of those planned."""
    return f"Stopped early: {answer.n} of {counted(answer.plan.design.replications, 'replication')} are counted."


def at_no_effect(item: StaffingAnswer) -> list[str]:
    """What is left when nothing is assumed."""
    effects = list(item.curve.effects)
    if 1.0 not in effects:
        return []
    mean = float(item.curve.net_benefit[effects.index(1.0)].mean())
    return [f"With no effect (1) the net benefit is {cad(mean)} a week."]


def curve_rows(answer: BreakEvenAnswer, item: StaffingAnswer) -> Rows:
    """Net benefit at each effect played: of one preset with its interval, of several side by side."""
    every = answer.by_presets(item.staffing)
    if len(every) > 1:
        return curves_of_presets(answer, every)
    percent = f"{100 * answer.plan.design.confidence:g} % interval"
    rows: Rows = [("Effect", "Net benefit (CAD/week)", percent, "n")]
    for row in curve_of(answer, item).to_dict("records"):
        rows.append(
            (
                marked(effect_number(answer, row["effect"]), bool(row["many_leave"]), bool(row["no_steady_state"])),
                plain_number(row["mean"], 0),
                f"{plain_number(row['low'], 0)} to {plain_number(row['high'], 0)}",
                str(int(row["n"])),
            )
        )
    return rows


def curves_of_presets(answer: BreakEvenAnswer, every: Sequence[StaffingAnswer]) -> Rows:
    """Net benefit of a staffing at each effect played, a column for each preset."""
    rows: Rows = [("Effect", *(f"{capital(preset_text(one.preset))} (CAD/week)" for one in every), "n")]
    for effect in answer.plan.effects:
        found = [curve_at(answer, one, effect) for one in every]
        flags = (bool(found[0]["many_leave"]), bool(found[0]["no_steady_state"]))
        cells = [money_text(row["mean"], row["half_width"]) for row in found]
        rows.append((marked(effect_number(answer, effect), *flags), *cells, str(int(found[0]["n"]))))
    return rows


def part_rows(answer: BreakEvenAnswer, item: StaffingAnswer) -> Rows:
    """What the net benefit is made of at the ends of the range and without effect."""
    chosen = answer.parts[answer.parts["staffing"] == item.staffing]
    shown = [
        effect for effect in answer.plan.effects if effect in (answer.plan.effects[0], 1.0, answer.plan.effects[-1])
    ]
    at = [f"at {effect_number(answer, effect)}" for effect in shown]
    several = len(answer.plan.presets) > 1
    rows: Rows = [("Difference from the baseline", "worth of 1 more", *["counted"] * several, *at)]
    for worth in answer.plan.worth:
        measure, part = measure_and_part(worth.measure)
        of_it = chosen[chosen["name"] == worth.name].set_index("effect")["difference"]
        whose = "" if part == "all" else f", {part_text(part)}"
        name = f"{measure.label}{whose} ({unit_of_difference(measure)})"
        of_unit = worth.cad_per_unit / scale(measure)
        price = f"{plain_number(of_unit, 0)} CAD" if worth.cad_per_unit else "not valued"
        differences = [bare(measure, float(of_it[effect]), signed=True) for effect in shown]
        rows.append((name, price, *[counted_in(answer, worth)] * several, *differences))
    return rows


def counted_in(answer: BreakEvenAnswer, worth: Worth) -> str:
    """The presets that count it: `with admissions, with admissions and boarding`."""
    counting = [preset for preset in answer.plan.presets if worth.counts_in(preset)]
    if len(counting) == len(answer.plan.presets):
        return "always"
    return ", ".join(preset_text(preset) for preset in counting) or "never"


def honesty(answer: BreakEvenAnswer) -> Iterator[str]:
    """What must be said beside it."""
    yield (
        "Only the effect named is assumed, and only where its staff are on duty: the curve says what would follow, not "
        "that it does. Effects act from the first week; returns left from before it are not moved."
    )
    yield counted_text(answer.plan.worth, answer.plan.presets)
    yield not_counted_text(answer.plan.worth, answer.plan.presets)
    yield PAIRED
    yield price_years_text(answer.plan.design.scenarios.values(), answer.plan.worth)
    for item in answer.staffings:
        if item.found is not None and item.found.bend > BENT * widest(item):
            yield (
                f"Between the effects played the curve of {item.label} is taken as straight, which may be off by "
                f"{cad(item.found.bend)} a week: raise study.points."
            )
    found = list(caution_lines(answer.cautions, answer.cautions["label"]))
    yield from [*found, LEGEND] if found else ()
    if not answer.is_whole:
        yield stopped_early(answer)
    for label in stress_tests(answer).values():
        yield STRESS_TEST.format(label=label)
    yield CHANCE_ONLY
    yield "What is not valued counts nothing here; a right to company in distress is not bought or sold by this sum."
    yield RESPECT


def widest(item: StaffingAnswer) -> float:
    """Half-width of the net benefit where it is least sure, roughly."""
    spread = item.curve.net_benefit.std(axis=1, ddof=1) / math.sqrt(item.curve.n)
    return float(2.0 * spread.max())
