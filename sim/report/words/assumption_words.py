"""What the assumptions do to the differences of a comparison, in sentences and tables."""

from collections.abc import Iterator

import numpy as np

from sim.analysis.comparison_result import BEST_OF_ALL, Comparison, ResultRow
from sim.analysis.sentences import in_spoken_units, inside, under
from sim.analysis.valuation import preset_text
from sim.department.scenario import length_text
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import COST_NAMES, HEADLINE, HEADLINES, protocol_place
from sim.engine.measures.currency import in_currency
from sim.report.description import TextRows
from sim.report.words.measure_words import labelled, whole_percent

WITH_ASSUMPTIONS = "With the assumptions"
LIKE_PUBLISHED = "departments that look like the published ones"
BEST_BY_MONEY = "Who brings most, over a range of worths"
FOR_MONEY = " for the same money as set"


def with_assumptions_text(comparison: Comparison, subject: str, beside: list[str], for_money: str = FOR_MONEY) -> str:
    """The primary outcome with both intervals, and how often the first staffing does better than one beside it.

    Empty where the comparison has no second interval.
    """
    if comparison.assumptions.empty:
        return ""
    name = primary_measure(comparison)
    texts = [interval_sentence(comparison, subject, name)]
    texts += [against_sentence(comparison, subject, other, name, for_money) for other in beside[:1]]
    return " ".join(filter(None, texts))


def primary_measure(comparison: Comparison) -> str:
    """The first outcome of the protocol that has a second interval."""
    known = [name for name in HEADLINE if name in set(comparison.assumptions["measure"]) and name not in COST_NAMES]
    return min(known, key=protocol_place)


def interval_sentence(comparison: Comparison, staffing: str, name: str) -> str:
    """`With the assumptions (200 departments that look like the published ones) ...: −33.0 to −11.2 minutes, by chance
    −23.8 to −22.4.`"""
    (row,) = comparison.assumption_rows[staffing, name]
    found = comparison.difference(staffing, name)
    by_chance = f", by chance alone {ends_text(name, found.low, found.high)}" if found and found.has_interval else ""
    unit = in_spoken_units(number_text.unit_of_difference(name), number_text.measure_of(name))
    most = "" if row["beyond_chance"] else "at most "
    who = inside(under(comparison.label(staffing)))
    return (
        f"With the assumptions too ({row['n']} {LIKE_PUBLISHED}) {HEADLINES[name].topic} {who} differs from "
        f"{inside(comparison.label(comparison.baseline))} by {most}{ends_text(name, row['low'], row['high'])} "
        f"{unit}{by_chance}; all other intervals here are of chance alone. Effects of peers are drawn around what is "
        "set."
    )


def ends_text(name: str, low: float, high: float) -> str:
    """Both ends of an interval of a difference, with their signs."""
    return " to ".join(number_text.bare(name, number_text.within_scale(name, end), signed=True) for end in (low, high))


def against_sentence(comparison: Comparison, one: str, other: str, name: str, for_money: str) -> str:
    """`Of 100 departments that look like the published ones, ... is better with one than with the other in 96.`"""
    chance = chances_of(comparison).get((name, one, other))
    if chance is None:
        return ""
    names = [inside(under(comparison.label(each))) for each in (one, other)]
    return (
        f"Of 100 {LIKE_PUBLISHED}, {HEADLINES[name].topic} is better {names[0]} than {names[1]}{for_money} in "
        f"{100 * chance:.0f}."
    )


def chances_of(comparison: Comparison) -> dict[tuple[str, str, str], float]:
    """Share of the draws in which a staffing is better, by measure, staffing and what it is better than."""
    rows = comparison.chances.to_dict("records")
    return {(row["measure"], row["staffing"], row["against"]): row["probability"] for row in rows}


def titled_rows(comparison: Comparison) -> Iterator[tuple[str, TextRows, list[str]]]:
    """Titles, tables and what is said below them."""
    yield WITH_ASSUMPTIONS, second_interval_rows(comparison), list(second_interval_lines(comparison))
    yield BEST_BY_MONEY, benefit_rows_text(comparison), [benefit_line(comparison)]


