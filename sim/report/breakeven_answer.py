"""The answer of a break-even study: its curve, where net benefit turns, how likely by the prior, what it is made of.

The numbers are those of `sim.analysis.breakeven`; the five lines are written in `sim.report.words.breakeven_finding`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from sim.analysis.breakeven import BreakEvenAnswer, BreakEvenPlan, StaffingAnswer, answer_of_runs
from sim.analysis.early_looks import EarlyLook
from sim.analysis.scenario_facts import calibrations_of
from sim.analysis.sentences import capital, inside
from sim.analysis.valuation import Worth, preset_text, price_years_text, unconverted_text
from sim.department.department import Calibration
from sim.engine.measures import number_text
from sim.engine.measures.currency import in_currency
from sim.io.workbook import Column, Sheet
from sim.report import description
from sim.report.early_table import EarlyTable, width_of_look
from sim.report.tables.answer_workbook import sheets_of_break_even, table_sheet
from sim.report.words import breakeven_finding
from sim.report.words.caveats import (
    CHANCE_ONLY,
    LEGEND,
    RESPECT,
    STOPPED_BY_HAND,
    STRESS_TEST,
    calibration_lines,
    caution_lines,
    marked,
    short_marks,
    with_calibrations,
)
from sim.report.words.measure_words import measure_text, whole_percent
from sim.report.words.short_names import cut_middle
from sim.report.words.worth_text import counted_text, money_text, not_counted_text

MOST_EARLY_ROWS = 9
"""Effects in the table that is shown while the study is played."""
BENT = 0.1
"""Share of the half-width above which it is said that straight lines between the effects played are too coarse."""
_LONGEST_LABEL = 30
"""Characters of a staffing at the head of its column."""
ON_THE_SAME_PATIENTS = (
    "What is avoided is the difference between the staffings on the same patients, as played, not a share of visits; "
    "transfers count as admissions."
)


def describe_break_even(answer: BreakEvenAnswer, command: Sequence[str] = ()) -> description.Description:
    """A break-even study described; `command` plays it, without a folder."""
    finding = with_calibrations(breakeven_finding.break_even_finding(answer), _calibrations(answer))
    return description.Description(
        finding=finding,
        whole_finding=finding,
        title=f"Break-even beside {answer.plan.baseline}: {breakeven_finding.effect_text(answer)}",
        n_rows=len(answer.plan.effects) if answer.staffings else 0,
        screen_table=partial(_screen_table, answer),
        remarks=stopped_early(answer),
        sections=partial(_page_sections, answer, command),
        sheets=partial(sheets, answer),
        keep_in_mind=_in_mind(answer),
    )


def early_break_even(plan: BreakEvenPlan, look: EarlyLook) -> EarlyTable:
    """The net benefit at each effect by the first replications, for while the rest is played."""
    design = replace(plan.design, replications=look.n, confidence=look.level)
    answer = answer_of_runs(plan.model_copy(update={"design": design}), look.measures, look.values)
    facts = answer.curves[["staffing", "preset", "effect", "mean", "low", "high"]].assign(of="net benefit")
    return EarlyTable(
        look,
        lambda width: _screen_table(answer, MOST_EARLY_ROWS, width).rows,
        f"Net benefit: what is counted, beside {plan.baseline}. {width_of_look(look)}",
        [{str(name): value for name, value in row.items()} for row in facts.to_dict("records")],
    )


def _screen_table(answer: BreakEvenAnswer, n_rows: int, width: int) -> description.ScreenTable:
    """The curve of one staffing by each preset, or those of some staffings side by side, at so many effects."""
    items = answer.staffings[: breakeven_finding.MOST_STAFFINGS]
    effects = some_effects(answer.plan.effects, n_rows)
    if len(items) == 1:
        rows = _curve_rows(answer, breakeven_finding.shown_presets(answer, items[0]), effects)
    else:
        rows = curves_beside(answer, items, [cut_middle(item.label, _LONGEST_LABEL) for item in items], effects)
    return description.ScreenTable(rows, [_legend(answer, len(effects))])


def _page_sections(answer: BreakEvenAnswer, command: Sequence[str]) -> Iterator[description.Section]:
    """Of each staffing where net benefit turns, the curve, and what it is made of."""
    for item in answer.staffings:
        curves = _curve_rows(answer, answer.by_presets(item.staffing), answer.plan.effects)
        tables = [description.TextTable(rows) for rows in (curves, _part_rows(answer, item))]
        title = f"{item.label} beside {answer.plan.baseline}: {breakeven_finding.effect_text(answer)}"
        yield description.Section(title, [*sentences_by_preset(answer, item), *tables])
    yield description.Section("With the assumptions", [description.TextTable(_paying_rows(answer)), _PAYING])
    yield description.Section(description.IN_MIND, [description.Points(_in_mind(answer))])
    yield description.Section(
        description.TO_REPEAT, [description.Typed(command), description.Written(description.GOING_ON)]
    )


def sheets(answer: BreakEvenAnswer) -> list[Sheet]:
    """The sentences, curves, parts and cautions."""
    lines = [(item.label, line) for item in answer.staffings for line in sentences_by_preset(answer, item)]
    words = pd.DataFrame(lines, columns=["staffing", "line"])
    headers = {"staffing": Column("Staffing"), "line": Column("In words")}
    return [table_sheet("summary", words, headers), *sheets_of_break_even(answer)]


# --- tables


_PAYING = (
    "In how many of 100 draws that look like the published departments each staffing pays; the last column holds the "
    "middle 95 % of the effects at which its net benefit turns, where it turns inside the range."
)


def _paying_rows(answer: BreakEvenAnswer) -> description.TextRows:
    """A row for each staffing and preset: in how many of 100 draws it pays at either end and with no effect."""
    if answer.paying.empty:
        return []
    low, high = answer.plan.effects[0], answer.plan.effects[-1]
    rows: description.TextRows = [("Staffing", "Counted", f"At {low:g}", "No effect", f"At {high:g}", "Turns at")]
    for row in answer.paying.to_dict("records"):
        shares = [number_text.plain_number(100 * row[name], 0) for name in ("at_low", "at_none", "at_high")]
        turns = [number_text.plain_number(row[name], 2) for name in ("turn", "turn_low", "turn_high")]
        label = answer.plan.staffings[row["staffing"]]
        rows.append((label, preset_text(row["preset"]), *shares, f"{turns[0]} ({turns[1]} to {turns[2]})"))
    return rows


def _legend(answer: BreakEvenAnswer, n_shown: int) -> str:
    """What stands in the table, and at how many of the effects."""
    n, presets = len(answer.plan.effects), answer.plan.presets
    left_out = f" {n_shown} of {n} effects." if n_shown < n else ""
    any_flag = bool(answer.cautions[["many_leave", "no_steady_state"]].to_numpy(bool).any())
    by = f" {capital(preset_text(presets[0]))}." if len(presets) > 1 and len(answer.staffings) > 1 else ""
    return (
        f"Net benefit: what is counted, beside {inside(answer.plan.baseline)}, with its "
        f"{whole_percent(answer.plan.design.confidence)} interval.{by}{short_marks(any_flag)}{left_out}"
    )


def _curve_rows(
    answer: BreakEvenAnswer, every: Sequence[StaffingAnswer], effects: Sequence[float]
) -> description.TextRows:
    """Net benefit of a staffing at these effects, a column for each preset."""
    if len(every) == 1:
        return curves_beside(answer, every, ["Net benefit"], effects)
    return curves_beside(answer, every, [capital(preset_text(one.preset)) for one in every], effects)


def curves_beside(
    answer: BreakEvenAnswer, items: Sequence[StaffingAnswer], heads: Sequence[str], effects: Sequence[float]
) -> description.TextRows:
    """Net benefit at these effects, a column for each staffing or preset; marks are of all of them."""
    rows: description.TextRows = [("Effect", *(f"{head} ({in_currency('CAD/week')})" for head in heads), "n")]
    curves = [breakeven_finding.curve_by_effect(answer, item) for item in items]
    for effect in effects:
        found = [curve[effect] for curve in curves]
        flags = [any(bool(row[name]) for row in found) for name in ("many_leave", "no_steady_state")]
        cells = [money_text(row["mean"], row["half_width"]) for row in found]
        rows.append((marked(breakeven_finding.effect_number(answer, effect), *flags), *cells, str(int(found[0]["n"]))))
    return rows


def some_effects(effects: Sequence[float], most: int) -> list[float]:
    """The ends, no effect, and as many others as there is room for, evenly among them; at least these three."""
    ends = {effects[0], effects[-1], *({1.0} & set(effects))}
    others = [effect for effect in effects if effect not in ends]
    n = min(len(others), max(most - len(ends), 0))
    chosen = {others[(2 * number + 1) * len(others) // (2 * n)] for number in range(n)}
    return [effect for effect in effects if effect in ends | chosen]


def _part_rows(answer: BreakEvenAnswer, item: StaffingAnswer) -> description.TextRows:
    """What the net benefit is made of at the ends of the range and without effect."""
    chosen = answer.parts[answer.parts["staffing"] == item.staffing]
    shown = some_effects(answer.plan.effects, 0)
    at = [f"at {breakeven_finding.effect_number(answer, effect)}" for effect in shown]
    several = len(answer.plan.presets) > 1
    rows: description.TextRows = [("Difference from the baseline", "worth of 1 more", *["counted"] * several, *at)]
    for worth in answer.plan.worth:
        of_it = chosen[chosen["name"] == worth.name].set_index("effect")["difference"]
        name = f"{measure_text(worth.measure, all_named=False)} ({number_text.unit_of_difference(worth.measure)})"
        of_unit = worth.cad_per_unit / number_text.scale(worth.measure)
        price = number_text.as_money(of_unit) if worth.cad_per_unit else "not valued"
        differences = [number_text.bare(worth.measure, float(of_it[effect]), signed=True) for effect in shown]
        rows.append((name, price, *[counted_in(answer, worth)] * several, *differences))
    return rows


def counted_in(answer: BreakEvenAnswer, worth: Worth) -> str:
    """The presets that count it: `with admissions, with admissions and boarding`."""
    counting = [preset for preset in answer.plan.presets if worth.counts_in(preset)]
    if len(counting) == len(answer.plan.presets):
        return "always"
    return ", ".join(preset_text(preset) for preset in counting) or "never"


# --- words


def sentences(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """Where it turns by one preset, and the prior's word."""
    if item.unsteady_effects or item.found is None:
        return [breakeven_finding.verdict_text(answer, item)]
    prices = breakeven_finding.price_sentences(answer, item)
    found = [breakeven_finding.verdict_text(answer, item), *at_no_effect(item), *prices]
    if item.chance:
        found.append(f"{breakeven_finding.chance_sentence(item.chance)} {breakeven_finding.ONLY_A_PRIOR}")
    return found


