"""What must be said beside every answer: what was assumed, what cannot be seen, where interpretation stops.

The numbers are the comparison's; how the lines are laid out is for the console, the figures and the Markdown.
"""

import math

from sim.report.tables import central_level, difference, label, n_replications, others, overloaded
from sim.study.comparison import LWBS_LIMIT, Comparison

NO_BENEFIT = "No benefit was assumed, so none can appear; this is not evidence that peers do not work."
ONE_SIDED = (
    "One-sided: effects were assumed for peers or for clinicians, not for both. "
    "The staffing with an effect is favoured by construction."
)
RESPECT = (
    "Peer support workers do work of their own, from lived experience; they are not a cheaper kind of clinician. "
    "Hope, dignity and stigma are not modelled, and time freed is capacity, not money."
)
CHANCE_ONLY = (
    "Intervals show the chance of simulated weeks alone; what is not known about the assumptions comes on top."
)
STRESS_TEST = "{label} is a stress test of harm and is never recommended."
STAY = "length_of_stay_mean.mental_health"
STAY_TARGET_H = 0.2


def honesty_lines(comparison: Comparison) -> list[str]:
    """All that applies to this comparison, the weightiest first."""
    return [
        *effect_lines(comparison),
        *overload_lines(comparison),
        *unfinished_lines(comparison),
        *precision_lines(comparison),
        *stress_test_lines(comparison),
        CHANCE_ONLY,
        RESPECT,
    ]


def effect_lines(comparison: Comparison) -> list[str]:
    """What was assumed of peers and clinicians."""
    if not comparison.effects_assumed:
        return [NO_BENEFIT]
    assumed = (
        f"Effects were assumed (effects={comparison.effects}): returns, leaving, follow-up and escalation move because "
        "they were told to; only the work and time around them are computed."
    )
    return [assumed, ONE_SIDED] if comparison.one_sided else [assumed]


def overload_lines(comparison: Comparison) -> list[str]:
    """Where too many visits leave."""
    found: dict[float, list[str]] = {}
    for level, staffing in overloaded(comparison):
        found.setdefault(level, []).append(label(comparison, staffing))
    return [
        f"Not interpreted at demand × {level:g}: more than {100 * LWBS_LIMIT:g} % of visits leave unseen or against "
        f"advice ({', '.join(names)})."
        for level, names in found.items()
    ]


def unfinished_lines(comparison: Comparison) -> list[str]:
    planned = comparison.replications * len(comparison.levels)
    if comparison.n_finished >= planned:
        return []
    return [
        f"Stopped early: {comparison.n_finished} of {planned} blocks (demand level × replication) finished, "
        "and only these are counted."
    ]


def precision_lines(comparison: Comparison) -> list[str]:
    """The paired half-width of the mental-health stay against its target."""
    level = central_level(comparison)
    found = [(difference(comparison, name, STAY, level), name) for name in others(comparison)]
    wide = [(item.half_width, name) for item, name in found if item is not None and math.isfinite(item.half_width)]
    if not wide:
        return []
    half_width, name = max(wide)
    verdict = "within" if half_width <= STAY_TARGET_H else "wider than"
    advice = "" if half_width <= STAY_TARGET_H else "; play more replications before reading small differences"
    return [
        f"Precision of the paired mental-health stay: ± {half_width:.2f} h at worst ({label(comparison, name)}), "
        f"{verdict} the ± {STAY_TARGET_H:g} h asked for{advice}."
    ]


def stress_test_lines(comparison: Comparison) -> list[str]:
    tests = [name for name in others(comparison) if name.endswith("_swapped")]
    return [STRESS_TEST.format(label=label(comparison, name)) for name in tests]


def footer(comparison: Comparison, *, level: bool = True, intervals: bool = True) -> str:
    """The small print below every figure. `level`: the figure is about one level of demand."""
    weeks = f"{n_replications(comparison)} replications of {comparison.weeks} weeks"
    warm_up = f" after {comparison.warm_up_weeks} of warm-up" if comparison.warm_up_weeks else ""
    demand = f", demand × {central_level(comparison):g}" if level else ""
    played = f"Simulated: {weeks}{warm_up}{demand}, the same patients under every staffing."
    chance = f" {100 * comparison.confidence:g} % intervals of simulation alone." if intervals else ""
    return f"{played}{chance} {effect_note(comparison)}"


def effect_note(comparison: Comparison) -> str:
    if not comparison.effects_assumed:
        return "No peer effect assumed, so no benefit can appear; this is not evidence that peers do not work."
    one_sided = " for one side only" if comparison.one_sided else ""
    return f"Effects assumed{one_sided} (effects={comparison.effects}): a difference may be the assumption itself."
