"""What must be said beside every answer: marks of results to be read with care, what was assumed, what cannot be seen.

The verdicts on results are those of `sim.analysis.estimates`; how the lines are laid out is for the console, the
figures and the Markdown.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.comparison_result import Comparison
from sim.analysis.estimates import FLAGS, LEAVING_LIMIT, UNFINISHED_LIMIT
from sim.analysis.sentences import inside
from sim.department.department import Calibration
from sim.department.quantities import MINUTES_PER_WEEK
from sim.department.scenario import Period
from sim.department.short_text import cut_end
from sim.engine.measures.number_text import counted, joined, plain_number
from sim.io.clean_text import one_line
from sim.io.short_lists import few_of
from sim.report.description import Finding, FindingLine

MANY_LEAVE, NO_STEADY_STATE = "†", "‡"
"""Marks beside numbers."""
LEAVING_PERCENT = f"{100 * LEAVING_LIMIT:g} %"
LEGEND = (
    f"{MANY_LEAVE}: a warning: more than {LEAVING_PERCENT} of visits leave, so that those who would have "
    f"waited longest are not in the waits. {NO_STEADY_STATE}: no steady state, so that no difference is claimed."
)
WHY_LEAVING_MATTERS = (
    "Those who would have waited longest are gone, so waits look shorter than they would be: read each difference "
    "beside that of leaving."
)
WHY_STEADINESS_MATTERS = (
    "The means depend on how long the run was, so numbers are shown and no difference is claimed: add staff or places, "
    "lower demand, or let visits leave."
)
A_STRESS_TEST = "a stress test: takes hours from other roles, never recommended"
"""Said beside a staffing that gives up hours of other roles for peers."""


def mark_of(many_leave: bool, no_steady_state: bool) -> str:
    """The marks that stand beside a number; nothing if it needs no care."""
    return MANY_LEAVE * many_leave + NO_STEADY_STATE * no_steady_state


def marked(text: str, many_leave: bool, no_steady_state: bool) -> str:
    """A text with its marks, apart from it by a blank."""
    mark = mark_of(many_leave, no_steady_state)
    return f"{text} {mark}" if mark else text


def short_marks(any_flag: bool) -> str:
    """What the marks mean, shorter than `LEGEND`, after a blank; nothing where there is no mark."""
    words = f" {MANY_LEAVE}: over {LEAVING_PERCENT} of visits leave. {NO_STEADY_STATE}: no steady state."
    return words if any_flag else ""


def short_cautions(n_unsteady: int, n_leaving: int, n: int) -> list[str]:
    """How many of `n` scenarios are to be read with care."""
    of_all = counted(n, "scenario")
    unsteady = f"No steady state in {n_unsteady} of {of_all}: nothing is claimed there."
    leaving = f"More than {LEAVING_PERCENT} leave in {n_leaving} of {of_all}: waits look too short there."
    return [unsteady] * bool(n_unsteady) + [leaving] * bool(n_leaving)


def exact_percent(share: float) -> str:
    """`11.2 %`."""
    return f"{plain_number(100.0 * share, 1)} %"


def steadiness_words(row: Mapping[Any, Any]) -> str:
    """What shows that a scenario has no steady state, in numbers."""
    words = []
    if row["unfinished"] > row["unfinished_limit"]:
        limit = exact_percent(max(row["unfinished_limit"], UNFINISHED_LIMIT))
        words.append(f"{exact_percent(row['unfinished'])} of visits unfinished when the window ended, limit {limit}")
    first, last = row["wait_first_third"], row["wait_last_third"]
    if math.isfinite(first) and last > first:
        words.append(
            f"{plain_number(first, 0)} minutes waited per arrival in the first third of the window, "
            f"{plain_number(last, 0)} in the last"
        )
    return "; ".join(words)


MOST_SCENARIOS_NAMED = 9
"""Scenarios named in one line."""


def caution_lines(
    cautions: pd.DataFrame, names: Iterable[str], where: str = "", most: int = MOST_SCENARIOS_NAMED
) -> Iterator[str]:
    """A line for each flag that is raised, with up to `most` scenarios and their numbers. `names`: one for each row."""
    rows = list(zip(names, cautions.to_dict("records"), strict=True))
    unsteady = [(name, row) for name, row in rows if row["no_steady_state"]]
    leaving = [(name, row) for name, row in rows if row["many_leave"]]
    if unsteady:
        found = few_of([f"{name}: {steadiness_words(row)}" for name, row in unsteady], most)
        yield f"No steady state{where} ({found}). {WHY_STEADINESS_MATTERS}"
    if leaving:
        found = few_of([f"{name}: {exact_percent(row['leaving'])} leave" for name, row in leaving], most)
        limit = f"more than {LEAVING_PERCENT} of visits leave unseen or against advice"
        yield f"Many leave{where}: {limit} ({found}). {WHY_LEAVING_MATTERS}"


# --- what was assumed, what cannot be seen

NO_BENEFIT = (
    "No benefit was assumed: company is counted, not what it does; this is not evidence that peers do not work."
)
ONE_SIDED = (
    "One-sided: among the staffings compared, effects are in force for peers or for clinicians, not for both. "
    "The staffing with an effect is favoured or disfavoured by construction."
)
RESPECT = (
    "Peer support workers do work of their own, from lived experience; they are not a cheaper kind of clinician. "
    "Hope, dignity and stigma are not modelled, and time freed is capacity, not money."
)
ROSTERED_COST = (
    "What the roster costs can be read nevertheless: it does not depend on the queue, as staff cost with overtime does."
)
CHANCE_ONLY = (
    "Intervals show the chance of simulated weeks alone; what is not known about the assumptions comes on top."
)
STRESS_TEST = "{label} takes hours from other roles: a stress test of harm, never recommended."
ONE_REPLICATION = (
    "One replication: an interval needs two or more, so no difference can be distinguished from chance. "
    "Play more replications."
)
FEW_REPLICATIONS = (
    "With fewer than 5 replications the intervals that judge all headline measures together are too wide to use: a "
    "missing star says nothing."
)
ENOUGH_REPLICATIONS = 5
STAY = "length_of_stay_mean.mental_health"
STAY_TARGET_H = 0.2


def in_mind(comparison: Comparison) -> list[str]:
    """All that must be kept in mind with this comparison, the weightiest first."""
    return [
        *calibration_lines(comparison.calibrations),
        *effect_lines(comparison),
        *caution_lines_of(comparison),
        *replication_lines(comparison.n_replications(), len(comparison.others) > 0),
        *unfinished_lines(comparison),
        *half_width_lines(comparison),
        *stress_test_lines(comparison),
        CHANCE_ONLY,
        *[RESPECT] * speaks_of_peers(comparison),
    ]


def speaks_of_peers(comparison: Comparison) -> bool:
    """Peers are on duty in what was played, or could be; in a department that is no place for them nothing is said."""
    return bool(comparison.peer_roles) or comparison.effects_assumed


MOST_REASONS_SAID = 2
"""Reasons why a department does not play like its file that one sentence names."""


def calibration_lines(calibrations: Iterable[Calibration]) -> list[str]:
    """Of each department made from a file of visits whether it plays like it, those that do not first."""
    return [calibration_line(each) for each in in_order_of_care(calibrations)]


def in_order_of_care(calibrations: Iterable[Calibration]) -> list[Calibration]:
    """Those that do not play like their file first."""
    return sorted(calibrations, key=lambda each: bool(each.plays_like_file))


def calibration_line(calibration: Calibration) -> str:
    """`The department was calibrated on FILE and does not play like it, because ...`, and what is the default's."""
    file = one_line(calibration.file)
    assumed = f"; still the default's, of what matters most: {joined(calibration.still_default)}"
    rest = assumed if calibration.still_default else ""
    if calibration.plays_like_file:
        return f"The department was calibrated on {file} and plays like it{rest}."
    if calibration.plays_like_file is None:
        untold = "which has no waits and no stays by acuity level, so that nobody can tell whether it plays like it"
        return f"The department was calibrated on {file}, {untold}{rest}."
    reasons = "; ".join(calibration.because[:MOST_REASONS_SAID])
    because = f", because {reasons}" if reasons else ""
    return (
        f"The department was calibrated on {file} and does not play like it{because}: the answer is one about another "
        f"department{rest}."
    )