def second_interval_rows(comparison: Comparison) -> TextRows:
    """A row for each headline measure and staffing: the difference by chance, with the assumptions, and how often the
    staffing is the best of all."""
    if comparison.assumptions.empty:
        return []
    percent = whole_percent(comparison.confidence)
    rows: TextRows = [("Measure", "Staffing", f"By chance ({percent})", f"With the assumptions ({percent})", "Best in")]
    chances = chances_of(comparison)
    for row in comparison.assumptions.to_dict("records"):
        name, staffing = row["measure"], row["staffing"]
        found = comparison.difference(staffing, name)
        by_chance = number_text.NOTHING if found is None else number_text.bare(name, found.mean, signed=True)
        if found is not None and found.has_interval:
            by_chance += f" ({ends_text(name, found.low, found.high)})"
        best = chances.get((name, staffing, BEST_OF_ALL))
        share = number_text.NOTHING if best is None else f"{best:.0%}"
        rows.append((labelled_with_part(name), comparison.label(staffing), by_chance, second_text(name, row), share))
    return rows


def labelled_with_part(name: str) -> str:
    """Label, part and unit of a measure."""
    part = number_text.part_text(name.partition(".")[2])
    return f"{labelled(name)}, {part}"


def second_text(name: str, row: ResultRow) -> str:
    """`−23.0 (−33.0 to −11.2)`; marked where draws do not vary beyond chance."""
    mark = "" if row["beyond_chance"] else " ≤"
    return f"{number_text.bare(name, row['mean'], signed=True)} ({ends_text(name, row['low'], row['high'])}){mark}"


def second_interval_lines(comparison: Comparison) -> Iterator[str]:
    """What the table holds and what it does not."""
    if comparison.assumptions.empty:
        return
    n = int(comparison.assumptions["n"].max())
    baseline = inside(comparison.label(comparison.baseline))
    yield (
        f"Differences from {baseline}. By chance: the intervals above. With the assumptions: {n} draws of what nobody "
        "knows, kept where the department looks like the published ones, each played for "
        f"{length_text(comparison.draw_weeks, comparison.minutes)} with every staffing on the same patients."
    )
    yield (
        "Some draws were played twice, so that chance could be taken out; ≤ marks where the draws do not vary beyond "
        "chance, and the interval is the most it can be."
    )
    yield (
        "Best in: the share of the draws in which a staffing has the best value of all but stress tests. What draws "
        "hold, and which rows the departments do not meet, is in docs/assumptions.md."
    )


def benefit_rows_text(comparison: Comparison) -> TextRows:
    """A row for each account and worth of outcomes: how often each staffing brings most, and what choosing it loses."""
    table = comparison.benefit
    if table.empty:
        return []
    staffings = list(dict.fromkeys(table["staffing"]))
    rows: TextRows = [("Counted", "Outcomes worth", *(comparison.label(name) for name in staffings))]
    found = {(row["preset"], row["times"], row["staffing"]): row for row in table.to_dict("records")}
    for preset, times in dict.fromkeys((preset, times) for preset, times, _ in found):
        of_staffing = [found[preset, times, name] for name in staffings]
        marks = ["" if row["beyond_chance"] else " ~" for row in of_staffing]
        regrets = [number_text.plain_number(row["regret"], 0) for row in of_staffing]
        shares = [f"{row['probability']:.0%}" for row in of_staffing]
        cells = [f"{share} ({lost}){mark}" for share, lost, mark in zip(shares, regrets, marks, strict=True)]
        rows.append((preset_text(preset), f"× {times:g}", *cells))
    return rows


def benefit_line(comparison: Comparison) -> str:
    """Which staffing brings most by the first account, and how sure that is."""
    table = comparison.benefit
    if table.empty:
        return ""
    preset = table["preset"].iloc[0]
    now = table[(table["preset"] == preset) & np.isclose(table["times"], 1.0)]
    best = now.loc[now["mean"].idxmax()]
    return (
        f"Counting {preset_text(str(preset))}, {inside(comparison.label(best['staffing']))} brings most in "
        f"{100 * best['probability']:.0f} of 100 {LIKE_PUBLISHED}. In brackets: {in_currency('CAD a week')} lost on "
        "average by choosing a staffing, against choosing the best of each. What has no worth in `study.worth` is not "
        "counted (time without staff, leaving, restraint): a roster that saves money by leaving children alone looks "
        "good here. ~: its net benefit in the draws does not vary beyond chance."
    )