def sentences_by_preset(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """The sentences of a staffing: those of each preset after its name, where there are several."""
    every = answer.by_presets(item.staffing)
    if len(every) == 1 or item.found is None:
        return sentences(answer, item)
    texts = [f"{capital(preset_text(one.preset))}: {' '.join(sentences(answer, one))}" for one in every]
    return [*(text.removesuffix(f" {breakeven_finding.ONLY_A_PRIOR}") for text in texts[:-1]), texts[-1]]


def stopped_early(answer: BreakEvenAnswer) -> list[str]:
    """How many replications are counted of those planned, if not all are."""
    planned = number_text.counted(answer.plan.design.replications, "replication")
    return [] if answer.is_whole else [f"Stopped early: {answer.n} of {planned} are counted. {STOPPED_BY_HAND}"]


def at_no_effect(item: StaffingAnswer) -> list[str]:
    """What is left when nothing is assumed."""
    effects = list(item.curve.effects)
    if 1.0 not in effects:
        return []
    mean = float(item.curve.net_benefit[effects.index(1.0)].mean())
    return [f"With no effect (1) the net benefit is {number_text.as_money(mean)} a week."]


def _in_mind(answer: BreakEvenAnswer) -> Iterator[str]:
    """What must be said beside it."""
    yield from calibration_lines(_calibrations(answer))
    yield (
        "Only the effect named is assumed, and only where its staff are on duty: the curve says what would follow, not "
        "that it does. Effects act from the first week; returns left from before it are not moved."
    )
    yield counted_text(answer.plan.worth, answer.plan.presets)
    yield not_counted_text(answer.plan.worth, answer.plan.presets)
    yield ON_THE_SAME_PATIENTS
    scenarios = answer.plan.design.scenarios.values()
    yield price_years_text(scenarios, answer.plan.worth)
    yield from filter(None, [unconverted_text(scenarios, answer.plan.worth)])
    for item in answer.staffings:
        if item.found is not None and item.found.bend > BENT * _widest(item):
            yield (
                f"Between the effects played the curve of {item.label} is taken as straight, which may be off by "
                f"{number_text.as_money(item.found.bend)} a week: raise study.points."
            )
    found = list(caution_lines(answer.cautions, answer.cautions["label"]))
    yield from [*found, LEGEND] if found else ()
    yield from stopped_early(answer)
    for label in breakeven_finding.stress_tests(answer).values():
        yield STRESS_TEST.format(label=label)
    yield CHANCE_ONLY
    yield "What is not valued counts nothing here; a right to company in distress is not bought or sold by this sum."
    yield RESPECT


def _calibrations(answer: BreakEvenAnswer) -> tuple[Calibration, ...]:
    return calibrations_of(answer.plan.design.scenarios.values())


def _widest(item: StaffingAnswer) -> float:
    """Half-width of the net benefit where it is least sure, roughly."""
    spread = item.curve.net_benefit.std(axis=1, ddof=1) / math.sqrt(item.curve.n)
    return float(2.0 * spread.max())