def with_calibrations(finding: Finding, calibrations: Iterable[Calibration]) -> Finding:
    """The finding below a line for each department made from a file of visits: whether it plays like it."""
    lines = (FindingLine("The department", words_of_verdict(each)) for each in in_order_of_care(calibrations))
    return finding._replace(lines=(*lines, *finding.lines))


def words_of_verdict(calibration: Calibration) -> str:
    """The verdict in a few words, with the worst miss alone."""
    made = f"made from {one_line(calibration.file)}"
    if calibration.plays_like_file:
        return f"{made}, and plays like it."
    if calibration.plays_like_file is None:
        return f"{made}, which has no waits and no stays to say whether it plays like it."
    worst = calibration.because[0].partition(" (loss ")[0] if calibration.because else ""
    return f"{made}, and does not play like it{f' ({worst})' if worst else ''}: this is about another department."


def effect_lines(comparison: Comparison) -> list[str]:
    """What was assumed of peers and clinicians."""
    if not comparison.effects_assumed:
        return [NO_BENEFIT] * speaks_of_peers(comparison)
    topics = comparison.moved_topics()
    assumed = f"{assumed_text(topics, f' ({effects_text(comparison)})')}{COMPUTED if topics else '.'}"
    return [assumed, ONE_SIDED] if comparison.one_sided and topics else [assumed]


