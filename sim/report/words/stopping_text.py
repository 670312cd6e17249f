"""What came of stopping rules, in words: whether a precision was reached, which scenario is the best, how sure that is.

The table of scenarios is `sweep_answer`'s; everything said here stands in the tables on disk.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from sim.analysis.best import Contenders
from sim.analysis.sequential_sampling import MET, MISSED, UNDEFINED, ReplicationPlan
from sim.analysis.sweeping import SweepAnswer
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.number_text import (
    bare,
    counted,
    unit_of_difference,
    unit_of_value,
)
from sim.engine.measures.number_text import scale as scale_of
from sim.io.short_lists import few_of
from sim.report.words.caveats import span_text
from sim.report.words.measure_words import measure_text, whole_percent
from sim.runs.stopping_rules import Selecting, StoppingRules
from sim.statistics.stopping import FIRST_LOOK

MOST_IN_A_LINE = 5
"""Scenarios named in one line."""


class PrecisionOutcome(NamedTuple):
    """A precision that was asked for, and what came of it; `labels` in the order of the plan, `first` replications."""

    labels: tuple[str, ...]
    first: int
    plan: ReplicationPlan
    rules: StoppingRules


def rules_lines(answer: SweepAnswer, most_missed: int = MOST_IN_A_LINE) -> Iterator[str]:
    """What came of everything that was asked; so many precisions that were missed are named."""
    if answer.rules.precision:
        yield from precision_lines(answer, most_missed)
    if answer.rules.select is not None:
        yield selection_line(answer, answer.rules.select)
    if answer.rules.best is not None:
        yield best_line(answer, answer.rules.best)
    yield from family_lines(answer)


def precision_lines(answer: SweepAnswer | PrecisionOutcome, most_missed: int = MOST_IN_A_LINE) -> Iterator[str]:
    """Which scenarios reached it, with how many replications, and which did not before the cap."""
    reached = answer.plan.precision_reached
    if not len(reached):
        yield "Precision: not looked at before the first replications of all scenarios are there."
        return
    wanted = reached[reached["status"] != UNDEFINED]
    numbers = dict(zip(answer.labels, answer.plan.n_replications.tolist(), strict=True))
    asked_of = dict.fromkeys(wanted["label"])
    wide = set(wanted["label"][wanted["status"] != MET])
    with_it = [numbers[label] for label in asked_of if label not in wide]
    replications = f", with {span_text(with_it, 'replication')}" if with_it else ""
    yield f"Precision: reached in {len(with_it)} of {counted(len(asked_of), 'scenario')}{replications}."
    missed = wanted[wanted["status"] == MISSED].to_dict("records")
    if missed:
        wide_ones = few_of([miss_text(row) for row in missed], most_missed)
        yield (
            f"Not reached with the {answer.rules.most_replications} replications that are played at most "
            f"(study.most_replications): {wide_ones}."
        )
    if answer.first < FIRST_LOOK:
        yield (
            f"Looked at from {answer.first} replications on: where values are skewed, intervals that stop so early "
            f"cover less often than they say; study.replications={FIRST_LOOK} or more loses less."
        )
    without = reached[reached["status"] == UNDEFINED]
    if len(without):
        names = few_of([f"{row['label']}: {row['measure']}" for row in without.to_dict("records")], MOST_IN_A_LINE)
        yield f"Without a value in the first replications, and not asked of: {names}."


def miss_text(row: dict[object, object]) -> str:
    """One precision that was not reached."""
    measure = str(row["measure"])
    reached, wanted = (f"{scale_of(measure) * float(str(row[name])):.3g}" for name in ("half_width", "asked"))
    of = " (difference)" if row["of"] == "differences" else ""
    return f"{row['label']}: {measure_text(measure)}{of} ± {reached} for ± {wanted} {unit_of_difference(measure)}"


def selection_line(answer: SweepAnswer, rule: Selecting) -> str:
    """The scenario selected and what that promises; or who is still in."""
    state, confidence = answer.plan, whole_percent(answer.confidence)
    what = measure_text(rule.measure)
    matters = f"{scale_of(rule.measure) * rule.indifference:.3g} {unit_of_difference(rule.measure)}"
    choice, candidates = state.selection, state.candidates
    if candidates is not None and candidates.size < 2:
        return f"No best was selected: fewer than two scenarios have {what}."
    if choice is None or candidates is None:
        return f"Selection by {what}: not begun before the first replications of all are there."
    without = set(labels_where(answer.cautions, "no_steady_state"))
    unsteady = [answer.labels[row] for row in candidates if answer.labels[row] in without]
    claimed = f" Nothing is claimed of those without a steady state: {few_of(unsteady, MOST_IN_A_LINE)}."
    apart = claimed if unsteady else ""
    if choice.selected is not None and answer.labels[candidates[choice.selected]] in unsteady:
        return f"No best is named by {what}.{apart}"
    if choice.selected is None:
        still = [answer.labels[row] for row in candidates[choice.surviving]]
        most = answer.rules.most_replications
        why = f"with the {most} replications that are played at most" if state.hit_cap else "yet"
        return (
            f"No best was selected {why}: still in are {few_of(still, MOST_IN_A_LINE)}. "
            f"The smallest difference that matters is {matters}; a larger one is decided sooner.{apart}"
        )
    mean = f"{bare(rule.measure, float(choice.mean[choice.selected]))} {unit_of_value(rule.measure)}"
    return (
        f"Selected as the best: {answer.labels[candidates[choice.selected]]} ({what}: {mean}), after "
        f"{counted(int(state.n_replications[candidates[choice.selected]]), 'replication')}. If one scenario is better "
        f"than every other by {matters} or more, it is the one selected with a probability of at least {confidence}; "
        f"of scenarios closer than that any may have been. Replications are taken as normally distributed.{apart}"
    )


def best_line(answer: SweepAnswer, name: str) -> str:
    """Who is shown best, or may be."""
    if not len(answer.best):
        return f"{best_by(name)}: undecided, as it takes two scenarios that have it and two replications of each."
    shown = labels_where(answer.best, "is_best")
    possible = labels_where(answer.best, "may_be_best")
    confidence = whole_percent(answer.confidence)
    made_of = f"{span_text([int(n) for n in answer.best['n']], 'replication')} that all of them have; best.parquet"
    if shown:
        return f"{best_by(name)}: {shown[0]}, shown better than all others at {confidence} ({made_of})."
    contenders = may_be(possible, len(answer.best) - len(possible))
    return f"{best_by(name)}: {contenders}, at {confidence} together ({made_of})."


def contenders_line(name: str, found: Contenders) -> str:
    """The same of those that no other is shown to beat, pair by pair."""
    who = found.labels[0] if len(found.labels) == 1 else may_be(list(found.labels), found.n_ruled_out)
    sure = f"at {whole_percent(found.confidence)}, judged by this measure alone"
    return f"{best_by(name)}: {who} ({sure}; {span_text(found.n_replications, 'replication')})."


def best_by(name: str) -> str:
    """By which measure."""
    return f"Best by {measure_text(name, all_named=False)}"


def may_be(labels: list[str], n_ruled_out: int) -> str:
    """Who may be best, and how many may not."""
    others = f"; {counted(n_ruled_out, 'other')} ruled out" if n_ruled_out else ""
    return f"may be {few_of(labels, MOST_IN_A_LINE)}{others}"


def labels_where(table: pd.DataFrame, column: str) -> list[str]:
    """Labels of the scenarios of which a column of yes and no says yes."""
    return [str(label) for label in table["label"][table[column].astype(bool)]]


def controls_line(table: pd.DataFrame, brief: bool = False) -> str:
    """What taking the arrivals as known did to the headline means; `brief`: in the median alone."""
    if not len(table):
        return (
            "Controls: none can be had; arrivals must be drawn from rates, and replications be three more than the "
            "streams, for differences than those of both scenarios."
        )
    rows = table[(table["of"] == "estimates") & table["measure"].isin(HEADLINE) & table["variance_ratio"].notna()]
    if not len(rows):
        return "Controls: of no headline measure; others are in controlled.parquet."
    n_wider = int((rows["variance_ratio"] > 1.0).sum())
    loss = rows["loss_factor"].max()
    wider = f"; it is larger for {n_wider}, as controls that explain nothing cost a factor of {loss:.2f} here"
    return (
        f"Controls: with the arrivals expected taken as known, the variance of the {len(rows)} headline means is "
        f"{rows['variance_ratio'].median():.2f} of what it is without (median){'' if brief else wider} "
        "(controlled.parquet)."
    )


def family_lines(answer: SweepAnswer) -> Iterator[str]:
    """Where max-t was asked for and cannot be had."""
    if "judged_by" in answer.differences and (answer.differences["judged_by"] == "bonferroni").any():
        yield (
            "Judged together by Bonferroni, which is wider: max-t takes every headline measure in every replication of "
            "all scenarios, and not more than 500 differences."
        )
