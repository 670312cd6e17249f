"""The answer of a break-even study in words: where net benefit turns, how likely by the prior, what it is made of.

The numbers are those of `sim.study.breakeven`; the figure is `sim.report.breakeven_figure`.
"""

import math
from collections.abc import Iterator

from rich.console import Console

from sim.io.clean_text import for_markdown
from sim.report.cautions import LEGEND, caution_lines, marked
from sim.report.cells import Rows
from sim.report.console import heading, say, show
from sim.report.honesty import CHANCE_ONLY, RESPECT
from sim.report.markdown import markdown_table
from sim.report.plain_table import PlainTable
from sim.study.breakeven import BreakEven, BreakEvenAnswer, Span, StaffingAnswer
from sim.study.number_text import (
    bare,
    counted,
    measure_and_part,
    part_text,
    plain_number,
    unit_of_difference,
)

EFFECTS = {
    "effects.total_return_hr": "hazard ratio of returns of being offered a peer",
    "effects.peer.assessment_minutes": "factor of peers on minutes of assessments",
    "effects.peer.linkage_odds": "odds ratio of follow-up with a peer",
    "effects.peer.patience_while": "pace of patience while accompanied by a peer",
    "effects.peer.patience_after": "pace of patience after a peer's company",
    "effects.peer.escalation_while": "pace of escalation while accompanied by a peer",
    "effects.peer.escalation_after": "pace of escalation after a peer's company",
    "effects.clinician.assessment_minutes": "factor of the enhanced team on minutes of assessments",
    "effects.clinician.linkage_odds": "odds ratio of follow-up with the enhanced team",
}
BENT = 0.1
"""Share of the half-width above which it is said that straight lines between the effects played are too coarse."""


def print_break_even(answer: BreakEvenAnswer, console: Console) -> None:
    """The verdict on each staffing, its curve, what the curve is made of, and what must be said with it."""
    for item in answer.staffings:
        heading(console, title_of(answer, item))
        for sentence in sentences(answer, item):
            say(console, sentence)
        for rows in (curve_rows(answer, item), part_rows(answer, item)):
            show(console, PlainTable(rows))
    console.print()
    for line in honesty(answer):
        say(console, f"• {line}")


def break_even_markdown(answer: BreakEvenAnswer) -> str:
    """The same as a page."""
    lines = ["# Break-even", ""]
    for item in answer.staffings:
        lines += [f"## {for_markdown(title_of(answer, item))}", ""]
        lines += [line for sentence in sentences(answer, item) for line in (for_markdown(sentence), "")]
        lines += [markdown_table(curve_rows(answer, item)), "", markdown_table(part_rows(answer, item)), ""]
    return "\n".join([*lines, *(f"- {for_markdown(line)}" for line in honesty(answer)), ""])


def title_of(answer: BreakEvenAnswer, item: StaffingAnswer) -> str:
    return f"{item.label} beside {answer.plan.baseline}: {effect_text(answer)}"


def effect_text(answer: BreakEvenAnswer) -> str:
    return EFFECTS.get(answer.plan.effect, answer.plan.effect)


