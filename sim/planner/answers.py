"""What the page shows of the first replications: means, paired differences, and intervals that bear being watched.

Numbers are put into words here, so that the page has no rule of its own for digits, units or marks.
"""

from typing import Any

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.measuring import measure
from sim.report.words.measure_words import short_label
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.run_queue import FirstRuns
from sim.statistics.watching import intervals_at_look, look_numbers

PAGE_REPLICATIONS = 20
PAGE_LOOKS = look_numbers(PAGE_REPLICATIONS)
"""Replications after which the page shows what they say; the last answers."""


def headline_values(scenario: Scenario, seed: int, replication: int) -> np.ndarray:
    """The headline measures of one run, nan for those that its department does not have."""
    values = measure(ENGINES[COMPILED](scenario, seed, replication), scenario)
    return np.array([values.get(name, np.nan) for name in HEADLINE])


def page_rows(look: FirstRuns) -> list[dict[str, Any]]:
    """A row for each measure that both scenarios have. Only the last look marks a difference as more than chance."""
    baseline, tried = look.values
    differences = tried - baseline
    shown = np.flatnonzero(np.isfinite(baseline).all(axis=0) & np.isfinite(tried).all(axis=0))
    reach = intervals_at_look(differences.T, PAGE_LOOKS)["half_width"]
    return [
        {
            "measure": name,
            "label": short_label(name),
            "baseline": number_text.bare(name, float(baseline[:, number].mean())),
            **difference_of(name, differences[:, number], float(reach[number]), look.n == PAGE_LOOKS[-1]),
        }
        for number, name in enumerate(HEADLINE)
        if number in shown
    ]


def difference_of(name: str, differences: np.ndarray, reach: float, is_last: bool) -> dict[str, Any]:
    """The mean difference in words and its interval; nothing is marked before the last look."""
    mean = float(differences.mean())
    if not differences.any():
        return {"difference": "identical", "low": 0.0, "high": 0.0, "mean": 0.0, "mark": ""}
    text = f"{number_text.bare(name, mean, signed=True)} {number_text.half_width_text(name, reach)}"
    mark = number_text.measure_of(name).judged(mean) if is_last and abs(mean) > reach else ""
    return {"difference": text, "low": mean - reach, "high": mean + reach, "mean": mean, "mark": mark}
