"""Where staffings pay in draws of the assumptions: net benefit at both ends of the effect, in each draw.

Between the ends it is taken as a straight line. Draws are played as those of a comparison
(`sim.analysis.assumption_spread`), with both ends of each staffing beside the baseline.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from sim.analysis.assumption_spread import DrawnRuns
from sim.analysis.breakeven import BreakEvenPlan
from sim.analysis.valuation import net_benefit
from sim.department.scenario import Scenario
from sim.statistics.arrays import FloatArray
from sim.statistics.two_sources import split_of

NO_EFFECT = 1.0


def scenarios_at_ends(plan: BreakEvenPlan) -> dict[str, Scenario]:
    """What is played in each draw, by label: the baseline first, each staffing at the smallest and largest effect."""
    ends = (0, -1)
    labels = [plan.beside[end] for end in ends] + [of[end] for of in plan.labels.values() for end in ends]
    return {label: plan.design.scenarios[label] for label in dict.fromkeys(labels)}


def paying_table(plan: BreakEvenPlan, drawn: DrawnRuns) -> pd.DataFrame:
    """In which share of the draws each staffing pays, by each preset; without rows where too few were played.

    Columns: staffing, preset, n (draws), at_low, at_none, at_high (shares that pay at the smallest effect, at none and
    at the largest), turns (share whose net benefit turns inside the range), turn_low, turn, turn_high (the middle 95 %
    and the median of the effects at which it does).
    """
    return pd.DataFrame(list(_rows(plan, drawn))) if drawn.can_value(plan.worth) else pd.DataFrame()


def _rows(plan: BreakEvenPlan, drawn: DrawnRuns) -> Iterator[Mapping[str, object]]:
    low, high = plan.effects[0], plan.effects[-1]
    for staffing in plan.staffings:
        for preset in plan.presets:
            ends = np.column_stack([benefit_at(plan, drawn, staffing, preset, end) for end in (0, -1)])
            ends = ends[np.isfinite(ends).all(axis=1)]
            slope = (ends[:, 1] - ends[:, 0]) / (high - low)
            at_none = ends[:, 0] + slope * (NO_EFFECT - low)
            turning = np.sign(ends[:, 0]) != np.sign(ends[:, 1])
            turns = low - ends[turning, 0] / slope[turning]
            spread = np.quantile(turns, (0.025, 0.5, 0.975)) if len(turns) else np.full(3, np.nan)
            inside = low <= NO_EFFECT <= high
            yield {
                "staffing": staffing, "preset": preset, "n": len(ends),
                "at_low": (ends[:, 0] > 0.0).mean(), "at_none": (at_none > 0.0).mean() if inside else np.nan,
                "at_high": (ends[:, 1] > 0.0).mean(), "turns": turning.mean(),
                "turn_low": spread[0], "turn": spread[1], "turn_high": spread[2],
            }  # fmt: skip


def benefit_at(plan: BreakEvenPlan, drawn: DrawnRuns, staffing: str, preset: str, end: int) -> FloatArray:
    """Net benefit of a staffing in each draw at one end of the effect, in CAD a week."""
    one, other = (drawn.staffings.index(label) for label in (plan.labels[staffing][end], plan.beside[end]))
    valued = {item.name: drawn.values(item.measure) for item in plan.worth if item.cad_per_unit}
    first, again = (
        net_benefit(
            plan.worth, preset, {name: runs[run][:, one] - runs[run][:, other] for name, runs in valued.items()}
        )
        for run in (0, 1)
    )
    return split_of(first, again).values