def sentences(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """Where it turns, and the prior's word."""
    if item.unsteady_effects:
        effects = ", ".join(f"{effect:g}" for effect in item.unsteady_effects)
        return [f"Nothing is concluded: at {effects} there is no steady state, so the benefit depends on the weeks."]
    if item.found is None:
        return ["One replication: an interval needs two or more, so nothing can be said."]
    found = [verdict_sentence(answer, item, item.found), *at_no_effect(item), *price_sentences(answer, item)]
    return [*found, chance_sentence(item)] if item.chance is not None else found


def verdict_sentence(answer: BreakEvenAnswer, item: StaffingAnswer, found: BreakEven) -> str:
    """Where net benefit turns."""
    low, high = answer.plan.effects[0], answer.plan.effects[-1]
    percent = f"{100 * answer.plan.sweep.confidence:g} %"
    means = item.curve.net_benefit.mean(axis=1)
    if found.verdict == "never":
        best = int(means.argmax())
        return (
            f"No effect between {low:g} and {high:g} pays by what is valued: at best, at "
            f"{item.curve.effects[best]:g}, the net benefit is {money(means[best])} a week."
        )
    if found.verdict == "always":
        worst = int(means.argmin())
        return (
            f"It pays at every effect between {low:g} and {high:g}: at worst, at {item.curve.effects[worst]:g}, the "
            f"net benefit is {money(means[worst])} a week."
        )
    if found.verdict == "turns":
        side = "below" if means[0] > 0.0 else "above"
        return (
            f"It pays {side} {found.roots[0]:.3f} ({percent} interval {span_text(found.spans[0])}): there the net "
            "benefit turns."
        )
    told = ", ".join(f"{root:.3f}" for root in found.roots)
    where = f"The mean turns at {told}" if found.roots else "The mean turns nowhere in the range"
    spans = " and ".join(span_text(span) for span in found.spans)
    return (
        f"Undecided: {where}, but a net benefit of 0 cannot be told from chance at {spans} ({percent} interval). "
        "Play more replications or a wider study.range."
    )


def at_no_effect(item: StaffingAnswer) -> list[str]:
    """What is left when nothing is assumed."""
    effects = list(item.curve.effects)
    if 1.0 not in effects:
        return []
    mean = float(item.curve.net_benefit[effects.index(1.0)].mean())
    return [f"With no effect (1) the net benefit is {money(mean)} a week."]


def price_sentences(answer: BreakEvenAnswer, item: StaffingAnswer) -> list[str]:
    """What would have to be paid for one less or more of what is valued."""
    valued = {worth.name: worth for worth in answer.plan.worth}
    told = []
    for price in item.prices:
        measure, part = measure_and_part(valued[price.name].measure)
        whose = "" if part == "all" else f", {part_text(part)}"
        way = "less" if price.cad_per_unit < 0.0 else "more"
        low, high = sorted(abs(end) for end in price.span)
        told.append(
            f"At {price.effect:g} it would pay if one {way} of “{measure.label}{whose}” were worth "
            f"{money(abs(price.cad_per_unit))} ({plain_number(low, 0)} to {plain_number(high, 0)}) instead of "
            f"{money(abs(valued[price.name].cad_per_unit))}."
        )
    return told


def chance_sentence(item: StaffingAnswer) -> str:
    """The prior's probability, with what the interval and the range leave open."""
    chance = item.chance
    assert chance is not None
    outside = (
        f"; {percent_text(chance.outside)} lies outside the range and is left open" if chance.outside > 0.0005 else ""
    )
    return (
        f"The prior's probability of an effect that pays is {percent_text(chance.probability)} "
        f"({percent_text(chance.low)} to {percent_text(chance.high)} with the chance of simulated weeks{outside}). "
        "A prior is a belief put into numbers, not evidence."
    )


def curve_rows(answer: BreakEvenAnswer, item: StaffingAnswer) -> Rows:
    """Net benefit at each effect played."""
    percent = f"{100 * answer.plan.sweep.confidence:g} % interval"
    rows: Rows = [("Effect", "Net benefit (CAD/week)", percent, "n")]
    chosen = answer.curves[answer.curves["staffing"] == item.staffing]
    for row in chosen.to_dict("records"):
        rows.append(
            (
                marked(f"{row['effect']:g}", bool(row["many_leave"]), bool(row["no_steady_state"])),
                plain_number(row["mean"], 0),
                f"{plain_number(row['low'], 0)} to {plain_number(row['high'], 0)}",
                str(int(row["n"])),
            )
        )
    return rows


def part_rows(answer: BreakEvenAnswer, item: StaffingAnswer) -> Rows:
    """What the net benefit is made of at the ends of the range and without effect."""
    chosen = answer.parts[answer.parts["staffing"] == item.staffing]
    shown = [
        effect for effect in answer.plan.effects if effect in (answer.plan.effects[0], 1.0, answer.plan.effects[-1])
    ]
    rows: Rows = [("Difference from the baseline", "worth of 1 more", *(f"at {effect:g}" for effect in shown))]
    for worth in answer.plan.worth:
        measure, part = measure_and_part(worth.measure)
        of_it = chosen[chosen["name"] == worth.name].set_index("effect")["difference"]
        whose = "" if part == "all" else f", {part_text(part)}"
        name = f"{measure.label}{whose} ({unit_of_difference(measure)})"
        price = f"{plain_number(worth.cad_per_unit, 0)} CAD" if worth.cad_per_unit else "not valued"
        rows.append((name, price, *(bare(measure, float(of_it[effect]), signed=True) for effect in shown)))
    return rows


def honesty(answer: BreakEvenAnswer) -> Iterator[str]:
    """What must be said beside it."""
    yield (
        "Only the effect named is assumed, and only where its staff are on duty: the curve says what would follow, not "
        "that it does. Effects act from the first week; returns left from before it are not moved."
    )
    for item in answer.staffings:
        if item.found is not None and item.found.bend > BENT * widest(item):
            yield (
                f"Between the effects played the curve of {item.label} is taken as straight, which may be off by "
                f"{money(item.found.bend)} a week: raise study.points."
            )
    found = list(caution_lines(answer.cautions, answer.cautions["label"]))
    yield from [*found, LEGEND] if found else ()
    if not answer.is_whole:
        yield f"Stopped early: {answer.n} of {counted(answer.plan.sweep.replications, 'replication')} are counted."
    yield CHANCE_ONLY
    yield "What is not valued counts nothing here; a right to company in distress is not bought or sold by this sum."
    yield RESPECT


def widest(item: StaffingAnswer) -> float:
    """Half-width of the net benefit where it is least sure, roughly."""
    spread = item.curve.net_benefit.std(axis=1, ddof=1) / math.sqrt(item.curve.n)
    return float(2.0 * spread.max())


def money(value: float) -> str:
    return f"{plain_number(value, 0)} CAD"


def span_text(span: Span) -> str:
    return f"{span[0]:.3f} to {span[1]:.3f}"


def percent_text(share: float) -> str:
    if 0.0 < share < 0.001:
        return "less than 0.1 %"
    return f"{100 * share:.1f} %"
