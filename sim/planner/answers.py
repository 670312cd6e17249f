"""What the page shows of the first replications: means, paired differences, and intervals that bear being watched.

Numbers are put into words here, so that the page has no rule of its own for digits, units or marks.
"""

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.subgroups import compared_groups
from sim.department.patients import AGE_GROUPS
from sim.department.roster import WEEKDAYS
from sim.department.scenario import Scenario
from sim.engine.measures import number_text
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.measuring import measure_cohort
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.visit_groups import HOUR_BLOCKS, SUMS, group_sums
from sim.report.words.left_out_text import REACH, attribute_words, name_of_group
from sim.report.words.measure_words import short_label
from sim.runs.engines import COMPILED, ENGINES
from sim.runs.run_queue import FirstRuns
from sim.statistics.watching import intervals_at_look, look_numbers

PAGE_REPLICATIONS = 20
PAGE_LOOKS = look_numbers(PAGE_REPLICATIONS)
"""Replications after which the page shows what they say; the last answers."""


PAGE_GROUPS = {"age_group": AGE_GROUPS, "arrival_hour": HOUR_BLOCKS, "weekday": WEEKDAYS}
"""What those who are left out are looked for by: groups that every department has, in the order of their sums."""
N_HEADLINES = len(HEADLINE)


def page_values(scenario: Scenario, seed: int, replication: int) -> np.ndarray:
    """Of one run the headline measures, nan for those that its department does not have, then sums of groups."""
    seen = PeerDay(ENGINES[COMPILED](scenario, seed, replication), scenario)
    values = measure_cohort(seen)
    sums = of_page(group_sums(seen))[list(SUMS)].to_numpy()
    return np.concatenate([[values.get(name, np.nan) for name in HEADLINE], sums.reshape(-1)])


def of_page(groups: pd.DataFrame) -> pd.DataFrame:
    """Rows of the groups that the page shows."""
    return groups[groups["by"].isin(PAGE_GROUPS)]


def group_rows(look: FirstRuns) -> list[dict[str, Any]]:
    """How many of each group a peer meets with the roster that is tried, at the last look; nothing without peers."""
    sums = look.values[1][:, N_HEADLINES:].reshape(look.n, -1, len(SUMS))
    if look.n < PAGE_LOOKS[-1] or not sums[..., SUMS.index("met")].any():
        return []
    names = [(by, group) for by, groups in PAGE_GROUPS.items() for group in groups]
    columns = {"demand": 1.0, "staffing": "tried", "replication": np.repeat(np.arange(look.n), len(names))}
    by, group = zip(*names, strict=True)
    table = pd.DataFrame(columns | {"by": by * look.n, "group": group * look.n})
    table[list(SUMS)] = sums.reshape(-1, len(SUMS))
    found = compared_groups(table, PAGE_GROUPS, "tried")
    return [row_of_group(row) for row in found[found["measure"] == REACH].to_dict("records")]


def row_of_group(row: dict[Any, Any]) -> dict[str, Any]:
    """A group in words, and the share of it that is met; hidden where single children would decide."""
    is_gap = abs(row["gap"]) > row["gap_simultaneous"]
    return {
        "by": attribute_words(row["by"]),
        "group": name_of_group(row["by"], row["group"]),
        "share": None if row["hidden"] else row["mean"],
        "text": "too few" if row["hidden"] else
        f"{number_text.bare(REACH, row['mean'])} {number_text.half_width_text(REACH, row['half_width'])} %",
        "mark": "" if row["hidden"] or not is_gap else "more" if row["gap"] > 0 else "fewer",
    }  # fmt: skip


def page_rows(look: FirstRuns) -> list[dict[str, Any]]:
    """A row for each measure that both scenarios have. Only the last look marks a difference as more than chance."""
    baseline, tried = look.values[..., :N_HEADLINES]
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