def assumed_text(topics: Sequence[str], where: str) -> str:
    """What assumed effects move by themselves; `where`: which effects, or in which scenarios."""
    if not topics:
        return f"Effects were assumed{where}, but are in force in none: nothing moves because of them"
    several = len(topics) > 1 or topics[0].endswith("s")
    return (
        f"Effects were assumed{where}: {joined(topics)} "
        f"{'move because they are' if several else 'moves because it is'} set so"
    )


COMPUTED = "; everything else follows from them and from the work and time computed."
"""What comes after `assumed_text` where there is room."""


def caution_lines_of(
    comparison: Comparison, levels: Collection[float] | None = None, most: int = MOST_SCENARIOS_NAMED
) -> list[str]:
    """Where many visits leave, and where there is no steady state, at all levels of demand or at some.

    Up to `most` staffings are named.
    """
    lines: list[str] = []
    for level, rows in comparison.cautions.groupby("demand", sort=True):
        if levels is None or level in levels:
            names = [comparison.label(name) for name in rows["staffing"]]
            lines += caution_lines(rows, names, f" at {demand_text(comparison, float(str(level)))}", most)
    return lines + [ROSTERED_COST] * bool(lines)


STOPPED_BY_HAND = "If what was seen made you stop, intervals are too narrow: the same command plays the rest."


def unfinished_lines(comparison: Comparison) -> list[str]:
    planned = comparison.n_planned or comparison.replications * len(comparison.levels)
    if comparison.n_finished >= planned:
        return []
    return [
        f"Stopped early: {comparison.n_finished} of {planned} blocks (demand level × replication) finished, "
        f"and only these are counted. {STOPPED_BY_HAND}"
    ]


def half_width_lines(comparison: Comparison) -> list[str]:
    """The paired half-width of the mental-health stay against its target."""
    level = comparison.central_level
    found = [(comparison.difference(name, STAY, level), name) for name in comparison.others]
    wide = [(item.half_width, name) for item, name in found if item is not None and math.isfinite(item.half_width)]
    if not wide:
        return []
    half_width, name = max(wide)
    verdict = "within" if half_width <= STAY_TARGET_H else "wider than"
    advice = "" if half_width <= STAY_TARGET_H else "; play more replications before reading small differences"
    return [
        f"Precision of the paired mental-health stay: ± {half_width:.2f} h at worst ({comparison.label(name)}), "
        f"{verdict} the ± {STAY_TARGET_H:g} h asked for{advice}."
    ]


def replication_lines(n: int, is_compared: bool) -> list[str]:
    """What few replications do not allow."""
    if n == 1:
        return [ONE_REPLICATION]
    return [FEW_REPLICATIONS] if 1 < n < ENOUGH_REPLICATIONS and is_compared else []


def size_text(numbers: Sequence[float], periods: Collection[Period], unshown: str) -> str:
    """Replications and their length, that intervals are of chance alone, and `unshown` of few replications."""
    length = f" of {lengths_text(periods)}" if periods else ""
    few = f" Fewer than {ENOUGH_REPLICATIONS} replications: {unshown}."
    return (
        f"{span_text(numbers, 'replication')}{length}; intervals show chance alone; what is not known of the "
        f"assumptions comes on top.{few if unshown and 1 < min(numbers) < ENOUGH_REPLICATIONS else ''}"
    )


COST_OF_A_PART = (
    "Costs a week are those of the roster's whole week; costs a visit are of who is rostered in the time played."
)


def cost_of_a_part_text(minutes: Iterable[float | None]) -> str:
    """Whose cost it is where, of times that end, one is only a part of the roster's week; None: weeks are played."""
    is_part = any(length is not None and length % MINUTES_PER_WEEK for length in minutes)
    return f" {COST_OF_A_PART}" if is_part else ""


def lengths_text(periods: Collection[Period]) -> str:
    """`4 weeks`, `4 to 8 weeks`, `720 or 1440 minutes` of a time that ends."""
    ends = sorted({period.minutes for period in periods if period.minutes is not None})
    weeks = [period.weeks for period in periods if period.minutes is None]
    in_minutes = [f"{' or '.join(f'{each:.10g}' for each in ends)} minutes"] if ends else []
    return " or ".join([*([span_text(weeks, "week")] if weeks else []), *in_minutes])


def span_text(numbers: Sequence[float], noun: str) -> str:
    """`4 weeks`, `4 to 8 weeks`."""
    low, high = min(numbers), max(numbers)
    text = counted(int(high), noun)
    return text if low == high else f"{low:g} to {text}"


def stress_test_lines(comparison: Comparison) -> list[str]:
    """Staffings that give up hours of other roles for peers, whatever they are called."""
    table = comparison.costs
    if "is_swap" not in table:
        return []
    tests = set(table.loc[table["is_swap"].astype(bool), "staffing"])
    return [STRESS_TEST.format(label=comparison.label(name)) for name in comparison.others if name in tests]


def footer(comparison: Comparison, *, level: bool = True, intervals: bool = True, pale: bool = False) -> str:
    """The small print below every figure. `level`: the figure is about one level of demand; `pale`: bars of it are of
    intervals with the assumptions."""
    demand = f", {central_demand(comparison)}" if level else ""
    played = f"Simulated: {played_text(comparison)}{demand}, the same patients under every staffing."
    of_what = "by chance and with the assumptions" if pale else "of simulation alone"
    chance = f" {100 * comparison.confidence:g} % intervals {of_what}."
    if comparison.n_replications() < 2:
        chance = " No interval: it needs two replications or more."
    said = f"{played}{changed_shortly(comparison)}{chance if intervals else ''}"
    return f"{said} {effect_note(comparison)}{caution_note(comparison, level)}"


def caution_note(comparison: Comparison, level: bool) -> str:
    """What the marks mean, where there are any; `level`: at the central level of demand."""
    table = comparison.cautions
    shown = table[np.isclose(table["demand"], comparison.central_level)] if level else table
    return f" {LEGEND}" if shown[list(FLAGS)].to_numpy(bool).any() else ""


def effect_note(comparison: Comparison) -> str:
    if not comparison.effects_assumed:
        return NO_BENEFIT if speaks_of_peers(comparison) else ""
    if not comparison.moved_topics():
        return f"Effects assumed ({effects_text(comparison)}), in force in no staffing shown."
    one_sided = " for one side only" if comparison.one_sided else ""
    return f"Effects assumed{one_sided} ({effects_text(comparison)}): a difference may be the assumption itself."


# --- the question, and what was changed


LONGEST_SHORT = 70
"""Characters of what was changed in the footer of a figure."""
IN_OTHER_WORDS = ("study.", "seed", "effects")
"""Beginnings of what a footer says in other words or leaves to run.json."""


def changed_words(comparison: Comparison) -> list[str]:
    """What was changed, without the signs that mark how."""
    return [text.lstrip("+~") for text in comparison.changed]


def changed_line(comparison: Comparison) -> str:
    """Everything that was changed; empty if nothing was."""
    return f"Changed from the shipped question: {', '.join(comparison.changed)}." if comparison.changed else ""


def changed_shortly(comparison: Comparison) -> str:
    """The same for a footer: shortened, without study size and effects."""
    texts = [text for text in changed_words(comparison) if not text.startswith(IN_OTHER_WORDS)]
    return f" Changed: {cut_end(', '.join(texts), LONGEST_SHORT)}." if texts else ""


def of_what(comparison: Comparison) -> str:
    """That a level of demand is a factor on a demand which was itself changed; empty if it was not."""
    changed = any(text.startswith(("demand=", "demand.", "demand@")) for text in changed_words(comparison))
    return " of what was asked" if changed else ""


def demand_text(comparison: Comparison, level: float) -> str:
    """`demand × 1`, or `demand × 1 of what was asked`."""
    return f"demand × {level:g}{of_what(comparison)}"


def demand_title(comparison: Comparison) -> str:
    """Heading of the table of demand levels."""
    return f"Demand a little lower and higher{' than asked' if of_what(comparison) else ''}"


def effects_text(comparison: Comparison) -> str:
    """`effects=none`, or `effects none, changed: total_return_hr=0.5` if it is no longer the named set."""
    changed = [text.removeprefix("effects.") for text in changed_words(comparison) if text.startswith("effects.")]
    named = f"effects {comparison.effects}, changed: {', '.join(changed)}"
    return named if changed else f"effects={comparison.effects}"


def played_text(comparison: Comparison) -> str:
    """`10 replications of 13 weeks after 2 of warm-up`."""
    warm_up = f" after {comparison.warm_up_weeks} of warm-up" if comparison.warm_up_weeks else ""
    return f"{counted(comparison.n_replications(), 'replication')} of {comparison.length}{warm_up}"


def central_demand(comparison: Comparison) -> str:
    return demand_text(comparison, comparison.central_level)


def question(comparison: Comparison) -> str:
    """What was compared, in one line."""
    names = ", ".join(comparison.label(name) for name in comparison.others)
    baseline = comparison.label(comparison.baseline)
    against = f"{names} beside {inside(baseline)}" if names else baseline
    effects = f", {effects_text(comparison)}" if speaks_of_peers(comparison) else ""
    return f"{against}: {played_text(comparison)}, {central_demand(comparison)}{effects}"
